"""What codes are called: short words for labels, heads of tables and chips."""

from __future__ import annotations

from collections.abc import Mapping

from wizard.costing import sentences as costing
from wizard.i18n import mark

REQUIREMENTS: Mapping[str, str] = {
    "weights_memory": mark("the weights do not fit into its memory"),
    "kv_memory": mark("the KV cache of so many users does not fit"),
    "training_memory": mark("the training does not fit into its memory"),
    "load": mark("so many accelerators do not carry the load"),
    "max_accelerators": mark("more accelerators than allowed"),
    "max_nodes": mark("more servers than allowed"),
    "power_w": mark("draws more power than allowed"),
    "rack_units": mark("takes more rack units than allowed"),
    "purchasable": mark("no offer with a price is known"),
    "budget": mark("over the budget"),
    "budget_month": mark("over the monthly budget"),
    "precision": mark("its silicon lacks the precision"),
}
"""Promises, worded as what happens when they are broken."""

RULED_OUT: Mapping[str, str] = {
    "excluded_by_user": mark("you excluded it"),
    "no_speed_known": mark("its memory bandwidth is not published"),
    "no_mig": mark("it cannot be split into seven MIG slices"),
    "not_among_named": mark("you named other accelerators"),
    "other_vendor": mark("you asked for other vendors"),
    "not_sold": mark("it is not sold, or no longer"),
    "rent_only": mark("it can only be rented"),
    "legacy": mark("it is legacy hardware; allow it under constraints"),
    "regional": mark("it is sold in other countries only"),
    "cpu_only": mark("a CPU; name it to size it"),
    "too_hot_for_edge": mark("it needs a server's power and cooling"),
    "edge_only": mark("an edge module; choose the edge use case or name it"),
    "engine_not_supported": mark("no serving engine that runs this model supports it"),
    "precision_not_supported": mark("its silicon lacks the precision"),
    "no_legal_layout": mark("the model cannot be split over it as asked"),
    "does_not_train": mark("no training software runs on it"),
    "no_fp8": mark("it has no FP8 arithmetic; planned in BF16 instead"),
}
"""Why an accelerator never came into question."""

WHY_NOT: Mapping[str, str] = {
    **REQUIREMENTS, **RULED_OUT,
    "ttft_ms": mark("the first token comes too late"),
    "tpot_ms": mark("the tokens come too slowly"),
    "e2e_ms": mark("the whole answer takes too long"),
    "hours": mark("it takes longer than the deadline"),
}
"""Why something was not chosen, as the end of "not chosen because ..."."""

LABELS: Mapping[str, str] = {
    **costing.LABELS,
    "weights_memory": mark("Memory for weights and runtime"),
    "kv_memory": mark("Users whose KV cache fits"),
    "training_memory": mark("Training memory per accelerator"),
    "load": mark("Copies of the model for the load"),
    "max_accelerators": mark("Number of accelerators"),
    "max_nodes": mark("Number of servers"),
    "power_w": mark("Power"),
    "rack_units": mark("Rack units"),
    "purchasable": mark("Offer with a price"),
    "budget": mark("Budget"),
    "budget_month": mark("Monthly budget"),
    "precision": mark("Precision in silicon"),
    "inference": mark("Serve a model"),
    "fine_tuning": mark("Fine-tune a model"),
    "training": mark("Train a model"),
    "edge": mark("Run at the edge"),
    "minimum": mark("Minimum"),
    "recommended": mark("Recommended"),
    "headroom": mark("Headroom"),
    "alternative": mark("Alternative"),
    "ttft_ms": mark("Time to first token"),
    "tpot_ms": mark("Time per output token"),
    "e2e_ms": mark("End to end"),
    "output_tok_s": mark("Output tokens per second"),
    "total_tok_s": mark("Total tokens per second"),
    "requests_s": mark("Requests per second"),
    "max_concurrency": mark("Users at once"),
    "tokens_s_per_accelerator": mark("Tokens per second and accelerator"),
    "hours": mark("Hours"),
    "mfu": mark("Model FLOPs utilisation"),
    "weights": mark("Weights"),
    "kv_cache": mark("KV cache"),
    "activations": mark("Activations"),
    "overhead": mark("Runtime"),
    "gradients": mark("Gradients"),
    "optimizer": mark("Optimizer states"),
    "free": mark("Free"),
    "serving": mark("calibrated serving model"),
    "memory_fit": mark("memory arithmetic"),
    "full": mark("full training"),
    "lora": mark("LoRA"),
    "qlora": mark("QLoRA"),
    "own": mark("own hardware"),
    "cloud": mark("the cloud"),
    "api": mark("an API"),
    "equal": mark("exactly"),
    "below": mark("at most"),
    "above": mark("at least"),
    "weights_gb": mark("Weights in GB"),
    "weights_gb_per_accelerator": mark("Weights per accelerator in GB"),
    "memory_gb_per_accelerator": mark("Memory per accelerator in GB"),
    "training_states_gb": mark("Weights, gradients and optimizer states in GB"),
    "wall_power_w": mark("Wall power in watts"),
    "accelerators": mark("Number of accelerators"),
    "cloud_run_usd": mark("Rent of the run in USD"),
    "purchase_usd": mark("Purchase in USD"),
    "purchase_cny": mark("Purchase in CNY"),
    "break_even_month": mark("Break-even month"),
    "mha": mark("multi-head attention"),
    "mqa": mark("multi-query attention"),
    "gqa": mark("grouped-query attention"),
    "mla": mark("multi-head latent attention"),
    "gqa+swa": mark("grouped-query and sliding-window attention"),
    "mla+sparse": mark("latent attention with a sparse indexer"),
}
"""What a code is called on a label or in a table's head."""
