from __future__ import annotations

import io
from pathlib import Path

import pytest

from wizard.catalog.catalog import Catalog
from wizard.cli.estimate_kv import predict as predict_kv
from wizard.cli.estimate_rows import (
    Prediction,
    number,
    read_cases,
    save_predictions,
    unanswered,
    write_predictions,
)
from wizard.cli.estimate_weights import predict
from wizard.errors import InputError, OutputError

CATALOG = Catalog()


def answer(**row: str) -> Prediction:
    (found,) = predict([row], CATALOG)
    return found


@pytest.mark.parametrize(
    ("model", "precision", "size", "tolerance"),
    [
        ("meta-llama/Llama-3.2-3B", "bf16 safetensors", 6_425_499_648, 0.0001),
        ("LLaMA v2 70B", "GGUF mostly F16", 137_954_349_548, 0.001),
        ("docker:ai/qwq:32B-Q4_0", "GGUF Q4_0", 18_629_420_646, 0.002),
        ("Zephyr 7B β: zephyr-7b-beta.Q6_K.gguf", "GGUF Q6_K", 5_942_064_832, 0.0005),
        ("models 30B", "GGUF Q4_0", 18_350_247_772, 0.001),
        ("llama 1B Q4_K - Medium [1.24B]", "GGUF Q4_K - Medium", 799_864_259, 0.005),
        ("deepseek-ai/DeepSeek-V3", "native", 688_586_727_753, 0.0005),
    ],
)
def test_sizes_that_were_measured(model: str, precision: str, size: float, tolerance: float) -> None:
    found = answer(model=model, precision=precision)
    assert found.value is not None
    assert abs(found.value / size - 1) <= tolerance
    assert found.low is not None
    assert found.high is not None
    assert found.low <= found.value <= found.high
    assert found.metric == "bytes"


def test_the_measured_value_is_never_read() -> None:
    row = {"model": "Qwen/Qwen3-8B", "precision": "bf16"}
    assert answer(**row) == answer(**row, bytes="1", bytes_per_param="7")


def test_a_file_name_says_the_format_better_than_the_column() -> None:
    found = answer(model="X: Meta-Llama-3-8B-Instruct-Q4_K_M.gguf", precision="GGUF Q4_K_S")
    assert "Q4_K_M" in found.basis


def test_an_unknown_model_with_a_nominal_size_gets_a_wide_answer() -> None:
    found = answer(model="Nobody/Unknown-13B", precision="bf16", params_total="13000000000")
    assert found.value == 26e9
    assert found.low is not None
    assert found.high is not None
    assert found.high / found.low > 1.3
    assert "Unknown-13B" in found.note


@pytest.mark.parametrize(
    "row",
    [
        {}, {"model": ""}, {"model": "Qwen/Qwen3-8B"}, {"model": "Qwen/Qwen3-8B", "precision": "twelve"},
        {"model": "Nobody/Unknown", "precision": "bf16"}, {"precision": "bf16"},
        {"model": "Nobody", "precision": "bf16", "params_total": "many"},
        {"model": "meta-llama/Llama-3.2-3B + adapter boft--x", "precision": "adapter checkpoint"},
        {"model": "\x00\uffff" * 50, "precision": "Q4_K_M"},
    ],
)
def test_a_row_without_answer_says_why(row: dict[str, str]) -> None:
    found = answer(**row)
    assert found.value is None
    assert found.note


def test_lora_adapters_are_answered() -> None:
    found = answer(model="meta-llama/Llama-3.2-3B + adapter lora--llama-3.2-3B-rank64", precision="adapter checkpoint")
    assert found.value is not None
    assert abs(found.value / 73_415_408 - 1) < 0.01


def test_rows_are_numbered_from_one() -> None:
    rows = [{"model": "Qwen/Qwen3-8B", "precision": "bf16"}] * 3
    assert [p.row for p in predict(rows, CATALOG)] == [1, 2, 3]


def test_cases_are_read_as_people_save_them(tmp_path: Path) -> None:
    path = tmp_path / "cases.csv"
    path.write_bytes("\ufeffmodel,precision\r\n Qwen3-8B ,bf16,extra\r\nonly\r\n".encode())
    assert read_cases(path) == [{"model": "Qwen3-8B", "precision": "bf16"}, {"model": "only", "precision": ""}]


@pytest.mark.parametrize("content", [b"", b"\xff\xfe\x00", None])
def test_files_that_are_no_cases_are_refused(tmp_path: Path, content: bytes | None) -> None:
    path = tmp_path / "cases.csv"
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(InputError, match=r"cases\.csv"):
        read_cases(path)


def test_predictions_are_written_as_csv(tmp_path: Path) -> None:
    predictions = [Prediction(1, "bytes", 26e9, 25e9, 27.5e9, "b, c"), unanswered(2, "bytes", "no model")]
    out = io.StringIO()
    write_predictions(predictions, out)
    assert out.getvalue().splitlines() == [
        "row,metric,value,low,high,basis,note", '1,bytes,2.6e+10,2.5e+10,2.75e+10,"b, c",', "2,bytes,,,,,no model",
    ]
    save_predictions(predictions, tmp_path / "out.csv")
    assert (tmp_path / "out.csv").read_text(encoding="utf-8") == out.getvalue()


def test_a_place_that_cannot_be_written_is_said(tmp_path: Path) -> None:
    with pytest.raises(OutputError):
        save_predictions([], tmp_path / "no" / "such" / "folder.csv")


@pytest.mark.parametrize(("text", "value"), [("1,000", 1000.0), ("", None), ("x", None), ("nan", None), ("inf", None)])
def test_numbers_in_cells(text: str, value: float | None) -> None:
    assert number({"a": text}, "a") == value
    assert number({}, "a") is None


def test_tokens_of_compressed_caches_are_refused_with_the_reason() -> None:
    row = {"model": "deepseek-ai/DeepSeek-V4-Flash", "gpu": "H200 141GB", "tp": "2", "engine": "vLLM 0.26.0",
           "kv_dtype": "fp8_ds_mla", "max_model_len": "262144"}
    weights, pool, tokens = predict_kv([row], CATALOG)
    assert weights.value == pytest.approx(74.08, rel=0.03)
    assert pool.value is not None
    assert tokens.value is None
    assert "padding differs from version to version" in tokens.note
    pro = {"model": "deepseek-ai/DeepSeek-V4-Pro (FP8)", "gpu": "H200 141GB", "tp": "8", "engine": "SGLang"}
    assert next(iter(predict_kv([pro], CATALOG))).basis.endswith("native")


def test_a_cache_never_has_less_than_nothing() -> None:
    row = {"model": "meta-llama/Llama-3.1-405B-Instruct", "gpu": "H100 80GB", "tp": "8", "engine": "vLLM 0.11"}
    assert [answer.value is None for answer in predict_kv([row], CATALOG)] == [False, True, True]
