"""The range over seeds holds what another seed gives, in as many cases as it says."""

import numpy as np
import pytest

from course.workshop.chance import FEWEST, over_seeds


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
