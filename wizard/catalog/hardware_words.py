"""Taking the name of an accelerator apart: what it is, and what only says how it is built, equipped or sold."""

from __future__ import annotations

import re
from dataclasses import dataclass

from wizard.catalog.names import normalise

VENDORS = {
    "nvidia": "NVIDIA", "amd": "AMD", "intel": "Intel", "apple": "Apple", "google": "Google", "aws": "AWS",
    "amazon": "AWS", "huawei": "Huawei", "cambricon": "Cambricon", "hygon": "Hygon", "mthreads": "Moore Threads",
    "metax": "MetaX", "biren": "Biren", "kunlunxin": "KunlunXin", "tenstorrent": "Tenstorrent",
    "sambanova": "SambaNova", "qualcomm": "Qualcomm", "hailo": "", "ampere": "",
}
"""Words that name a maker; blank where the word is also part of names."""

_CHINESE = {
    "英伟达": " nvidia ", "超威": " amd ", "英特尔": " intel ", "苹果": " apple ", "谷歌": " google ",
    "华为": " huawei ", "昇腾": " ascend ", "鲲鹏": " kunpeng ", "寒武纪": " cambricon ", "思元": " mlu",
    "海光": " hygon ", "摩尔线程": " mthreads ", "沐曦": " metax ", "曦云": " ", "壁仞": " biren ", "壁砺": " br",
    "昆仑芯": " kunlunxin ", "显卡": " ", "加速卡": " ", "推理卡": " ", "训练卡": " ", "计算卡": " ",
    "算力卡": " ", "芯片": " ", "单卡": " ", "魔改": " ", "改装": " ",
    "显存": " ", "版": " ", "核": "c ",
}
_NOISE_WORDS = (
    "jetson geforce tesla instinct radeon gpu gpus igpu dgpu graphics card accelerator generation gen edition ascend "
    "atlas tensor core chip module systems corporation inc computing oem gddr6 gddr6x gddr7 gddr5 lpddr5 lpddr5x nvl72 "
    "oam superchip cloud processor processors one of the dgx hgx nvlink nvswitch ecc passive active ac"
)
_NOISE = frozenset(_NOISE_WORDS.split())
_ARCHITECTURE_WORDS = "blackwell hopper ampere ada lovelace turing volta pascal cdna2 cdna3 cdna4 rdna2 rdna3 rdna4"
_ARCHITECTURES = frozenset(_ARCHITECTURE_WORDS.split())
_FORMS = {"pcie": "pcie", "pci": "pcie", "oam": "oam"}
_PATTERNS = (
    ("form", re.compile(r"^(sxm)\d?$")),
    ("memory", re.compile(r"^(\d+(?:\.\d+)?)(?:gb|gib|g)$")),
    ("cores", re.compile(r"^(\d{1,3})c(?:gpu)?$")),
    ("memory_type", re.compile(r"^(hbm\d?e?)$")),
    ("noise", re.compile(r"^(\d+(?:\.\d+)?w)$")),
)
_GLUED = (
    (re.compile(r"\b(?:macbook(?: pro| air)?|mac (?:studio|mini|pro)|imac|mac)\b"), " "),
    (re.compile(r"(?<=\d)(?=(?:sxm|pcie|nvl|oam|hbm)\w*)"), " "),
    (re.compile(r"\b(m[1-9])(pro|max|ultra)\b"), r"\1 \2"),
    (re.compile(r"(\d) (gb|gib|g)\b"), r"\1\2"),
    (re.compile(r"(\d+) ?(?:gpu )?(?:cores?)\b(?: gpu)?"), r"\1c"),
    (re.compile(r"(?<=[a-z])(?=\d+gi?b\b)"), " "),
)
_BRACKETS = re.compile(r"[(（\[][^)）\]]*[)）\]]")
COUNTED = re.compile(
    r"^\s*\d{1,3}\s*[x×*＊]\s*(?=[^\W\d_]|\d{4})|(?:(?<=[\s\d])x|[×*＊])\s*\d{1,3}\s*$", re.IGNORECASE
)
"""A number of accelerators written into the name, e.g. ``8xH100`` or ``H100 x8``."""


@dataclass(frozen=True, slots=True)
class Words:
    """A name taken apart, without spaces; what it does not say is ``None`` or empty.

    ``full`` is everything but makers and fillers, ``base`` what it is, ``loose`` the same without its architecture.
    """

    full: str
    base: str
    loose: str
    vendor: str
    form: str
    memory_gb: float | None
    memory_type: str
    cores: int | None
    architectures: frozenset[str]
    cpu: bool

    @property
    def bare(self) -> bool:
        """Whether the name says nothing of form, memory or grade."""
        return not (self.form or self.memory_gb or self.memory_type or self.cores)


def words_of(text: str, *, brackets: bool = False) -> Words:
    """Take ``text`` apart; what stands in brackets only counts if ``brackets``."""
    said: dict[str, list[str]] = {}
    full: list[str] = []
    base: list[str] = []
    for word in _split(text if brackets else _BRACKETS.sub(" ", text)):
        kind, value = _kind(word)
        said.setdefault(kind, []).append(value)
        full += [word] if kind not in {"vendor", "noise"} else []
        base += [word] if kind in {"base", "architecture"} else []
    first = {kind: values[0] for kind, values in said.items()}
    return Words(
        full="".join(full), base="".join(base), loose="".join(said.get("base", ())), vendor=first.get("vendor", ""),
        form=first.get("form", ""), memory_gb=float(first["memory"]) if "memory" in first else None,
        memory_type=first.get("memory_type", ""), cores=int(first["cores"]) if "cores" in first else None,
        architectures=frozenset(said.get("architecture", ())), cpu="cpu" in first,
    )


def _kind(word: str) -> tuple[str, str]:
    """Sort a word: what it tells of, and what it says of that."""
    if VENDORS.get(word):
        return "vendor", VENDORS[word]
    if word in _FORMS:
        return "form", _FORMS[word]
    for kind, pattern in _PATTERNS:
        if found := pattern.match(word):
            return kind, found[1]
    if word in _NOISE or word == "cpu":
        return ("cpu" if word == "cpu" else "noise"), word
    return ("architecture" if word in _ARCHITECTURES else "base"), word


def _split(text: str) -> list[str]:
    if not text.isascii():
        for chinese, word in _CHINESE.items():
            text = text.replace(chinese, word)
    plain = re.sub(r"[()（）\[\]+]", " ", normalise(text))
    for pattern, spaced in _GLUED:
        plain = pattern.sub(spaced, plain)
    return plain.split()
