"""What a lecture shows must hold: one call for each displayed formula, one for each printed number.

The functions are silent when the claim holds and raise an AssertionError of one line when it does not. The
lectures call them in cells tagged `check`; `tests/lectures` sees to it that no formula and no number is left
without a call, and that a number from chance stands beside its spread.
"""

from __future__ import annotations

import re
from decimal import Decimal

import numpy as np
import numpy.typing as npt

from course.workshop.chance import Spread

_DIGITS = r"\d+(?:\.\d+)?|\.\d+"
_SHOWN = re.compile(rf"(?P<sign>[-+]?)(?P<mantissa>{_DIGITS})(?:e(?P<exponent>[-+]?\d+))?(?P<percent>%?)")


def canonical(shown: str) -> str:
    r"""Bring the ways of printing one number to one spelling: sign, digits, `e` and exponent, `%`.

    `10^{-4}` and `1e-04` become `1e-4`, `5 \times 10^{3}` becomes `5e3`, `30\,000` becomes `30000`, `39 %` and
    `39\%` become `39%`. Digits are kept as they are printed: `0.50` and `0.5` stay different claims.

    Raises:
        ValueError: `shown` is not a number.
    """
    text = shown.strip().replace("\N{MINUS SIGN}", "-").replace("$", "").replace("\\%", "%")
    text = re.sub(r"\\times|\\cdot|\N{MULTIPLICATION SIGN}", "*", text)
    text = re.sub(r"\\[,; ]|[\s_{}]", "", text).replace("E", "e")
    text = re.sub(r"\*10\^([-+]?\d+)", r"e\1", text)
    text = re.sub(r"^([-+]?)10\^([-+]?\d+)", r"\g<1>1e\2", text)
    match = _SHOWN.fullmatch(text)
    if match is None:
        raise ValueError(f"number({shown!r}): this is not a number that can be checked")
    sign = "-" if match["sign"] == "-" else ""
    exponent = "" if match["exponent"] is None else f"e{int(match['exponent'])}"
    return sign + match["mantissa"] + exponent + match["percent"]


def number(shown: str, value: float) -> None:
    r"""Assert that `value` rounds to exactly the digits in `shown`.

    `shown` is the text as printed in the prose: "0.818", "2375", "-1.8024", "1e-4", "10^{-4}", "39 %". A
    percentage stands for the fraction it means: `number("39 %", 0.39)`. In exponent form the digits of the
    mantissa count: "1e-4" is everything from 0.95e-4 to 1.5e-4.

    Raises:
        AssertionError: the value rounds to other digits, or is not finite.
        ValueError: `shown` is not a number.
    """
    _rounds_to(f"number({shown!r})", shown, value)


def chance(shown: str, low: str, high: str, seeds: str, found: Spread) -> None:
    """Assert what is printed of a number from chance: the number, its range over other seeds, and how many seeds.

    The texts are as printed, `found` is from `course.workshop.chance`: after "28 % (15 to 41 % over 40 seeds)" it is
    `chance("28 %", "15 %", "41 %", "40", over_seeds(values))`. The four must stand in one paragraph of the page.

    Raises:
        AssertionError: one of the four rounds to other digits.
        ValueError: one of the texts is not a number.
    """
    parts = [("the middle", shown, found.middle), ("the low end", low, found.low), ("the high end", high, found.high)]
    for name, text, value in [*parts, ("the count of seeds", seeds, found.seeds)]:
        _rounds_to(f"chance({shown!r}), {name} {text!r}", text, value)


def _rounds_to(name: str, shown: str, value: float) -> None:
    """AssertionError, beginning with `name`, if the value does not round to what is shown."""
    text = canonical(shown)
    computed = float(value)
    if not np.isfinite(computed):
        raise AssertionError(f"{name}: the computed value is {computed}")
    percent = text.endswith("%")
    scaled = computed * 100.0 if percent else computed
    mantissa, _, exponent = text.rstrip("%").partition("e")
    decimals = len(mantissa.partition(".")[2])
    form = f".{decimals}e" if exponent else f".{decimals}f"
    # A value on the edge between two roundings may be printed either way: nudge it by a few last bits.
    roundings = {Decimal(format(scaled * nudge, form)) for nudge in (1.0, 1.0 - 1e-12, 1.0 + 1e-12)}
    if Decimal(text.rstrip("%")) not in roundings:
        unit = " %" if percent else ""
        raise AssertionError(f"{name}: the computed value is {scaled:.10g}{unit}")


def formula(label: str, left: npt.ArrayLike, right: npt.ArrayLike, rtol: float = 1e-9, atol: float = 0.0) -> None:
    """Assert that both sides of the displayed formula `label` agree: two values, or two arrays of one shape.

    The sides should be computed in different ways, or the assertion says nothing. A scalar on one side stands
    for a constant array. |left - right| <= atol + rtol * max(|left|, |right|), element by element.

    Raises:
        AssertionError: the sides differ, have different shapes, are empty, or hold a value that is not finite.
    """
    a, b = np.asarray(left, dtype=float), np.asarray(right, dtype=float)
    if a.shape != b.shape and a.ndim and b.ndim:
        raise AssertionError(f"formula({label!r}): the sides have shapes {a.shape} and {b.shape}")
    a, b = np.broadcast_arrays(a, b)
    if a.size == 0:
        raise AssertionError(f"formula({label!r}): there is nothing to compare")
    if not (np.isfinite(a).all() and np.isfinite(b).all()):
        raise AssertionError(f"formula({label!r}): a side is not finite")
    excess = np.abs(a - b) - (atol + rtol * np.maximum(np.abs(a), np.abs(b)))
    worst = np.unravel_index(int(np.argmax(excess)), excess.shape)
    if excess[worst] > 0:
        where = f" at index {tuple(int(i) for i in worst)}" if a.ndim else ""
        raise AssertionError(f"formula({label!r}): {a[worst]:.12g} on the left, {b[worst]:.12g} on the right{where}")
