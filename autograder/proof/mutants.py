"""`tp check-exercises --mutants N`: wrong answers that a grammar draws from a reference, and those that nobody catches.

A mutant that earns less than everything is killed. One that earns everything is held against the reference on inputs
that no criterion draws: other sizes of numbers, zeros and ones, other shapes. Where nothing tells the two apart it is
called equal in effect; else it survives, and is shown with an input that does. Not all such inputs are promised by the
exercise's text: a person has to look. What is used in ways, as a class, has a reference that is put together from
stages, whose source is not what a student would write: nothing is drawn from it.
"""

from __future__ import annotations

import difflib
import itertools
import signal
import warnings
from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import cache
from types import FrameType
from typing import Any, NoReturn

import numpy as np

from autograder.exercises.exercise import Exercise
from autograder.faults import Fault
from autograder.proof.grammar import Mutant, Source
from course.judging import scripts
from course.judging.scripts import Failure, Stopped
from course.judging.verdict import judge

KEYS = (1, 2, 3)  # the seeds of the keys on which a mutant must earn the same
FAR = 300  # inputs that a mutant has to share with the reference to be called equal
SECONDS = 20.0  # for one mutant: most take milliseconds, a few never end

KILLED, EQUAL, SURVIVOR = "killed", "equal", "survivor"


@dataclass(frozen=True)
class Trial:
    """What became of a mutant. scores: on each key. apart: the input that tells a survivor from the reference."""

    mutant: Mutant
    end: str
    scores: tuple[float, ...] = ()
    apart: str = ""

    @property
    def drawn(self) -> bool:
        """Whether its marks depend on the draw."""
        return len(set(self.scores)) > 1


@cache
def source_of(exercise: Exercise) -> Source:
    """The reference's source. Fault if it cannot be read."""
    try:
        return Source(exercise.reference)
    except (OSError, TypeError, SyntaxError):
        raise Fault(f"{exercise.name}: the source of its reference cannot be read, so nothing can be mutated") from None


def tried(exercise: Exercise, mutant: Mutant) -> Trial:
    """Ask one mutant and judge it. Only in the main thread of a process: it is stopped by a signal."""
    before = signal.signal(signal.SIGALRM, _stop)
    signal.setitimer(signal.ITIMER_REAL, SECONDS, SECONDS)  # again: each key is asked anew
    try:
        with warnings.catch_warnings(), np.errstate(all="ignore"):
            warnings.simplefilter("ignore")
            return _tried(exercise, mutant)
    except (Exception, Stopped):  # whatever a mutant raises outside a call: it cannot even be defined
        return Trial(mutant, KILLED)
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)


def _stop(_: int, __: FrameType | None) -> NoReturn:
    raise Stopped


def _tried(exercise: Exercise, mutant: Mutant) -> Trial:
    source, bare = source_of(exercise), _bare(exercise)
    scores = tuple(judge(key, bare.answers_of(source.function(mutant.source), key)).score for key in _keys(exercise))
    if max(scores) < exercise.points:
        return Trial(mutant, KILLED, scores)
    apart = told_apart(exercise, source.function(mutant.source))
    return Trial(mutant, SURVIVOR if apart or min(scores) < exercise.points else EQUAL, scores, apart)


@cache
def _bare(exercise: Exercise) -> Exercise:
    return replace(exercise, further=None)


@cache
def _keys(exercise: Exercise) -> list[Any]:
    return [_bare(exercise).draw(np.random.default_rng(seed)) for seed in KEYS]


def told_apart(exercise: Exercise, function: Any) -> str:
    """The first of many inputs at which a function does not do what the reference does, in words; "" if none does."""
    rng = np.random.default_rng(0)
    for _ in range(FAR):
        given = _far(exercise, rng)
        one, other = (_effect(exercise, f, given) for f in (exercise.reference, function))
        if not all(_same(a, b, exercise) for a, b in itertools.zip_longest(one, other)):
            return ", ".join(_shown(name, value) for name, value in given.items())
    return ""


def _far(exercise: Exercise, rng: np.random.Generator) -> dict[str, Any]:
    """Arguments as they are drawn, then some of them changed to what no criterion draws."""
    given = exercise.arguments(rng, exercise.size)
    arrays = [value for value in given.values() if isinstance(value, np.ndarray)]
    shape = [None, (1, -1), (-1, 1, 1), ()][rng.integers(4)] if len({a.shape for a in arrays}) == 1 else None
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


def _effect(exercise: Exercise, function: Any, given: dict[str, Any]) -> list[Any]:
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


def difference(exercise: Exercise, mutant: Mutant) -> Iterator[str]:
    """The lines in which a mutant differs from the reference, with - and +."""
    lines = difflib.unified_diff(source_of(exercise).text.split("\n"), mutant.source.split("\n"), n=0, lineterm="")
    return (line for line in lines if not line.startswith(("---", "+++", "@@")))
