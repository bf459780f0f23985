"""A learner's folder: what is put into it, what is renewed, and what stays because it is the learner's unpacked."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

import nbformat

from course.judging.sections import LECTURES
from course.start import notebooks, start_page
from course.start.merged import merged

TPS = Path(__file__).parents[1] / "tps"  # as released; `make wheels` puts them there
NOTES = ".course/written.json"  # in the folder: which files are ours, and a digest of each as we wrote it
RELEASED = ".course/released"  # in the folder: the TPs' notebooks as they were released
BEFORE = ".course/before"  # in the folder: the learner's notebooks before the last correction


@dataclass(frozen=True)
class Unpacked:
    """What was done in a folder, by paths inside it."""

    new: tuple[str, ...]
    renewed: tuple[str, ...]
    kept: tuple[str, ...]  # the learner's own, of which there is another version now
    corrected: tuple[str, ...] = ()  # the learner's own, into which the corrections of this version were put


def tps() -> dict[str, Path]:
    """By id, the folders of the TPs that this package holds; none in a checkout."""
    return {path.name: path for path in sorted(TPS.glob("*")) if (path / f"{path.name}.ipynb").is_file()}


def unpack(folder: Path, released: Mapping[str, Path], lectures: bool = True) -> Unpacked:
    """Put some TPs into a folder, and the lectures and the start page. OSError if it cannot be written.

    released: by id of a TP, the folder of what students get. A file that is not as it was written here is the
    learner's and stays as it is; corrections are put into a notebook of a TP.
    """
    noted = _noted(folder)
    new, renewed, kept, corrected = list[str](), list[str](), list[str](), list[str]()
    for name, content in _contents(released, lectures):
        path, digest = folder.joinpath(*PurePosixPath(name).parts), _digest(name, content)
        there = path.read_bytes() if path.is_file() else None
        is_mine = there is not None and _digest(name, there) not in (noted.get(name), digest)
        if is_mine and noted.get(name) != digest:
            if not _corrected(folder, name, content):
                kept.append(name)
                continue
            corrected.append(name)
        elif not is_mine and there != content:
            (new if there is None else renewed).append(name)
            _write(path, content)
        noted[name] = digest
        if name.endswith(".ipynb") and PurePosixPath(name).parts[0] in released:
            _write(_as_released(folder, name), content)
    _write(folder / NOTES, json.dumps(noted, indent=1).encode())
    return Unpacked(tuple(new), tuple(renewed), tuple(kept), tuple(corrected))


def _corrected(folder: Path, name: str, content: bytes) -> bool:
    """Put what has changed since the last release into a notebook of the learner's; False if that cannot be done.

    The notebook as it was stays in BEFORE.
    """
    path, before = folder / name, _as_released(folder, name)
    try:
        old, new, mine = (
            nbformat.reads(text.decode(), as_version=4) for text in (before.read_bytes(), content, path.read_bytes())
        )
        if json.loads(path.read_bytes())["nbformat_minor"] < 5:  # its cells have no names
            return False
        done = nbformat.writes(merged(old, new, mine))
    except (OSError, ValueError, KeyError, AttributeError, nbformat.ValidationError):
        return False
    _write(folder / BEFORE / f"{path.name}.json", path.read_bytes())
    _write(path, f"{done}\n".encode())
    return True


def _as_released(folder: Path, name: str) -> Path:
    """Where a notebook lies as it was released, to tell later what the learner wrote."""
    return folder / RELEASED / f"{name}.json"


def _contents(released: Mapping[str, Path], lectures: bool) -> Iterator[tuple[str, bytes]]:
    """The files, by their path with `/` between its parts."""
    there = sorted(LECTURES.rglob("*.md")) if lectures else []
    pages = {path: notebooks.notebook_of(path) for path in there}
    for path, lecture in pages.items():
        name = PurePosixPath("lectures", path.relative_to(LECTURES).with_suffix(".ipynb").as_posix())
        yield str(name), notebooks.written(lecture)
    texts = {}
    for id, tp in released.items():
        for path in sorted(tp.rglob("*")):
            inside = PurePosixPath(id, path.relative_to(tp).as_posix())
            if not path.is_file() or "__pycache__" in inside.parts or ".ipynb_checkpoints" in inside.parts:
                continue
            content = path.read_bytes()
            if path.suffix == ".ipynb":
                notebook = nbformat.reads(content.decode(), as_version=4)
                texts[str(inside)] = notebook
                content = notebooks.written(notebook)
            yield str(inside), content
    if lectures:
        yield start_page.NAME, notebooks.written(start_page.start(texts))


def _digest(name: str, content: bytes) -> str:
    """Of a notebook without the version of Python, which every kernel writes into it."""
    if name.endswith(".ipynb"):
        try:
            notebook = json.loads(content)
            del notebook["metadata"]["language_info"]["version"]
            content = json.dumps(notebook).encode()
        except (ValueError, KeyError, TypeError):
            pass  # not as we write it
    return hashlib.sha256(content).hexdigest()


def _noted(folder: Path) -> dict[str, str]:
    try:
        return dict(json.loads((folder / NOTES).read_text(encoding="utf-8")))
    except (OSError, ValueError, TypeError):
        return {}


def _write(path: Path, content: bytes) -> None:
    """Write a file whole or not at all."""
    path.parent.mkdir(parents=True, exist_ok=True)
    beside = path.with_name(f"{path.name}.part")
    try:
        beside.write_bytes(content)
        beside.replace(path)
    finally:
        beside.unlink(missing_ok=True)
