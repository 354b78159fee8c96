"""Speculative decoding and LoRA adapters under each engine's own names."""

from __future__ import annotations

import json

from wizard.deploy.facts import Deployment

DRAFT = "/models/draft"
"""Where the draft lies: an EAGLE head or a smaller model, beside the model."""

_VLLM_RANKS = (1, 8, 16, 32, 64, 128, 256, 320, 512)
"""What vLLM takes as the largest rank of its adapters."""

_SGLANG = {"mtp": "NEXTN", "eagle": "EAGLE", "draft": "STANDALONE"}
_TRTLLM = {"mtp": "MTP", "eagle": "Eagle", "draft": "DraftTarget"}


def needs_draft(d: Deployment) -> bool:
    """Whether weights beside the model's own guess for it."""
    return d.plan.needs.speculation.method in ("eagle", "draft")


def extra_words(d: Deployment) -> tuple[str, ...]:
    """Return the words of the start command for speculation and adapters; none where the plan has neither."""
    engines = {"vllm": _vllm, "sglang": _sglang, "llama.cpp": _llama}
    return engines[d.stack.engine](d) if d.stack.engine in engines else ()


def trtllm_extras(d: Deployment) -> dict[str, object]:
    """Return the same for TensorRT-LLM's file of options."""
    asked, adapters = d.plan.needs.speculation, d.plan.needs.adapters
    found: dict[str, object] = {}
    if asked.method != "none":
        steps = "num_nextn_predict_layers" if asked.method == "mtp" else "max_draft_len"
        found["speculative_config"] = {"decoding_type": _TRTLLM[asked.method], steps: asked.draft_tokens} | (
            {"speculative_model_dir": DRAFT} if needs_draft(d) else {})
    if adapters.count:
        found["lora_config"] = {"max_lora_rank": adapters.rank, "max_loras": adapters.count}
    return found


def _vllm(d: Deployment) -> tuple[str, ...]:
    asked, adapters = d.plan.needs.speculation, d.plan.needs.adapters
    words: tuple[str, ...] = ()
    if asked.method != "none":
        config: dict[str, object] = {"num_speculative_tokens": asked.draft_tokens}
        config |= {"model": DRAFT} if needs_draft(d) else {}
        config |= {} if asked.method == "draft" else {"method": asked.method}
        words += ("--speculative-config", json.dumps(config, separators=(",", ":")))
    if adapters.count:
        rank = next((r for r in _VLLM_RANKS if r >= adapters.rank), _VLLM_RANKS[-1])
        words += ("--enable-lora", "--max-loras", str(adapters.count), "--max-lora-rank", str(rank))
    return words


def _sglang(d: Deployment) -> tuple[str, ...]:
    asked, adapters = d.plan.needs.speculation, d.plan.needs.adapters
    words: tuple[str, ...] = ()
    if asked.method != "none":
        # One guess per position: a chain, as the plan counts it.
        words += ("--speculative-algorithm", _SGLANG[asked.method], "--speculative-num-steps", str(asked.draft_tokens),
                  "--speculative-eagle-topk", "1", "--speculative-num-draft-tokens", str(asked.draft_tokens + 1))
        words += ("--speculative-draft-model-path", DRAFT) if needs_draft(d) else ()
    if adapters.count:
        words += ("--enable-lora", "--max-loras-per-batch", str(adapters.count), "--max-lora-rank", str(adapters.rank))
    return words


def _llama(d: Deployment) -> tuple[str, ...]:
    return ("--model-draft", f"{DRAFT}/draft.gguf") if needs_draft(d) else ()
