"""Marks over many keys: what is wrong earns the same on each of them, and never everything; what is right earns all.

Nothing is named here, and nothing is asked beyond the criteria, so hundreds of keys take minutes for a whole TP.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np

from autograder.exercises.exercise import Exercise
from course.judging.verdict import judge


@dataclass(frozen=True)
class Form:
    """One way to write an exercise: its name for messages, and the mistake that it makes; "" if it is right."""

    name: str
    function: Callable[..., Any]
    mistake: str = ""


def forms(exercise: Exercise) -> Iterator[Form]:
    """The right forms, the mistakes, and their other spellings; new functions each time."""
    yield Form("the reference", exercise.reference)
    for words, function in exercise.equivalents.items():
        yield Form(words, function)
    for wrong in exercise.mistakes:
        yield Form(wrong.id, wrong.function, wrong.id)
        for words, twin in wrong.twins.items():
            yield Form(f"{wrong.id} ({words})", twin, wrong.id)


def earned(exercise: Exercise, seed: int) -> list[tuple[str, str, float]]:
    """What each form earns on the key of this seed: its name, its mistake, and the points."""
    bare = replace(exercise, further=None)
    key = bare.draw(np.random.default_rng(seed))
    return [
        (form.name, form.mistake, judge(key, bare.answers_of(form.function, key)).score) for form in forms(exercise)
    ]


@dataclass
class Marks:
    """What the forms of one exercise earned on many keys. seen: by form, each score with the first seed that gave it;
    mistakes: the forms of each mistake."""

    points: float
    seeds: list[int] = field(default_factory=list)
    seen: dict[str, dict[float, int]] = field(default_factory=dict)
    mistakes: dict[str, list[str]] = field(default_factory=dict)

    def add(self, seed: int, found: list[tuple[str, str, float]]) -> None:
        """Add what `earned` found on one key."""
        self.seeds.append(seed)
        for name, mistake, score in found:
            self.seen.setdefault(name, {}).setdefault(score, seed)
            if name not in self.mistakes.setdefault(mistake, []):
                self.mistakes[mistake].append(name)

    def of(self, mistake: str) -> str:
        """What a mistake earns, in all its spellings: `0.4`, or `0.3 to 0.9` where that is not one number."""
        scores = [score for name in self.mistakes.get(mistake, []) for score in self.seen[name]]
        if not scores:
            return ""
        return f"{min(scores):g} to {max(scores):g}" if min(scores) < max(scores) else f"{scores[0]:g}"

    @property
    def red(self) -> Iterator[str]:
        """What is wrong, one line each, with the seeds that show it."""
        right = self.mistakes.get("", [])
        for name, scores in self.seen.items():
            for score, seed in scores.items():
                if name in right and score != self.points:
                    yield f"{name} is right and earns {score:g} of {self.points:g} (seed {seed})"
                elif name not in right and score >= self.points > 0:
                    yield f"{name} is wrong and earns everything (seed {seed})"
            if name not in right and len(scores) > 1:
                shown = ", ".join(f"{score:g} (seed {seed})" for score, seed in sorted(scores.items()))
                yield f"the marks of {name} depend on the draw: {shown}"
