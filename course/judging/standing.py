"""Points so far by the checks, kept over restarts.

They lie in a file of the user's own, where nobody collects anything: `progress.json` in the folder of the data of
programs, on Linux `~/.local/share/deep-learning-for-finance`, or where COURSE_PROGRESS says. FORMATS.md describes it.
What was last checked counts, for the release that it was checked with; which hints were read is not written down.
"""

from __future__ import annotations

import contextlib
import html
import json
import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from course.judging.scripts import Plain

APP, FILE, FORMAT = "deep-learning-for-finance", "progress.json", 1
WIDTH, LINE, LEFT, BAR = 560, 24, 230, 200  # of the picture, in pixels
DONE = "#009E73"


@dataclass(frozen=True)
class Standing:
    """Where a learner stands in a TP: by exercise, in the order of the notebook, the points so far and all there are;
    None for one that was never checked."""

    tp: str
    points: Mapping[str, tuple[float | None, float]]

    @property
    def told(self) -> str:
        """One sentence: how many points there are, and which exercise comes next."""
        so_far, of_all = sum(p or 0.0 for p, _ in self.points.values()), sum(most for _, most in self.points.values())
        left = next((name for name, (p, most) in self.points.items() if p is None or p < most), None)
        end = f"; next: {left}." if left else ": all of them."
        return f"{so_far:g} of {of_all:g} points so far by the checks{end}"


class Progress:
    """All standings; a picture in a notebook, text elsewhere."""

    def __init__(self, standings: list[Standing]) -> None:
        self._standings = standings

    def __str__(self) -> str:
        if not self._standings:
            return "No check was run so far."
        lines = []
        for standing in self._standings:
            lines.append(f"{standing.tp}: {standing.told}")
            lines += [f"  {name}: {_words(*points)}" for name, points in standing.points.items()]
        return "\n".join(lines)

    __repr__ = __str__

    def _repr_html_(self) -> str:
        if not self._standings:
            return f"<p>{self}</p>"
        return "".join(map(_drawn, self._standings))


def kept() -> Progress:
    """What was kept; nothing if there is no file, or none that can be read."""
    return Progress([_standing(tp, found) for tp, found in sorted(_read().items())])


def keep(checks: Mapping[str, Any], exercise: str, score: float) -> Standing | None:
    """Keep the points of an exercise that was checked; None if that is not possible here.

    checks: what `checks.json` holds.
    """
    tps = _read()
    tp, release = checks["tp"], checks["made_from"]
    before = tps.get(tp, {})
    points = before["points"] if before.get("release") == release else {}
    most = {
        name: round(sum(criterion["points"] for criterion in kept["key"]["criteria"]), 6)
        for name, kept in checks["exercises"].items()
    }
    tps[tp] = {"release": release, "most": most, "points": {**points, exercise: score}}
    path = _path()
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        half = path.with_name(f"{path.name}.{os.getpid()}")
        half.write_text(json.dumps({"format": FORMAT, "tps": tps}), encoding="utf-8")
        half.replace(path)
    except OSError:
        return None
    return _standing(tp, tps[tp])


def _path() -> Path:
    if where := os.environ.get("COURSE_PROGRESS"):
        return Path(where)
    import platformdirs

    return Path(platformdirs.user_data_dir(APP, appauthor=False)) / FILE


def _read() -> dict[str, Plain]:
    with contextlib.suppress(OSError, ValueError, KeyError, TypeError, AttributeError):
        data = json.loads(_path().read_text(encoding="utf-8"))
        if data["format"] == FORMAT:
            found = {str(tp): found for tp, found in data["tps"].items()}
            for tp, entry in found.items():
                _standing(tp, entry).told  # noqa: B018  # whether it can be read
            return found
    return {}


def _standing(tp: str, found: Plain) -> Standing:
    points: dict[str, float] = found["points"]
    return Standing(tp, {str(name): (points.get(name), most) for name, most in found["most"].items()})


def _words(points: float | None, most: float) -> str:
    return "not checked yet" if points is None else f"{points:g} of {most:g}"


def _drawn(standing: Standing) -> str:
    """A bar for each exercise, filled as far as its points go, with the numbers beside it."""
    said = html.escape(f"{standing.tp}: {standing.told}")
    details = html.escape("; ".join(f"{name}: {_words(*points)}" for name, points in standing.points.items()))
    rows = ""
    for place, (name, (points, most)) in enumerate(standing.points.items()):
        y = LINE * place
        filled = BAR * (points or 0.0) / most if most else 0.0
        rows += (
            f"<text x='{LEFT - 10}' y='{y + 16}' text-anchor='end' fill='currentColor'>{html.escape(name)}</text>"
            f"<rect x='{LEFT}' y='{y + 5}' width='{BAR}' height='13' fill='none' stroke='currentColor'/>"
            f"<rect x='{LEFT}' y='{y + 5}' width='{filled:.1f}' height='13' fill='{DONE}'/>"
            f"<text x='{LEFT + BAR + 10}' y='{y + 16}' fill='currentColor'>{_words(points, most)}</text>"
        )
    height = LINE * len(standing.points) + 6
    return (
        f"<figure style='margin:.5em 0'><figcaption><b>{said}</b></figcaption>"
        f"<svg role='img' aria-label='{said} {details}' viewBox='0 0 {WIDTH} {height}' width='{WIDTH}' "
        f"style='max-width:100%;height:auto;display:block;font:12px sans-serif;color:inherit'>"
        f"<title>{said}</title><desc>{details}</desc>{rows}</svg></figure>"
    )
