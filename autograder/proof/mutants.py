"""`tp check-exercises --mutants N`: wrong answers that a grammar draws from a reference, and those that nobody catches.

A mutant that earns less than everything is killed. One that earns everything is held against the reference on inputs
that no criterion draws: other sizes of numbers, zeros and ones, other shapes. Where nothing tells the two apart it is
called equal in effect; else it survives, and is shown with an input that does. Not all such inputs are promised by the
exercise's text: a person has to look.

What is used in ways, as a class, has a model for a reference. So mutants are drawn from the solution cell in the
notebook, and really used in the ways of the public part. That takes seconds where a framework is needed: asking stops
at the first answer that is wrong, and few other inputs are tried.
"""

from __future__ import annotations

import contextlib
import difflib
import io
import itertools
import signal
import warnings
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cache, cached_property, partial
from types import FrameType
from typing import Any, NoReturn

import numpy as np

from autograder.content.tp import TP
from autograder.exercises.exercise import Exercise
from autograder.faults import Fault
from autograder.proof.mutated import Mutant, Source
from course.judging import scripts
from course.judging.scripts import Answers, Failure, Stopped, Way
from course.judging.verdict import Key, judge

KEYS = (1, 2, 3)  # the seeds of the keys on which a mutant must earn the same
FAR = 300  # inputs that a mutant has to share with the reference to be called equal
FAR_USED = 21  # and where it is used in ways, each input in one of them
SECONDS = 20.0  # for one mutant: most take milliseconds, a few never end
SECONDS_USED = 300.0  # of what is used in ways

KILLED, EQUAL, SURVIVOR = "killed", "equal", "survivor"


@dataclass(frozen=True)
class Trial:
    """What became of a mutant. scores: on each key; none if asking stopped at what was wrong. apart: the input that
    tells a survivor from the reference."""

    mutant: Mutant
    end: str
    scores: tuple[float, ...] = ()
    apart: str = ""

    @property
    def drawn(self) -> bool:
        """Whether its marks depend on the draw."""
        return len(set(self.scores)) > 1


class Subject:
    """An exercise of which mutants are drawn and asked. tp: the one that it belongs to, if it is used in ways."""

    def __init__(self, exercise: Exercise, tp: TP | None = None) -> None:
        """Fault if there is no source to draw from."""
        self.exercise, self._tp = exercise, tp
        self.bare = replace(exercise, further=None)
        self.source = source_of(exercise) if not exercise.ways else self._typed()

    def _typed(self) -> Source:
        try:
            assert self._tp is not None, f"{self.exercise.name} is used in ways, which its TP has"
            return Source.typed(self._tp, self.exercise.name)
        except (KeyError, SyntaxError):
            raise Fault(
                f"{self.exercise.name}: there is no solution cell in {self._tp and self._tp.notebook}, so nothing can "
                "be mutated"
            ) from None

    @cached_property
    def ways(self) -> dict[str, Way]:
        """The ways in which it is really used."""
        if self._tp is None or not self.exercise.ways:
            return {}
        found: dict[str, Way] = self._tp.module(f"public.{self.exercise.public}").WAYS
        return found

    @cached_property
    def keys(self) -> list[Key]:
        """Those on which a mutant is judged."""
        return [self.bare.draw(np.random.default_rng(seed)) for seed in KEYS]

    @cached_property
    def far(self) -> Sequence[tuple[dict[str, Any], Callable[[Any], list[Any]], list[Any]]]:
        """Inputs that no criterion draws, each with what asks a function there, and what the right answer does."""
        rng, right = np.random.default_rng(0), self.exercise.reference
        if self.ways:
            right = self.source.function(self.source.text)
        found = []
        for number in range(FAR_USED if self.ways else FAR):
            given = _far(self.exercise, rng)
            way = [*self.ways.values()][number % len(self.ways)] if self.ways else None
            ask = partial(_used, way, self.exercise.keywords, given)
            found.append((given, ask, ask(right)))
        return found


@cache
def source_of(exercise: Exercise) -> Source:
    """The reference's source. Fault if it cannot be read."""
    try:
        return Source.of(exercise.reference)
    except (OSError, TypeError, SyntaxError):
        raise Fault(f"{exercise.name}: the source of its reference cannot be read, so nothing can be mutated") from None


def tried(subject: Subject, mutant: Mutant) -> Trial:
    """Ask one mutant and judge it. Only in the main thread of a process: it is stopped by a signal."""
    before = signal.signal(signal.SIGALRM, _stop)
    try:
        with warnings.catch_warnings(), np.errstate(all="ignore"), contextlib.redirect_stdout(io.StringIO()):
            warnings.simplefilter("ignore")
            subject.source.function(subject.source.text)  # a framework, if it needs one, is loaded in nobody's time
            seconds = SECONDS_USED if subject.ways else SECONDS
            signal.setitimer(signal.ITIMER_REAL, seconds, seconds)  # again: each key is asked anew
            return _tried(subject, mutant)
    except Fault:
        raise
    except (Exception, Stopped):  # whatever a mutant raises outside a call: it cannot even be defined
        return Trial(mutant, KILLED)
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)


def _stop(_: int, __: FrameType | None) -> NoReturn:
    raise Stopped


def _tried(subject: Subject, mutant: Mutant) -> Trial:
    source, points = subject.source, subject.exercise.points
    scores: tuple[float, ...] = ()
    for key in subject.keys:
        answers = _answers(subject, source.function(mutant.source), key)
        if answers is None:
            return Trial(mutant, SURVIVOR if scores else KILLED, (*scores, 0.0) if scores else ())
        scores = (*scores, judge(key, answers).score)
    if max(scores) < points:
        return Trial(mutant, KILLED, scores)
    apart = told_apart(subject, source.function(mutant.source))
    return Trial(mutant, SURVIVOR if apart or min(scores) < points else EQUAL, scores, apart)


def _answers(subject: Subject, function: Any, key: Key) -> Answers | None:
    """What a mutant answers to a key; None if it is used in ways, and a number is wrong that counts."""
    if not subject.ways:
        return subject.bare.answers_of(function, key)
    counted = [e for criterion in key.criteria if criterion.points for e in criterion.expectations]
    exact = {e.answer for e in counted if e.like is None and not e.bounded and not e.part}
    wrong = []

    def enough(name: str, answer: scripts.Value) -> bool:
        if name in exact and not key.agree(answer, key.expected[name], name):
            wrong.append(name)
        return bool(wrong)

    oracles = {name: scripts.oracle(spec) for name, spec in key.oracles.items()}
    answers = scripts.perform(key.script, {subject.exercise.name: function}, oracles, enough, subject.ways)
    return None if wrong else answers


def told_apart(subject: Subject, function: Any) -> str:
    """The first of many inputs at which a mutant does not do what the right answer does, in words; "" if none does."""
    for given, ask, right in subject.far:
        if not all(_same(a, b, subject.exercise) for a, b in itertools.zip_longest(right, ask(function))):
            return ", ".join(_shown(name, value) for name, value in given.items())
    return ""


def _used(way: Way | None, keywords: tuple[str, ...], given: dict[str, Any], function: Any) -> list[Any]:
    return _effect(function if way is None else partial(way, function, keywords), given)


def _far(exercise: Exercise, rng: np.random.Generator) -> dict[str, Any]:
    """Arguments as they are drawn, then some of them changed to what no criterion draws."""
    given = exercise.arguments(rng, exercise.size)
    arrays = [value for value in given.values() if isinstance(value, np.ndarray)]
    any_shape = not exercise.ways and len({a.shape for a in arrays}) == 1
    shape = [None, (1, -1), (-1, 1, 1), ()][rng.integers(4)] if any_shape else None
    for name, value in given.items():
        if isinstance(value, dict):
            given[name] = {key: part for key, part in value.items() if key != "shape"}
            shape = None if shape == () else shape
    for name, value in given.items():
        if isinstance(value, np.ndarray):
            value = value * rng.choice([0.0, 1e-9, 1e-3, 1.0, 1.0, 1e3]) if rng.random() < 0.5 else value
            value = value if shape is None else value.ravel()[:1].reshape(()) if shape == () else value.reshape(shape)
            given[name] = value
        elif isinstance(value, int | float) and rng.random() < 0.5:
            if isinstance(value, int):
                given[name] = int(rng.choice([1, 2, 3, 10, 10 ** rng.uniform(0, 4)]))
            else:
                given[name] = float(rng.choice([0.0, 1.0, value * 1e-6, value / 10, min(10 * value, 0.99), value / 2]))
    return given


def _effect(function: Any, given: dict[str, Any]) -> list[Any]:
    """What a call gives and does: its results, its inputs afterwards, and which results lie in which inputs."""
    passed = {name: value.copy() if isinstance(value, np.ndarray) else value for name, value in given.items()}
    passed |= {name: scripts.oracle(value) for name, value in given.items() if isinstance(value, dict)}
    try:
        found = function(*passed.values())
    except Exception as error:  # whatever a mutant raises
        return [Failure(scripts.reason_of(error))]
    results = found if isinstance(found, tuple) else (found,)
    inputs = [value for value in passed.values() if isinstance(value, np.ndarray)]
    shared = [np.shares_memory(r, i) for r in results if isinstance(r, np.ndarray) for i in inputs]
    return [*map(scripts.answer, results), *inputs, any(shared)]


def _same(one: Any, other: Any, exercise: Exercise) -> bool:
    if isinstance(one, bool) or isinstance(other, bool) or one is None or other is None:
        return one is other
    if isinstance(one, Failure) and isinstance(other, Failure):
        return True
    if isinstance(one, np.ndarray) and isinstance(other, np.ndarray) and one.shape == other.shape:
        return bool(np.allclose(one, other, exercise.rtol, exercise.atol, equal_nan=True))
    return False


def _shown(name: str, value: Any) -> str:
    if isinstance(value, np.ndarray):
        return f"{name} of shape {value.shape}, at most {np.abs(value).max():.3g}"
    return f"{name} = {value:.4g}" if isinstance(value, int | float) else name


def difference(source: Source, mutant: Mutant) -> Iterator[str]:
    """The lines in which a mutant differs from the right answer, with - and +."""
    lines = difflib.unified_diff(source.text.split("\n"), mutant.source.split("\n"), n=0, lineterm="")
    return (line for line in lines if not line.startswith(("---", "+++", "@@")))
