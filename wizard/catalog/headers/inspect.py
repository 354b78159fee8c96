"""What is in a file or folder: the one door for models that the catalogue does not know."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path

from wizard.catalog.architecture_traits import is_listed
from wizard.catalog.headers.config_model import model_from_config
from wizard.catalog.headers.gguf_header import read_gguf
from wizard.catalog.headers.gguf_model import as_stored, model_from_gguf
from wizard.catalog.headers.inspected import Inspected, Stored, summed, warning
from wizard.catalog.headers.safetensors_header import read_safetensors
from wizard.catalog.headers.strict_json import read_object
from wizard.errors import InputError

_INDEX = "model.safetensors.index.json"
_PART = re.compile(r"-(\d{5})-of-(\d{5})\.gguf$")
_MOST_FILES = 10_000


def inspect(path: Path) -> Inspected:
    """Read a ``config.json``, ``*.safetensors``, ``model.safetensors.index.json``, ``*.gguf`` or a model's folder.

    No weight is loaded: a file of any size takes a fraction of a second.

    Raises:
        InputError: there is nothing there, it is none of these, or its header is wrong.
    """
    if path.is_dir():
        return _folder(path)
    if not path.is_file():
        raise InputError("there is no such file or folder", where=str(path))
    if path.suffix == ".gguf":
        return _gguf(path)
    if path.suffix == ".safetensors":
        return _safetensors([path], path)
    if path.name.endswith(".index.json"):
        return _index(path)
    if path.suffix == ".json":
        return _config(path)
    raise InputError(
        "this is no file that describes a model", where=str(path),
        mend="Give a config.json, *.safetensors, model.safetensors.index.json, *.gguf, or the folder that holds them.",
    )


def _config(path: Path) -> Inspected:
    model = model_from_config(read_object(path), path.parent.name or path.name, str(path))
    notes = []
    if not is_listed(model.hf_architecture):
        notes.append(warning(
            "the architecture {architecture} is not known: sizes are those of a Llama-like model of these dimensions",
            architecture=model.hf_architecture or "?",
        ))
    if model.kind == "vl":
        notes.append(warning("the vision tower is not counted: a config does not give its size"))
    return Inspected(path=path, kind="config", model=model, warnings=tuple(notes))


def _safetensors(files: list[Path], path: Path) -> Inspected:
    weights = [weight for file in files for weight in read_safetensors(file)]
    stored = summed(weights)
    kind = "safetensors" if path.suffix == ".safetensors" else "index" if path.suffix else "folder"
    return Inspected(
        path=path, kind=kind, stored=stored, files=len(files), bytes=sum(part.bytes for part in stored),  # type: ignore[arg-type]
        elements=sum(part.elements for part in stored),
    )


def _index(path: Path) -> Inspected:
    index = read_object(path, finite=True)
    places = index.get("weight_map")
    if not isinstance(places, dict) or not all(isinstance(name, str) for name in places.values()):
        raise InputError("the index has no weight_map", where=str(path), mend="Take the index from the publisher.")
    names = sorted(set(places.values()))
    if any(Path(name).name != name or name in {"", ".", ".."} for name in names) or len(names) > _MOST_FILES:
        raise InputError("the index names files outside its folder", where=str(path))
    files = [path.with_name(name) for name in names]
    missing = [file for file in files if not file.is_file()]
    if not missing:
        return _beside(_safetensors(files, path), path.parent)
    return _beside(_from_index(path, index, len(places), len(missing), len(files)), path.parent)


def _from_index(path: Path, index: dict[str, object], tensors: int, missing: int, files: int) -> Inspected:
    metadata = index.get("metadata")
    size = metadata.get("total_size") if isinstance(metadata, dict) else None
    if isinstance(size, bool) or not isinstance(size, (int, float)) or not 0 < size < 10**15:
        raise InputError("the index does not say the total size, and its files are not here", where=str(path))
    note = warning("{missing} of {files} files are not here: the size is the one that the index states",
                   missing=missing, files=files)
    return Inspected(
        path=path, kind="index", stored=(Stored("?", tensors, 0, int(size)),), bytes=int(size), warnings=(note,),
    )


def _beside(found: Inspected, folder: Path) -> Inspected:
    """Add the architecture of the config that lies beside weights."""
    config = folder / "config.json"
    if not config.is_file():
        return found
    described = _config(config)
    return replace(found, model=described.model, warnings=found.warnings + described.warnings)


def _gguf(path: Path) -> Inspected:
    files, missing = _parts(path)
    headers = [read_gguf(file) for file in files]
    weights = [(t[1], _elements(t[2]), t[3]) for header in headers for t in header.tensors]
    joined = replace(headers[0], tensors=[t for header in headers for t in header.tensors])
    model = model_from_gguf(joined, path.stem, str(path))
    stored = summed(weights)
    notes = []
    if model is not None and not missing:
        computed, model = model, as_stored(model, joined)
        if model is not computed:
            notes.append(warning("the metadata describes {computed} weights, the file holds {stored}: sizes follow the"
                                 " file", computed=computed.total_params, stored=model.total_params))
    if missing:
        notes.append(warning("{missing} of {files} files are not here", missing=missing, files=missing + len(files)))
    if model is None:
        architecture = headers[0].metadata.get("general.architecture", "?")
        notes.append(warning("the GGUF architecture {architecture} is not known", architecture=str(architecture)[:60]))
    return Inspected(
        path=path, kind="gguf", model=model, stored=stored, files=len(files), warnings=tuple(notes),
        bytes=sum(part.bytes for part in stored), elements=sum(part.elements for part in stored),
    )


def _elements(shape: tuple[int, ...]) -> int:
    total = 1
    for size in shape:
        total *= size
    return total


def _parts(path: Path) -> tuple[list[Path], int]:
    """Return the files of a split GGUF that are here, the given one first, and how many are missing."""
    part = _PART.search(path.name)
    if not part:
        return [path], 0
    count = min(int(part[2]), _MOST_FILES)
    stem = path.name[: part.start()]
    names = [f"{stem}-{n:05d}-of-{part[2]}.gguf" for n in range(1, count + 1)]
    here = [path.with_name(name) for name in names if path.with_name(name).is_file()]
    return here, count - len(here)


def _folder(path: Path) -> Inspected:
    if (path / _INDEX).is_file():
        return replace(_index(path / _INDEX), path=path, kind="folder")
    weights = sorted(path.glob("*.safetensors"))
    if weights:
        return _beside(_safetensors(weights[:_MOST_FILES], path), path)
    ggufs = [file for file in sorted(path.glob("*.gguf")) if "mmproj" not in file.name.lower()]
    first = [file for file in ggufs if not _PART.search(file.name) or "-00001-of-" in file.name]
    if len(first) == 1:
        return replace(_gguf(first[0]), path=path, kind="folder")
    if first:
        names = ", ".join(file.name for file in first[:5])
        raise InputError("the folder holds several models: {names}", where=str(path), mend="Give one of the files.",
                         names=names)
    if (path / "config.json").is_file():
        return replace(_config(path / "config.json"), path=path, kind="folder")
    raise InputError(
        "the folder holds no model", where=str(path), mend="It needs a config.json, *.safetensors or *.gguf."
    )
