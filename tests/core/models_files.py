"""Small model files that tests write themselves, well-formed and broken."""

from __future__ import annotations

import json
import struct
from pathlib import Path
from typing import Any

LLAMA_8B: dict[str, Any] = {
    "architectures": ["LlamaForCausalLM"], "model_type": "llama", "num_hidden_layers": 32, "hidden_size": 4096,
    "intermediate_size": 14336, "num_attention_heads": 32, "num_key_value_heads": 8, "vocab_size": 128256,
    "max_position_embeddings": 131072, "tie_word_embeddings": False, "torch_dtype": "bfloat16",
}

_STRING, _U32, _ARRAY, _F32 = 8, 4, 9, 6


def safetensors(path: Path, weights: dict[str, tuple[str, list[int], int]]) -> Path:
    """Write a file with weights ``name -> (dtype, shape, bytes)`` of zeros."""
    header: dict[str, Any] = {"__metadata__": {"format": "pt"}}
    place = 0
    for name, (dtype, shape, size) in weights.items():
        header[name] = {"dtype": dtype, "shape": shape, "data_offsets": [place, place + size]}
        place += size
    return raw_safetensors(path, json.dumps(header).encode(), place)


def raw_safetensors(path: Path, header: bytes, data: int, claimed: int | None = None) -> Path:
    """Write a file with any header, sparse where the system can."""
    with path.open("wb") as f:
        f.write(struct.pack("<Q", len(header) if claimed is None else claimed) + header)
        f.truncate(8 + len(header) + data)
    return path


def text(value: str) -> bytes:
    data = value.encode()
    return struct.pack("<Q", len(data)) + data


def number(key: str, value: int) -> bytes:
    return text(key) + struct.pack("<II", _U32, value)


def string(key: str, value: str) -> bytes:
    return text(key) + struct.pack("<I", _STRING) + text(value)


def strings(key: str, values: list[str]) -> bytes:
    return text(key) + struct.pack("<IIQ", _ARRAY, _STRING, len(values)) + b"".join(text(v) for v in values)


def tensor(name: str, shape: tuple[int, ...], code: int, offset: int) -> bytes:
    return text(name) + struct.pack(f"<I{len(shape)}QIQ", len(shape), *shape, code, offset)


def gguf(
    path: Path, metadata: list[bytes], tensors: list[bytes], data: int, *, version: int = 3, magic: bytes = b"GGUF"
) -> Path:
    """Write a GGUF file with ``data`` bytes of zeros behind its header."""
    header = magic + struct.pack("<IQQ", version, len(tensors), len(metadata)) + b"".join(metadata) + b"".join(tensors)
    with path.open("wb") as f:
        f.write(header)
        f.truncate(-(-len(header) // 32) * 32 + data)
    return path


def llama_metadata(vocabulary: int = 128) -> list[bytes]:
    """Metadata of a Llama of two layers."""
    return [
        string("general.architecture", "llama"), string("general.name", "Tiny"), number("llama.block_count", 2),
        number("llama.embedding_length", 64), number("llama.feed_forward_length", 256),
        number("llama.attention.head_count", 4), number("llama.attention.head_count_kv", 2),
        number("llama.context_length", 2048), strings("tokenizer.ggml.tokens", [str(n) for n in range(vocabulary)]),
    ]
