"""Where TPs are looked for: folders that are named, `source_notebooks/` here, and installed packages."""

from __future__ import annotations

import hashlib
import importlib.util
from collections.abc import Iterable, Iterator, Mapping
from importlib.metadata import entry_points
from pathlib import Path

from autograder.content import modules
from autograder.content.tp import SETTINGS, TP, read
from autograder.faults import Fault, WrongUsage, did_you_mean

GROUP = "autograder.tps"  # the entry points; each names a package that is a TP or holds some
HERE = "source_notebooks"


def found(named: Iterable[Path] = ()) -> dict[str, TP]:
    """All TPs, by id. `named` are folders that are a TP or hold some; where any are named, only these and installed
    ones are looked at.

    WrongUsage if a named folder holds none; Fault if two TPs have one id, or one uses a TP that is not there.
    """
    named = list(named)
    tps: dict[str, TP] = {}
    for folder in _folders(named):
        tp = read(folder)
        if tp.id in tps and tps[tp.id].folder != tp.folder:
            raise Fault(
                f"two TPs have the id {tp.id!r}, {tps[tp.id].folder} and {tp.folder}: give one of them another `id` in "
                f"its {SETTINGS}"
            )
        tps.setdefault(tp.id, tp)
    for tp in tps.values():
        if missing := [id for id in tp.uses if id not in tps]:
            raise Fault(f"{tp.folder / SETTINGS}: it uses the TP {missing[0]!r}, which is not there ({_there(tps)})")
    return dict(sorted(tps.items()))


def folders(named: Iterable[Path] = ()) -> list[Path]:
    """The folders of all TPs, in order or not; named ones may hold none."""
    return [folder.resolve() for folder in _folders([place for place in named if any(_tps_in(place))])]


def no_such(id: str, tps: Mapping[str, TP]) -> str:
    """The line that says that there is no such TP."""
    return f"there is no TP {id!r} ({f'{near} ' if (near := did_you_mean(id, tps)) else ''}{_there(tps)})"


def ready(tp: TP, tps: Mapping[str, TP]) -> TP:
    """The TP with its modules, and those of the TPs that it uses, importable."""
    for id in closure(tp, tps):
        modules.announce(id, tps[id].folder, tps[id].version)
    return tp


def version(tp: TP, tps: Mapping[str, TP]) -> str:
    """A digest of the TP's files, and of those of the TPs that it uses."""
    return hashlib.sha256("".join(tps[id].version for id in closure(tp, tps)).encode()).hexdigest()


def closure(tp: TP, tps: Mapping[str, TP]) -> list[str]:
    """The ids of a TP and of all that it uses, directly or not."""
    reached: dict[str, None] = {}
    todo = [tp.id]
    while todo:
        id = todo.pop()
        if id not in reached:
            reached[id] = None
            todo += tps[id].uses
    return sorted(reached)


def _folders(named: list[Path]) -> Iterator[Path]:
    for place in named:
        inside = list(_tps_in(place))
        if not inside:
            raise WrongUsage(f"there is no TP in {place}: a TP is a folder with a {SETTINGS}; `tp new` writes one")
        yield from inside
    if not named and Path(HERE).is_dir():
        yield from _tps_in(Path(HERE))
    for entry in entry_points(group=GROUP):
        spec = importlib.util.find_spec(entry.value)
        for folder in (spec.submodule_search_locations if spec is not None else None) or ():
            yield from _tps_in(Path(folder))


def _tps_in(place: Path) -> Iterator[Path]:
    if (place / SETTINGS).is_file():
        yield place
    elif place.is_dir():
        yield from sorted(path.parent for path in place.glob(f"*/{SETTINGS}"))


def _there(tps: Mapping[str, TP]) -> str:
    return f"there: {', '.join(tps) or 'none'}"
