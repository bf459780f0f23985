"""The search for a rate, on a loss whose best rate is known: gradient descent on a quadratic."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pytest

from course.experiments.comparison.tuning import Choice, choose, more, tune

GRID = (0.001, 0.01, 0.1)
STEPS = 8


def after_descent(curvatures: Mapping[str, float], seen: list[Mapping[str, list[float]]]):  # type: ignore[no-untyped-def]
    """The loss after STEPS steps on curvature c: (1 - rate c)^(2 STEPS), lowest at the rate 1 / c; inf beyond 1e6."""

    def score(new: Mapping[str, list[float]]) -> dict[str, dict[float, float]]:
        seen.append(new)
        losses = {n: {r: (1 - r * curvatures[n]) ** (2 * STEPS) for r in rates} for n, rates in new.items()}
        return {n: {r: v if v < 1e6 else np.inf for r, v in found.items()} for n, found in losses.items()}

    return score


CURVATURES = {"inside": 100.0, "far above": 0.02, "below": 5e3}


def test_the_grid_grows_until_the_best_rate_is_inside_and_everyone_pays_the_same() -> None:
    seen: list[Mapping[str, list[float]]] = []
    choices = tune(list(CURVATURES), GRID, after_descent(CURVATURES, seen), 9, 10**0.5)
    for name, choice in choices.items():
        at = choice.rates.index(choice.rate)
        assert choice.interior
        assert choice.rates[at - 1] < 1 / CURVATURES[name] < choice.rates[at + 1]
        assert choice.gap < 3.17
        assert choice.losses == tuple(after_descent(CURVATURES, [])({name: list(choice.rates)})[name].values())
    assert {choice.trials for choice in choices.values()} == {len(GRID) + 2 * (len(seen) - 1)}
    assert all({len(rates) for rates in new.values()} == {2} for new in seen[1:]), "each round: two rates for everyone"
    assert len({rate for new in seen for rate in new["inside"]}) == choices["inside"].trials, "none of them twice"


def test_too_few_rounds_leave_the_best_at_the_edge_and_say_so() -> None:
    choices = tune(list(CURVATURES), GRID, after_descent(CURVATURES, []), 0, 10**0.5)
    assert {name: choice.interior for name, choice in choices.items()} == {
        "inside": True,
        "far above": False,
        "below": False,
    }
    assert {choice.trials for choice in choices.values()} == {3}
    assert choices["inside"].gap == pytest.approx(10)
    assert choices["below"].gap == np.inf


def test_what_the_next_round_tries() -> None:
    losses = (1.0, 2.0, 3.0)
    assert more(Choice(0.001, False, GRID, losses)) == [1e-5, 1e-4]
    assert more(Choice(0.1, False, GRID, losses)) == [1.0, 10.0]
    assert more(Choice(0.01, True, GRID, losses)) == [0.00316228, 0.0316228]


def test_rates_at_which_every_run_diverges_are_no_best() -> None:
    nothing = choose({0.1: np.inf, 1.0: np.inf, 10.0: np.inf})
    assert not nothing.interior
    assert more(nothing) == pytest.approx([0.001, 0.01]), "lower, where runs may live"
    some = choose({0.1: 2.0, 1.0: 1.0, 10.0: np.inf})
    assert (some.rate, some.interior) == (1.0, True)
