"""Intervals cover the truth as often as they say; closed forms, SciPy and an example worked by hand are the oracles."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import stats

from course.experiments.comparison.statistics import (
    Interval,
    log_ratios,
    mean_interval,
    performance_profile,
    shown,
    win_probability,
)


def test_intervals_of_ten_normal_values_cover_the_truth_in_95_percent_of_all_cases() -> None:
    # Of 1000 intervals that cover with probability .95, between 93.3 and 96.7 % do in 98 of 100 repetitions.
    samples = np.random.default_rng(5).normal(0.3, 2.0, (1000, 10))
    found = [mean_interval(sample, resamples=999) for sample in samples]
    assert 0.933 < np.mean([i.low < 0.3 < i.high for i in found]) < 0.967
    plain = stats.bootstrap((samples,), np.mean, axis=1, method="percentile", n_resamples=999, rng=1)
    ends = plain.confidence_interval
    assert np.mean((ends.low < 0.3) & (ends.high > 0.3)) < 0.925, "why the plain percentile interval is not used"


def test_intervals_of_skewed_values_cover_better_than_students() -> None:
    samples = np.random.default_rng(6).exponential(1.0, (1000, 10))
    found = [mean_interval(sample, resamples=999) for sample in samples]
    student = stats.ttest_1samp(samples, 0, axis=1).confidence_interval()
    covers = np.mean([i.low < 1 < i.high for i in found])
    assert covers > np.mean((student.low < 1) & (student.high > 1)) + 0.02
    assert covers > 0.92


def test_intervals_of_many_values_are_those_of_scipy() -> None:
    normal = stats.norm.ppf((np.arange(60) + 0.5) / 60)
    student = stats.ttest_1samp(normal, 0).confidence_interval()
    np.testing.assert_allclose(mean_interval(normal)[1:], student, rtol=0.05)
    skewed = stats.expon.ppf((np.arange(300) + 0.5) / 300)
    accelerated = stats.bootstrap((skewed,), np.mean, method="BCa", rng=2).confidence_interval
    found = mean_interval(skewed)
    np.testing.assert_allclose(found[1:], accelerated, atol=0.06 * (found.high - found.low))
    wider = mean_interval(skewed, level=0.999)
    assert wider.low < found.low < found.estimate < found.high < wider.high


def test_the_interval_moves_and_stretches_with_the_values() -> None:
    x = np.random.default_rng(3).normal(size=12)
    one, other = mean_interval(x), mean_interval(3 - 2 * x)
    assert other.estimate == pytest.approx(3 - 2 * one.estimate)
    assert other.low < 3 - 2 * one.estimate < other.high
    np.testing.assert_allclose(mean_interval(1 + 4 * x), [1 + 4 * end for end in one], rtol=1e-9)
    assert mean_interval(x) == one, "the same values, the same interval"


def test_values_without_spread_and_too_few() -> None:
    assert mean_interval([0.25] * 10) == (0.25, 0.25, 0.25)
    with pytest.raises(ValueError, match="needs 5 values or more, and there are 4"):
        mean_interval([1.0, 2.0, 3.0, 4.0])


def test_a_run_that_diverged_is_infinitely_worse_and_two_that_did_are_equal() -> None:
    inf = np.inf
    np.testing.assert_array_equal(log_ratios([1, inf, inf, np.e], [1, 1, inf, inf]), [0, inf, 0, -inf])
    assert log_ratios([0.0], [1.0])[0] == pytest.approx(np.log(1e-38)), "0 has no logarithm"
    finite = np.array([0.1, 0.2, 0.3, 0.4, 0.5])
    lost = mean_interval([*finite, inf])
    assert lost.estimate == lost.high == inf
    assert lost.low == mean_interval([*finite, 0.5]).low
    won = mean_interval([*-finite, -inf])
    assert won.estimate == won.low == -inf
    assert won.high == mean_interval([*-finite, -0.5]).high
    assert mean_interval([inf] * 6) == (inf, inf, inf)
    both = mean_interval([*finite, inf, -inf])
    assert (both.low, both.high) == (-inf, inf)
    with pytest.raises(ValueError, match="not negative"):
        log_ratios([-1.0], [1.0])
    with pytest.raises(ValueError, match="2 values on one side and 1 on the other"):
        log_ratios([1.0, 2.0], [1.0])


@pytest.mark.parametrize("wins", range(11))
def test_the_win_probability_has_wilsons_interval(wins: int) -> None:
    ones = np.where(np.arange(10) < wins, 0.0, 2.0)
    found = win_probability(ones, np.ones(10))
    ends = stats.binomtest(wins, 10).proportion_ci(method="wilson")
    assert found.estimate == wins / 10
    np.testing.assert_allclose(found[1:], ends, atol=1e-12)
    assert 0 <= found.low <= found.estimate <= found.high <= 1
    mirrored = win_probability(np.ones(10), ones)
    np.testing.assert_allclose([1 - mirrored.high, 1 - mirrored.low], found[1:], atol=1e-12)


def test_a_tie_is_half_a_win() -> None:
    assert win_probability([1, 1, 2, 2], [1, 1, 3, 1]).estimate == 0.5


def test_a_performance_profile_worked_by_hand() -> None:
    # Problem 1: B takes twice as long as A. Problem 2: A twice as long as B. Problem 3: A fails.
    times = [[1.0, 2.0], [4.0, 2.0], [np.inf, 3.0]]
    profile = performance_profile(times, [1.0, 1.9, 2.0, 1e9])
    np.testing.assert_allclose(profile, [[1 / 3, 1 / 3, 2 / 3, 2 / 3], [2 / 3, 2 / 3, 1, 1]])


def test_a_problem_that_nobody_solves_counts_for_nobody() -> None:
    np.testing.assert_allclose(performance_profile([[np.inf, np.inf], [0.0, 1.0]], [1.0]), [[0.5], [0.0]])


def test_as_many_digits_as_the_width_of_an_interval_allows() -> None:
    assert shown(Interval(1.2345, 1.1234, 1.4567)) == "1.23 (1.12 to 1.46)"
    assert shown(Interval(1.00009, 0.99971, 1.00204)) == "1.0001 (0.9997 to 1.0020)"
    assert shown(Interval(1234.5, 1000.0, 1500.0)) == "1234 (1000 to 1500)"
    assert shown(Interval(1e36, 1e35, 3e36)) == "1e+36 (1e+35 to 3e+36)"
    assert shown(Interval(2e-9, 1e-9, 3.21e-9)) == "2e-09 (1e-09 to 3.21e-09)"
    assert shown(Interval(0.5, 0.5, 0.5)) == "0.5 (0.5 to 0.5)"
    assert shown(Interval(np.inf, 2.0, np.inf)) == "inf (2 to inf)"
