"""The worked solution of an exercise: what its author explains, and the other right forms that stand in it."""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import numpy as np

from autograder.exercises.exercise import Exercise
from autograder.exercises.judge import generator
from autograder.faults import Fault
from course.judging.verdict import judge

BLOCK = re.compile(r"^```python\n(.*?)^```\s*$", re.MULTILINE | re.DOTALL)
MARK = re.compile(r"^\s*### (?:BEGIN|END) SOLUTION\n?", re.MULTILINE)


def worked(code: str, text: str) -> str:
    """What a learner sees, in Markdown: the code of the solution cell, and then the text."""
    return f"```python\n{MARK.sub('', code).strip()}\n```\n\n{text.strip()}\n"


def forms(path: Path, name: str, names: Mapping[str, Any] | None = None) -> list[Callable[..., Any]]:
    """The functions, or classes, called `name` that the blocks of a text define, in order.

    names: what a block may use beside `np` and `math`. Fault, in one line, if a block cannot be run.
    """
    found = []
    for block in BLOCK.findall(path.read_text(encoding="utf-8")):
        if not re.search(rf"^(?:def|class) {name}\b", block, re.MULTILINE):
            continue
        made: dict[str, Any] = {"np": np, "math": math, **(names or {})}
        try:
            exec(compile(block, str(path), "exec"), made)
        except Exception as error:
            raise Fault(f"{path}: a block that defines {name} cannot be run: {type(error).__name__}: {error}") from None
        found.append(made[name])
    return found


def hold_forms(path: Path, exercise: Exercise) -> None:
    """Fault, in one line, if a form that stands in a text is not right. Those that are used in ways are not asked: what
    uses them may need a framework."""
    if exercise.ways:
        return
    for number, form in enumerate(forms(path, exercise.name), start=1):
        key = exercise.draw(generator(b"solution", exercise.name))
        verdict = judge(key, exercise.answers_of(form, key))
        for outcome in verdict.criteria:
            if not outcome.passed:
                raise Fault(f"{path}: form {number} of {exercise.name} is not right, {outcome.name}: {outcome.message}")
