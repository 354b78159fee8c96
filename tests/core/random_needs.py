"""Needs that nobody would choose, but that the fields allow: planning must answer or refuse them, never break."""

from __future__ import annotations

import random
from typing import Any

from tests.core.plans import CATALOG
from wizard.needs.files import needs_from
from wizard.needs.needs import Needs

MODELS = tuple(CATALOG.models)
ACCELERATORS = tuple(CATALOG.accelerators)
VENDORS = tuple(sorted({accelerator.vendor for accelerator in CATALOG.accelerators.values()}))


def random_needs(seed: int) -> Needs:
    """Return the needs of a seed."""
    return needs_from(_Chance(seed).needs())


class _Chance:
    def __init__(self, seed: int) -> None:
        self.dice = random.Random(seed)
        self.percentile = random.Random(-1 - seed).choice([None, None, 50, 95, 99])

    def maybe(self, share: float, *values: object) -> object:
        return self.dice.choice(values) if self.dice.random() < share else None

    def one(self, *values: object) -> object:
        return self.dice.choice(values)

    def needs(self) -> dict[str, Any]:
        return {
            "use_case": self.one("inference", "inference", "edge", "training", "fine_tuning"),
            "model": self.dice.choice(MODELS),
            "engine": self.one("auto", "auto", "auto", "vllm", "sglang", "tensorrt-llm", "llama.cpp"),
            "workload": self.workload(), "targets": self.targets(), "training": self.training(),
            "precision": {"weights": self.one("auto", "auto", "native", "bf16", "fp8", "int8", "fp4", "int4"),
                          "kv_cache": self.one("auto", "bf16", "fp8")},
            "speculation": {"method": self.one("none", "none", "mtp", "eagle"), "draft_tokens": self.one(1, 3, 16),
                            "acceptance": self.maybe(0.5, 0, 0.7, 0.99)},
            "adapters": {"count": self.one(0, 0, 1, 200), "rank": self.one(8, 256)},
            "host": {"offload": self.one("none", "none", "none", "layers", "experts"),
                     "memory_gib": self.maybe(0.5, 1, 512)},
            "budget": {"purchase": self.maybe(0.3, "0.01", "5000", "300000", "1e11"),
                       "per_month": self.maybe(0.1, "1", "5000"), "currency": self.one("USD", "CNY", "EUR")},
            "constraints": self.constraints(),
            "economics": {"country": self.one("US", "CN", "DE", "ZZ"), "horizon_years": self.one(1, 3, 7),
                          "utilization": self.one(0, 0.5, 1), "hardware_life_years": self.maybe(0.3, 1, 2, 20)},
            "storage": {"shared": self.one("auto", "auto", "yes", "no"), "dataset_tb": self.one(0, 0, 20, 1e6),
                        "load_s": self.maybe(0.3, 0.01, 60)},
            "bill": self.bill(),
        }

    def workload(self) -> dict[str, object]:
        return {
            "concurrent_users": self.maybe(0.5, 1, 2, 7, 50, 333, 5000, 100_000),
            "requests_per_s": self.maybe(0.2, 0.01, 1, 50, 1e4), "tokens_per_day": self.maybe(0.2, 1e4, 1e9, 1e13),
            "think_time_s": self.one(0, 0, 10, 3600), "prompt_tokens": self.one(1, 128, 2000, 32_000, 500_000),
            "output_tokens": self.one(1, 64, 500, 8000), "prefix_cache_share": self.one(0, 0, 0.5, 1),
            "peak_factor": self.one(1, 1, 3), "peak_hours_per_day": self.one(0, 3),
            "prompt_cv": self.one(0, 0, 0.5, 3), "output_cv": self.one(0, 0, 1, 10),
            "arrival_scv": self.one(1, 1, 0, 50), "batch_share": self.one(0, 0, 0.5, 1),
        }

    def targets(self) -> dict[str, object]:
        return {"ttft_ms": self.maybe(0.3, 1, 100, 2000, 1e6), "tpot_ms": self.maybe(0.3, 0.1, 20, 100, 1e5),
                "e2e_ms": self.maybe(0.1, 10, 1e4, 1e6), "output_tok_s": self.maybe(0.1, 1, 1000, 1e7),
                "percentile": self.percentile}

    def training(self) -> dict[str, object]:
        return {
            "method": self.one("full", "lora", "qlora"), "tokens": self.maybe(0.5, 1e6, 1e9, 1e13),
            "deadline_hours": self.maybe(0.5, 0.1, 72, 1e4), "sequence_length": self.one(1, 512, 4096, 131_072),
            "optimizer": self.one("adamw", "adamw_8bit", "adafactor", "sgd"), "precision": self.one("bf16", "fp8"),
            "activation_checkpointing": self.one(True, False),
        }

    def constraints(self) -> dict[str, object]:
        return {
            "acquisition": self.one("own", "cloud", "either"),
            "accelerators": self.dice.sample(ACCELERATORS, self.dice.choice((0, 0, 1, 3))),
            "vendors": self.one([], [], [self.dice.choice(VENDORS)]),
            "accelerator_count": self.maybe(0.25, 1, 2, 3, 5, 8, 16, 1000),
            "tensor_parallel": self.maybe(0.1, 1, 2, 3, 8), "max_nodes": self.maybe(0.1, 1, 4),
            "max_power_w": self.maybe(0.1, 10, 3000), "availability": self.one("n", "n", "n+1", "2n", "second_site"),
            "mig": self.dice.random() < 0.05, "include_legacy": self.one(True, False, False),
            "private_data": self.one(True, False), "max_rack_w": self.maybe(0.2, 100, 15_000, 60_000),
            "power_feeds": self.one(1, 2), "ups": self.one(True, False, False),
            "software": self.one([], [], ["NVIDIA AI Enterprise", "Ubuntu Pro"], ["vmware_vcf", "nvidia_run_ai"]),
        }

    def bill(self) -> list[dict[str, object]]:
        """Changes of lines that may or may not be there."""
        parts = ("installation", "rack_42u", "hardware_support", "site_link", "storage_2u_24", "no_such_part")
        return [{"part": part, "quantity": self.maybe(0.5, 0, 1, 10_000_000), "discount": self.maybe(0.5, 0, 1, 0.333),
                 "unit_price": self.maybe(0.5, "0", "0.01", "999999999999"),
                 "currency": self.one("USD", "CNY", "EUR")}
                for part in self.dice.sample(parts, self.dice.choice((0, 0, 3)))]
