"""`tp check-exercises --compare`: what our gate catches of the catalogue, and what checks of other structures catch."""

from __future__ import annotations

import warnings
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache

import numpy as np

from autograder.exercises.exercise import Exercise
from autograder.proof.rivals import CHECKS, DESCENTS, last_loss
from course.judging.verdict import judge

SEED = 0  # of the gate's draw: who prints the tables again reads the same
CLOSE = 0.01  # losses closer than one percent are the same end: what rounding decides differs from machine to machine
GATE = "this course's gate: fresh inputs, every criterion"


@dataclass(frozen=True)
class Counted:
    """One wrong variant. formula: its numbers are wrong, not only its manners. caught: by which checks. lower: by
    problem, whether it ends with a lower loss than the right rule; missing where the two ends are CLOSE."""

    formula: bool
    caught: dict[str, bool]
    lower: dict[str, bool]


def counted(exercise: Exercise, place: int) -> Counted:
    """Run one variant, the mistake at this place, through everything."""
    wrong = exercise.mistakes[place]
    with warnings.catch_warnings(), np.errstate(all="ignore"):
        warnings.simplefilter("ignore")
        key = exercise.draw(np.random.default_rng(SEED))
        verdict = judge(key, exercise.answers_of(wrong.function, key))
        met = {outcome.name: outcome.passed for outcome in verdict.criteria}
        formula = not all(met[check.name] for check in exercise.checks if check.rule)
        caught = {name: not check(exercise, wrong.function) for name, check in CHECKS.items()}
        caught[GATE] = not verdict.passed
        lower = {}
        for descent in DESCENTS:
            right, its = _right_end(exercise, descent.rate), last_loss(exercise, wrong.function, descent)
            if its is not None and not np.isclose(its, right, rtol=CLOSE, atol=0):
                lower[descent.problem.name] = its < right
    return Counted(formula, caught, lower)


@cache
def _right_end(exercise: Exercise, rate: str) -> float:
    descent = next(descent for descent in DESCENTS if descent.rate == rate)
    right = last_loss(exercise, exercise.reference, descent)
    assert right is not None, f"{exercise.name} cannot run on {descent.problem.name}"
    return right


def tables(found: list[Counted]) -> Iterator[str]:
    """The lines of the two tables, as Markdown."""
    formulas = [one for one in found if one.formula]
    manners = [one for one in found if not one.formula]
    yield f"| check | of {len(formulas)} wrong formulas it catches | of {len(manners)} bad manners |"
    yield "|---|---:|---:|"
    for name in [*CHECKS, GATE]:
        yield f"| {name} | {sum(o.caught[name] for o in formulas)} | {sum(o.caught[name] for o in manners)} |"
    yield ""
    yield "| problem | steps | wrong variants whose loss differs by over 1 % | of them with a lower loss |"
    yield "|---|---:|---:|---:|"
    for descent in DESCENTS:
        ends = [one.lower[descent.problem.name] for one in found if descent.problem.name in one.lower]
        yield f"| {descent.problem.name} | {descent.steps} | {len(ends)} | {sum(ends)} |"
    anywhere = sum(any(one.lower.values()) for one in found)
    yield ""
    yield f"{anywhere} of the {len(found)} wrong variants beat the right rule on at least one of the three."
