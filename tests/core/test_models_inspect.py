from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.core import models_files as files
from wizard.catalog.headers import inspect
from wizard.cli.inspect_command import as_data, lines, run
from wizard.i18n import Translator


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "config.json").write_text(json.dumps(files.LLAMA_8B), encoding="utf-8")
    files.safetensors(tmp_path / "model.safetensors", {"w": ("BF16", [1024, 1024], 2_097_152)})
    return tmp_path


@pytest.mark.parametrize("lang", ["en", "zh_CN"])
def test_the_report_names_what_matters(folder: Path, lang: str) -> None:
    report = "\n".join(lines(inspect(folder), Translator(lang)))
    for part in ("LlamaForCausalLM", "8,030,261,248", "131,072", "2,097,152", "BF16"):
        assert part in report
    assert ("参数量" in report) == (lang == "zh_CN")


def test_a_config_alone_gets_computed_sizes(folder: Path) -> None:
    report = "\n".join(lines(inspect(folder / "config.json"), Translator()))
    assert "gguf:Q4_K_M" in report
    assert "4.58 GiB" in report


def test_json_is_complete(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(folder, json=True, tr=Translator()) == 0
    data = json.loads(capsys.readouterr().out)
    assert data["bytes"] == 2_097_152
    assert data["model"]["total_params"] == 8_030_261_248
    assert data["model"]["kv_bytes_per_token_bf16"] == 131_072
    assert data["weight_bytes"]["bf16"] == 2 * 8_030_261_248
    assert data == as_data(inspect(folder), Translator())


def test_text_goes_to_standard_output(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(folder / "model.safetensors", json=False, tr=Translator()) == 0
    assert "2,097,152" in capsys.readouterr().out


def test_warnings_are_shown(tmp_path: Path) -> None:
    config = files.LLAMA_8B | {"architectures": ["NewThing"]}
    (tmp_path / "config.json").write_text(json.dumps(config), encoding="utf-8")
    report = "\n".join(lines(inspect(tmp_path), Translator("zh_CN")))
    assert "未知架构 NewThing" in report


def test_a_hybrid_model_shows_its_state_and_experts(tmp_path: Path) -> None:
    config = {
        "architectures": ["Qwen3NextForCausalLM"], "num_hidden_layers": 48, "hidden_size": 2048,
        "num_attention_heads": 16, "num_key_value_heads": 2, "head_dim": 256, "vocab_size": 151936,
        "num_experts": 512, "num_experts_per_tok": 10, "moe_intermediate_size": 512,
        "shared_expert_intermediate_size": 512, "linear_num_key_heads": 16, "linear_num_value_heads": 32,
        "linear_key_head_dim": 128, "linear_value_head_dim": 128, "linear_conv_kernel_dim": 4,
        "full_attention_interval": 4, "tie_word_embeddings": False, "decoder_sparse_step": 1,
    }
    (tmp_path / "config.json").write_text(json.dumps(config), encoding="utf-8")
    report = "\n".join(lines(inspect(tmp_path), Translator()))
    assert "79.67 B (79,674,391,296)" in report
    assert "10 of 512 experts" in report
    assert "Constant state: 0.07 GiB" in report
