"""The schedules: tables worked out by hand, and identities that only they satisfy."""

from __future__ import annotations

import math

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tps.optimizers.reference import exponential_decay, step_decay

RATES = st.floats(1e-6, 10)


@pytest.mark.parametrize(
    ("times", "eta"), [((0, 1, 9), 0.1), ((10, 11, 15, 19), 0.05), ((20, 21, 29), 0.025), ((70, 79), 0.1 / 128)]
)
def test_halving_every_ten_steps(times: tuple[int, ...], eta: float) -> None:
    assert [step_decay(t, 0.1, 0.5, 10) for t in times] == [eta] * len(times)


@pytest.mark.parametrize(
    ("t", "eta"), [(0, 0.2), (1, 0.18096748), (10, 0.07357589), (25, 0.01641700), (100, 9.079986e-06)]
)
def test_a_table_of_the_exponential(t: int, eta: float) -> None:
    assert exponential_decay(t, 0.2, 0.1) == pytest.approx(eta, rel=1e-6)


@settings(deadline=None)
@given(eta_0=RATES, gamma=st.floats(0.05, 1), s=st.integers(1, 500), drops=st.integers(0, 20))
def test_a_stair_is_flat_and_drops_on_time(eta_0: float, gamma: float, s: int, drops: int) -> None:
    level = math.prod([gamma] * drops, start=eta_0)
    first, last = drops * s, (drops + 1) * s - 1
    assert step_decay(first, eta_0, gamma, s) == pytest.approx(level, rel=1e-12)
    assert step_decay(first, eta_0, gamma, s) == step_decay(last, eta_0, gamma, s)
    assert step_decay(last + 1, eta_0, gamma, s) == pytest.approx(gamma * level, rel=1e-12)


@settings(deadline=None)
@given(eta_0=RATES, k=st.floats(1e-4, 0.5), t=st.integers(0, 300), u=st.integers(0, 300))
def test_decay_starts_anew_at_every_step(eta_0: float, k: float, t: int, u: int) -> None:
    # To wait t and then u is to wait t + u: only exponentials do that, and the half-life picks one of them.
    assert exponential_decay(0, eta_0, k) == eta_0
    later = exponential_decay(u, exponential_decay(t, eta_0, k), k)
    assert exponential_decay(t + u, eta_0, k) == pytest.approx(later, rel=1e-9)
    assert exponential_decay(math.log(2) / k, eta_0, k) == pytest.approx(eta_0 / 2, rel=1e-12)


@pytest.mark.parametrize("s", [1, 7, 1000])
def test_both_meet_at_the_drops(s: int) -> None:
    for drop in range(6):
        smooth = exponential_decay(drop * s, 0.01, -math.log(0.3) / s)
        assert step_decay(drop * s, 0.01, 0.3, s) == pytest.approx(smooth, rel=1e-12)


def test_a_schedule_can_be_asked_in_any_order() -> None:
    times = [30, 0, 7, 29, 7, 10]
    for schedule in (lambda t: step_decay(t, 0.1, 0.5, 10), lambda t: exponential_decay(t, 0.1, 0.05)):
        assert [schedule(t) for t in times] == [schedule(t) for t in reversed(times)][::-1]
        assert isinstance(schedule(3), float)
