"""A small picture for the check: the path of the learner's rule beside the expected one, as a few lines of SVG.

Drawn with the colour of the text around it, so that it reads on a light and on a dark page; the two lines differ in
dashes and marks as well as in colour.
"""

from __future__ import annotations

import html
import math
from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext
from typing import Any

import numpy as np

from course.judging.scripts import Failure, Plain, Stopped, answer, reason_of

Array = np.ndarray
Points = list[list[float]]

WIDTH, HEIGHT, EDGE = 420, 230, 12
# How a line and its marks look.
EXPECTED = ("stroke='currentColor' stroke-width='1.4'", "r='3.6' fill='none' stroke='currentColor'")
YOURS = ("stroke='#D55E00' stroke-width='2.2' stroke-dasharray='6 3'", "r='2.8' fill='#D55E00'")
VISIBLE = 0.005  # of the picture's size
FAR = 1e9  # where a path is off any picture


def points(
    function: Callable[..., Any], spec: Plain, within: AbstractContextManager[None] | None = None
) -> tuple[Points, str]:
    """The path of a step function or the curve of a function of time, [[x, y], ...], and why it ended early, if so.

    It is drawn in the context `within`.
    """
    found: Points = []
    with np.errstate(all="ignore"):
        try:
            with within or nullcontext():
                if spec["kind"] == "curve":
                    for t in range(spec["times"] + 1):
                        found.append([float(t), float(_numbers(function(t, *spec["arguments"]), ()))])
                else:
                    _walk(function, spec, found)
        except _Ended as end:
            return found, str(end)
        except (Exception, SystemExit, GeneratorExit, Stopped) as error:  # a learner's function may raise anything
            return found, reason_of(error)
    return found, ""


class _Ended(Exception):
    """The path cannot go on."""


def _walk(function: Callable[..., Any], spec: Plain, found: Points) -> None:
    hessian = np.array(spec["hessian"])
    parts = [np.array(spec["start"]), *(np.zeros(2) for _ in range(spec["states"]))]
    found.append(parts[0].tolist())
    for t in range(1, spec["steps"] + 1):
        point = parts[0]
        known = {
            "gradient": hessian @ point,
            "field": lambda p: hessian @ np.asarray(p),
            "clock": t,
            "rate": spec["rate"],
        }
        states = iter(parts)
        result = function(*(known[role] if role in known else next(states).copy() for role in spec["arguments"]))
        results = result if spec["states"] else (result,)
        if not isinstance(results, tuple | list) or len(results) != len(parts):
            raise _Ended(f"did not return {len(parts)} arrays")
        parts = [_numbers(part, (2,)) for part in results]
        found.append(parts[0].tolist())


def _numbers(result: object, shape: tuple[int, ...]) -> Array:
    numbers = answer(result)
    if isinstance(numbers, Failure):
        raise _Ended(numbers.reason)
    if numbers.shape != shape:
        raise _Ended(f"returned the shape {numbers.shape} instead of {shape}")
    if not np.isfinite(numbers).all() or np.abs(numbers).max() > FAR:
        raise _Ended("left all bounds")
    return numbers.astype(float)


def compared(spec: Plain, yours: Points, trouble: str) -> str:
    """The two lines in words."""
    expected = spec["expected"]
    curve = spec["kind"] == "curve"
    what, unit = ("curves", f"{spec['clock']} =") if curve else ("paths", "step")
    if trouble:
        return f"Yours ends at {unit} {len(yours)}: it {trouble}."
    if curve:
        gaps, size = [abs(a[1] - b[1]) for a, b in zip(yours, expected, strict=True)], max(p[1] for p in expected)
    else:
        gaps = [math.dist(a, b) for a, b in zip(yours, expected, strict=True)]
        size = max(math.dist(p, expected[0]) for p in expected)
    if max(gaps) < VISIBLE * size:
        return f"Here the two {what} can hardly be told apart."
    first, widest = next(i for i, gap in enumerate(gaps) if gap >= VISIBLE * size), max(gaps)
    return (
        f"The two {what} part at {unit} {first}; they are farthest apart, {widest:.2g}, at {unit} {gaps.index(widest)}."
    )


def svg(spec: Plain, yours: Points, trouble: str) -> str:
    """The picture, with a title and a description for those who cannot see it."""
    expected = spec["expected"]
    curve = spec["kind"] == "curve"
    box = _box(expected + ([] if curve else [[0.0, 0.0]]), not curve)
    title = "Your curve and the expected one" if curve else "Your path and the expected one"
    start = "" if curve else f" From ({expected[0][0]:.2g}, {expected[0][1]:.2g}) to the minimum at (0, 0)."
    said = html.escape(f"{compared(spec, yours, trouble)}{start}")
    drawn = _axes(box) if curve else _valley(spec, box)
    for path, (line, mark) in ((expected, EXPECTED), (yours, YOURS)):
        drawn += _line(path, box, line) + _marks(path, box, mark)
    return (
        f"<svg role='img' aria-label='{title}. {said}' viewBox='0 0 {WIDTH} {HEIGHT + 22}' width='{WIDTH}' "
        f"style='max-width:100%;height:auto;display:block;font:12px sans-serif;color:inherit'>"
        f"<title>{title}</title><desc>{said}</desc>"
        f"<svg width='{WIDTH}' height='{HEIGHT}' overflow='hidden'>{drawn}</svg>{_legend(HEIGHT + 14)}</svg>"
    )


def _legend(y: int) -> str:
    found = ""
    for x, label, (line, mark) in ((EDGE, "expected", EXPECTED), (EDGE + 140, "yours", YOURS)):
        found += f"<path d='M{x} {y - 4}h34' {line}/><circle cx='{x + 17}' cy='{y - 4}' {mark}/>"
        found += f"<text x='{x + 42}' y='{y}' fill='currentColor'>{label}</text>"
    return found


def _box(shown: Points, square: bool) -> tuple[float, float, float, float]:
    """Where the picture lies in the plane: left, top, and units to pixels in x and y."""
    xy = np.array(shown)
    low, high = xy.min(axis=0), xy.max(axis=0)
    if not square:
        low[1] = 0.0
    span = np.maximum(high - low, 1e-9)
    low, high = low - 0.08 * span, high + 0.08 * span
    if square:
        low, high = low - 0.06 * span.max(), high + 0.06 * span.max()
    scale = np.array([WIDTH - 2 * EDGE, HEIGHT - 2 * EDGE]) / (high - low)
    if square:
        scale[:] = scale.min()
    middle = (low + high) / 2
    left, top = middle[0] - WIDTH / 2 / scale[0], middle[1] + HEIGHT / 2 / scale[1]
    return float(left), float(top), float(scale[0]), float(scale[1])


def _pixel(point: Any, box: tuple[float, float, float, float]) -> tuple[float, float]:
    left, top, x, y = box
    # Far outside a line is still drawn in its direction; browsers do not like coordinates of 1e9.
    return tuple(float(np.clip(p, -1e4, 1e4)) for p in ((point[0] - left) * x, (top - point[1]) * y))  # type: ignore[return-value]


def _line(path: Any, box: tuple[float, float, float, float], look: str) -> str:
    pixels = " ".join(f"{x:.1f},{y:.1f}" for x, y in (_pixel(p, box) for p in path))
    return f"<polyline points='{pixels}' fill='none' {look}/>"


def _marks(path: Points, box: tuple[float, float, float, float], look: str) -> str:
    return "".join(f"<circle cx='{x:.1f}' cy='{y:.1f}' {look}/>" for x, y in (_pixel(p, box) for p in path))


def _valley(spec: Plain, box: tuple[float, float, float, float]) -> str:
    """Contours of the loss at a quarter of the height each, and a cross at the minimum."""
    hessian, start = np.array(spec["hessian"]), np.array(spec["start"])
    curvature, directions = np.linalg.eigh(hessian)
    turn = np.linspace(0, 2 * np.pi, 61)
    lines = []
    for height in start @ hessian @ start * 0.25 ** np.arange(4):
        ellipse = directions @ (np.sqrt(height / curvature)[:, None] * [np.cos(turn), np.sin(turn)])
        lines.append(_line(ellipse.T, box, "stroke='currentColor' stroke-opacity='0.3' stroke-width='0.8'"))
    x, y = _pixel((0, 0), box)
    return "".join(lines) + f"<path d='M{x - 5:.1f} {y:.1f}h10M{x:.1f} {y - 5:.1f}v10' stroke='currentColor'/>"


def _axes(box: tuple[float, float, float, float]) -> str:
    x, y = _pixel((0, 0), box)
    return f"<path d='M{x:.1f} 4V{y:.1f}H{WIDTH - 4}' fill='none' stroke='currentColor' stroke-opacity='0.5'/>"
