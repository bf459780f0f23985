"""Results of several calls, side by side, as the findings look at them."""

from __future__ import annotations

from typing import Any

import numpy as np

from course.judging.diagnosis.evidence import Evidence, Use
from course.judging.diagnosis.factors import Case
from course.judging.verdict import POINT


def cases(uses: list[Use], output: str, start: str = "", step: bool = True) -> list[Case]:
    """One result in all calls that gave it; with `start` its change from that argument. step: as in `Case`."""
    found = []
    for use in (use for use in uses if output in use.results):
        given, wanted = (np.asarray(x, dtype=float) for x in use.results[output])
        before = use.given[start] if start else np.zeros(wanted.shape)
        noise = 1e-14 * (np.abs(before) + np.abs(wanted))
        found.append(Case(use.given, given - before, wanted - before, noise, step))
    return found


def outputs(uses: list[Use]) -> list[str]:
    """The results of calls that were made in the same way, those that were read."""
    return [name for name in uses[0].call.outputs if any(name in use.results for use in uses)]


def one_call(evidence: Evidence) -> str:
    """How one call is called: a step, where a point is moved."""
    return "single step" if POINT in evidence.key.roles else "call"


def all_right(uses: list[Use], output: str) -> bool:
    """Whether one result is right in every call that gave it."""
    return all(use.fits[output] for use in uses if output in use.fits)


def pairs_of(uses: list[Use], output: str) -> list[tuple[Any, Any, str]]:
    """The learner's and the expected value of one result, and the name of the answer, call by call."""
    return [(*use.results[output], use.answers[output]) for use in uses if output in use.results]


def frozen(given: dict[str, Any]) -> Any:
    """Arguments as something that can be looked up."""
    return tuple((n, (x.shape, x.tobytes()) if isinstance(x, np.ndarray) else repr(x)) for n, x in given.items())
