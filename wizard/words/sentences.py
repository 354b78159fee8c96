"""What codes with numbers say: one sentence each."""

from __future__ import annotations

from collections.abc import Mapping

from wizard.costing import sentences as costing
from wizard.i18n import mark

WARNINGS: Mapping[str, str] = {
    "context_beyond_model": mark("{asked} tokens of context were asked for; {model} was made for {most}."),
    "architecture_unverified": mark("The architecture of {model} could not be checked against its published size."),
    "no_fp8": mark("{accelerator} has no FP8 arithmetic; the training is planned in BF16."),
    "legacy_hardware": mark("{accelerator} is no longer sold as new; prices are those of the used market."),
    "estimated_specs": mark("Some specifications of {accelerator} rest on no publication of its maker: {fields}."),
    "delivery_unknown": mark(
        "No delivery time of {system} is known to us; ask for it before you rely on {weeks} weeks."),
    "owned_used": mark("{used} of your {owned} {accelerator} are used; the bill counts them as paid."),
    "wide_band": mark("The band of the time per token is wide for {accelerator}: test before you buy."),
    "assumed_ttft": mark("No time to the first token was asked for; {ttft_ms} at the slow end is assumed."),
    "assumed_tpot": mark(
        "No time per token was asked for; {tpot_ms} at the slow end is assumed, about as fast as one reads."
    ),
    "late_ttft": mark(
        "The mean keeps {target} ms to the first token, but 5 % of the requests wait {late} ms or more. A target of"
        " about {stricter} ms would keep it for them too."
    ),
    "late_tpot": mark(
        "The mean keeps a token pace of {target}, but 5 % of the requests see {late} or worse. A target of about"
        " {stricter} would keep it for them too."
    ),
    "late_e2e": mark(
        "The mean keeps {target} ms for the whole answer, but 5 % of the requests take {late} ms or more. A target of"
        " about {stricter} ms would keep it for them too."
    ),
    "tight_memory": mark("The training fits, but not at the high end of its memory estimate: try before you buy."),
    "no_replica": mark("Not one copy of the model fits on the stated number of {accelerator}."),
    "unpriced_lines": mark("Lines without a known price, omitted from the total: {lines}."),
    "stale_prices": mark("Prices older than 90 days, only indicative: {lines}."),
    "stale_rent": mark(
        "The rent of {instance} from {provider} is as of {as_of}: older than 90 days and only indicative."),
    "stale_rate": mark(
        "The exchange rate of {currency} is as of {as_of}: older than 90 days, so amounts are only indicative."),
    "cannot_build": mark("No complete machine can be built: {part} ({conflict_label})."),
    "prices_unknown": mark("The price of {accelerator} or of its machine is not known; ask for a quote."),
}

REASONS: Mapping[str, str] = {
    "same_as_minimum": mark("The same machine as the minimum: it already has the reserve."),
    "same_as_recommended": mark("The same machine as recommended: it already has the room."),
    "narrow_weights": mark("Weights in {precision} instead of the checkpoint's {native}, as you left the choice: test"
                           " the quality of the answers."),
    "narrow_kv": mark("KV cache in {precision} instead of 16 bit, as you left the choice: test the quality of long"
                      " answers."),
    "rented": mark("{instances} x {instance} at {provider}, {region}, on demand."),
    "rent_software": mark("Subscriptions to software on top of the rent take {amount} {currency} a year."),
    "spares_price": mark("Spare copies of the model take about {amount} {currency} of the price."),
    "spares_rent": mark("Spare copies of the model take about {amount} {currency} of a month's rent."),
    "training_layout": mark("ZeRO stage {zero}, micro-batch {micro_batch}, {micro_batches} micro-batches per step."),
}

FACTS: Mapping[str, str] = {
    "kv_per_token": mark(
        "With {attention_label} the KV cache takes {bytes} bytes per token, {gib} for {tokens} tokens; with every"
        " head's keys and values it would be {full_bytes} bytes per token."
    ),
    "settings": mark(
        "These speeds assume prompts computed {chunk} tokens at a time, at most {sequences} sequences at once per"
        " replica, the KV cache in {kv}, and {arrival_label}."
    ),
    "lengths_vary": mark(
        "Prompts of {prompt} tokens on average vary by {prompt_cv} % and answers of {output} by {output_cv} % (standard"
        " deviation); the engine is set up for {longest} tokens."
    ),
    "latency_spread": mark(
        "At your load half of the requests see the first token within {p50} ms, 95 % within {p95} ms and 99 % within"
        " {p99} ms; a token follows the last within {gap} ms 95 times in 100."
    ),
    "goodput": mark(
        "About {share} % of the requests keep every target ({low} % at the slow end): {rate} requests per second."
    ),
    "speculation": mark(
        "Speculative decoding with {method_label}: {guesses} guesses a step, each taken with probability {acceptance}"
        " ({stated_label}), make {tokens} tokens a step; the draft takes {gib} per replica."
    ),
    "adapters": mark("{count} LoRA adapters of rank {rank} take {gib} per replica."),
    "disaggregation_pays": mark(
        "Split into {prefill} prefill and {decode} decode workers of {devices} accelerators each, with the KV cache"
        " over {link} GB/s per accelerator ({stated_label}), the same hardware answers up to {requests} requests/s"
        " within the targets instead of {together}: first token {ttft} ms (now {other_ttft}), tokens at {tpot} (now"
        " {other_tpot})."
    ),
    "disaggregation_even": mark(
        "Splitting prefill and decode does not pay here: {prefill} prefill and {decode} decode workers of {devices}"
        " accelerators answer up to {requests} requests/s within the targets against {together}, first token {ttft}"
        " ms (now {other_ttft}), tokens at {tpot} (now {other_tpot}), with {link} GB/s per accelerator"
        " ({stated_label})."
    ),
    "disaggregation_misses": mark(
        "No split of the same hardware into prefill and decode workers of {devices} accelerators keeps both latency"
        " targets with {link} GB/s per accelerator ({stated_label})."
    ),
    "hybrid": mark(
        "{count} x {accelerator} with the host's memory ({host_gib}, {bandwidth} GB/s, {stated_label}) holds the"
        " model as {format}: {share} % of {place_label} and {here_gib} in all on the accelerator, {there_gib}"
        " on the host. One answer runs at about {rate} tokens/s ({low} to {high}; {most} at the very best) after {ttft}"
        " s. Hosts differ much: measure before you rely on it."
    ),
    "hybrid_host": mark(
        "{there_gib} of the experts stay in the machine's own memory and are computed by its cores, at {bandwidth}"
        " GB/s of one socket; only what every token needs lies on the accelerator."
    ),
    "compressed_cache": mark(
        "The cache of {model} is counted as it is stored; vLLM pads its compressed parts to whole pages and, by its"
        " logs, takes 4 to 20 times as much for each conversation. See how many fit before you promise them."
    ),
    "hybrid_unsure": mark(
        "How fast a machine computes experts by its cores differs much with processor, memory and settings: try it with"
        " your model before you buy."
    ),
    "hybrid_misses": mark(
        "{count} x {accelerator} cannot hold {model} even with {host_gib} of the host's memory, at any width tried."
    ),
    "hybrid_needs_experts": mark("{model} has no experts to put into the host's memory; offload layers instead."),
    "hybrid_needs_name": mark("Name an accelerator to see what it does with {model} and the host's memory."),
    "own_measurements": mark(
        "The {rows} rows that you measured change the time per token on {accelerator} with {engine} by {change} %; its"
        " band is {width} % as wide as without them."
    ),
    "batch_requests": mark(
        "{share} % of the requests have time: they wait while others come, and no target holds for them."),
    "claim_holds": mark("The guide's claim holds. {quantity_label}: {relation_label} {claimed} claimed, {ours} by our"
                        " estimate."),
    "claim_fails": mark("The guide's claim does not hold. {quantity_label}: {relation_label} {claimed} claimed,"
                        " {ours} by our estimate."),
    "advice": mark("Over {months} months the cheapest way is {choice_label}."),
    "advice_cost": mark("{choice_label}: {cost} {currency} over {months} months."),
    "advice_private": mark("The data must stay private, so an API is not considered."),
    "api_price": mark("The API price is that of {provider} on {as_of}: USD {input_usd} per million input tokens and"
                      " USD {output_usd} per million output tokens."),
    "api_price_stale": mark("The API price is that of {provider} on {as_of}: USD {input_usd} per million input tokens"
                            " and USD {output_usd} per million output tokens. It is older than 90 days: ask again."),
    "availability_plain": mark("Availability, {choice_label}: the purchase takes {cost} {currency}, tax included."),
    "availability_price": mark("Availability, {choice_label}: {cost} {currency}, {more} more."),
    "peak_split": mark(
        "Cheapest mix for the daily peak, with {accelerators} x {accelerator} a replica: own {own} replicas and rent"
        " {rent} more for {hours} replica-hours a month, {month} {currency} a month; owning all takes"
        " {all_own}, renting all {all_rented}."
    ),
    "spot_pays": mark(
        "On interruptible instances of {provider} the run costs about USD {spot_usd} instead of {on_demand_usd}:"
        " {hours} hours with restarts, a checkpoint every {every} hours, one interruption in 20 hours assumed."
    ),
    "spot_market": mark(
        "At the market's average price of interruptible instances the run would cost about USD {spot_usd} instead of"
        " {on_demand_usd}: {hours} hours with restarts, a checkpoint every {every} hours, one interruption in 20 hours"
        " assumed."
    ),
    "spot_costs": mark(
        "Interruptible instances of {provider} do not pay here: about USD {spot_usd} against {on_demand_usd},"
        " with {hours} hours and a checkpoint every {every} hours, one interruption in 20 hours assumed."
    ),
    "method_fits": mark("{method_label} on {accelerators} accelerators needs {gib} each and fits ({states_gb} of"
                        " weights, gradients and optimizer states in all); about {tokens_s} tokens/s."),
    "method_fails": mark("{method_label} on {accelerators} accelerators needs {gib} each and does not fit"
                         " ({states_gb} of weights, gradients and optimizer states in all)."),
    "method_smallest": mark("{method_label} fits from {accelerators} accelerators on."),
    "tokens_in_time": mark("In {hours} hours it trains on {tokens} tokens ({low} to {high})."),
    "devices_in_time": mark("{tokens} tokens in {hours} hours take {accelerators} accelerators."),
    "curve_passes": mark("{rate} output tokens/s are passed at a batch of {batch} per replica."),
    "curve_never": mark("{rate} output tokens/s are not reached on one replica at any batch that fits."),
    "keeps_tpot": mark("{model} keeps a token pace of {target} on it: about {tpot}, {high} at the slow end."),
    "misses_tpot": mark("{model} misses a token pace of {target} on it: about {tpot}, {high} at the slow end."),
    "does_not_fit": mark("{model} does not fit on it."),
    "software": mark("{accelerator}: {software}."),
    "software_since": mark("{accelerator}: {software}; {stack} {first} or newer."),
    "software_until": mark("{accelerator}: {software}; {stack} {first} to {last}, no longer supported by newer ones."),
    "export_licence": mark("{accelerator} counts {performance} on the US export list (ECCN 3A090, limit {limit}):"
                           " delivery to {country} needs a licence."),
}

SENTENCES: Mapping[str, str] = {**costing.SENTENCES, **WARNINGS, **REASONS, **FACTS}
"""What a code with fields says."""
