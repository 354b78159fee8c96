"""Finding the model that a name means: hub ids, file names, Ollama tags, marketing and Chinese names.

First exact ids, names and aliases; then the parts of the name (:mod:`wizard.catalog.model_words`): the family's words
and the version must fit, a size must be the model's, and of what fits the closest wins. Fine-tunes bear the name of
what they were tuned from among words that we do not know, and resolve to it: their architecture is the same.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import lru_cache

from wizard.catalog.catalog import Catalog
from wizard.catalog.model_bench import bench_models, bench_total, is_bench_line, total_tolerance
from wizard.catalog.model_words import Words, plain, split_precision, words_of
from wizard.catalog.names import nearest, normalise
from wizard.catalog.records import Model
from wizard.errors import AmbiguousName, UnknownName

__all__ = ["resolve_likely", "resolve_model", "resolve_surely", "same_architecture", "split_precision"]

_SHAPE = ("layers", "hidden_size", "heads", "kv_heads", "experts", "experts_per_token", "kv_lora_rank")
_SAME_SIZE = 0.005
_UNKNOWN_WORD, _MISSING_WORD, _MISSING_VERSION, _MISSING_SIZE, _KNOWN_WORD = 0.2, 2.2, 1.5, 2.0, 2.2
_MISSING_SHAPE, _SOFT_WORD, _FOREIGN_VERSION, _LIMIT, _TIE = 0.6, 0.01, 0.5, 5.0, 0.05


@dataclass(frozen=True, slots=True)
class _Entry:
    model: Model
    words: Words
    order: int


def same_architecture(a: Model, b: Model) -> bool:
    """Whether two models have the same shape and so, within 0.5 %, the same sizes and speeds."""
    alike = all(getattr(a, name) == getattr(b, name) for name in _SHAPE)
    return alike and abs(a.total_params - b.total_params) <= _SAME_SIZE * b.total_params


def resolve_model(catalog: Catalog, text: str, *, where: str = "") -> Model:
    """Return the model that ``text`` names.

    Args:
        catalog: where to look.
        text: as people write it; a precision in it is ignored (:func:`split_precision` returns it).
        where: the place of the name in the user's input, for the message.

    Raises:
        UnknownName: no model fits; carries the nearest ids.
        AmbiguousName: models of different sizes fit equally well; carries their ids.
    """
    best = _found(catalog, text)
    if not best:
        raise UnknownName("model", text, _nearest(catalog, text), where=where)
    if not all(same_architecture(best[0], other) for other in best):
        raise AmbiguousName("model", text, list(_one_each(best))[:8], where=where)
    return best[0]


def resolve_surely(catalog: Catalog, text: str, *, where: str = "") -> Model:
    """Return the model that ``text`` names, where money depends on it: no guess from a word that merely occurs.

    Half of the text's words at least must be the model's, none of the model's may be missing, and a name without
    size must say the version; a version that it says must be the model's.

    Raises:
        UnknownName: no model surely fits; carries the nearest ids.
        AmbiguousName: models of different sizes fit equally well; carries their ids.
    """
    model = resolve_model(catalog, text, where=where)
    if any(_exact(catalog, part) is model for part in _readings(text)) or _is_sure(catalog, text, model):
        return model
    raise UnknownName("model", text, _nearest(catalog, text), where=where)


def _is_sure(catalog: Catalog, text: str, model: Model) -> bool:
    entries = [entry.words for entry in _entries(catalog)[0] if entry.model is model]
    bench = is_bench_line(text)
    for part in _readings(text):
        words = words_of(split_precision(part)[0])
        for theirs in entries:
            shared = words.names & theirs.names
            dated = bool(words.versions or words.sizes or words.shapes or not theirs.versions)
            dated = dated and (bench or not words.versions or bool(words.versions & theirs.versions))
            if theirs.names <= words.names and len(words.names - shared) <= len(shared) and dated:
                return True
    return False


@lru_cache(maxsize=8192)
def _found(catalog: Catalog, text: str) -> tuple[Model, ...]:
    """Return the models that a text may mean, the best first; empty if there is none."""
    for candidate in _readings(text):
        exact = _exact(catalog, candidate)
        if exact:
            return (exact,)
    best = bench_models(catalog, text)
    for candidate in () if best else _readings(text):
        best = [entry.model for entry in _closest(catalog, candidate)]
        if best:
            break
    return tuple(best)


def _nearest(catalog: Catalog, text: str) -> tuple[str, ...]:
    by_name = {model.name: model.id for model in reversed(list(catalog.models.values()))}
    found = nearest(split_precision(text.rpartition("/")[2])[0], by_name)
    return tuple(by_name[name] for name in found)


def _one_each(models: Iterable[Model]) -> Iterator[str]:
    """Yield one id per architecture."""
    shown: list[Model] = []
    for model in models:
        if not any(same_architecture(model, other) for other in shown):
            shown.append(model)
            yield model.id


def resolve_likely(catalog: Catalog, text: str, params: float | None = None) -> tuple[Model, str]:
    """Return the model that ``text`` most likely names, and a note on what was assumed (empty if nothing was).

    Where several sizes or generations fit, the one nearest to ``params`` is taken, else the newest.

    Raises:
        UnknownName: no model fits.
    """
    try:
        return resolve_model(catalog, text), ""
    except AmbiguousName as several:
        models = [catalog.models[id_] for id_ in several.candidates]
    if params:
        models.sort(key=lambda m: abs(m.total_params - params))
    else:
        models.sort(key=lambda m: str(m.release_date or ""), reverse=True)
    return models[0], f"assumed {models[0].id}"


def _readings(text: str) -> Iterable[str]:
    """Yield the parts of a text that may hold the name, the most telling first."""
    inner = re.findall(r"\(([^()]*)\)", text)
    for part in inner:
        words = words_of(split_precision(part)[0])
        if words.names and (words.sizes or words.shapes) and not words.soft & {"reasoning"}:
            yield part
    outer = re.sub(r"\([^()]*\)", " ", text).strip()
    label, colon, file = outer.rpartition(": ")
    if colon:
        yield file
        yield label
    yield outer
    yield text
    yield from (part for part in inner if part.endswith(("ForCausalLM", "ForConditionalGeneration")))


def _exact(catalog: Catalog, text: str) -> Model | None:
    table = _exact_names(catalog)
    stripped = split_precision(text)[0]
    for form in (text, stripped, text.rpartition("/")[2], stripped.rpartition("/")[2]):
        found = table.get(normalise(plain(form)))
        if found:
            return found
    return None


@lru_cache(maxsize=4)
def _exact_names(catalog: Catalog) -> dict[str, Model]:
    table: dict[str, Model] = {}
    for model in catalog.models.values():
        for name in (model.id, model.name, split_precision(model.name)[0], *model.aliases):
            table.setdefault(normalise(plain(name)), model)
    return table


@lru_cache(maxsize=4)
def _entries(catalog: Catalog) -> tuple[tuple[_Entry, ...], frozenset[str]]:
    entries: list[_Entry] = []
    for order, model in enumerate(catalog.models.values()):
        names = (model.name, *model.aliases)
        entries += [_Entry(model, words_of(split_precision(name)[0]), order) for name in names]
    known = frozenset(word for e in entries for word in e.words.names)
    return tuple(entries), known


def _closest(catalog: Catalog, text: str) -> list[_Entry]:
    """Return the entries with the least penalty and those that only differ in soft words; empty if none fits."""
    words, total = _bench(text)
    entries, known = _entries(catalog)
    scored: dict[str, tuple[float, _Entry]] = {}
    for entry in entries:
        penalty = _penalty(words, entry, known, total)
        if penalty is not None and penalty <= min(_LIMIT, scored.get(entry.model.id, (_LIMIT,))[0]):
            scored[entry.model.id] = penalty, entry
    least = min((penalty for penalty, _ in scored.values()), default=0.0)
    close = [(penalty, entry) for penalty, entry in scored.values() if penalty <= least + _TIE]
    return [entry for _, entry in sorted(close, key=lambda pair: (round(pair[0], 6), pair[1].order))]


def _bench(text: str) -> tuple[Words, tuple[float, float] | None]:
    """Read a name; llama-bench puts the total behind it, as in ``[6.74B]``: it and how far it may be off."""
    name = split_precision(re.sub(r"\[[^\]]*\]|\?B\b", " ", text))[0]
    total = bench_total(text)
    return words_of(name), None if total is None else (total, total_tolerance(text))


def _penalty(words: Words, entry: _Entry, known: frozenset[str], total: tuple[float, float] | None) -> float | None:
    """Return how far a name is from an entry, ``None`` if it cannot mean it."""
    theirs, model = entry.words, entry.model
    if not (words.names & theirs.names) or not _same_family(words, theirs, model):
        return None
    extra, missing = words.names - theirs.names, theirs.names - words.names
    foreign = any(word not in known for word in extra)
    if not _version_fits(words, theirs, foreign) or not _size_fits(words, theirs, model, total):
        return None
    penalty = _MISSING_WORD * len(missing) + _FOREIGN_VERSION * len(words.versions - theirs.versions)
    penalty += sum(_KNOWN_WORD if word in known else _UNKNOWN_WORD for word in extra)
    penalty += _MISSING_VERSION * (len(theirs.versions - words.versions) > 0)
    if missing and words.sizes and not theirs.sizes:
        # Only the count of parameters speaks for it: then the words must all be there.
        return None
    if (theirs.sizes or theirs.shapes) and not (words.sizes or words.shapes or total):
        penalty += _MISSING_SIZE
    penalty += _MISSING_SHAPE * bool((theirs.active and not words.active) or (theirs.shapes - words.shapes))
    return penalty + _SOFT_WORD * (len(theirs.soft ^ words.soft))


def _same_family(words: Words, theirs: Words, model: Model) -> bool:
    family = words_of(model.family).names or frozenset({model.family})
    needed = theirs.names & family
    return needed <= words.names if needed else bool(theirs.names & words.names)


def _version_fits(words: Words, theirs: Words, foreign: bool) -> bool:
    """Whether the versions agree; a number may belong to a word that we do not know ("Hermes 2 Pro Mistral 7B")."""
    if not words.versions or words.versions & theirs.versions:
        return True
    return foreign and not theirs.versions


def _size_fits(words: Words, theirs: Words, model: Model, total: tuple[float, float] | None) -> bool:
    if total is not None:
        whole = (model.total_params, model.total_params + (model.mtp_params or 0))
        return any(abs(total[0] / count - 1) <= total[1] for count in whole)
    if words.shapes and not words.shapes & theirs.shapes:
        return False
    if words.active and not any(_near(a, model.active_params or 0, 0.35) or a in theirs.active for a in words.active):
        return False
    if not words.sizes:
        return True
    tolerance = 0.02 if theirs.sizes else 0.15
    counts = (model.total_params, model.total_params + (model.mtp_params or 0) + (model.vision_params or 0))
    return any(s in theirs.sizes or any(_near(s, count, tolerance) for count in counts) for s in words.sizes)


def _near(a: float, b: float, tolerance: float) -> bool:
    return b > 0 and abs(a / b - 1) <= tolerance
