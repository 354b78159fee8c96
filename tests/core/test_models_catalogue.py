from __future__ import annotations

import subprocess
import sys
import time

from wizard.catalog.architecture import parameter_groups
from wizard.catalog.catalog import Catalog

MODELS = Catalog().models


def test_every_model_names_known_sources() -> None:
    known = Catalog().sources
    assert [m.id for m in MODELS.values() if not m.sources] == []
    assert {s for m in MODELS.values() for s in m.sources if s not in known} == set()


def test_shapes_are_whole() -> None:
    for model in MODELS.values():
        if not parameter_groups(model).exact:
            continue
        if model.heads and model.kv_heads and not model.kv_lora_rank:
            assert model.heads % model.kv_heads == 0, model.id
        if model.experts:
            assert 0 < (model.experts_per_token or 0) <= model.experts, model.id
        assert (model.full_layers or 0) + (model.window_layers or 0) + (model.linear_layers or 0) <= (
            model.layers or 0
        ), model.id


def test_context_and_dates_are_plausible() -> None:
    for model in MODELS.values():
        assert model.max_context is None or 64 <= model.max_context <= 20_000_000, model.id
        assert model.release_date is None or 2017 < model.release_date.year < 2027, model.id


def test_families_that_users_ask_for_are_there() -> None:
    families = {m.family for m in MODELS.values()}
    assert families >= {
        "deepseek", "qwen", "llama", "mistral", "gemma", "glm", "gpt-oss", "phi", "granite", "nemotron", "internlm",
        "yi", "baichuan", "ernie", "hunyuan", "minimax", "kimi", "falcon", "olmo", "smollm", "bge", "minicpm", "exaone",
        "seed",
    }


def test_the_table_loads_in_a_moment() -> None:
    best = min(_seconds() for _ in range(5))
    assert best < 0.06, f"{best * 1000:.0f} ms"


def _seconds() -> float:
    begin = time.perf_counter()
    assert Catalog().models
    return time.perf_counter() - begin


def test_the_catalogue_does_not_load_numpy() -> None:
    code = (
        "import sys; from wizard.catalog.catalog import Catalog; from wizard.catalog.weights import weight_bytes\n"
        "from wizard.catalog.model_names import resolve_model; c = Catalog()\n"
        "weight_bytes(resolve_model(c, 'Qwen3-8B'), 'fp8'); print('numpy' in sys.modules, 'rapidfuzz' in sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.split() == ["False", "False"]
