"""From answers to a verdict: which criteria are met, what that earns, and which known mistake explains the numbers.

The grader and the check in the notebook judge by this one module; they differ in the key they hold. The grader draws a
fresh key for each submission and judges outside the learner's process; the notebook holds a public key, numbers only.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import asdict, dataclass, field
from typing import Any

import numpy as np

from course.calls import Answers, Failure, Plain, value

# float64 carries 16 digits. Algebraically equal forms of these rules differ by a few units in the last place, 1e-14
# after a dozen steps; the closest wrong variants differ by 1e-7 on the inputs that the scripts choose. A relative
# 1e-9 lies in the middle of that gap. The absolute part only serves entries that are exactly zero.
RTOL = 1e-9
ATOL = 1e-13
NOT_YET = "Kept, but it counts only once a quarter of the rule itself is right."


@dataclass(frozen=True)
class Claim:
    """Answer `answer` must equal the expected one, or (with `like`) `times` another answer of the same learner.

    `like` compares the learner with himself: integer input against the same numbers as floats, for example. A rule
    that is wrong elsewhere can still keep such a promise. The shape is always that of the expected answer.
    """

    answer: str
    like: str | None = None
    times: float = 1.0


@dataclass(frozen=True)
class Criterion:
    """One property that earns points. `fails` says in words what is not so; `rule` is False for mere manners."""

    name: str
    points: float
    fails: str
    claims: tuple[Claim, ...]
    rule: bool = True


@dataclass(frozen=True)
class Mistake:
    """A known wrong variant: a stable id, the hint a student reads, and the lecture section to read again."""

    id: str
    hint: str
    section: str


@dataclass(frozen=True)
class Key:
    """All that judging one exercise needs: the script, the criteria, and the expected answers by name.

    `oracles` holds the gradients that the script lets the learner ask, as data (`course.calls.oracle`).
    """

    exercise: str
    script: list[Plain]
    criteria: tuple[Criterion, ...]
    expected: Answers
    oracles: dict[str, Plain] = field(default_factory=dict)

    @property
    def max_score(self) -> float:
        """Points of all criteria together."""
        return round(sum(c.points for c in self.criteria), 6)

    def as_json(self) -> Plain:
        """The key as plain data: numbers and words, no code."""
        return asdict(self)

    @classmethod
    def from_json(cls, data: Plain) -> Key:
        """The inverse of `as_json`."""
        criteria = tuple(
            Criterion(**{**criterion, "claims": tuple(Claim(**claim) for claim in criterion["claims"])})
            for criterion in data["criteria"]
        )
        return cls(**{**data, "criteria": criteria})


@dataclass(frozen=True)
class Outcome:
    """What one criterion came to."""

    name: str
    passed: bool
    points: float
    earned: float
    message: str


@dataclass(frozen=True)
class Verdict:
    """What one exercise came to: points, criteria and, where the numbers tell, the mistake."""

    exercise: str
    score: float
    max_score: float
    criteria: tuple[Outcome, ...]
    mistake: Mistake | None = None

    @property
    def passed(self) -> bool:
        """True if every criterion is met."""
        return all(outcome.passed for outcome in self.criteria)

    def as_json(self) -> Plain:
        """The form in which `tp grade --json` and the grader's files hold a verdict."""
        return {
            "name": self.exercise,
            "score": self.score,
            "max_score": self.max_score,
            "mistake": self.mistake.id if self.mistake else None,
            "hint": self.mistake.hint if self.mistake else None,
            "section": self.mistake.section if self.mistake else None,
            "criteria": [
                {"name": o.name, "passed": o.passed, "points": o.points, "earned": o.earned, "message": o.message}
                for o in self.criteria
            ],
        }

    @classmethod
    def from_json(cls, data: Plain) -> Verdict:
        """The inverse of `as_json`."""
        mistake = Mistake(data["mistake"], data["hint"], data["section"]) if data["mistake"] else None
        outcomes = tuple(Outcome(**{k: c[k] for k in Outcome.__dataclass_fields__}) for c in data["criteria"])
        return cls(data["name"], data["score"], data["max_score"], outcomes, mistake)


def judge(key: Key, answers: Answers, mistakes: Iterable[tuple[Mistake, Answers]] = ()) -> Verdict:
    """Hold the answers against the key.

    Manners (inputs unchanged, integer input, ...) count only once a quarter of the rule itself is earned: a function
    that returns copies of its inputs is polite, and wrong. `mistakes` yields each known mistake with the answers it
    would have given to the same script; it is consulted only if something failed.
    """
    faults = [_fault(criterion, key.expected, answers) for criterion in key.criteria]
    rule = sum(c.points for c in key.criteria if c.rule)
    rule_earned = sum(c.points for c, fault in zip(key.criteria, faults, strict=True) if c.rule and fault is None)
    outcomes = []
    for criterion, fault in zip(key.criteria, faults, strict=True):
        if fault is None and not criterion.rule and rule_earned < rule / 4:
            fault = NOT_YET
        earned = criterion.points if fault is None else 0.0
        outcomes.append(Outcome(criterion.name, fault is None, criterion.points, earned, fault or ""))
    score = round(sum(outcome.earned for outcome in outcomes), 6)
    mistake = None
    if any(not outcome.passed for outcome in outcomes):
        mistake = recognise(answers, mistakes)
    return Verdict(key.exercise, score, key.max_score, tuple(outcomes), mistake)


def recognise(answers: Answers, mistakes: Iterable[tuple[Mistake, Answers]]) -> Mistake | None:
    """The known mistake that gives exactly these answers, all of them; None if there is none."""
    for mistake, theirs in mistakes:
        if answers.keys() == theirs.keys() and all(same(answers[name], theirs[name]) for name in answers):
            return mistake
    return None


def same(one: Plain, other: Plain) -> bool:
    """Whether two answers agree: the same failure to answer, or the same shape and numbers (NaN equals NaN)."""
    a, b = value(one), value(other)
    if isinstance(a, Failure) or isinstance(b, Failure):
        return isinstance(a, Failure) and isinstance(b, Failure) and a.reason == b.reason
    with np.errstate(all="ignore"):
        return a.shape == b.shape and bool(np.allclose(a, b, rtol=RTOL, atol=ATOL, equal_nan=True))


def _fault(criterion: Criterion, expected: Answers, answers: Answers) -> str | None:
    """None if the criterion is met, otherwise what is wrong and the first numbers that show it."""
    for claim in criterion.claims:
        wanted = value(expected[claim.answer])
        given = value(answers.get(claim.answer, {"error": "was not answered"}))
        assert isinstance(wanted, np.ndarray), f"the key of {criterion.name} expects a failure"
        label = claim.answer.removeprefix(f"{criterion.name}: ")
        if isinstance(given, Failure):
            return f"{label}: your function {given.reason}."
        if given.shape != wanted.shape:
            return f"{criterion.fails} ({label}: shape {given.shape}, expected {wanted.shape})"
        if claim.like is not None:
            model = value(answers.get(claim.like, {"error": "was not answered"}))
            if isinstance(model, Failure):
                return f"{label}: your function {model.reason}."
            if model.size != wanted.size:
                return f"{criterion.fails} ({label}: {model.size} numbers, expected {wanted.size})"
            if not np.isfinite(model).all() or (wanted.any() and not model.any()):
                return f"{criterion.fails} ({label}: there are no numbers to compare with)"  # NaN, or nothing done
            wanted = claim.times * model.reshape(wanted.shape)
        with np.errstate(all="ignore"):
            close = np.isclose(given, wanted, rtol=RTOL, atol=ATOL)
        if not close.all():
            where: Any = np.unravel_index(int(np.argmin(close)), close.shape) if close.ndim else ()
            index = f"[{', '.join(str(int(i)) for i in where)}]" if where else ""
            return f"{criterion.fails} ({label}{index}: yours {given[where]:.6g}, expected {wanted[where]:.6g})"
    return None
