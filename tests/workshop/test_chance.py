"""The range over seeds holds what another seed gives, in as many cases as it says."""

import numpy as np
import pytest

from course.workshop.chance import FEWEST, Spread, over_seeds, ratio_over_seeds


@pytest.mark.parametrize("seeds", [FEWEST, 60, 120])
@pytest.mark.parametrize("draw", ["standard_normal", "standard_cauchy", "standard_exponential"])
def test_a_new_seed_lies_in_the_range_in_95_percent_of_cases_or_more(seeds: int, draw: str):
    values = getattr(np.random.default_rng(7), draw)((4000, seeds + 1))
    inside = [spread.low <= row[-1] <= spread.high for row in values if (spread := over_seeds(row[:-1]))]
    # Exactly 1 - 2k / (n + 1), which is 95.0 to 97.5 % here; 4000 trials know it to 0.35 % (one standard deviation).
    k = (seeds + 1) // 40
    assert np.mean(inside) == pytest.approx(1 - 2 * k / (seeds + 1), abs=0.013)
    assert 1 - 2 * k / (seeds + 1) >= 0.95 > 1 - 2 * (k + 1) / (seeds + 1)


def test_a_run_that_diverged_is_the_end_of_the_range():
    assert over_seeds([*range(38), np.inf]) == (19, 0, np.inf, 39)


@pytest.mark.parametrize(("values", "words"), [(range(38), "39 values or more"), ([*range(38), np.nan], "is nan")])
def test_too_few_seeds_have_no_range(values: list[float], words: str):
    with pytest.raises(ValueError, match=words):
        over_seeds(list(values))


def test_the_ratio_of_other_seeds_falls_into_the_range_in_95_of_100_cases() -> None:
    rng = np.random.default_rng(8)
    inside = 0
    for _ in range(400):
        ones, others = np.exp(rng.standard_normal((2, 2, 60)))
        first = ratio_over_seeds(ones[0], others[0])
        again = ratio_over_seeds(ones[1], others[1])
        inside += first.low < again.middle < first.high
    assert 0.92 < inside / 400 < 0.98


def test_what_is_less_and_what_is_more() -> None:
    found = ratio_over_seeds(0.8 * np.ones(40), np.ones(40))
    assert found.less == pytest.approx((0.2, 0.2, 0.2, 40))
    assert Spread(1.2, 1.1, 1.3, 40).more == pytest.approx((0.2, 0.1, 0.3, 40))
    assert Spread(0.8, 0.7, 0.9, 40).less == pytest.approx((0.2, 0.1, 0.3, 40))


@pytest.mark.parametrize("ones", [np.ones(38), np.r_[np.ones(39), np.inf], np.r_[np.ones(39), 0.0]])
def test_a_ratio_without_a_range_is_refused(ones: np.ndarray) -> None:
    with pytest.raises(ValueError, match="a range over seeds needs"):
        ratio_over_seeds(ones, np.ones(len(ones)))
