"""Kinds of exercise that come next, in a TP of their own: the engine has no code for any of them.

Coupled shapes; a callback told losses that are made up; a number of rows; operators in sequence; a Keras layer with
given weights; a function that is given one; a training run of which only bounds are known.
"""

from __future__ import annotations

import json
import re
import sys
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

import nbformat
import numpy as np
import pytest

from autograder.classroom.grading.batch import Batch
from autograder.classroom.grading.results import Result
from autograder.classroom.handout.build import build, from_text
from autograder.classroom.intake.reading import read
from autograder.classroom.layout import Classroom, write
from autograder.content import finding
from autograder.demo import filled
from autograder.exercises import probes
from autograder.exercises.ask import Ask
from autograder.exercises.exercise import Check, Exercise
from autograder.exercises.judge import judge, public_key
from autograder.proof.gate import Examination, examine
from autograder.proof.marks import earned
from course.judging import check, scripts
from course.judging.diagnosis import diagnosed
from course.judging.diagnosis.evidence import Evidence
from course.judging.diagnosis.fingerprints import KnownNumbers
from course.judging.diagnosis.naming import tells
from course.judging.ladder import rungs
from course.judging.scripts import Call, Put
from course.judging.verdict import Expectation, Key, Mistake, Verdict
from course.judging.verdict import judge as hold_against
from tests.shared import fresh_seeds

FOLDER = Path(__file__).with_name("spikes")
TPS = finding.found([FOLDER])
TP = finding.ready(TPS["spikes"], TPS)
NOTEBOOK, EXERCISES, _ = from_text(TP)
SOLUTIONS = {
    cell.metadata.nbgrader.grade_id: cell.source
    for cell in NOTEBOOK.cells
    if cell.metadata.get("nbgrader", {}).get("solution")
}
SEEDS = fresh_seeds(3)
KEYS = fresh_seeds(8)

every = pytest.mark.parametrize("exercise", EXERCISES.values(), ids=EXERCISES)
pytestmark = pytest.mark.filterwarnings("ignore")  # Keras' own are nobody's fault


def wrong(exercise: str, id: str) -> Any:
    """A mistake of the catalogue as a function, or a class."""
    return next(wrong.function for wrong in EXERCISES[exercise].mistakes if wrong.id == id)


def judged(exercise: str, function: Any, seed: int = SEEDS[0]) -> Verdict:
    """As the grader judges it, with the ways of the models."""
    ex = EXERCISES[exercise]
    key = ex.draw(np.random.default_rng(seed))
    return judge(ex, key, ex.answers_of(function, key))


def failed(verdict: Verdict) -> set[str]:
    return {outcome.name for outcome in verdict.criteria if not outcome.passed}


# The gate


@every
def test_right_forms_pass_every_mistake_fails_and_is_named_or_told(
    exercise: Exercise, monkeypatch: pytest.MonkeyPatch
) -> None:
    """In several draws, and without Keras: the models of the classes need none."""
    monkeypatch.setitem(sys.modules, "keras", None)
    found = Examination(exercise)
    for seed in SEEDS:
        found.add(seed, *examine(exercise, seed))
    for seed in KEYS:
        found.marks.add(seed, earned(exercise, seed))
    assert found.red == []
    assert len(exercise.mistakes) >= 3
    assert exercise.equivalents


@every
def test_the_check_in_the_notebook_names_them_as_well(exercise: Exercise) -> None:
    """It holds numbers instead of functions, with the tolerance of each answer and without those between bounds."""
    public = public_key(exercise, np.random.default_rng(SEEDS[0]))
    key = Key.from_json(json.loads(json.dumps(public["key"])))
    known = KnownNumbers([Mistake(**mistake) for mistake in public["mistakes"]], public["explanations"])
    for each in exercise.mistakes:
        answers = exercise.answers_of(each.function, key)
        verdict = diagnosed(hold_against(key, answers), key, answers, known)
        named = verdict.mistake.id if verdict.mistake else ""
        assert named == (f"{exercise.prefix}/{each.id}" if tells(Evidence(key, answers)) else "")


def test_the_gradients_are_those_of_the_complex_step() -> None:
    ex = EXERCISES["loss_and_gradients"]
    given = ex.arguments(np.random.default_rng(SEEDS[0]), ex.size)

    def loss(**moved: Any) -> complex:
        x, y, W1, b1, W2, b2 = (given | moved).values()
        return np.mean((np.tanh(x @ W1 + b1) @ W2 + b2 - y) ** 2)

    own, *gradients = ex.reference(*given.values())
    assert own == pytest.approx(loss(), rel=1e-14)
    for name, gradient in zip(("W1", "b1", "W2", "b2"), gradients, strict=True):
        for place in np.ndindex(np.shape(given[name])):
            moved = np.array(given[name], dtype=complex)
            moved[place] += 1e-30j
            assert gradient[place] == pytest.approx(loss(**{name: moved}).imag / 1e-30, rel=1e-12, abs=1e-15)


# What goes into a call, and what is asked of its answers


def test_counts_words_and_arrays_of_any_kind_arrive_as_they_were_given() -> None:
    """In this process and after the way through a file or a socket."""
    ask = Ask("f", tuple("abcdefg"), {"": ("y",)})
    arrays = [np.array([True, False]), np.arange(3, dtype=np.int32), np.ones((100, 100), dtype=np.float32)]
    numbers = [np.int64(3), np.float64(0.5), "max", None]
    (ref,) = ask.call(*(ask.put(array) for array in arrays), *numbers)
    ask.read(ref, "y")
    seen = []

    def f(*given: Any) -> float:
        seen.append([array.dtype.kind for array in given[:3]] + [type(x) for x in given[3:]])
        return 1.0

    for script in (ask.script, scripts.decoded(json.loads(json.dumps(scripts.encoded(ask.script))))):
        assert scripts.perform(script, {"f": f})[": y"] == 1.0
    assert seen == [["b", "i", "f", int, float, str, type(None)]] * 2
    with pytest.raises(ValueError, match="cannot be put"):
        ask.put(np.array(["a"]))


def test_a_parameter_may_be_called_as_a_probe_calls_its_own() -> None:
    ex = EXERCISES["backtest"]
    assert "times" in ex.parameters
    key = ex.draw(np.random.default_rng(SEEDS[0]))
    fixed = [call.args[2] for call in key.script if isinstance(call, Call)][:2]
    assert fixed == [1, 1]


def test_integers_are_asked_of_float_arrays_alone() -> None:
    """Labels and masks are whole already."""

    def arguments(rng: np.random.Generator, size: Any) -> dict[str, Any]:
        return {"x": rng.normal(size=4), "label": rng.integers(0, 3, 4), "mask": rng.uniform(size=4) < 0.5}

    def f(x: Any, label: Any, mask: Any) -> Any:
        return np.eye(3)[label] * np.where(mask, x, 0.0)[:, None]

    ex = Exercise(f, ("y",), arguments, (Check("integers", 1.0, "no", probes.integers),))
    key = ex.draw(np.random.default_rng(0))
    assert judge(ex, key, ex.answers_of(f, key)).passed
    kinds = {tuple(op.value.dtype.kind for op in key.script[i : i + 3]) for i in range(0, 6, 4)}  # type: ignore[union-attr]
    assert kinds == {("f", "i", "b"), ("i", "i", "b")}
    assert all(isinstance(op, Put | Call | scripts.Read) for op in key.script)


def test_the_number_of_rows_is_right_or_wrong_by_itself() -> None:
    assert failed(judged("walk_forward", wrong("walk_forward", "last-fold-lost"))) == {"how many"}
    assert failed(judged("walk_forward", wrong("walk_forward", "growing"))) == {"bounds"}
    verdict = judged("walk_forward", lambda *given: np.zeros((0, 4)))
    assert failed(verdict) == {"bounds", "how many"}  # no rows are no right rows
    message = next(outcome.message for outcome in verdict.criteria if outcome.name == "how many")
    assert re.search(r"0 rows, expected \d", message)


def test_each_answer_has_its_own_tolerance() -> None:
    """Single precision for what passes through Keras, nothing near zero where numbers are tiny, exact for a count."""
    ex = EXERCISES["GainedDense"]
    key = ex.draw(np.random.default_rng(SEEDS[0]))
    assert Key.from_json(json.loads(json.dumps(key.as_json()))).tolerances == key.tolerances
    tolerances = {key.tolerance(answer) for answer in key.expected}
    assert tolerances == {(ex.rtol, ex.atol), (1e-5, 0.0), (0.0, 0.0)}

    def off(by: float, only: str = "") -> Verdict:
        moved = {name: value * (1 + by) for name, value in key.expected.items() if only in name}  # type: ignore[operator]
        return judge(ex, key, key.expected | moved)

    assert off(2e-6, "output").passed
    assert failed(off(2e-6, "number of weights")) == {"in a model"}
    assert "1e-7" in str(judged("GainedDense", wrong("GainedDense", "never-zero")).diagnosis)
    assert failed(judged("GainedDense", wrong("GainedDense", "never-zero"))) == {"tiny numbers"}


def test_bounds_are_all_that_is_known_of_a_run() -> None:
    key = EXERCISES["trained_line"].draw(np.random.default_rng(SEEDS[0]))
    assert key.bounded.keys() == key.expected.keys()
    verdict = judged("trained_line", lambda x, y, times: (0.0, 0.0, np.mean(y**2)))
    assert failed(verdict) == {"it learns", "finite"}  # the second is no more than an answer without the rule meets
    assert verdict.mistakes == ()
    assert verdict.diagnosis == "Your loss lies outside what any right result keeps to, in every call."
    assert not Expectation("a", low=0.0).holds(np.array([np.nan])).any()


# What is said: true of exercises that have no steps, no point and no gradient


def stub(*_: Any, **__: Any) -> None:
    raise NotImplementedError


def changed(exercise: str, change: Callable[..., Any]) -> Any:
    """The right function with its results changed."""
    right = EXERCISES[exercise].reference
    return lambda *given, **more: change(right(*given, **more), *given)


def at(place: int, change: Callable[..., Any]) -> Callable[..., Any]:
    """One of several results changed."""
    return lambda results, *given: tuple(
        change(result, *given) if i == place else result for i, result in enumerate(results)
    )


def own(exercise: str, **methods: Any) -> type:
    """The right class with some methods of its own."""
    return type(exercise, (EXERCISES[exercise].reference,), methods)  # type: ignore[arg-type]


def halved(self: Any, derivative: float) -> None:
    self.grad += derivative / 2


NETWORK, FOLDS = partial(changed, "loss_and_gradients"), partial(changed, "walk_forward")
SAID: dict[str, tuple[str, Any, str]] = {
    "unwritten": (
        "loss_and_gradients",
        stub,
        "Every call fails: it raised NotImplementedError.",
    ),
    "an unwritten class": ("Value", stub, "However it is used: it raised NotImplementedError."),
    "an unwritten run": (
        "trained_line",
        stub,
        "Every call fails: it raised NotImplementedError.",
    ),
    "factor": (
        "loss_and_gradients",
        NETWORK(at(1, lambda d, *_: 3 * d)),
        "loss, db1, dW2 and db2 are right in every call; dW1 is not. Your dW1 is the right one times 3, in every entry "
        "and every call.",
    ),
    "a scalar": (
        "loss_and_gradients",
        NETWORK(at(0, lambda loss, *given: given[5] * loss)),
        "Your loss is the right one times b2, in every call.",
    ),
    "order": ("loss_and_gradients", NETWORK(lambda r, *_: r[::-1]), "calls, they are right, but in another order."),
    "transposed": ("loss_and_gradients", NETWORK(at(1, lambda d, *_: d.T)), "shape: (4, 3) where (3, 4) was expected."),
    "one row": (
        "loss_and_gradients",
        NETWORK(at(2, lambda d, x, *_: d * (1.5 if len(x) == 1 else 1.0))),
        "Your results are wrong in the calls with x of length 1, and only there.",
    ),
    "a product": ("loss_and_gradients", lambda *given: given[2] @ given[0], "the shapes do not fit"),
    "whole": (
        "loss_and_gradients",
        NETWORK(at(1, lambda d, x, y, W1, *_: d * (1 if W1.dtype.kind == "f" else 2))),
        "With integer arrays your dW1 is not what the same numbers give as floats.",
    ),
    "too many rows": (
        "walk_forward",
        FOLDS(lambda folds, *_: np.concatenate([folds, folds[:1]])),
        "Those that both have are right.",
    ),
    "shifted": ("walk_forward", FOLDS(lambda folds, *_: folds + 1), "is the right one plus 1, in every entry"),
    "ignored": (
        "walk_forward",
        lambda n, train, test, gap: EXERCISES["walk_forward"].reference(n, train, test, 2),
        "Where gap alone was changed, your results stayed the same, and should not have.",
    ),
    "an argument of a class": (
        "Patience",
        own("Patience", enough=lambda self: self.wait >= 3),
        "Right in every case: putting back of weights, weight after fit. Not so: number of epochs,",
    ),
    "some uses fail": (
        "Patience",
        wrong("Patience", "missing-fails"),
        "uses, with losses that are given, it raised KeyError: 'val_loss' (line ",
    ),
    "not in the model": (
        "Patience",
        own("Patience", copied=lambda self: self.model.get_layer("x")),
        "this model has weights, get_weights, set_weights and stop_training, and no `get_layer`",
    ),
    "misspelt": (
        "Value",
        own("Value", backward=lambda self: self.grda),
        "Is it made, under this name, before it is read",
    ),
    "one of two": ("Value", own("Value", take=halved), "Right in every case: value. Not so: gradient."),
    "numbers on the left": (
        "Value",
        wrong("Value", "numbers-on-the-left"),
        "Where a plain number stands on the left, yours fails. Python asks the number on the right then",
    ),
    "one way": (
        "GainedDense",
        changed("GainedDense", lambda results, *_: (1.5 * results[0], results[1])),
        "When it is called: Your output is the right one times 1.5, in every entry and every call.",
    ),
    "outputs of one way": (
        "GainedDense",
        changed("GainedDense", lambda results, *_: (results[0], results[1] + 1)),
        "Your numbers are right when it is called. They are wrong in a model. In a model: output in a model is right "
        "in every call; number of weights is not.",
    ),
    "too few": (
        "backtest",
        changed("backtest", lambda forecasts, *_: forecasts[:1]),
        "Your vector of forecasts has the wrong number of entries",
    ),
    "diverged": (
        "trained_line",
        lambda x, y, times: (np.nan, 0.0, np.nan),
        "Your loss is NaN or infinite in every call. Your w is NaN or infinite in the one call.",
    ),
    "no number": ("trained_line", lambda x, y, times: (1.0, 0.0, "low"), "it returned a str, not a NumPy array"),
}
FOREIGN = (
    "step",
    "in a row",
    "coordinate",
    "gradient is",
    "gradient of zeros",
    "zero state",
    "parameter",
    "elementwise,",
)


@pytest.mark.parametrize(("exercise", "function", "sentence"), SAID.values(), ids=SAID)
def test_what_is_said_is_true_of_these_exercises(exercise: str, function: Any, sentence: str) -> None:
    verdict = judged(exercise, function)
    assert verdict.mistakes == ()
    assert sentence in verdict.diagnosis, verdict.diagnosis
    assert not [word for word in FOREIGN if word in verdict.diagnosis]


# With real Keras: in the notebook, and in the grader's sandbox


@pytest.fixture(scope="module")
def classroom(tmp_path_factory: pytest.TempPathFactory) -> Classroom:
    """A classroom in which the TP is built; it knows where its folder lies."""
    made = Classroom.made_at(tmp_path_factory.mktemp("spikes") / "classroom")
    made.remember(FOLDER)
    (note,) = build(made, TP.id, TPS).notes
    assert note.startswith("there is no solution.md for loss_and_gradients, ")
    return made


@pytest.fixture(scope="module")
def typed() -> Callable[..., Any]:
    """What the cells of a notebook define, one of them changed, if asked for."""
    from course.experiments.training import backend

    names: dict[str, Any] = {"keras": backend.load(), "np": np}

    def define(exercise: str, old: str = "", new: str = "") -> Any:
        own = dict(names)
        exec(replaced(exercise, old, new), own)
        return own[exercise]

    return define


def replaced(exercise: str, old: str = "", new: str = "") -> str:
    """The solution of an exercise with a part of it replaced."""
    assert old in SOLUTIONS[exercise]
    return SOLUTIONS[exercise].replace(old, new)


# By exercise: what is replaced, by what, and what it is called then.
MISTAKEN = {
    "loss_and_gradients": ("1 - H**2", "1 - H", "loss-and-gradients/slope-of-tanh"),
    "Patience": ("value < self.best - self.min_delta", "value < self.best", "patience/min-delta-ignored"),
    "walk_forward": ("<= n:", "< n + test:", ""),
    "Value": ("part.grad += slope", "part.grad = slope", "value/overwrites"),
    "GainedDense": (
        "return keras.ops.where(z > 0, z, self.slope * z)",
        "return keras.ops.leaky_relu(z, 0.1)",
        "gained-dense/slope-fixed",
    ),
    "backtest": ("slice(t - gap - window, t - gap)", "slice(t - window, t)", "backtest/no-gap"),
    "trained_line": ("range(times)", "range(2)", ""),
}


@pytest.mark.parametrize("exercise", EXERCISES)
def test_the_check_in_the_notebook_says_the_right_things(
    exercise: str, classroom: Classroom, typed: Callable[..., Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COURSE_CHECKS", str(classroom.released("spikes") / "checks.json"))
    right = check(exercise, typed(exercise))
    assert right.verdict.passed, str(right)
    assert "right. All" in str(right)
    old, new, id = MISTAKEN[exercise]
    mistaken = check(exercise, typed(exercise, old, new))
    assert not mistaken.verdict.passed
    assert (mistaken.verdict.mistake.id if mistaken.verdict.mistake else "") == id, str(mistaken)
    hints = str(check(exercise, typed(exercise, old, new), hint=4))
    assert all(rung in hints for rung in vars(rungs(mistaken.verdict)).values())
    unread = str(check(exercise, stub))  # it has another name
    assert unread.startswith(f"{exercise} raised NotImplementedError.\n")


def test_exceptions_differ_between_backends_and_are_alike(typed: Callable[..., Any]) -> None:
    """A real layer that needs arrays fails in a model, otherwise than the model of it does; what else it does wrong is
    named, and so is that."""
    ex = EXERCISES["GainedDense"]
    key = ex.draw(np.random.default_rng(SEEDS[0]))
    numpy_in_call = typed(
        "GainedDense", "z = keras.ops.matmul(x * self.gain, self.kernel)", "z = np.array(x) @ np.array(self.kernel)"
    )
    answers = scripts.perform(key.script, {ex.name: numpy_in_call}, ways=TP.module("public.layer_ways").WAYS)
    verdict = judge(ex, key, answers)
    assert {mistake.id for mistake in verdict.mistakes} == {"gained-dense/gain-forgotten", "gained-dense/only-arrays"}


@pytest.fixture(scope="module")
def results(classroom: Classroom) -> dict[str, Result]:
    """Three hand-ins, graded in the sandbox."""
    handed_in = {
        "right": SOLUTIONS,
        "wrong": {name: replaced(name, *MISTAKEN[name][:2]) for name in EXERCISES},
        "unwritten": {},
    }
    for student, sources in handed_in.items():
        notebook = filled(read(classroom.release("spikes")), sources)
        write(classroom.submitted("spikes", student) / "spikes.ipynb", nbformat.writes(notebook))
    return {student: result for student, result, _ in Batch(classroom, "spikes", list(handed_in), 2) if result}


def test_hand_ins_are_graded_in_the_sandbox(results: dict[str, Result]) -> None:
    assert results["right"].score == results["right"].max_score == sum(ex.points for ex in EXERCISES.values())
    assert results["unwritten"].score == 0
    assert {result.status for result in results.values()} == {"graded"}


@pytest.mark.parametrize("exercise", EXERCISES)
def test_a_wrong_hand_in_keeps_what_it_earned_and_is_told_why(exercise: str, results: dict[str, Result]) -> None:
    found = next(entry for entry in results["wrong"].exercises if entry["name"] == exercise)
    assert 0 <= found["score"] < found["max_score"]
    assert (found["mistake"] or "") == MISTAKEN[exercise][2], found["diagnosis"]
    assert found["diagnosis"]
