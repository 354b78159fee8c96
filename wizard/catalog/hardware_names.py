"""Finding the accelerator that somebody means: ids, product and marketing names, ``nvidia-smi`` names, Chinese names.

A name is taken apart into what it is and what only narrows it down (maker, form, memory, grade). Of several that are
left, the one wins whose bare name it is (``A100`` is the SXM module of 80 GB, the commonest); else it is ambiguous.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import replace
from functools import lru_cache
from types import MappingProxyType

from wizard.catalog.catalog import Catalog
from wizard.catalog.hardware_words import COUNTED, Words, words_of
from wizard.catalog.names import nearest
from wizard.catalog.records import Accelerator
from wizard.errors import AmbiguousName, InputError, UnknownName
from wizard.units import GB, GIB

KIND = "accelerator"
_SAME_MEMORY = 0.02
_SERIES = re.compile(r"^[ab]?\d{2,4}(?:ti|super|tisuper|d|xt|xtx|gre|dual)*$")
_MOBILE = re.compile(r"laptop|mobile|notebook")
_SERIES_PREFIXES = ("rtx", "gtx", "rx", "arc", "arcpro")

Found = tuple[Accelerator, ...]


def resolve_accelerator(catalog: Catalog, text: str, *, where: str = "") -> Accelerator:
    """Return the accelerator that ``text`` means.

    A name that states a memory size or a grade which the part is also sold with (``M3 Max 48GB``, ``M4 Max 32c``)
    gives that configuration, under the part's id.

    Raises:
        UnknownName: no accelerator is called that; ``nearest`` holds ids.
        AmbiguousName: several are, and none of them is meant by the bare name.
        InputError: the name holds a number of accelerators.
    """
    if text in catalog.accelerators:
        return catalog.accelerators[text]
    if COUNTED.search(text) and words_of(text).full not in _index(catalog).full:
        raise InputError(
            "\"{name}\" holds a number of accelerators", where=where, name=text,
            mend="Write the accelerator alone, for example {example}, and the number in its own field.",
            example=COUNTED.sub("", text).strip() or "H100",
        )
    found = _find(_index(catalog), text)
    if not found:
        raise UnknownName(KIND, text, _nearest_ids(catalog, text), where=where)
    if len(found) > 1:
        raise AmbiguousName(KIND, text, tuple(a.id for a in found), where=where)
    return _configured(found[0], words_of(text))


class _Index:
    """All names of a catalogue's accelerators, whole and taken apart."""

    def __init__(self, accelerators: Mapping[str, Accelerator]) -> None:
        self.full: dict[str, Found] = {}
        self.base: dict[str, Found] = {}
        self.loose: dict[str, Found] = {}
        self.bare: dict[str, Found] = {}
        for accelerator in accelerators.values():
            for name in (accelerator.id, accelerator.name, *accelerator.aliases):
                words = words_of(name)
                literal = words_of(name, brackets=True) if "(" in name else words
                self._add(self.full, literal.full, accelerator)
                self._add(self.full, words.full if words.full not in self.full else "", accelerator)
                self._add(self.base, words.base, accelerator)
                self._add(self.loose, words.loose, accelerator)
                self._add(self.bare, words.base if words.bare else "", accelerator)

    @staticmethod
    def _add(table: dict[str, Found], key: str, accelerator: Accelerator) -> None:
        if key and all(accelerator is not other for other in table.get(key, ())):
            table[key] = (*table.get(key, ()), accelerator)


@lru_cache(maxsize=4)
def _index(catalog: Catalog) -> _Index:
    return _Index(catalog.accelerators)


def _find(index: _Index, text: str) -> Found:
    for words in _readings(text):
        whole = index.full.get(words.full, ())
        if whole:
            return _one(whole, index, words)
        for base in _spellings(words.base):
            found = _narrowed(index.base.get(base, ()), words)
            if found:
                return _one(found, index, replace(words, base=base))
    return _without_architecture(index, _readings(text)[-1])


def _without_architecture(index: _Index, words: Words) -> Found:
    """Find a name that says its architecture where ours does not, or the other way round."""
    for base in _spellings(words.loose):
        found = tuple(a for a in index.loose.get(base, ()) if _matches_architecture(a, words))
        found = _narrowed(found, words)
        if found:
            return _one(found, index, replace(words, base=base))
    return ()


def _readings(text: str) -> tuple[Words, ...]:
    """Ways to read a name, the most literal first; what stands in brackets may be a remark, but not "(Laptop)"."""
    literal = words_of(text, brackets=True)
    if _MOBILE.search(literal.base):
        return (literal,)
    return (literal, words_of(text))


def _spellings(base: str) -> tuple[str, ...]:
    if _SERIES.match(base):
        return (base, *(prefix + base for prefix in _SERIES_PREFIXES))
    return (base,) if base else ()


def _narrowed(candidates: Found, words: Words) -> Found:
    """Keep the candidates that the rest of the name allows; form and memory must agree, the others may."""
    if words.cpu:
        candidates = tuple(a for a in candidates if a.arch_code == "CPU")
    if words.form:
        candidates = tuple(a for a in candidates if words.form in a.form_factor.casefold()) or _formless(candidates)
    if words.memory_gb is not None:
        candidates = tuple(a for a in candidates if _has_memory(a, words.memory_gb))
    candidates = _prefer(candidates, lambda a: not words.vendor or a.vendor == words.vendor)
    candidates = _prefer(candidates, lambda a: not words.memory_type or _memory_type(a) == words.memory_type)
    return _prefer(candidates, lambda a: words.cpu or a.arch_code != "CPU")


def _formless(candidates: Found) -> Found:
    """Cloud parts and superchips are built one way only, so a form in their name narrows nothing."""
    return tuple(a for a in candidates if a.form_factor in {"cloud only", "superchip", "SoC", "CPU"})


def _prefer(candidates: Found, good: Callable[[Accelerator], bool]) -> Found:
    return tuple(a for a in candidates if good(a)) or candidates


def _one(found: Found, index: _Index, words: Words) -> Found:
    """Of several, take the one of the size asked for, then the one whose bare name it is, then one built like that."""
    if len(found) > 1:
        found = _narrowed(found, words) or found
    if len(found) > 1 and words.memory_gb is not None:
        found = _prefer(found, lambda a: _is_size(a, words.memory_gb or 0.0))
    if len(found) > 1:
        commonest = index.bare.get(words.base, ())
        found = _prefer(found, lambda a: a in commonest)
        forms = {a.form_factor for a in commonest}
        found = _prefer(found, lambda a: a.form_factor in forms) if len(found) > 1 else found
    return found


def _has_memory(accelerator: Accelerator, size: float) -> bool:
    return _is_size(accelerator, size) or f"{size:g}" in accelerator.memory_options_gb


def _is_size(accelerator: Accelerator, size: float) -> bool:
    """Whether a size means this memory: as sold, or as reported in GB or in GiB."""
    sizes = (accelerator.memory_gb, accelerator.memory_bytes / GB, accelerator.memory_bytes / GIB)
    return any(abs(size - have) <= _SAME_MEMORY * max(have, 1) for have in sizes)


def _memory_type(accelerator: Accelerator) -> str:
    return accelerator.memory_type.casefold().split(" ")[0]


def _matches_architecture(accelerator: Accelerator, words: Words) -> bool:
    text = accelerator.architecture.casefold()
    return not words.architectures or any(word in text for word in words.architectures)


def _configured(accelerator: Accelerator, words: Words) -> Accelerator:
    """Return the grade and the memory size that the name asks for, under the part's own id."""
    if words.memory_gb is not None and f"{words.memory_gb:g}" in accelerator.memory_options_gb:
        scale = words.memory_gb / accelerator.memory_gb
        accelerator = replace(
            accelerator, memory_gb=words.memory_gb, memory_bytes=round(accelerator.memory_bytes * scale), price=None,
        )
    for text in accelerator.bins if words.cores else ():
        name, bandwidth, share = text.split(":")
        if name == f"{words.cores}c":
            accelerator = _graded(accelerator, name, float(bandwidth), float(share))
    return accelerator


def _graded(accelerator: Accelerator, grade: str, bandwidth: float, share: float) -> Accelerator:
    rates = ("fp32_tflops", "tf32_tflops", "fp16_tflops", "fp8_tflops", "int8_tops", "fp4_tflops")
    scaled = {rate: value * share for rate in rates if (value := getattr(accelerator, rate)) is not None}
    return replace(accelerator, name=f"{accelerator.name} ({grade})", bandwidth_gb_s=bandwidth, price=None, **scaled)


def _nearest_ids(catalog: Catalog, text: str) -> tuple[str, ...]:
    names = _names(catalog)
    return tuple(dict.fromkeys(names[name] for name in nearest(text, names, limit=6)))[:3]


@lru_cache(maxsize=4)
def _names(catalog: Catalog) -> Mapping[str, str]:
    return MappingProxyType({
        name: a.id for a in catalog.accelerators.values() for name in (a.id, a.name, *a.aliases)
    })
