"""The exercises on Keras, on real Keras: right classes pass in any style, wrong ones fail and are named."""

from __future__ import annotations

import re
from functools import cache
from typing import Any

import numpy as np
import pytest
from tps.keras_optimizers import numpy_ways as models
from tps.keras_optimizers.keras_checks import NOT_BY
from tps.keras_optimizers.public import comparison_ways
from tps.keras_optimizers.public import optimizer_ways as ways
from tps.keras_optimizers.public.optimizer_ways import STEPS, applied, fitted
from tps.optimizers.reference import adam_step, nesterov_step

from autograder.exercises.exercise import Exercise
from autograder.exercises.judge import judge, public_key
from course.judging import scripts
from course.judging.barred import MayNotAnswer, barred
from course.judging.diagnosis import diagnosed
from course.judging.diagnosis.fingerprints import KnownNumbers
from course.judging.scripts import Call, Put
from course.judging.verdict import Key, Mistake, Verdict
from course.judging.verdict import judge as hold_against
from tests.exercises.words import printed
from tests.shared import EXERCISES, fresh_seeds

from . import keras_variants as variants

# A new exercise brings its own variants.
ALL = {exercise.name: exercise for exercise in EXERCISES["keras_optimizers"] if exercise.name in variants.RIGHT}
SGD, ADAM = ALL["LookAheadSGD"], ALL["RootEpsilonAdam"]
WAYS = ways.WAYS | comparison_ways.WAYS
SEEDS = fresh_seeds(3)


# As in the kernel and in the check: Keras' own warnings are nobody's fault.
pytestmark = pytest.mark.filterwarnings("ignore")


@cache
def public(exercise: Exercise) -> tuple[Key, KnownNumbers]:
    """What the check in the notebook holds: a key, and the known mistakes as numbers."""
    data = public_key(exercise, np.random.default_rng(SEEDS[0]))
    known = KnownNumbers([Mistake(**mistake) for mistake in data["mistakes"]], data["explanations"])
    return Key.from_json(data["key"]), known


@cache
def answered(exercise: Exercise, learners: Any) -> scripts.Answers:
    """What a class answers to that key; a second and more of Keras, so each is asked once."""
    with barred(exercise.not_by):
        return scripts.perform(public(exercise)[0].script, {exercise.name: learners}, ways=WAYS)


def judged(exercise: Exercise, learners: Any) -> Verdict:
    """The grader's verdict."""
    return judge(exercise, public(exercise)[0], answered(exercise, learners))


def checked(exercise: Exercise, learners: Any) -> Verdict:
    """The verdict of the check in the notebook."""
    key, known = public(exercise)
    answers = answered(exercise, learners)
    return diagnosed(hold_against(key, answers), key, answers, known)


@pytest.mark.parametrize(
    ("exercise", "learners"),
    [(name, learners) for name, those in variants.RIGHT.items() for learners in those],
    ids=lambda x: x if isinstance(x, str) else x.__name__,
)
def test_right_ones_have_all_points_in_any_style(exercise: str, learners: Any) -> None:
    verdict = judged(ALL[exercise], learners)
    assert verdict.score == verdict.max_score, [o.message for o in verdict.criteria if not o.passed]


@pytest.mark.parametrize(
    ("exercise", "learners"),
    [(name, learners) for name, those in variants.NOT_WRITTEN.items() for learners in those],
    ids=lambda x: x if isinstance(x, str) else x.__name__,
)
def test_keras_own_step_earns_nothing_and_is_named(exercise: str, learners: Any) -> None:
    verdict = judged(ALL[exercise], learners)
    assert verdict.score == 0
    said = r"(keras\.optimizers\.\w+\.update_step|tensorflow\.[\w.]+) may not answer in the place of your own code"
    assert all(re.search(said, outcome.message) for outcome in verdict.criteria), verdict.diagnosis
    assert re.search(said, verdict.diagnosis), verdict.diagnosis


def test_numbers_do_not_depend_on_the_precision_that_keras_was_told() -> None:
    import keras

    theta, grads = np.array([1.5, -1.25]), np.linspace(-1.0, 2.0, 2 * STEPS)
    for way in (fitted, ways.saved):
        before = way(variants.LookAhead, ("momentum",), theta, grads, 0.03, 0.6)
        keras.config.set_dtype_policy("mixed_float16")
        try:
            after = way(variants.LookAhead, ("momentum",), theta, grads, 0.03, 0.6)
        finally:
            keras.config.set_dtype_policy("float32")
        np.testing.assert_array_equal(after, before)


def test_all_that_may_not_answer_is_there_and_keras_has_no_other_step() -> None:
    import keras

    kinds = [value for value in vars(keras.optimizers).values() if isinstance(value, type)]
    steps = {kind.update_step for kind in kinds if hasattr(kind, "update_step")}
    steps -= {keras.optimizers.Optimizer.update_step}
    assert keras.optimizers.AdamW.update_step in steps
    with barred(NOT_BY):
        for step in steps:
            with pytest.raises(MayNotAnswer):
                step(*[None] * 9)


# Wrong formulas, whose models the gate asks more often, and uses of Keras that are wrong in LookAheadSGD, too.
MORE = {
    *(("LookAheadSGD", id) for id in ("rate-outside-the-velocity", "ascent", "velocity-not-kept")),
    *(("RootEpsilonAdam", id) for id in ("epsilon-not-used", "no-bias-correction", "correction-without-power")),
    *(("RootEpsilonAdam", id) for id in ("averages-not-kept", "epsilon-default-of-keras", "nothing-in-config")),
    *(("RootEpsilonAdam", id) for id in ("state-shared-between-variables", "rate-read-once")),
}
WRONG = [(name, id, learners) for name, those in variants.WRONG.items() for id, learners in those.items()]
WRONG += [("LookAheadSGD", id, learners) for id, learners in variants.ALSO.items()]


@pytest.mark.parametrize(
    ("exercise", "id", "learners"),
    [pytest.param(*wrong, marks=pytest.mark.full) if wrong[:2] in MORE else wrong for wrong in WRONG],
    ids=lambda x: x if isinstance(x, str) else "",
)
def test_wrong_ones_lose_points_and_are_named_by_grader_and_check(exercise: str, id: str, learners: Any) -> None:
    ex = ALL[exercise]
    for verdict in (judged(ex, learners), checked(ex, learners)):
        assert verdict.score < verdict.max_score
        assert verdict.mistake is not None, verdict.diagnosis
        assert verdict.mistake.id == f"{ex.prefix}/{id}"


def test_without_numbers_nothing_is_named_and_what_is_said_is_true() -> None:
    verdict = judged(SGD, type(SGD.name, (variants.UNNAMED,), {}))
    assert verdict.score == 0
    assert verdict.mistake is None
    assert "However it is used: it raised AttributeError" in verdict.diagnosis
    assert "`build`" in verdict.diagnosis


def test_a_class_that_comes_to_nothing_but_nan_has_no_name_and_is_told_so() -> None:
    """It may have been the clock, a root of a negative number, or infinity minus infinity."""
    verdict = judged(ADAM, variants.NoPlusOne)
    assert verdict.mistake is None
    assert verdict.diagnosis.startswith(
        "However it is used it comes to NaN; in the first use your weights after step 1"
    )


STEP = """class LookAheadSGD(keras.optimizers.Optimizer):
    def __init__(self, learning_rate=0.01, momentum=0.9, **kwargs):
        super().__init__(learning_rate=learning_rate, **kwargs)
        self.momentum = momentum

    def build(self, variables):
        super().build(variables)
        self.velocities = [self.add_variable_from_reference(v, "velocity") for v in variables]

    def update_step(self, gradient, variable, learning_rate):
        v = self.velocities[self._get_variable_index(variable)]
        self.assign(v, self.momentum * v + learning_rate * gradient)
        self.assign_sub(variable, self.momentum * v + learning_rate * gradient)
"""


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        (STEP.splitlines()[-2].strip(), "", ["The new velocity should be kept for the next step."]),
        ("+ learning_rate * gradient)\n", "+ float(learning_rate) * gradient)\n", ["line 12, `float(learning_rate)`"]),
        ("self.momentum * v + learning", "self.momentum * v.numpy() + learning", ["line 12, `v.numpy()`"]),
        ("update_step", "updatestep", ["Your class has no method `update_step`."]),
    ],
    ids=["no velocity", "float", "numpy", "misspelt"],
)
def test_what_is_said_of_a_class_is_read_from_its_text(old: str, new: str, said: list[str]) -> None:
    import keras

    text = STEP.replace(old, new, 1)
    names: dict[str, Any] = {"keras": keras}
    exec(text, names)
    verdict = judge(SGD, public(SGD)[0], answered(SGD, names["LookAheadSGD"]), text)
    for sentence in said:
        assert sentence in verdict.diagnosis
    assert "ot written yet" not in verdict.diagnosis
    assert "Is it made" not in verdict.diagnosis


def test_a_class_whose_weights_never_move_is_told_so_and_why() -> None:
    import keras

    text = STEP.replace("self.assign(v,", "v = (").replace("self.assign_sub(variable,", "variable = variable - (")
    names: dict[str, Any] = {"keras": keras}
    exec(text, names)
    verdict = judge(SGD, public(SGD)[0], answered(SGD, names["LookAheadSGD"]), text)
    assert verdict.mistakes == ()
    assert verdict.diagnosis.startswith("Your weights never move")
    assert "Nothing in your class assigns to a variable." in verdict.diagnosis


def test_a_class_that_only_fit_breaks_keeps_the_rest() -> None:
    class Eager(variants.LookAhead):
        def update_step(self, gradient, variable, learning_rate):  # type: ignore[no-untyped-def]
            super().update_step(np.array(gradient), variable, learning_rate)  # a traced tensor is no array

    verdict = judged(SGD, Eager)
    assert {o.name for o in verdict.criteria if not o.passed} == {"in fit", "saved and loaded"}
    assert "It works when its steps are made one by one" in verdict.diagnosis
    assert "But in `fit` and when training is saved and loaded" in verdict.diagnosis


def test_a_wrong_rule_that_is_kept_well_is_told_nothing_untrue_of_its_configuration() -> None:
    verdict = judged(ADAM, variants.WRONG["RootEpsilonAdam"]["epsilon-outside"])
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


def test_no_number_in_a_mistake_s_words_is_left_without_a_measurement() -> None:
    for exercise in EXERCISES["keras_optimizers"]:
        for wrong in exercise.mistakes:
            assert not printed(wrong.effect) | printed(str(wrong.hint)) - printed(wrong.did), wrong.id


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
    assert set(models.WAYS) == set(ways.WAYS) == set(ways.IN_WORDS)
    assert set(ALL["compare_optimizers"].ways) == set(comparison_ways.WAYS) == set(comparison_ways.IN_WORDS)


def array(answer: scripts.Value) -> np.ndarray:
    assert isinstance(answer, np.ndarray)
    return answer


def worst_error(exercise: Exercise, learners: Any, seed: int) -> float:
    """The largest error of a right class whose steps are made one by one, in units of the tolerance."""
    key = exercise.draw(np.random.default_rng(seed))
    kept = {
        op.key
        for op in key.script
        if isinstance(op, Put) or (isinstance(op, Call) and op.way in ("applied", "many steps"))
    }
    script = [
        op for op in key.script if isinstance(op, Put) or (op.key if isinstance(op, Call) else op.ref.key) in kept
    ]
    worst = 0.0
    for name, answer in scripts.perform(script, {exercise.name: learners}, ways=WAYS).items():
        given, wanted = array(answer), array(key.expected[name])
        rtol, atol = key.tolerance(name)
        worst = max(worst, float(np.max(np.abs(given - wanted) / (atol + rtol * np.abs(wanted)))))
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
