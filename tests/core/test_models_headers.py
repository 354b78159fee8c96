"""Sizes and types from the headers of weight files: read exactly or refused."""

from __future__ import annotations

import json
import struct
import time
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.core import models_files as files
from wizard.catalog.architecture import tensors
from wizard.catalog.catalog import Catalog
from wizard.catalog.headers import inspect
from wizard.errors import InputError
from wizard.i18n import Translator

ONE = {"w": ("BF16", [4, 8], 64), "s": ("F32", [4], 16), "q": ("F4", [3], 2)}


def write(path: Path, config: Any) -> Path:
    path.write_text(json.dumps(config), encoding="utf-8")
    return path


def test_safetensors_are_summed_by_type(tmp_path: Path) -> None:
    found = inspect(files.safetensors(tmp_path / "m.safetensors", ONE))
    assert found.bytes == 82
    assert found.elements == 39
    assert [(s.dtype, s.tensors, s.elements, s.bytes) for s in found.stored] == [
        ("BF16", 1, 32, 64), ("F32", 1, 4, 16), ("F4", 1, 3, 2),
    ]


@pytest.mark.parametrize(
    "header",
    [
        {"w": {"dtype": "BF16", "shape": [4], "data_offsets": [0, 7]}},
        {"w": {"dtype": "BF17", "shape": [4], "data_offsets": [0, 8]}},
        {"w": {"dtype": "BF16", "shape": [-4], "data_offsets": [0, 8]}},
        {"w": {"dtype": "BF16", "shape": [4], "data_offsets": [8, 0]}},
        {"w": {"dtype": "BF16", "shape": [4], "data_offsets": [8, 16]}},
        {"w": {"dtype": "BF16", "shape": [10**18, 10**18], "data_offsets": [0, 8]}},
        {"w": {"dtype": ["BF16"], "shape": [4], "data_offsets": [0, 8]}},
        {"w": {"dtype": "BF16", "shape": "4", "data_offsets": [0, 8]}},
        {"w": {"dtype": "BF16", "shape": [True], "data_offsets": [0, 2]}},
        {"w": 3},
        {"a": {"dtype": "U8", "shape": [4], "data_offsets": [0, 4]},
         "b": {"dtype": "U8", "shape": [6], "data_offsets": [2, 8]}},
    ],
)
def test_contradicting_safetensors_are_refused(tmp_path: Path, header: dict[str, Any]) -> None:
    path = files.raw_safetensors(tmp_path / "m.safetensors", json.dumps(header).encode(), 8)
    with pytest.raises(InputError) as error:
        inspect(path)
    assert "m.safetensors" in str(error.value)
    assert error.value.mend


@pytest.mark.parametrize(
    ("header", "data", "claimed"),
    [
        (b"{}", 0, 2**63), (b"{}", 0, 200_000_000), (b"{}", 4, None), (b'{"a":{},"a":{}}', 0, None),
        (b'{"w":{"dtype":"U8","shape":[NaN],"data_offsets":[0,0]}}', 0, None), (b"[" * 200_000, 0, None), (b"", 0, 9),
    ],
)
def test_damaged_safetensors_are_refused(tmp_path: Path, header: bytes, data: int, claimed: int | None) -> None:
    with pytest.raises(InputError):
        inspect(files.raw_safetensors(tmp_path / "m.safetensors", header, data, claimed))


def test_a_truncated_file_is_refused(tmp_path: Path) -> None:
    whole = files.safetensors(tmp_path / "m.safetensors", ONE).read_bytes()
    for length in range(len(whole)):
        path = tmp_path / "cut.safetensors"
        path.write_bytes(whole[:length])
        with pytest.raises(InputError):
            inspect(path)


def test_a_folder_joins_config_and_weights(tmp_path: Path) -> None:
    write(tmp_path / "config.json", files.LLAMA_8B)
    files.safetensors(tmp_path / "a.safetensors", ONE)
    files.safetensors(tmp_path / "b.safetensors", ONE)
    index = {"metadata": {"total_size": 164}, "weight_map": {"x": "a.safetensors", "y": "b.safetensors"}}
    write(tmp_path / "model.safetensors.index.json", index)
    found = inspect(tmp_path)
    assert (found.kind, found.bytes, found.files) == ("folder", 164, 2)
    assert found.model is not None
    assert found.model.layers == 32


def test_an_index_without_its_files_gives_the_stated_size(tmp_path: Path) -> None:
    index = {"metadata": {"total_size": 688_586_727_753}, "weight_map": {"x": "a.safetensors"}}
    found = inspect(write(tmp_path / "model.safetensors.index.json", index))
    assert found.bytes == 688_586_727_753
    assert found.warnings


@pytest.mark.parametrize(
    "index",
    [
        {}, {"weight_map": []}, {"weight_map": {"x": 3}}, {"weight_map": {"x": "../../etc/passwd"}},
        {"weight_map": {"x": "a.safetensors"}}, {"weight_map": {"x": "a"}, "metadata": {"total_size": -1}},
        {"weight_map": {"x": "a"}, "metadata": {"total_size": True}}, {"weight_map": {"x": ""}},
    ],
)
def test_broken_indexes_are_refused(tmp_path: Path, index: dict[str, Any]) -> None:
    with pytest.raises(InputError):
        inspect(write(tmp_path / "model.safetensors.index.json", index))


def tiny_gguf(path: Path, **more: Any) -> Path:
    weights = [files.tensor("token_embd.weight", (64, 128), 8, 0), files.tensor("blk.0.norm", (64,), 0, 8704)]
    return files.gguf(path, files.llama_metadata(), weights, 8704 + 256, **more)


def test_gguf_sizes_and_architecture(tmp_path: Path) -> None:
    found = inspect(tiny_gguf(tmp_path / "tiny.gguf"))
    assert found.bytes == 64 * 128 // 32 * 34 + 64 * 4
    assert [(s.dtype, s.elements) for s in found.stored] == [("Q8_0", 8192), ("F32", 64)]
    model = found.model
    assert model is not None
    assert (model.layers, model.hidden_size, model.kv_heads, model.vocab_size) == (2, 64, 2, 128)
    assert model.tied_embeddings
    assert model.notes == "Tiny"


GGUFS: list[tuple[str, str, dict[str, int]]] = [
    # Metadata as llama.cpp prints it for published files.
    ("Qwen/Qwen3.6-27B", "qwen35", {
        "block_count": 65, "embedding_length": 5120, "feed_forward_length": 17408, "attention.head_count": 24,
        "attention.head_count_kv": 4, "attention.key_length": 256, "ssm.conv_kernel": 4, "ssm.state_size": 128,
        "ssm.group_count": 16, "ssm.time_step_rank": 48, "ssm.inner_size": 6144, "full_attention_interval": 4,
        "nextn_predict_layers": 1}),
    ("Qwen/Qwen3-30B-A3B", "qwen3moe", {
        "block_count": 48, "embedding_length": 2048, "feed_forward_length": 6144, "attention.head_count": 32,
        "attention.head_count_kv": 4, "attention.key_length": 128, "expert_used_count": 8, "expert_count": 128,
        "expert_feed_forward_length": 768}),
    ("ibm-granite/granite-4.1-8b", "granite", {
        "block_count": 40, "embedding_length": 4096, "feed_forward_length": 12800, "attention.head_count": 32,
        "attention.head_count_kv": 8, "vocab_size": 100352, "rope.dimension_count": 128}),
    ("meta-llama/Llama-3.1-8B-Instruct", "llama", {
        "block_count": 32, "embedding_length": 4096, "feed_forward_length": 14336, "attention.head_count": 32,
        "attention.head_count_kv": 8}),
]


def stored_as_gguf(path: Path, id_: str, architecture: str, numbers: dict[str, int], *, more: int = 0) -> Path:
    """Write the header of a BF16 file of a model (the data behind it is a hole), with ``more`` layers on top."""
    row = Catalog().models[id_]
    metadata = [files.string("general.architecture", architecture)]
    metadata += [files.number(f"{architecture}.{key}", value) for key, value in numbers.items()]
    weights: list[bytes] = []
    place = 0
    for t in tensors(row):
        for layer in t.layers:
            for block in {layer, *(range(row.layers or 0, (row.layers or 0) + more) if layer == 0 else ())}:
                name = f"{t.role}.weight" if block < 0 else f"blk.{block}.{t.role}.weight"
                shape = (t.cols, t.rows * t.experts) if t.is_matrix else (t.cols,)
                weights.append(files.tensor(name, shape, 30, place))
                place += -(-2 * t.per_layer // 32) * 32
    return files.gguf(path, metadata, weights, place)


@pytest.mark.parametrize(("id_", "architecture", "numbers"), GGUFS)
def test_gguf_metadata_gives_the_catalogue_s_own_facts(
    tmp_path: Path, id_: str, architecture: str, numbers: dict[str, int]
) -> None:
    row = Catalog().models[id_]
    ahead = numbers.get("nextn_predict_layers", 0)
    found = inspect(stored_as_gguf(tmp_path / "m.gguf", id_, architecture, numbers, more=ahead))
    assert found.warnings == ()
    assert found.model is not None
    assert (found.model.total_params, found.model.kv_bytes_per_token_bf16, found.model.layers) == (
        row.total_params, row.kv_bytes_per_token_bf16, row.layers)


def test_a_file_is_never_smaller_than_its_weights(tmp_path: Path) -> None:
    id_, architecture, numbers = GGUFS[3]
    found = inspect(stored_as_gguf(tmp_path / "m.gguf", id_, architecture, numbers | {"feed_forward_length": 4096}))
    assert found.model is not None
    assert found.model.total_params == found.elements == Catalog().models[id_].total_params
    for lang in ("en", "zh_CN"):
        said = Translator(lang).format(found.warnings[0][0], dict(found.warnings[0][1]))
        assert "8030261248" in said
        assert ("文件" in said) == (lang == "zh_CN")


def test_an_unknown_gguf_architecture_still_gives_the_sizes(tmp_path: Path) -> None:
    metadata = [files.string("general.architecture", "novelty")]
    found = inspect(files.gguf(tmp_path / "n.gguf", metadata, [files.tensor("w", (32,), 2, 0)], 18))
    assert found.bytes == 18
    assert found.model is None
    assert found.warnings


def test_split_gguf_files_are_summed(tmp_path: Path) -> None:
    for part in (1, 2):
        tiny_gguf(tmp_path / f"m-0000{part}-of-00003.gguf")
    found = inspect(tmp_path / "m-00001-of-00003.gguf")
    assert found.files == 2
    assert found.bytes == 2 * 8960
    assert dict(found.warnings[0][1]) == {"missing": 1, "files": 3}


@pytest.mark.parametrize("more", [{"version": 1}, {"version": 4}, {"version": 3 << 24}, {"magic": b"GGML"}])
def test_other_versions_and_formats_are_refused(tmp_path: Path, more: dict[str, Any]) -> None:
    with pytest.raises(InputError, match=r"GGUF"):
        inspect(tiny_gguf(tmp_path / "tiny.gguf", **more))


@pytest.mark.parametrize(
    ("metadata", "tensors", "data"),
    [
        ([files.number("a", 1), files.number("a", 1)], [], 0),
        ([files.text("a") + struct.pack("<I", 77)], [], 0),
        ([files.text("a") + struct.pack("<IIQ", 9, 8, 2**60)], [], 0),
        ([files.text("a") + struct.pack("<IIQ", 9, 4, 2**60)], [], 0),
        ([files.text("a") + struct.pack("<IQ", 8, 2**62)], [], 0),
        ([files.text("a") + struct.pack("<IIQ", 9, 9, 1) * 50], [], 0),
        ([files.number("general.alignment", 3)], [], 0),
        ([], [files.tensor("w", (32,), 99, 0)], 64), ([], [files.tensor("w", (31,), 2, 0)], 64),
        ([], [files.tensor("w", (32,), 2, 2**40)], 64), ([], [files.tensor("w", (2**62, 2**62), 0, 0)], 64),
        ([], [files.tensor("w", (1,) * 9, 0, 0)], 64),
        ([], [files.tensor("a", (32,), 0, 0), files.tensor("b", (32,), 0, 64)], 4096),
        ([], [files.tensor("w", (32,), 0, 7)], 4096),
    ],
)
def test_contradicting_gguf_headers_are_refused(
    tmp_path: Path, metadata: list[bytes], tensors: list[bytes], data: int
) -> None:
    with pytest.raises(InputError) as error:
        inspect(files.gguf(tmp_path / "m.gguf", metadata, tensors, data))
    assert "m.gguf" in str(error.value)


def test_a_truncated_gguf_header_is_refused(tmp_path: Path) -> None:
    whole = tiny_gguf(tmp_path / "tiny.gguf").read_bytes()
    for length in (*range(0, 400, 7), len(whole) - 1):
        path = tmp_path / "cut.gguf"
        path.write_bytes(whole[:length])
        with pytest.raises(InputError):
            inspect(path)


def test_a_file_of_many_gigabytes_takes_a_moment(tmp_path: Path) -> None:
    size = 40 * 2**30
    big = files.safetensors(tmp_path / "m.safetensors", {"w": ("BF16", [size // 2], size)})
    vocabulary = [files.strings("tokenizer.ggml.tokens", [f"token{n}" for n in range(150_000)])]
    large = files.gguf(tmp_path / "m.gguf", vocabulary, [files.tensor("w", (size // 4,), 0, 0)], size)
    for path in (big, large):
        begin = time.process_time()
        assert inspect(path).bytes == size
        assert time.process_time() - begin < 0.5


@pytest.mark.parametrize("name", ["model.bin", "readme.txt"])
def test_other_files_are_refused(tmp_path: Path, name: str) -> None:
    (tmp_path / name).write_bytes(b"x")
    with pytest.raises(InputError, match=name):
        inspect(tmp_path / name)


def test_nothing_there_is_said(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="no such"):
        inspect(tmp_path / "missing.gguf")
    with pytest.raises(InputError, match="no model"):
        inspect(tmp_path)


HOSTILE = settings(max_examples=150, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)


@HOSTILE
@given(data=st.binary(max_size=400), prefix=st.sampled_from([b"", b"GGUF\x03\0\0\0", b"\x10\0\0\0\0\0\0\0"]),
       name=st.sampled_from(["m.gguf", "m.safetensors", "config.json", "model.safetensors.index.json"]))
def test_any_bytes_are_read_or_refused(tmp_path: Path, data: bytes, prefix: bytes, name: str) -> None:
    path = tmp_path / name
    path.write_bytes(prefix + data)
    try:
        found = inspect(path)
    except InputError as error:
        message = str(error)
    else:
        message = str(found.path)
    assert str(path) in message


@HOSTILE
@given(st.lists(st.tuples(st.integers(0, 600), st.integers(0, 255)), max_size=8))
def test_any_damage_to_a_gguf_file_is_read_or_refused(tmp_path: Path, damage: list[tuple[int, int]]) -> None:
    data = bytearray(tiny_gguf(tmp_path / "tiny.gguf").read_bytes())
    for place, value in damage:
        data[place] = value
    path = tmp_path / "damaged.gguf"
    path.write_bytes(data)
    try:
        found = inspect(path)
    except InputError:
        return
    assert found.bytes is not None
    assert found.bytes <= len(data)
