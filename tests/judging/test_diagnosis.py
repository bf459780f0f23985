"""The diagnosis: no wrong name, ever; and no sentence that the numbers do not bear out."""

from __future__ import annotations

import json
import math
import re
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from autograder.exercises import probes
from autograder.exercises.ask import Ask
from autograder.exercises.exercise import Check, Exercise
from autograder.exercises.judge import judge
from autograder.exercises.known import KnownFunctions
from autograder.exercises.variants import together
from course.judging.checks import check
from course.judging.diagnosis import diagnosed, uses
from course.judging.diagnosis.evidence import Evidence
from course.judging.diagnosis.findings import findings
from course.judging.diagnosis.fingerprints import fingerprint, kinds, tolerated
from course.judging.scripts import Failure
from course.judging.verdict import Mistake, Verdict, agree
from course.judging.verdict import judge as hold_against
from tests.shared import EXERCISES, TP, fresh_seeds

# Functions, which are called directly; what is said of a class is tested where its ways are.
ALL = {exercise.name: exercise for exercise in EXERCISES[TP] if not exercise.public}
(SEED,) = fresh_seeds(1)
FEW = max(3, 80 // len(ALL))  # draws of each exercise: more exercises take no longer
MANY = 25

every = pytest.mark.parametrize("exercise", ALL.values(), ids=ALL)
seeded = pytest.mark.parametrize("seed", [SEED])
drawn = pytest.mark.parametrize("draws", [FEW, pytest.param(MANY, marks=pytest.mark.full)])

Step = Callable[..., Any]


def verdict(exercise: Exercise, function: Step, seed: int) -> Verdict:
    key = exercise.draw(np.random.default_rng(seed))
    return judge(exercise, key, exercise.answers_of(function, key))


def ids(exercise: Exercise, found: Verdict) -> list[str]:
    """The catalogue's part of what was named."""
    return [m.id.partition("/")[2] for m in found.mistakes if m.id.startswith(f"{exercise.prefix}/")]


def explains(exercise: Exercise, names: list[str], function: Step, seed: int) -> bool:
    """Whether the named mistakes give the function's numbers on inputs that the diagnosis has not seen."""
    catalogue = [wrong.id for wrong in exercise.mistakes]
    key = exercise.draw(np.random.default_rng([seed, 1]))
    mine = exercise.answers_of(function, key)
    theirs = exercise.answers_of(KnownFunctions(exercise).function(*(catalogue.index(n) for n in names)), key)
    numbers, _ = kinds(Evidence(key, {}))
    return all(agree(mine[name], theirs[name]) for name in numbers)


def mixed(exercise: Exercise, size: int, rng: np.random.Generator) -> tuple[set[str], Callable[[], Step]]:
    """Random mistakes that go together, and a maker of the function that makes them all."""
    for _ in range(10_000 if len(exercise.mistakes) >= size else 0):
        wrong = [exercise.mistakes[i] for i in rng.choice(len(exercise.mistakes), size=size, replace=False)]
        if all(together(a, b) for i, a in enumerate(wrong) for b in wrong[i + 1 :]):
            break
    else:
        pytest.skip(f"no {size} mistakes of {exercise.name} go together")
    stages = {name: stage for w in wrong for name, stage in w.replaced.items()}
    defaults = {name: default for w in wrong for name, default in w.defaults.items()}
    returns = next((w.returns for w in wrong if w.returns is not None), None)
    return {w.id for w in wrong}, lambda: wrong[0].anatomy.variant(returns, defaults, **stages)


@every
@seeded
@drawn
@pytest.mark.parametrize("size", [2, 3])
def test_random_mixtures_of_mistakes_get_no_wrong_name(exercise: Exercise, seed: int, size: int, draws: int) -> None:
    rng = np.random.default_rng([seed, size])
    named = 0
    for _ in range(draws):
        true, make = mixed(exercise, size, rng)
        found = verdict(exercise, make(), int(rng.integers(2**32)))
        names = ids(exercise, found)
        if names and not true.issuperset(names):  # then it must at least be the same thing in other words
            assert explains(exercise, names, make(), int(rng.integers(2**32))), f"{true} was called {names}"
        named += bool(names)
    assert size == 3 or named  # the test is not empty: nearly all pairs are found


def test_numbers_that_can_hardly_be_told_from_zero_get_no_name() -> None:
    """Two wrong functions that both come to nearly nothing agree everywhere, whatever was done in them."""
    exercise = ALL["exponential_decay"]
    for at_most in (1e-14, 0.0):
        for seed in range(5):
            found = verdict(exercise, lambda t, eta_0, k, most=at_most: most * math.exp(-k * t), seed)
            assert ids(exercise, found) == []
            assert found.diagnosis


@every
@seeded
@drawn
def test_random_disturbances_get_no_name(exercise: Exercise, seed: int, draws: int) -> None:
    """A factor, a shift, a digit: what nobody has in a catalogue is called nothing."""
    rng = np.random.default_rng(seed)
    for _ in range(draws):
        kind, place, size = rng.integers(3), rng.integers(len(exercise.outputs)), 10.0 ** rng.uniform(-6, 0)

        def disturbed(
            *arguments: Any, kind: int = int(kind), place: int = int(place), size: float = float(size)
        ) -> Any:
            results = exercise.reference(*arguments)
            parts = list(results) if isinstance(results, tuple) else [results]
            x = parts[place]
            parts[place] = x * (1 + size) if kind == 0 else x + size if kind == 1 else x + size * np.sin(37 * x)
            return tuple(parts) if isinstance(results, tuple) else parts[0]

        found = verdict(exercise, disturbed, int(rng.integers(2**32)))
        assert not found.passed
        assert ids(exercise, found) == []
        assert found.diagnosis


def test_a_twin_in_the_catalogue_that_differs_elsewhere_takes_both_names_away() -> None:
    """Two explanations of the same answers: neither is given if other inputs tell them apart, the first if none do."""
    exercise = ALL["gradient_descent_step"]
    key = exercise.draw(np.random.default_rng(SEED))
    answers = exercise.answers_of(exercise.mistakes[0].function, key)

    class Twins(KnownFunctions):
        def alike(self, fits: list[Any]) -> bool:
            return self.same

        def fits(self, evidence: Evidence, size: int) -> list[Any]:
            return super().fits(evidence, size) * 2

        same = True

    known = Twins(exercise)
    assert ids(exercise, diagnosed(hold_against(key, answers), key, answers, known)) == [exercise.mistakes[0].id]
    known.same = False
    assert diagnosed(hold_against(key, answers), key, answers, known).mistake is None


# What is said when there is no name. Each function is wrong in one way that its sentence states.


def adam(theta, m, v, grad, t, eta, beta_1=0.9, beta_2=0.999, eps=1e-8, *, step=1.0, square=1.0):  # type: ignore[no-untyped-def]
    m = beta_1 * m + (1 - beta_1) * grad
    v = beta_2 * v + (1 - beta_2) * square * grad**2
    return theta - step * eta * (m / (1 - beta_1**t)) / np.sqrt(v / (1 - beta_2**t) + eps), m, v


def momentum(theta, v, grad, eta, gamma=0.9, *, weight=1.0):  # type: ignore[no-untyped-def]
    v = gamma * v + weight * eta * grad
    return theta - v, v


def nan_at_zero(theta, m, v, grad, *rest):  # type: ignore[no-untyped-def]
    theta, m, v = adam(theta, m, v, grad, *rest)
    return np.where(grad == 0, np.nan, theta), m, v


def second_step_wrong(theta, v, grad, eta, gamma=0.9):  # type: ignore[no-untyped-def]
    off = 1.7 if np.any(v) else 1.0
    return momentum(theta, off * v, grad, eta, gamma, weight=off)


def running_away(theta, v, grad, eta, gamma=0.9):  # type: ignore[no-untyped-def]
    v = gamma * v + eta * grad + v**9
    return theta - v, v


def fixed_beta(theta, m, v, grad, t, eta, beta_1=0.9, beta_2=0.999, eps=1e-8):  # type: ignore[no-untyped-def]
    return adam(theta, m, v, grad, t, eta, beta_1, 0.985, eps)


def half_look(theta, v, grad_fn, eta, gamma=0.9):  # type: ignore[no-untyped-def]
    return momentum(theta, v, grad_fn(theta - 0.37 * gamma * v), eta, gamma)


def in_place_all(theta, v, grad, eta, gamma=0.9):  # type: ignore[no-untyped-def]
    v *= gamma
    v += 1.3 * eta * grad
    theta -= v
    return theta.copy(), v.copy()


def random_step(theta, grad, eta):  # type: ignore[no-untyped-def]
    return theta - eta * grad * np.random.default_rng().uniform()


def last_entry_missed(theta, grad, eta):  # type: ignore[no-untyped-def]
    new = np.array(theta, dtype=float)
    for i in range(len(np.ravel(new)) - 1):
        new.flat[i] -= eta * np.ravel(grad)[i]
    return new


SAID: dict[str, tuple[str, Step, str]] = {
    "factor": ("adam_step", lambda *a: adam(*a, step=3.1622), "is the right one times 3.162, in every coordinate"),
    "part": ("adam_step", lambda *a: adam(*a, step=3.1622), "m and v are right in every single step; theta is not"),
    "weight": ("adam_step", lambda *a: adam(*a, square=2.5), "grad^2 has the right weight times 2.5"),
    "zero": ("adam_step", nan_at_zero, "right except where the gradient is zero. There they are NaN"),
    "row": ("momentum_step", second_step_wrong, "the first is right, and it goes wrong from step 2 on"),
    "wild": ("momentum_step", running_away, "In a row of steps your numbers become NaN or infinite at step "),
    "start": ("momentum_step", second_step_wrong, "right in the calls from zero state, and only there"),
    "ignored": ("adam_step", fixed_beta, "Where beta_2 alone was changed, your results stayed the same"),
    "look": ("nesterov_step", half_look, "v has the right weight times 0.37"),
    "shape": ("momentum_step", lambda *a: tuple(x[None] for x in momentum(*a)), "wrong shape: (1, 5) where (5,)"),
    "digits": ("gradient_descent_step", lambda p, g, e: np.round(p - e * g, 7), "nearly right, theta to "),
    "single": ("gradient_descent_step", lambda p, g, e: (p - e * g * (1 + 1e-8)).astype(np.float32), "float32"),
    "last": ("gradient_descent_step", last_entry_missed, "Your theta is right in every entry but the last."),
    "mirrored": (
        "momentum_step",
        lambda *a: (-momentum(*a)[0], momentum(*a)[1]),
        "theta has the right size and the wrong",
    ),
    "random": ("gradient_descent_step", random_step, "another result when asked again"),
    "expression": ("gradient_descent_step", lambda p, g, e: p - g * e**2 * 0.7, "is the right one times 0.7 eta"),
    "sign": ("gradient_descent_step", lambda p, g, e: p + 1.5 * e * g, "is the right one times -1.5"),
    "exception": ("gradient_descent_step", lambda p, g, e: p - e * gg, "A name in it has no value"),  # type: ignore[name-defined]  # noqa: F821
    "in place": ("momentum_step", in_place_all, "changes the arrays that it is given as theta and v"),
    "time": ("step_decay", lambda t, e, g, s: e * g ** round(t / s - 0.31), "are right up to t ="),
}


# Answers without a rule: what they are is all that is said of them, and no name that agrees with them by accident.
EMPTY: dict[str, tuple[str, Step, str]] = {
    "start": ("exponential_decay", lambda t, eta_0, k: eta_0, "Your eta is eta_0 as it was passed in, whatever"),
    "zero": ("step_decay", lambda t, eta_0, gamma, s: 0.0, "Your eta is zero in every call, whatever is passed."),
    "number": ("step_decay", lambda t, eta_0, gamma, s: 0.9, "Your eta is 0.9 in every call, whatever is passed."),
    "copies": (
        "momentum_step",
        lambda theta, v, grad, eta, gamma=0.9: (theta.copy(), v.copy()),
        "Your theta is the theta that was passed in, unchanged. Your v is the v that was passed in, unchanged.",
    ),
    "inputs": (
        "adam_step",
        lambda theta, m, v, *rest, **more: (theta, m, v),
        "Your theta is the theta that was passed in, unchanged. Your m is the m that was passed in, unchanged.",
    ),
    "nan": ("gradient_descent_step", lambda theta, grad, eta: theta * np.nan, "Your theta is NaN in every call."),
    "exchanged": (
        "momentum_step",
        lambda theta, v, grad, eta, gamma=0.9: (v + 0.0, theta + 0.0),
        "Your theta is v as it was passed in, whatever the other arguments are.",
    ),
}


@pytest.mark.parametrize(("name", "function", "sentence"), EMPTY.values(), ids=EMPTY)
@seeded
def test_answers_without_a_rule_are_told_as_such_and_have_no_name(
    name: str, function: Step, sentence: str, seed: int
) -> None:
    found = verdict(ALL[name], function, seed)
    assert ids(ALL[name], found) == []
    assert found.diagnosis.startswith(sentence), found.diagnosis
    assert found.diagnosis.endswith("?"), found.diagnosis  # nothing that follows from it is told as well


@pytest.mark.parametrize(("name", "function", "sentence"), SAID.values(), ids=SAID)
@seeded
def test_what_is_sure_is_said(name: str, function: Step, sentence: str, seed: int) -> None:
    found = verdict(ALL[name], function, seed)
    assert ids(ALL[name], found) == []
    assert sentence in found.diagnosis, found.diagnosis


def test_manners_have_a_name_of_their_own_beside_that_of_the_formula() -> None:
    def both(theta, v, grad, eta, gamma=0.9):  # type: ignore[no-untyped-def]
        theta[...] = theta + gamma * v + eta * grad  # uphill, and into the array that was lent
        return theta.copy(), gamma * v + eta * grad

    found = verdict(ALL["momentum_step"], both, SEED)
    assert [m.id for m in found.mistakes][-1] == "manners/in-place" or "in-place" in str(found.mistake)
    assert found.mistake is not None
    assert found.mistake.id.startswith("momentum/")
    assert " + " in found.mistake.id


@every
def test_exceptions_alone_never_name_a_mistake(exercise: Exercise) -> None:
    def fails(*_: object) -> None:
        raise TypeError("unsupported operand")

    assert verdict(exercise, fails, SEED).mistakes == ()


@pytest.mark.parametrize("way", [False, True], ids=["function", "class"])
def test_what_an_exception_means_is_not_read_from_the_learners_own_line(way: bool) -> None:
    key = ALL["gradient_descent_step"].draw(np.random.default_rng(SEED))
    failure = Failure("raised RuntimeError: no", "line 2: `Tracer = theta + 1  # no matmul`")
    answers: dict[str, Any] = dict.fromkeys(key.expected, failure)
    evidence = Evidence(key, answers)
    seen = uses.findings(evidence, {}) if way else findings(evidence)
    found = " ".join(look.observation for look in seen)
    assert found.endswith("it raised RuntimeError: no (line 2: `Tracer = theta + 1  # no matmul`)."), found


@every
@seeded
def test_fingerprints_tell_what_differs_and_overlook_rounding(exercise: Exercise, seed: int) -> None:
    key = exercise.draw(np.random.default_rng(seed))
    numbers, _ = kinds(Evidence(key, {}))
    right = fingerprint(key, key.expected, numbers)
    for function in exercise.equivalents.values():
        theirs = fingerprint(key, exercise.answers_of(function, key), numbers)
        assert np.abs(theirs - right).max() < tolerated(key) / 100
    for name in numbers:
        off = key.expected[name] * (1 + 1e3 * key.rtol) + 1e4 * key.atol
        assert np.abs(fingerprint(key, {**key.expected, name: off}, numbers) - right).max() > tolerated(key)


@every
def test_the_notebook_says_what_the_grader_says(
    exercise: Exercise, built: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """On its own inputs, with numbers instead of functions: the same names, or none where a pair is not kept."""
    monkeypatch.chdir(built / "release" / TP)
    rng = np.random.default_rng(SEED)
    for _ in range(FEW):
        true, make = mixed(exercise, 2, rng)
        names = ids(exercise, check(exercise.name, make()).verdict)
        if names and not true.issuperset(names):
            assert explains(exercise, names, make(), SEED), f"{true} was called {names}"


# An exercise of other names and shapes: whatever is said follows from what it declares.


def descend(x, slope, size, round, every=3):  # type: ignore[no-untyped-def]
    """A step, the length of the slope, and whether this is the first of `every` rounds."""
    return x - size * (1 + (round % every == 0)) * slope, np.array(np.sqrt(np.sum(slope**2))), slope[:2] * round


def arguments(rng: np.random.Generator, shape: tuple[int, ...]) -> dict[str, Any]:
    slope = rng.normal(size=shape) * (rng.uniform(size=shape) < 0.7)
    return {"x": rng.normal(size=shape), "slope": slope, "size": 0.1, "round": int(rng.integers(0, 9)), "every": 3}


def in_rounds(ex: Exercise, ask: Ask, rng: np.random.Generator) -> None:
    for t in range(7):
        given = probes.drawn(ex, rng, {"round": t})
        for ref, name in zip(probes.call(ex, ask, given, defaults=t == 2), ex.outputs, strict=True):
            ask.expect(ref, f"{name}, round {t}")


COUPLED = Exercise(
    descend,
    ("x", "length", "head"),
    arguments,
    (Check("in rounds", 1.0, "It must hold.", in_rounds), Check("any", 1.0, "It must hold.", probes.calls())),
    roles={"point": "x", "gradient": "slope", "rate": "size", "clock": "round", "period": "every"},
    rtol=1e-3,
)


@pytest.mark.parametrize(
    ("wrong", "sentence"),
    [
        (
            lambda x, length, head, t, s: (x, length * 2, head),
            "x and head are right in every single step; length is not",
        ),
        (lambda x, length, head, t, s: (x, length, head * (1 + 1e-4)), ""),  # within the tolerance, and so right
        (lambda x, length, head, t, s: (x * 2, length, head * (1 + 1e-4)), "length and head are right in every"),
        (lambda x, length, head, t, s: (x if t != 1 else -x, length, head), "wrong in the calls with round = 1"),
        (lambda x, length, head, t, s: (x if t % s == 0 else -x, length, head), "the calls with round a multiple of"),
        (lambda x, length, head, t, s: (x if t == 0 else -x, length, head), "x"),
    ],
)
def test_what_is_said_follows_from_what_the_exercise_declares(wrong: Step, sentence: str) -> None:
    def function(x, slope, size, round, every=3):  # type: ignore[no-untyped-def]
        return wrong(*descend(x, slope, size, round, every), round, every)

    found = verdict(COUPLED, function, SEED)
    assert found.passed is (sentence == "")
    assert sentence in found.diagnosis, found.diagnosis
    assert not {"theta", "grad", "eta"} & set(re.findall(r"\w+", found.diagnosis))
    assert "with round = 0" not in found.diagnosis  # there almost any formula is right


@pytest.mark.parametrize(
    ("wrong", "sentence"),
    [
        (lambda x, length, head: (x, length, head[None]), "The numbers in it are right."),
        (lambda x, length, head: (x, length, head[:1]), "Those that both have are right."),
        (lambda x, length, head: (x, head, length), "You return x, head, length instead of x, length, head."),
    ],
)
def test_what_is_said_of_a_result_is_said_within_its_own_tolerance(wrong: Step, sentence: str) -> None:
    exercise = replace(COUPLED, tolerances={"head": (0.1, 0.0)})

    def function(x, slope, size, round, every=3):  # type: ignore[no-untyped-def]
        x, length, head = descend(x, slope, size, round, every)
        return wrong(x, length, 1.05 * head)

    found = verdict(exercise, function, SEED)
    assert sentence in f"{found.diagnosis} {found.told.mend}"


def test_a_result_of_another_shape_than_the_gradient_is_not_laid_beside_its_zeros() -> None:
    def function(x, slope, size, round, every=3):  # type: ignore[no-untyped-def]
        x, length, head = descend(x, slope, size, round, every)
        return np.where(slope == 0, 7.0, x), length + 1, head

    found = verdict(COUPLED, function, SEED)
    assert "except where the gradient is zero" not in found.diagnosis
    assert found.diagnosis


def test_a_mistake_in_a_verdict_is_plain_data() -> None:
    exercise = ALL["adam_step"]
    data = verdict(exercise, exercise.mistakes[0].function, SEED).as_json()
    assert json.loads(json.dumps(data)) == data
    assert Mistake(**data["mistakes"][0]).hint in data["diagnosis"]
