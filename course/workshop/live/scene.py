"""A scene: what a live picture shows for one setting of its controls, as plain data that two programs can draw.

The JavaScript module of a picture returns the same data under the same names; a test compares the two.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

Numbers = Sequence[float] | NDArray[Any]


@dataclass(frozen=True)
class Axis:
    """One axis of a panel: its label, what it shows, and whether it is logarithmic."""

    label: str
    low: float
    high: float
    log: bool = False


@dataclass(frozen=True)
class Mark:
    """A line or some points.

    Attributes:
        kind: "line", "points", or "rule": a straight line across the panel, at the one number that `x` or `y` holds.
        look: the name of a rule ("adam"), "prediction", "yours", "grey" or "here".
        x, y: the coordinates, of one length; nan is a gap. A rule has one of them.
        label: what the legend says; none if empty.
    """

    kind: str
    look: str
    x: Numbers
    y: Numbers
    label: str = ""


@dataclass(frozen=True)
class Field:
    """Levels of a function on the whole of a panel, drawn as bands of grey, darker where it is larger.

    values: (rows, columns), the first row at the lower end of the y axis, evenly spaced from end to end of both axes.
    low, high: the first band ends at `low`; what is above `high` is drawn as a dense pattern of its own.
    """

    values: NDArray[Any]
    low: float
    high: float
    bands: int = 14


@dataclass(frozen=True)
class Panel:
    """One plot. `equal`: a unit is as long on both axes. `drag`: the controls (x, y) that a drag in it sets,
    each over its whole range."""

    title: str
    x: Axis
    y: Axis
    marks: Sequence[Mark]
    field: Field | None = None
    equal: bool = False
    drag: Sequence[str] = ()


@dataclass(frozen=True)
class Scene:
    """The panels, and what is said below them in words, with the numbers in it."""

    panels: Sequence[Panel]
    says: str


def plain(thing: Scene | Sequence[Any]) -> Any:
    """A scene, or parts of one, as what JSON holds: None in the place of every number that is not finite."""
    return _listed(asdict(thing) if isinstance(thing, Scene) else [_as_dict(part) for part in thing])


def _as_dict(part: Any) -> Any:
    return [_as_dict(one) for one in part] if isinstance(part, list | tuple) else asdict(part)


def _listed(value: Any) -> Any:
    if isinstance(value, dict):
        return {name: _listed(inner) for name, inner in value.items()}
    if isinstance(value, np.ndarray):
        return _listed(value.tolist())
    if isinstance(value, list | tuple):
        return [_listed(inner) for inner in value]
    if isinstance(value, np.generic):
        return _listed(value.item())
    if isinstance(value, float) and not np.isfinite(value):
        return None
    return value
