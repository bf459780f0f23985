"""From answers to a verdict: which criteria are met, and what that earns. `course.diagnosis` says why not.

The grader and the check in the notebook judge by this one module; they differ in the key they hold. The grader draws a
fresh key for each submission and judges outside the learner's process; the notebook holds a public key, numbers only.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass, field, replace
from typing import Any

import numpy as np

from course import calls
from course.calls import NOT_ANSWERED, Answers, Failure, Plain, Value

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


@dataclass(frozen=True, eq=False)
class Key:
    """All that judging one exercise needs: the script, the criteria, and the expected answers by name.

    `oracles` holds the gradients that the script lets the learner ask, as data (`course.calls.oracle`). `parameters`
    and `outputs` are the names of what the function takes and returns, `lecture` the one that derives it. Numbers agree
    within `rtol` of their size, or `atol` near zero.
    """

    exercise: str
    script: list[Plain]
    criteria: tuple[Criterion, ...]
    expected: Answers
    oracles: dict[str, Plain] = field(default_factory=dict)
    parameters: tuple[str, ...] = ()
    outputs: tuple[str, ...] = ()
    lecture: str = ""
    rtol: float = RTOL
    atol: float = ATOL

    def agree(self, one: Value, other: Value) -> bool:
        """`agree`, within the tolerance of this key."""
        return agree(one, other, self.rtol, self.atol)

    @property
    def max_score(self) -> float:
        """Points of all criteria together."""
        return round(sum(c.points for c in self.criteria), 6)

    def as_json(self) -> Plain:
        """The key as plain data: numbers and words, no code."""
        expected = {name: calls.plain(value) for name, value in self.expected.items()}
        rest = asdict(replace(self, script=[], expected={}))
        return {**rest, "script": calls.encoded(self.script), "expected": expected}

    @classmethod
    def from_json(cls, data: Plain) -> Key:
        """The inverse of `as_json`. ValueError if an array cannot be decoded."""
        criteria = tuple(
            Criterion(**{**criterion, "claims": tuple(Claim(**claim) for claim in criterion["claims"])})
            for criterion in data["criteria"]
        )
        names = {field: tuple(data[field]) for field in ("parameters", "outputs")}
        script = calls.decoded(data["script"])
        expected = {name: calls.value(encoded) for name, encoded in data["expected"].items()}
        if any(value is calls.MALFORMED for value in (*expected.values(), *(op.get("value") for op in script))):
            raise ValueError("the key holds an array that cannot be decoded")
        return cls(**{**data, **names, "criteria": criteria, "script": script, "expected": expected})


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
    """What one exercise came to: points, criteria and, where something is not met, the diagnosis.

    `mistakes` are the known ones that explain the numbers, none, one or two; `diagnosis` is what the student reads.
    """

    exercise: str
    score: float
    max_score: float
    criteria: tuple[Outcome, ...]
    mistakes: tuple[Mistake, ...] = ()
    diagnosis: str = ""

    @property
    def passed(self) -> bool:
        """True if every criterion is met."""
        return all(outcome.passed for outcome in self.criteria)

    @property
    def mistake(self) -> Mistake | None:
        """The mistake that explains the numbers, or the two that do so together as one; None if nothing does."""
        if len(self.mistakes) < 2:
            return self.mistakes[0] if self.mistakes else None
        ids, hints = ([getattr(mistake, name) for mistake in self.mistakes] for name in ("id", "hint"))
        return Mistake(" + ".join(ids), " And: ".join(hints), ", ".join(self.sections))

    @property
    def sections(self) -> tuple[str, ...]:
        """The lecture sections to read again, each once."""
        return tuple(dict.fromkeys(mistake.section for mistake in self.mistakes if mistake.section))

    def as_json(self) -> Plain:
        """The form in which `tp grade --json` and the grader's files hold a verdict."""
        return {
            "name": self.exercise,
            "score": self.score,
            "max_score": self.max_score,
            "mistake": self.mistake.id if self.mistake else None,
            "diagnosis": self.diagnosis,
            "mistakes": [asdict(mistake) for mistake in self.mistakes],
            "criteria": [asdict(outcome) for outcome in self.criteria],
        }

    @classmethod
    def from_json(cls, data: Plain) -> Verdict:
        """The inverse of `as_json`."""
        mistakes = tuple(Mistake(**mistake) for mistake in data["mistakes"])
        outcomes = tuple(Outcome(**outcome) for outcome in data["criteria"])
        return cls(data["name"], data["score"], data["max_score"], outcomes, mistakes, data["diagnosis"])


def judge(key: Key, answers: Answers) -> Verdict:
    """Hold the answers against the key.

    Manners (inputs unchanged, integer input, ...) count only once a quarter of the rule itself is earned: a function
    that returns copies of its inputs is polite, and wrong.
    """
    faults = [_fault(criterion, key, answers) for criterion in key.criteria]
    rule = sum(c.points for c in key.criteria if c.rule)
    rule_earned = sum(c.points for c, fault in zip(key.criteria, faults, strict=True) if c.rule and fault is None)
    outcomes = []
    for criterion, fault in zip(key.criteria, faults, strict=True):
        if fault is None and not criterion.rule and rule_earned < rule / 4:
            fault = NOT_YET
        earned = criterion.points if fault is None else 0.0
        outcomes.append(Outcome(criterion.name, fault is None, criterion.points, earned, fault or ""))
    score = round(sum(outcome.earned for outcome in outcomes), 6)
    return Verdict(key.exercise, score, key.max_score, tuple(outcomes))


def agree(one: Value, other: Value, rtol: float = RTOL, atol: float = ATOL) -> bool:
    """Whether two answers agree: the same kind of failure, or the same shape and numbers (NaN equals NaN)."""
    if isinstance(one, Failure) or isinstance(other, Failure):
        return isinstance(one, Failure) and isinstance(other, Failure) and one.kind == other.kind
    if one.shape != other.shape:
        return False
    with np.errstate(all="ignore"):  # infinity minus infinity
        difference = np.abs(one - other)
        if np.isfinite(difference).all():
            return bool((difference <= atol + rtol * np.abs(other)).all())
        return bool(np.allclose(one, other, rtol=rtol, atol=atol, equal_nan=True))


def _fault(criterion: Criterion, key: Key, answers: Answers) -> str | None:
    """None if the criterion is met, otherwise what is wrong and the first numbers that show it."""
    for claim in criterion.claims:
        wanted, given = key.expected[claim.answer], answers.get(claim.answer, NOT_ANSWERED)
        assert isinstance(wanted, np.ndarray), f"the key of {criterion.name} expects a failure"
        label = claim.answer.removeprefix(f"{criterion.name}: ")
        if isinstance(given, Failure):
            return f"{label}: {key.exercise} {given.reason}."
        if given.shape != wanted.shape:
            return f"{criterion.fails} ({label}: shape {given.shape}, expected {wanted.shape})"
        if claim.like is not None:
            model = answers.get(claim.like, NOT_ANSWERED)
            if isinstance(model, Failure):
                return f"{label}: {key.exercise} {model.reason}."
            if model.size != wanted.size:
                return f"{criterion.fails} ({label}: {model.size} numbers, expected {wanted.size})"
            if not np.isfinite(model).all() or (wanted.any() and not model.any()):
                return f"{criterion.fails} ({label}: there are no numbers to compare with)"  # NaN, or nothing done
            wanted = claim.times * model.reshape(wanted.shape)
        with np.errstate(all="ignore"):
            close = np.abs(given - wanted) <= key.atol + key.rtol * np.abs(wanted)  # False where there is no number
        if not close.all():
            where: Any = np.unravel_index(int(np.argmin(close)), close.shape) if close.ndim else ()
            index = f"[{', '.join(str(int(i)) for i in where)}]" if where else ""
            return f"{criterion.fails} ({label}{index}: {_beside(given[where], wanted[where])})"
    return None


def _beside(given: float, wanted: float) -> str:
    """Two numbers that differ, with as many digits as show it."""
    digits = next((n for n in range(6, 17) if f"{given:.{n}g}" != f"{wanted:.{n}g}"), 17)
    return f"yours {given:.{digits}g}, expected {wanted:.{digits}g}"
