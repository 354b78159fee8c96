"""Taking a model's name apart: precision, family words, version, size, the rest.

People write one model in many ways: ``Qwen/Qwen3-30B-A3B``, ``qwen3:30b``, ``Qwen3-30B-A3B-Q4_K_M.gguf``,
``通义千问3 30B``. :func:`split_precision` takes the weight format off, :func:`words_of` brings the rest to comparable
parts.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from functools import lru_cache

from wizard.catalog.weight_formats import find_format

_CHINESE = (
    ("通义千问", " qwen "), ("千问", " qwen "), ("通义", " qwen "), ("深度求索", " deepseek "),
    ("智谱清言", " glm "), ("智谱", " glm "), ("文心一言", " ernie "), ("文心", " ernie "),
    ("混元", " hunyuan "), ("月之暗面", " kimi "), ("百川智能", " baichuan "), ("百川", " baichuan "),
    ("书生浦语", " internlm "), ("书生", " internlm "), ("零一万物", " yi "), ("阶跃星辰", " step "),
    ("阶跃", " step "), ("小米", " mimo "), ("蚂蚁百灵", " ling "), ("百灵", " ling "), ("羊驼", " llama "),
    ("面壁", " minicpm "), ("海螺", " minimax "), ("豆包", " seed "), ("满血版", " "), ("满血", " "),
    ("完整版", " "), ("蒸馏版", " distill "), ("蒸馏", " distill "), ("代码", " coder "), ("数学", " math "),
    ("向量", " embedding "), ("重排", " reranker "), ("视觉", " vl "), ("大模型", " "), ("模型", " "),
    ("量化版", " "), ("量化", " "), ("参数", " "), ("版", " "), ("的", " "),
)
_QUANT = re.compile(
    r"(?:(?<=^)|(?<=[\s\-_.:/(,+]))(?:"
    r"mostly[ _]\S+|ud[-_][a-z]+\d?\w*|(?:i1-)?i?t?q\d+(?:_[a-z0-9]{1,3}){0,3}(?:\s*-\s*(?:small|medium|large))?"
    r"|(?:b?f|bfloat|float|fp)(?:8|16|32)(?:[-_ ](?:block|dynamic|kv|e4m3))*|nvfp4|mxfp4(?:[ _-]moe)?|fp4|nf4"
    r"|w\d+a\d+(?:[-_]fp8|[-_]int8)?|(?:gptq|awq)(?:[-_ ]?(?:int\d|\d[-_ ]?bits?|w\d+a\d+))?|int[-_ ]?\d"
    r"|(?:bnb[-_ ])?\d+[-_ ]?bits?|bnb|gguf\d?|mlx|exl2|quantized"
    r")(?=$|[\s\-_.:/),+\[])",
    re.IGNORECASE,
)
_NOISE = frozenset({
    "meta", "the", "ai", "gguf", "ggml", "mlx", "models", "model", "docker", "latest", "llamafile", "hf",
    "original", "main", "unsloth", "community", "quark", "newbpe", "resharded", "google", "microsoft", "nvidia",
    "mistralai", "openai", "thebloke", "google's", "s", "bpw", "mostly", "mixed", "quant", "arch", "qat", "i1",
    "mtp", "gguf2", "gguf4", "kv", "dynamic", "moe", "for", "conditional", "generation", "causal", "lm",
    "forcausallm",
})
_SOFT = frozenset({
    "instruct", "chat", "it", "hf", "base", "thinking", "reasoning", "preview", "pt", "sft", "exp", "terminus",
    "beta", "alpha", "dpo", "rlhf", "uncensored", "instruction", "tuned", "zero", "bf16", "fp16", "128k", "4k",
    "32k", "8k", "1m", "100k", "200k", "16k", "256k", "latest",
})
_TOKEN = re.compile(
    r"\d+x\d+(?:\.\d+)?b(?![a-z])|e\d+(?:\.\d+)?b(?![a-z])|a\d+(?:\.\d+)?b(?![a-z])|\d+(?:\.\d+)?[bmt](?![a-z])"
    r"|\d+[ek](?![a-z])|\d+n(?![a-z])|(?<![a-z])[a-uw-z]\d+(?:\.\d+)*(?![a-z])|v?\d+(?:\.\d+)*|[a-z]+"
)
_SIZE = re.compile(r"(\d+(?:\.\d+)?)([bmt])")
_SCALE = {"b": 1e9, "m": 1e6, "t": 1e12}


@dataclass(frozen=True, slots=True)
class Words:
    """The comparable parts of a model's name.

    Attributes:
        names: words of family and variant (``qwen``, ``coder``, ``r1``).
        versions: version numbers (``2.5``), as text.
        sizes: total sizes in parameters.
        shapes: sizes written otherwise (``8x7b``, ``e4b``, ``16e``).
        active: active sizes (``a3b``) in parameters.
        soft: words that do not change the architecture (``instruct``, dates).
    """

    names: frozenset[str]
    versions: frozenset[str]
    sizes: tuple[float, ...]
    shapes: frozenset[str]
    active: tuple[float, ...]
    soft: frozenset[str]


def split_precision(text: str) -> tuple[str, str | None]:
    """Split a name into the name without its weight format, and the format or ``None``.

    ``"Meta-Llama-3.1-70B-Instruct-FP8"`` gives ``("Meta-Llama-3.1-70B-Instruct", "fp8")``,
    ``"Qwen3-8B-Q4_K_M.gguf"`` gives ``("Qwen3-8B", "gguf:Q4_K_M")``.
    """
    bare = re.sub(r"\.(?:gguf|llamafile|safetensors|bin)$|\.gguf\d(?=\.)", "", text.strip(), flags=re.IGNORECASE)
    is_gguf = bare != text.strip() or "gguf" in text.lower()
    found = [m.group() for m in _QUANT.finditer(bare)]
    formats = [f for f in (find_format(word + (" gguf" if is_gguf else "")) for word in found) if f]
    name = re.sub(r"[\s\-_.:,+]*\(\s*\)|(?<=[\s\-_.:/])[\s\-_.:,+]+$|[\s\-_.:,+]+$", "", _QUANT.sub("", bare)).strip()
    return name or text.strip(), _widest_known(formats)


def _widest_known(formats: list[str]) -> str | None:
    # "AWQ-INT4" names one format twice and "gptq 8bit" narrows it; a file's mix says more than either.
    mixes = [f for f in formats if f.startswith("gguf:")]
    named = mixes or formats
    return named[-1] if named else None


def plain(text: str) -> str:
    """Return a name in lower case without full-width forms, Chinese family names turned to their English ones."""
    result = unicodedata.normalize("NFKC", text).casefold()
    result = re.sub(r"(\d+(?:\.\d+)?)\s*万亿", lambda m: f" {float(m[1]):g}t ", result)
    result = re.sub(r"(\d+(?:\.\d+)?)\s*亿", lambda m: f" {float(m[1]) / 10:g}b ", result)
    for chinese, english in _CHINESE:
        result = result.replace(chinese, english)
    return result


@lru_cache(maxsize=4096)
def words_of(text: str) -> Words:
    """Take a name (without precision) apart."""
    cleaned = re.sub(r"(?<=\d)_(?=\d)", ".", plain(text))
    cleaned = re.sub(r"(?<=\db)\.(?=a\d)", " ", re.sub(r"[_/]", " ", cleaned))
    names, versions, shapes, soft = set[str](), set[str](), set[str](), set[str]()
    sizes, active = list[float](), list[float]()
    for token in _TOKEN.findall(cleaned):
        size = _SIZE.fullmatch(token)
        if size:
            sizes.append(float(size[1]) * _SCALE[size[2]])
        elif re.fullmatch(r"a\d+(?:\.\d+)?b", token):
            active.append(float(token[1:-1]) * 1e9)
        elif re.fullmatch(r"\d+x\d+(?:\.\d+)?b|e\d+(?:\.\d+)?b|\d+e", token):
            shapes.add(token)
        elif token in _SOFT or re.fullmatch(r"\d{4}|\d{6}|0\.\d", token.lstrip("v")):
            soft.add(token.lstrip("v"))
        elif re.fullmatch(r"v?\d+(?:\.\d+)*", token):
            versions.add(_version(token))
        elif token not in _NOISE:
            names.add(_SYNONYMS.get(token, token))
    return Words(
        frozenset(names), frozenset(versions), tuple(sizes), frozenset(shapes), tuple(active), frozenset(soft)
    )


_SYNONYMS = {"embed": "embedding", "rerank": "reranker", "visual": "vl", "vision": "vl", "code": "coder"}


def _version(token: str) -> str:
    number = token.lstrip("v")
    return number.removesuffix(".0") if "." in number else number
