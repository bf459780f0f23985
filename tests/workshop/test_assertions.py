"""The assertions of the lectures: what holds is silent, what does not hold is one clear line."""

import numpy as np
import pytest

from course.workshop.assertions import canonical, chance, formula, number
from course.workshop.chance import over_seeds


@pytest.mark.parametrize(
    ("shown", "value"),
    [
        ("0.818", 9 / 11),
        ("2375", 2375),
        ("-1.8024", -1.80241),
        ("39 %", 0.391),
        (r"4.9\,\%", 0.0491),
        ("1e-4", 1e-4),
        ("10^{-4}", 1.2e-4),
        (r"2.4 \cdot 10^{-8}", 2.3841858e-08),
        (r"30\,000", 30_000.2),
        (".6098", 0.60983),
        ("0.12", 0.125),  # on the edge: both roundings are right
        ("0.13", 0.125),
    ],
)
def test_a_number_that_rounds_to_what_is_printed_is_silent(shown: str, value: float):
    number(shown, value)


@pytest.mark.parametrize(
    ("shown", "value"),
    [
        ("0.818", 0.8188),
        ("0.5", 0.56),
        ("39 %", 39.0),  # a percentage is given as the fraction it means
        ("1e-4", 2e-4),
        ("-1.8", 1.8),
        ("0.50", 0.506),
        ("2", float("nan")),
        ("2", float("inf")),
    ],
)
def test_a_number_that_does_not_is_one_line(shown: str, value: float):
    with pytest.raises(AssertionError, match=r"^number\(") as fault:
        number(shown, value)
    assert "\n" not in str(fault.value)


def test_what_is_no_number_is_refused():
    with pytest.raises(ValueError, match="not a number"):
        number("about two", 2.0)


def test_the_ways_to_print_a_number_have_one_spelling():
    assert {canonical(text) for text in ("10^{-4}", "$10^{-4}$", "1e-4", "1e-04")} == {"1e-4"}
    assert canonical("0.50") != canonical("0.5")


def test_sides_that_agree_are_silent():
    formula("eq-x", [1.0, 2.0], [1.0 + 1e-12, 2.0])
    formula("eq-x", [[1.0, 1.0]], 1.0)
    formula("eq-x", 0.0, 1e-13, atol=1e-12)


@pytest.mark.parametrize(
    ("left", "right", "words"),
    [
        (1.0, 1.0 + 1e-8, "on the left"),
        ([1.0, 2.0], [1.0, 2.1], r"at index \(1,\)"),
        ([1.0, 2.0], [1.0, 2.0, 3.0], "shapes"),
        ([], [], "nothing to compare"),
        (float("nan"), float("nan"), "not finite"),
    ],
)
def test_sides_that_do_not_agree_are_one_line(left: object, right: object, words: str):
    with pytest.raises(AssertionError, match=words) as fault:
        formula("eq-x", left, right)  # type: ignore[arg-type]
    assert "\n" not in str(fault.value)


@pytest.mark.parametrize(
    ("texts", "fault"),
    [
        (("50 %", "2 %", "98 %", "99"), ""),
        (("51 %", "2 %", "98 %", "99"), "the middle '51 %': the computed value is 50 %"),
        (("50 %", "3 %", "98 %", "99"), "the low end '3 %': the computed value is 2 %"),
        (("50 %", "2 %", "99 %", "99"), "the high end '99 %': the computed value is 98 %"),
        (("50 %", "2 %", "98 %", "100"), "the count of seeds '100': the computed value is 99"),
    ],
)
def test_a_number_from_chance_is_held_with_its_range_and_its_seeds(texts: tuple[str, str, str, str], fault: str):
    spread = over_seeds(np.arange(99, 0, -1) / 100)
    if not fault:
        chance(*texts, spread)
        return
    with pytest.raises(AssertionError, match=fault):
        chance(*texts, spread)
