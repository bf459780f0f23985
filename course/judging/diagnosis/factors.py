"""How wrong numbers are related to the right ones: by a factor, a sign, a direction, up to some digit.

A relation is told only if it holds in every coordinate of every case, to 1e-6 where factors are compared.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from course.judging.diagnosis.wording import verb

Array = np.ndarray

LEAST = 3  # cases; two points lie on many lines
CLOSE = 1e-6


@dataclass(frozen=True, eq=False)
class Case:
    """One call: what it was given, the learner's numbers and the expected ones, and below which size differences are
    rounding. Of theta the numbers are the steps, new theta minus old. step: the function moves a point, so that a call
    is a step."""

    given: Mapping[str, Any]
    learner: Array
    right: Array
    noise: Array
    step: bool = True

    @property
    def words(self) -> tuple[str, str]:
        """What one call is called, and one of its numbers."""
        return ("single step", "coordinate") if self.step else ("call", "entry")


FORMS: tuple[tuple[str, Callable[[float], float]], ...] = (
    ("{}", lambda x: x),
    ("1 / {}", lambda x: 1 / x),
    ("(1 - {})", lambda x: 1 - x),
    ("1 / (1 - {})", lambda x: 1 / (1 - x)),
    ("{}^2", lambda x: x**2),
    ("sqrt({})", lambda x: math.sqrt(x)),
    ("1 / sqrt({})", lambda x: 1 / math.sqrt(x)),
    ("exp(-{})", lambda x: math.exp(-x)),
)

# Between the divisors n and n - 1 of a variance, or of a deviation.
OF_LENGTHS: tuple[tuple[str, Callable[[float], float]], ...] = (
    ("(1 - 1 / {})", lambda x: 1 - 1 / x),
    ("1 / (1 - 1 / {})", lambda x: 1 / (1 - 1 / x)),
    ("sqrt(1 - 1 / {})", lambda x: math.sqrt(1 - 1 / x)),
    ("1 / sqrt(1 - 1 / {})", lambda x: 1 / math.sqrt(1 - 1 / x)),
)


def by_a_factor(name: str, cases: list[Case]) -> str | None:
    """A sentence about `name`, such as "Your v is the right one times eta", or None."""
    if len(cases) < LEAST:
        return None
    if all((np.abs(case.learner) <= case.noise).all() for case in cases):
        return f"{name} {verb([name], 'is', 'are')} zero in every {cases[0].words[0]}."
    factors = _factors(cases)
    if factors is None:
        return None
    numbers = [factor for factor, _ in factors]
    if math.isclose(numbers[0], -1, rel_tol=CLOSE) and _constant(numbers):
        return f"{name} {verb([name], 'has', 'have')} the right size and the wrong sign."
    text = expression(numbers, [case for _, case in factors])
    return f"{name} {_are_right([name])} times {text}, {_everywhere(cases)}." if text else None


def by_a_shift(name: str, cases: list[Case]) -> str | None:
    """A sentence about a number that is added everywhere, or None."""
    if len(cases) < LEAST:
        return None
    off = np.concatenate([(case.learner - case.right).ravel() for case in cases])
    if not off.size or not off[0] or not np.allclose(off, off[0], rtol=CLOSE, atol=0):
        return None
    more = f"{'plus' if off[0] > 0 else 'minus'} {abs(off[0]):.6g}"
    return f"{name} {_are_right([name])} {more}, {_everywhere(cases)}."


def _are_right(names: list[str]) -> str:
    return verb(names, "is the right one", "are the right ones")


def _everywhere(cases: list[Case]) -> str:
    one, entry = cases[0].words
    single = all(case.right.size == 1 for case in cases) and not cases[0].step
    return f"in every {one}" if single else f"in every {entry} and every {one}"


def by_direction(name: str, cases: list[Case]) -> str | None:
    """A sentence about direction or sign only, or None."""
    if len(cases) < LEAST:
        return None
    one, entry = cases[0].words
    factors = _factors(cases)
    one_way = factors is not None and len({factor > 0 for factor, _ in factors}) == 1
    has = verb([name], "has", "have")
    if factors is not None and one_way and any(case.learner.size > 1 for case in cases):
        way = "right" if factors[0][0] > 0 else "opposite"
        if right := sum(math.isclose(factor, 1, rel_tol=CLOSE) for factor, _ in factors):
            return f"{name} {has} the {way} direction, and the right length in {right} of {len(factors)} {one}s."
        return f"{name} {has} the {way} direction, and a length that is wrong by another factor in each {one}."
    if not any((case.right < 0).any() for case in cases):
        return None  # a sign that never changes is nothing to be right about
    if all((np.sign(case.learner) == np.sign(case.right))[np.abs(case.right) > case.noise].all() for case in cases):
        some = any(np.allclose(case.learner, case.right, rtol=CLOSE, atol=0) for case in cases)
        return f"{name} {has} the right sign in every {entry}, and not {'always ' if some else ''}the right size."
    return None


def expression(factors: Sequence[float], cases: Sequence[Case]) -> str | None:
    """Factors, one for each case, as a number or as an expression in one argument; None if they are neither."""
    if len(factors) < LEAST:
        return None
    if _constant(factors):
        return f"{factors[0]:.4g}" if abs(factors[0] - 1) > 0.01 else f"{factors[0]:.8g}"
    known = {name: [case.given.get(name) for case in cases] for name in cases[0].given}
    if cases[0].step:
        known["the number of parameters"] = [case.learner.size for case in cases]
    else:
        known |= {f"len({name})": [_length(x) for x in numbers] for name, numbers in known.items()}
    for name, numbers in known.items():
        floats = [float(x) for x in numbers if isinstance(x, int | float)]
        if len(floats) < len(factors) or len(set(floats)) < LEAST:
            continue
        for form, function in FORMS + (OF_LENGTHS if name.startswith("len(") else ()):
            try:
                rest = [factor / function(x) for factor, x in zip(factors, floats, strict=True)]
            except (ZeroDivisionError, ValueError, OverflowError):
                continue
            if _constant(rest):
                return _times(rest[0], form.format(name))
    return None


def _length(argument: Any) -> int | None:
    """How many rows an argument has, if it is an array."""
    return len(argument) if isinstance(argument, np.ndarray) and argument.ndim else None


def digits(cases: list[Case]) -> str | None:
    """To how many digits (at least 4) or decimals (at least 5) all numbers are right, in words; None if to fewer."""
    off = np.concatenate([np.abs(case.learner - case.right).ravel() for case in cases])
    size = np.concatenate([np.abs(case.right).ravel() for case in cases])
    if not (off < 1e100).all() or not off.any() or size.max() < 0.1:  # NaN is not below anything
        return None
    worst = 2 * (off[size > 0] / size[size > 0]).max(initial=0.0)
    exact = 0.0 < worst < np.inf and not off[size == 0].any()
    if exact and (count := math.floor(-math.log10(worst))) >= 4:
        return f"{count} digits"
    count = math.floor(-math.log10(2 * off.max() * (1 - CLOSE)))
    return f"{count} decimals" if count >= 5 else None


def _times(number: float, form: str) -> str:
    if math.isclose(number, 1, rel_tol=CLOSE):
        return form
    if math.isclose(number, -1, rel_tol=CLOSE):
        return f"minus {form}"
    return f"{number:.4g} / {form[4:]}" if form.startswith("1 / ") else f"{number:.4g} {form}"


def _constant(numbers: Sequence[float]) -> bool:
    return bool(np.allclose(numbers, numbers[0], rtol=CLOSE, atol=0))


def _factors(cases: list[Case]) -> list[tuple[float, Case]] | None:
    """The one number in each case that turns all right numbers into the learner's; None if a case has none.

    A case in which all right numbers are zero tells nothing, unless the learner's are not.
    """
    found = []
    for case in cases:
        if (np.abs(case.right) <= case.noise).all():
            if (np.abs(case.learner) > case.noise).any():
                return None
            continue
        largest = np.unravel_index(int(np.argmax(np.abs(case.right))), case.right.shape)
        factor = float(case.learner[largest] / case.right[largest])
        slack = case.noise * (1 + abs(factor)) + 1e-9 * np.abs(factor * case.right)
        if factor == 0 or (np.abs(case.learner - factor * case.right) > slack).any():
            return None
        found.append((factor, case))
    return found if len(found) >= LEAST else None
