"""Rubrics: what a person gives points for in an answer. `rubric.toml` in a TP's folder, on which no mark depends."""

from __future__ import annotations

import math
import tomllib
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from pathlib import Path

from autograder.faults import Fault

FILE, FORMAT = "rubric.toml", 1


@dataclass(frozen=True)
class Item:
    """One thing that an answer gets points for."""

    text: str
    points: float


def rubrics(folder: Path, points: Mapping[str, float], left_out: Collection[str] = ()) -> dict[str, tuple[Item, ...]]:
    """By question, the items that a TP's folder declares; none if it has no such file.

    points: of the cells that people mark, by their ids. left_out: questions that students do not get. Fault, in one
    line, if the file is broken, names another cell, or has items that do not add up to the points of the question.
    """
    path = folder / FILE
    try:
        data = tomllib.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return {}
    except (OSError, ValueError) as error:
        raise Fault(f"{path} cannot be read: {' '.join(str(error).split())}") from None
    if data.pop("format", None) != FORMAT:
        raise Fault(f"{path}: this version reads format {FORMAT}: write `format = {FORMAT}` in its first line")
    found = {}
    for question, items in data.items():
        if question in left_out:
            continue
        if question not in points:
            raise Fault(f"{path}: no person marks {question} (there: {', '.join(points) or 'nothing'})")
        if not isinstance(items, dict) or not items or not all(_is_points(number) for number in items.values()):
            raise Fault(f'{path}, [{question}]: items are lines such as `"names the reason" = 0.5`')
        total = sum(items.values())
        if not math.isclose(total, points[question], abs_tol=1e-9):
            raise Fault(
                f"{path}, [{question}]: its items add up to {total:g} points, the question has {points[question]:g}"
            )
        found[question] = tuple(Item(text, float(number)) for text, number in items.items())
    return found


def _is_points(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and 0 < value < math.inf
