"""The gate of the exercises: what is right passes, what is wrong fails and is called by its name.

It is held in fresh randomness. What it finds on the way is the kill matrix: which criterion each mistake fails.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import numpy as np

from autograder.exercises.exercise import Exercise
from autograder.exercises.known import KnownFunctions
from autograder.proof.marks import Marks
from course.judging.diagnosis import Fit, diagnosed
from course.judging.diagnosis.degenerate import degenerate
from course.judging.diagnosis.evidence import Evidence
from course.judging.diagnosis.naming import tells
from course.judging.scripts import NUMBERS, Answers, Failure
from course.judging.verdict import NOT_YET, Key, Verdict, judge

STAGES = "SimpleNamespace"  # what the stages of an anatomy are kept in; no function of a student's speaks of it


@dataclass
class Examination:
    """What the gate found in one exercise.

    seeds: those drawn with. faults: one line each, with the seed that shows it. kills: by mistake and criterion,
    with how many of the seeds the criterion was not met. marks: what was earned, on many more keys.
    """

    exercise: Exercise
    seeds: list[int] = field(default_factory=list)
    faults: list[str] = field(default_factory=list)
    kills: dict[str, dict[str, int]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.marks = Marks(self.exercise.points)
        for wrong in self.exercise.mistakes:
            self.kills.setdefault(wrong.id, dict.fromkeys(self.criteria, 0))

    def add(self, seed: int, faults: list[str], kills: dict[str, list[str]]) -> None:
        """Add what one seed showed: the faults, and by mistake the criteria that it did not meet."""
        self.seeds.append(seed)
        self.faults += [f"{fault} (seed {seed})" for fault in faults]
        for mistake, criteria in kills.items():
            for criterion in criteria:
                self.kills[mistake][criterion] += 1

    @property
    def criteria(self) -> list[str]:
        """The names of the criteria, in order."""
        return [check.name for check in self.exercise.checks]

    @property
    def idle(self) -> list[str]:
        """Criteria that no mistake ever fails, where mistakes are known."""
        if not self.kills:
            return []
        return [name for name in self.criteria if not any(row[name] for row in self.kills.values())]

    @property
    def red(self) -> list[str]:
        """All that is wrong: the faults, marks that depend on the draw, and criteria that could be left out, since no
        known mistake needs them."""
        return [*self.faults, *self.marks.red, *(f"the criterion '{name}' kills no mistake" for name in self.idle)]

    @property
    def lone(self) -> dict[str, str]:
        """Mistakes that a single criterion stands against, with that criterion."""
        killers = {mistake: [name for name, count in row.items() if count] for mistake, row in self.kills.items()}
        return {mistake: names[0] for mistake, names in killers.items() if len(names) == 1}


class Answered(KnownFunctions):
    """The known mistakes with the answers of each to one key, computed once for all that is held against them."""

    def __init__(self, exercise: Exercise, key: Key) -> None:
        super().__init__(exercise)
        self.key = key
        self.answers = [exercise.answers_of(wrong.function, key) for wrong in exercise.mistakes]

    @cached_property
    def _values(self) -> list[list[tuple[str, Any]]]:
        """By mistake: each answer with its name; the numbers first."""
        reads = sorted(Evidence(self.key, {}).reads, key=lambda read: read.kind != NUMBERS)
        return [[(read.answer, answers[read.answer]) for read in reads] for answers in self.answers]

    def fits(self, evidence: Evidence, size: int) -> list[Fit]:
        """As the judge's, but the single mistakes are not asked again."""
        if size != 1 or evidence.key is not self.key:
            return super().fits(evidence, size)
        numbers = {read.answer for read in evidence.reads if read.kind == NUMBERS}
        given = {read.answer: evidence.given(read.answer) for read in evidence.reads}
        found = []
        for place, theirs in enumerate(self._values):
            other = next((name for name, answer in theirs if not self.key.agree(given[name], answer, name)), None)
            if other not in numbers:
                found.append(Fit((place,), other is None))
        return found


def stub(*_: object) -> None:
    """What is released: a function that is not written yet."""
    raise NotImplementedError


def nothing(*_: object) -> None:
    """A function without a return."""


def trivial(exercise: Exercise) -> dict[str, Callable[..., Any]]:
    """Answers that know nothing of the rule, by what they return. A class has none but the empty ones."""
    found: dict[str, Callable[..., Any]] = {"NotImplementedError": stub, "nothing": nothing}
    if exercise.ways:
        return found
    names = list(exercise.parameters)

    def returning(places: list[int], times: float = 1.0) -> Callable[..., Any]:
        def function(*arguments: Any) -> Any:
            results = tuple(times * np.array(arguments[place], dtype=float) for place in places)
            return results if len(results) > 1 else results[0]

        return function

    if set(exercise.outputs) <= set(names):
        places = [names.index(name) for name in exercise.outputs]
        found["copies of its inputs"] = returning(places)
    else:
        places = [min(place, len(names) - 1) for place in range(len(exercise.outputs))]
    found["zeros"] = returning(places, 0.0)
    for place, name in enumerate(names):
        found[f"{name} alone"] = returning([place] * len(exercise.outputs))
    return found


def examine(exercise: Exercise, seed: int) -> tuple[list[str], dict[str, list[str]]]:
    """Hold the gate once, on one draw: the faults, and by mistake the criteria that it does not meet."""
    key = exercise.draw(np.random.default_rng(seed))
    known = Answered(exercise, key)
    faults: list[str] = []
    kills = {}

    def verdict(answers: Answers) -> Verdict:
        return diagnosed(judge(key, answers), key, answers, known, exercise.messages)

    for name, function in {"the reference": exercise.reference, **exercise.equivalents}.items():
        outcome = verdict(exercise.answers_of(function, key))
        if not outcome.passed or outcome.score != exercise.points:
            failed = next(o.message for o in outcome.criteria if not o.passed)
            faults.append(f"{name} is right and fails: {failed}")
    for what, function in trivial(exercise).items():
        if score := judge(key, exercise.answers_of(function, key)).score:
            faults.append(f"a function that returns {what} earns {score:g} points")
    for wrong, answers in zip(exercise.mistakes, known.answers, strict=True):
        if answers and all(isinstance(answer, Failure) for answer in answers.values()):
            first = next(answer for answer in answers.values() if isinstance(answer, Failure))
            if not first.reason.startswith("returned"):
                faults.append(f"{wrong.id} answers nothing: it {first.reason}")
        elif accident := next((a for a in answers.values() if isinstance(a, Failure) and STAGES in a.reason), None):
            faults.append(f"{wrong.id} has a stage that reads what no stage before it makes: it {accident.reason}")
        outcome = verdict(answers)
        kills[wrong.id] = [o.name for o in outcome.criteria if not o.passed and o.message != NOT_YET]
        faults += _named(exercise, wrong.id, "", outcome, _tells(key, answers))
        for words, twin in wrong.twins.items():
            its = exercise.answers_of(twin, key)
            faults += _named(exercise, wrong.id, f" ({words})", verdict(its), _tells(key, its))
    return faults, kills


def _tells(key: Key, answers: Answers) -> bool:
    """Whether answers can have a name: something wrong was answered, and not the same nothing in every call."""
    evidence = Evidence(key, answers)
    return tells(evidence) and degenerate(evidence) is None


def _named(exercise: Exercise, id: str, form: str, outcome: Verdict, tells: bool) -> Iterator[str]:
    """The faults of one mistake. What shows in exceptions alone, or in nothing but NaN, is told by that and has no
    name."""
    named = outcome.mistake.id if outcome.mistake else "nothing"
    if outcome.passed or outcome.score == exercise.points:
        yield f"{id}{form} is wrong and passes"
    elif named != f"{exercise.prefix}/{id}" and (tells or outcome.mistake or not outcome.diagnosis):
        yield f"{id}{form} is called {named}"
