"""The exercises on real Keras: right classes pass in any style, wrong ones fail and are named."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from tps.callbacks import numpy_ways as models
from tps.callbacks.public import callback_ways as ways

from autograder.exercises.judge import judge
from autograder.proof.mutated import Source
from course.judging import scripts
from course.judging.verdict import Verdict
from tests.shared import EXERCISES, TPS, fresh_seeds

from . import callback_variants as variants

ALL = {exercise.name: exercise for exercise in EXERCISES["callbacks"] if exercise.ways}
(SEED,) = fresh_seeds(1)
# One of each in every run, the others in the full one: a second each, since each goes through a real `fit`.
FIRST = {name: those[0] for name, those in variants.RIGHT.items()} | {"Patience": variants.History}
SOME = {"last-weights-stay", "first-value-is-the-best", "rate-not-changed"}

pytestmark = pytest.mark.filterwarnings("ignore")  # Keras' own are nobody's fault


def judged(name: str, kind: Any, source: str = "") -> Verdict:
    key = ALL[name].draw(np.random.default_rng(SEED))
    return judge(ALL[name], key, scripts.perform(key.script, {name: kind}, ways=ways.WAYS), source)


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        pytest.param(name, kind, marks=[] if kind is FIRST[name] else pytest.mark.full)
        for name, those in variants.RIGHT.items()
        for kind in those
    ],
    ids=lambda x: x if isinstance(x, str) else x.__name__,
)
def test_right_ones_have_all_points_in_any_style(name: str, kind: Any) -> None:
    verdict = judged(name, kind)
    assert verdict.score == verdict.max_score, [o.message for o in verdict.criteria if not o.passed]


@pytest.mark.parametrize(
    ("name", "id", "kind"),
    [
        pytest.param(name, id, kind, marks=[] if id in SOME else pytest.mark.full)
        for name, those in variants.WRONG.items()
        for id, kind in those.items()
    ],
    ids=lambda x: x if isinstance(x, str) else "",
)
def test_wrong_ones_lose_points_and_are_named(name: str, id: str, kind: Any) -> None:
    verdict = judged(name, kind)
    assert verdict.score < verdict.max_score
    assert verdict.mistake is not None, verdict.diagnosis
    assert verdict.mistake.id == f"{ALL[name].prefix}/{id}"


def test_keras_own_early_stopping_lacks_only_the_guard_against_nan() -> None:
    failed = {o.name for o in judged("Patience", variants.Stock).criteria if not o.passed}
    assert failed == {"NaN"}


def test_every_way_has_its_model_and_its_words() -> None:
    assert set(models.WAYS) == set(ways.WAYS) == set(ways.IN_WORDS)


def test_mutants_can_be_drawn_from_a_solution_below_cells_that_use_the_public_part() -> None:
    source = Source.typed(TPS["callbacks"], "Patience")
    assert source.function(source.text).__name__ == "Patience"
