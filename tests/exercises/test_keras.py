"""The exercises on Keras, on real Keras: right classes pass in any style, wrong ones fail and are named."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from autograder.exercises import EXERCISES, models
from autograder.exercises.exercise import Exercise
from autograder.judge import judge, public_key
from autograder.reference import adam_step, nesterov_step
from course import calls
from course.diagnosis import diagnosed
from course.diagnosis import ways as words
from course.diagnosis.fingerprints import KnownNumbers
from course.verdict import Key, Mistake, Verdict
from course.verdict import judge as hold_against
from course.ways import STEPS, WAYS, applied, fitted
from tests.conftest import fresh_seeds
from tests.exercises import keras_variants as variants

ALL = {exercise.name: exercise for exercise in EXERCISES["keras_optimizers"]}
SGD, ADAM = ALL["LookAheadSGD"], ALL["RootEpsilonAdam"]
SEEDS = fresh_seeds(3)


# As in the kernel and in the check: Keras' own warnings are nobody's fault.
pytestmark = pytest.mark.filterwarnings("ignore")


def answered(exercise: Exercise, key: Key, learners: Any) -> calls.Answers:
    return calls.perform(key.script, {exercise.name: learners}, ways=WAYS)


def judged(exercise: Exercise, learners: Any, seed: int) -> Verdict:
    key = exercise.draw(np.random.default_rng(seed))
    return judge(exercise, key, answered(exercise, key, learners))


@pytest.mark.parametrize(
    ("exercise", "learners"),
    [(name, learners) for name, those in variants.RIGHT.items() for learners in those],
    ids=lambda x: x if isinstance(x, str) else x.__name__,
)
def test_right_ones_have_all_points_in_any_style(exercise: str, learners: Any) -> None:
    verdict = judged(ALL[exercise], learners, SEEDS[0])
    assert verdict.score == verdict.max_score, [o.message for o in verdict.criteria if not o.passed]


WRONG = [(name, id, learners) for name, those in variants.WRONG.items() for id, learners in those.items()]
WRONG += [("LookAheadSGD", id, learners) for id, learners in variants.ALSO.items()]


@pytest.mark.parametrize(("exercise", "id", "learners"), WRONG, ids=lambda x: x if isinstance(x, str) else "")
def test_wrong_ones_lose_points_and_are_named_by_grader_and_check(exercise: str, id: str, learners: Any) -> None:
    ex = ALL[exercise]
    verdict = judged(ex, learners, SEEDS[1])
    assert verdict.score < verdict.max_score
    assert verdict.mistake is not None, verdict.diagnosis
    assert verdict.mistake.id == f"{ex.prefix}/{id}"


@pytest.mark.parametrize("exercise", ALL.values(), ids=lambda exercise: exercise.name)
def test_the_notebook_s_check_names_them_too(exercise: Exercise) -> None:
    public = public_key(exercise, np.random.default_rng(SEEDS[0]))
    key = Key.from_json(public["key"])
    known = KnownNumbers([Mistake(**mistake) for mistake in public["mistakes"]], public["explanations"])
    for id, learners in list(variants.WRONG[exercise.name].items())[::3]:
        answers = answered(exercise, key, learners)
        verdict = diagnosed(hold_against(key, answers), key, answers, known)
        assert verdict.mistake is not None, (id, verdict.diagnosis)
        assert verdict.mistake.id == f"{exercise.prefix}/{id}"


def test_without_numbers_nothing_is_named_and_what_is_said_is_true() -> None:
    verdict = judged(SGD, variants.UNNAMED, SEEDS[0])
    assert verdict.score == 0
    assert verdict.mistake is None
    assert "However it is used: it raised AttributeError" in verdict.diagnosis
    assert "`build`" in verdict.diagnosis


def test_a_class_that_only_fit_breaks_keeps_the_rest() -> None:
    class Eager(variants.LookAhead):
        def update_step(self, gradient, variable, learning_rate):  # type: ignore[no-untyped-def]
            super().update_step(np.array(gradient), variable, learning_rate)  # a traced tensor is no array

    verdict = judged(SGD, Eager, SEEDS[0])
    assert {o.name for o in verdict.criteria if not o.passed} == {"in fit", "saved and loaded"}
    assert "It works when its steps are made one by one" in verdict.diagnosis
    assert "But in `fit` and when training is saved and loaded" in verdict.diagnosis


def test_a_wrong_rule_that_is_kept_well_is_told_nothing_untrue_of_its_configuration() -> None:
    verdict = judged(ADAM, variants.WRONG["RootEpsilonAdam"]["epsilon-outside"], SEEDS[0])
    met = {o.name for o in verdict.criteria if o.passed}
    assert {"from its configuration", "saved and loaded"} <= met
    assert "epsilon inside the root" not in met


def test_the_models_are_the_course_s_own_rules() -> None:
    rng = np.random.default_rng(SEEDS[2])
    a = SGD.arguments(rng, (6,))
    theta, v = a["theta"], np.zeros(6)
    rows = a["grads"].reshape(STEPS, 6)
    path = models.WAYS["applied"](SGD.reference, SGD.keywords, *a.values())
    for grad, weights in zip(rows, path, strict=True):  # theta and v from the look-ahead point, and back
        theta, v = nesterov_step(theta, v, lambda _, grad=grad: grad, a["learning_rate"], a["momentum"])
        assert np.allclose(weights, theta - a["momentum"] * v, rtol=1e-13)
    a = ADAM.arguments(rng, (6,))
    state = (a["theta"], np.zeros(6), np.zeros(6))
    path = models.WAYS["fit"](ADAM.reference, ADAM.keywords, *a.values())
    for t, (grad, weights) in enumerate(zip(a["grads"].reshape(STEPS, 6), path, strict=True), start=1):
        state = adam_step(*state, grad, t, *list(a.values())[2:])
        assert np.allclose(weights, state[0], rtol=1e-13)


def test_conventions_are_the_course_s_rule_where_it_is_said() -> None:
    """Where the rate stands does not matter while it is constant, nor where epsilon does at 0; an average is a sum of
    smaller gradients."""

    def path(exercise: Exercise, id: str, **changed: Any) -> Any:
        rule = next((w.function for w in exercise.mistakes if w.id == id), exercise.reference)
        given = exercise.arguments(np.random.default_rng(SEEDS[1]), (6,)) | changed
        return models.WAYS["applied"](rule, exercise.keywords, *given.values())

    assert np.allclose(path(SGD, "rate-outside-the-velocity"), path(SGD, ""), rtol=1e-12)
    given = SGD.arguments(np.random.default_rng(SEEDS[1]), (6,))
    smaller = given | {"learning_rate": given["learning_rate"] * (1 - given["momentum"])}
    theirs, ours = path(SGD, "average"), path(SGD, "", **smaller)
    gap = (given["learning_rate"] - smaller["learning_rate"]) * given["grads"].reshape(STEPS, 6)
    assert np.allclose(theirs, ours - np.cumsum(gap, axis=0), rtol=1e-12)  # the look ahead holds eta g itself as well
    for id in ("epsilon-outside", "epsilon-hat"):
        assert np.allclose(path(ADAM, id, epsilon=0.0), path(ADAM, "", epsilon=0.0), rtol=1e-12)
        assert not np.allclose(path(ADAM, id), path(ADAM, ""), rtol=1e-5)


def test_keras_own_optimizers_where_they_are_the_same() -> None:
    """Stock SGD with nesterov=True is LookAheadSGD; stock Adam is RootEpsilonAdam at epsilon = 0 and at no other."""
    import keras

    def stock(learning_rate: float, momentum: float) -> Any:
        return keras.optimizers.SGD(learning_rate, momentum=momentum, nesterov=True)

    a = SGD.arguments(np.random.default_rng(SEEDS[0]), (6,))
    for ours, theirs in zip(
        models.WAYS["applied"](SGD.reference, SGD.keywords, *a.values()),
        applied(stock, SGD.keywords, *a.values()),
        strict=True,
    ):
        assert np.allclose(ours, theirs, rtol=SGD.rtol)
    a = ADAM.arguments(np.random.default_rng(SEEDS[0]), (6,))
    for epsilon, same in ((0.0, True), (a["epsilon"], False)):
        a["epsilon"] = epsilon
        ours = models.WAYS["applied"](ADAM.reference, ADAM.keywords, *a.values())[-1]
        theirs = applied(keras.optimizers.Adam, ADAM.keywords, *a.values())[-1]
        assert np.allclose(ours, theirs, rtol=ADAM.rtol) is same


def test_the_gradient_in_fit_is_the_one_that_is_given() -> None:
    import keras

    theta, grads = np.arange(1.0, 7.0), np.linspace(-1, 1, 6 * STEPS)
    path = fitted(keras.optimizers.SGD, (), theta, grads, 0.5)
    assert np.allclose(path, theta - 0.5 * np.cumsum(grads.reshape(STEPS, 6), axis=0), rtol=1e-6)


def test_every_way_has_its_model_and_its_words() -> None:
    assert {*models.WAYS, "tabled"} == set(WAYS) == set(words.IN_WORDS)


def array(answer: calls.Value) -> np.ndarray:
    assert isinstance(answer, np.ndarray)
    return answer


def worst_error(exercise: Exercise, learners: Any, seed: int) -> float:
    """The largest error of a right class whose steps are made one by one, in units of the tolerance."""
    key = exercise.draw(np.random.default_rng(seed))
    script = [op for op in key.script if op.get("through", "applied") == "applied"]
    kept = {op["call"] for op in script if "call" in op}
    script = [op for op in script if "read" not in op or op["read"]["ref"] in kept]
    worst = 0.0
    for name, answer in calls.perform(script, {exercise.name: learners}, ways=WAYS).items():
        given, wanted = array(answer), array(key.expected[name])
        worst = max(worst, float(np.max(np.abs(given - wanted) / (key.atol + key.rtol * np.abs(wanted)))))
    return worst


@pytest.mark.parametrize("draws", [1, pytest.param(200, marks=pytest.mark.full)])
def test_rounding_is_far_below_the_tolerance(draws: int) -> None:
    """No right class fails by rounding: in 200 draws for each of eight classes none comes within a quarter of it."""
    worst = max(
        worst_error(exercise, learners, seed)
        for exercise in (SGD, ADAM)
        for learners in variants.RIGHT[exercise.name]
        for seed in fresh_seeds(draws)
    )
    assert worst < 0.25
