"""Results that are right but for something small, or but for some entries: then nothing else need be said."""

from __future__ import annotations

from typing import Any

import numpy as np

from course.judging.diagnosis.evidence import Evidence, Use
from course.judging.diagnosis.factors import digits
from course.judging.diagnosis.several import all_right, cases, outputs
from course.judging.diagnosis.wording import in_calls, listed, verb
from course.judging.scripts import Failure
from course.judging.verdict import GRADIENT, Rungs


def nearly(evidence: Evidence, uses: list[Use], single: list[Use]) -> Rungs | None:
    """What is seen, or None. single: those of the uses that depend on no call but their own."""
    return _but_for_zeros(evidence, uses) or _to_digits(single) or _ends(evidence, single) or _often(single)


def _but_for_zeros(evidence: Evidence, uses: list[Use]) -> Rungs | None:
    """Results that are right in every coordinate whose gradient was not zero."""
    gradient = evidence.key.roles.get(GRADIENT, "")
    zeros: dict[str, Any] = {}
    wrong = wild = 0
    for use in uses:
        if not isinstance(use.given.get(gradient), np.ndarray):
            return None
        zero = use.given[gradient] == 0
        if use.before is not None:  # what went wrong in a coordinate stays wrong in it
            zero = zero | zeros[use.before.call.key]
        zeros[use.call.key] = zero
        for output, (given, wanted) in use.results.items():
            if isinstance(given, Failure) or isinstance(wanted, Failure) or wanted.shape != zero.shape:
                return None  # its numbers, if there are any, do not belong to coordinates
            if not evidence.key.agree(given[~zero], wanted[~zero], use.answers[output]):
                return None
            wrong += int(not use.fits[output])
            wild += int(not np.isfinite(given).all())
    more = " There they are NaN or infinite, as 0/0 is." if wild == wrong else ""
    said = f"Your results are right except where the gradient is zero.{more}"
    return Rungs(said, "What does the formula come to where the gradient is 0, and what does yours?") if wrong else None


def _to_digits(uses: list[Use]) -> Rungs | None:
    """All results are right to some digit."""
    if all(use.right for use in uses):
        return None
    near = [(name, digits(cases(uses, name))) for name in outputs(uses)]
    wrong = [(name, count) for name, count in near if not all_right(uses, name)]
    if not all(count for _, count in wrong):
        return None
    told = listed([f"{name} to {count}" for name, count in wrong])
    given = [np.asarray(g, dtype=float) for use in uses for g, _ in use.results.values()]
    single = all(np.array_equal(array, array.astype(np.float32)) for array in given)
    said = f"Your numbers are nearly right, {told}.{' All are single-precision numbers, float32.' if single else ''}"
    asks = "Which line makes float32 of float64?" if single else "Which small number is added, cut off or rounded?"
    return Rungs(said, asks)


def _ends(evidence: Evidence, uses: list[Use]) -> Rungs | None:
    """Results that are right in every entry but the last, or but the first, as those of a loop that stops too early."""
    for place, which in ((-1, "last"), (0, "first")):
        wrong = set()
        for use in uses:
            for name, (given, wanted) in use.results.items():
                if not isinstance(given, np.ndarray) or not isinstance(wanted, np.ndarray) or given.ndim != 1:
                    return None
                if given.size < 2:
                    continue
                rest = np.delete(given, place), np.delete(wanted, place)
                if not evidence.key.agree(*rest, use.answers[name]):
                    return None
                if not use.fits[name]:
                    wrong.add(name)
        if wrong:
            names = listed([name for name in outputs(uses) if name in wrong])
            are = verb([name for name in outputs(uses) if name in wrong], "is", "are")
            said = f"Your {names} {are} right in every entry but the {which}."
            return Rungs(said, f"Which pass of your loop, or which slice, should reach the {which} entry?")
    return None


def _often(uses: list[Use]) -> Rungs | None:
    """The only result is right to some digits in many calls and to fewer in the others, as a difference quotient is."""
    names = outputs(uses)
    seen = cases(uses, names[0]) if len(names) == 1 else []
    right = [all_right([use], names[0]) for use in uses]
    near = sum(not fine and bool(digits([case])) for fine, case in zip(right, seen, strict=False))
    exact = sum(right)
    if len(seen) != len(uses) or not len(seen) / 4 < near < len(seen) or near <= exact:
        return None
    how = f"{verb(names, 'is', 'are')} right to at least 4 digits {in_calls(near + exact, len(seen))}"
    asks = "Which line takes the difference of two numbers that are nearly alike, or adds a small one?"
    return Rungs(f"Your {names[0]} {how}, and to all of them in {exact}.", asks)
