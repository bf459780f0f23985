"""From answers to a verdict: which criteria are met, and what that earns. `course.judging.diagnosis` says why not.

The grader and the check in the notebook judge by this one module; they differ in the key they hold. The grader draws a
fresh key for each submission and judges outside the learner's process; the notebook holds a public key, numbers only.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass, field, replace
from functools import cached_property
from typing import Any

import numpy as np

from course.judging import scripts
from course.judging.scripts import NOT_ANSWERED, Answers, Failure, Operation, Plain, Value

# float64 carries 16 digits. Algebraically equal forms of these rules differ by a few units in the last place, 1e-14
# after a dozen steps; the closest wrong variants differ by 1e-7 on the inputs that the scripts choose. A relative
# 1e-9 lies in the middle of that gap. The absolute part only serves entries that are exactly zero.
RTOL = 1e-9
ATOL = 1e-13
# What a parameter may be, so that a diagnosis can speak of it and a picture be drawn: the POINT that the function
# moves, the GRADIENT there or the FIELD that gives it, the RATE of the steps, the CLOCK that counts them, the PERIOD
# after which something happens.
ROLES = ("point", "gradient", "field", "rate", "clock", "period")
POINT, GRADIENT, FIELD, RATE, CLOCK, PERIOD = ROLES
# What of an answer an expectation is about, if not about all of it: how many rows it has, or the rows that are there.
LENGTH, ROWS = "length", "rows"
NOTHING_TO_COMPARE = "It shows once there are numbers to compare with: yours are NaN, infinite, or all zero."
NOT_YET = "Right, but so is it without the rule: it counts only once a quarter of the rule itself is right."


@dataclass(frozen=True)
class Expectation:
    """Answer `answer` must equal the expected one, or (with `like`) `times` another answer of the same learner.

    `like` compares the learner with himself: integer input against the same numbers as floats, for example. A rule
    that is wrong elsewhere can still keep such a promise. With `low` or `high` the answer must lie between them, both
    included: what must hold of a result that is not determined. The shape is always that of the expected answer, unless
    `part` is LENGTH, then the number of rows (of entries, if there is but one dimension) is all that counts, or ROWS,
    then the rows that both have.
    """

    answer: str
    like: str | None = None
    times: float = 1.0
    low: float | None = None
    high: float | None = None
    part: str = ""

    @property
    def bounded(self) -> bool:
        """Whether bounds are all that is known."""
        return self.low is not None or self.high is not None

    def holds(self, given: np.ndarray) -> np.ndarray:
        """Where numbers lie between the bounds; nowhere where they are NaN."""
        low, high = self.bounds
        return (given >= low) & (given <= high)

    @property
    def bounds(self) -> tuple[float, float]:
        """The lower and the upper bound, infinite where there is none."""
        return -np.inf if self.low is None else self.low, np.inf if self.high is None else self.high


@dataclass(frozen=True)
class Criterion:
    """One property that earns points. `fails` says in words what is not so; `rule` is False where an answer without the
    rule can have the property too: for manners, and for what does nothing yet, such as the start of a schedule."""

    name: str
    points: float
    fails: str
    expectations: tuple[Expectation, ...]
    rule: bool = True


@dataclass(frozen=True)
class Rungs:
    """The words of a message as a ladder: what is observed, a question that leads on, the part of the formula, the
    mend.

    Each rung is a whole sentence or more; the later ones may be empty. A feedback page shows all of them.
    """

    observation: str
    question: str = ""
    formula: str = ""
    mend: str = ""

    def __str__(self) -> str:
        return " ".join(rung for rung in (self.observation, self.question, self.formula, self.mend) if rung)


@dataclass(frozen=True)
class Mistake:
    """A known wrong variant: a stable id, the hint a student reads, and the lecture section to read again.

    A hint is true of code that makes this one mistake. `part` says what belongs in its place, and stays true where
    another mistake is made in another place; empty if nobody has written it.
    observation, question, formula: the rungs before the hint, which is the mend; empty where there are none.
    bare: there is no rule in it, it is one answer to everything; it is named all the same.
    """

    id: str
    hint: str
    section: str
    part: str = ""
    observation: str = ""
    question: str = ""
    formula: str = ""
    bare: bool = False

    @property
    def rungs(self) -> Rungs:
        """Its words as a ladder; a hint that begins with the rungs before it is not told twice."""
        before = str(Rungs(self.observation, self.question, self.formula))
        mend = self.hint.removeprefix(before).removeprefix(self.observation).strip() if self.observation else self.hint
        return Rungs(self.observation, self.question, self.formula, mend)

    @property
    def in_pair(self) -> str:
        """What is told of it beside another mistake."""
        return self.part or f"One of them, by itself, would be: {self.hint}"


@dataclass(frozen=True, eq=False)
class Key:
    """All that judging one exercise needs: the script, the criteria, and the expected answers by name.

    oracles: the functions that the script lets the learner ask, as data (`scripts.oracle`). parameters, outputs: the
    names of what the learner's function takes and returns; defaults: the numbers of those that may be left out. roles:
    role -> parameter, for example {"state": "v"}; see `ROLES`. lecture: the one that derives it. public: the module of
    the TP's public part that uses the learner's class; empty if it is called directly. ways: the ways in which it does,
    each in words. Numbers agree within `rtol` of their size, or `atol` near zero; `tolerances` holds both for the
    answers that have their own. failures_alike: two failures agree whatever their reasons, since exceptions differ
    between backends. not_by: what may not answer in the place of the learner's code (`course.judging.barred`).
    """

    exercise: str
    script: list[Operation]
    criteria: tuple[Criterion, ...]
    expected: Answers
    oracles: dict[str, Plain] = field(default_factory=dict)
    parameters: tuple[str, ...] = ()
    defaults: dict[str, float] = field(default_factory=dict)
    outputs: tuple[str, ...] = ()
    roles: dict[str, str] = field(default_factory=dict)
    lecture: str = ""
    public: str = ""
    ways: dict[str, str] = field(default_factory=dict)
    rtol: float = RTOL
    atol: float = ATOL
    tolerances: dict[str, tuple[float, float]] = field(default_factory=dict)
    failures_alike: bool = False
    not_by: tuple[str, ...] = ()

    @property
    def states(self) -> tuple[str, ...]:
        """The parameters that come back as outputs, except the point that is moved."""
        return tuple(n for n in self.outputs if n in self.parameters and n != self.roles.get(POINT))

    def tolerance(self, answer: str = "") -> tuple[float, float]:
        """rtol and atol of an answer, or those of all."""
        return self.tolerances.get(answer, (self.rtol, self.atol)) if self.tolerances else (self.rtol, self.atol)

    @cached_property
    def bounded(self) -> dict[str, Expectation]:
        """By answer: the expectation that bounds it."""
        return {e.answer: e for criterion in self.criteria for e in criterion.expectations if e.bounded}

    def keeps(self, answer: str, given: Value) -> bool:
        """Whether a bounded answer lies between its bounds."""
        wanted = self.expected[answer]
        assert isinstance(wanted, np.ndarray)
        return (
            not isinstance(given, Failure)
            and given.shape == wanted.shape
            and bool(self.bounded[answer].holds(given).all())
        )

    def agree(self, one: Value, other: Value, answer: str = "") -> bool:
        """`agree`, within the tolerance of this key, or of that answer. Two that lie between its bounds agree."""
        if answer in self.bounded and self.keeps(answer, one) and self.keeps(answer, other):
            return True
        if self.failures_alike and isinstance(one, Failure) and isinstance(other, Failure):
            return True
        return agree(one, other, *self.tolerance(answer))

    @property
    def max_score(self) -> float:
        """Points of all criteria together."""
        return round(sum(c.points for c in self.criteria), 6)

    def as_json(self) -> Plain:
        """The key as plain data: numbers and words, no code."""
        expected = {name: scripts.plain(value) for name, value in self.expected.items()}
        rest = asdict(replace(self, script=[], expected={}))
        return {**rest, "script": scripts.encoded(self.script), "expected": expected}

    @classmethod
    def from_json(cls, data: Plain) -> Key:
        """The inverse of `as_json`. ValueError if an array cannot be decoded."""
        criteria = tuple(
            Criterion(**{**entry, "expectations": tuple(Expectation(**e) for e in entry["expectations"])})
            for entry in data["criteria"]
        )
        names = {name: tuple(data[name]) for name in ("parameters", "outputs", "not_by")}
        tolerances = {name: (rtol, atol) for name, (rtol, atol) in data["tolerances"].items()}
        script = scripts.decoded(data["script"])
        expected = {name: scripts.value(encoded) for name, encoded in data["expected"].items()}
        if any(value is scripts.MALFORMED for value in expected.values()):
            raise ValueError("the key holds an array that cannot be decoded")
        found = {**data, **names, "criteria": criteria, "script": script, "expected": expected}
        return cls(**{**found, "tolerances": tolerances})


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
    `by_hand`: the grader cannot say, a person has to. `told`: the diagnosis as a ladder, where no mistake has a name;
    not kept.
    """

    exercise: str
    score: float
    max_score: float
    criteria: tuple[Outcome, ...]
    mistakes: tuple[Mistake, ...] = ()
    diagnosis: str = ""
    by_hand: bool = False
    told: Rungs | None = field(default=None, compare=False)

    @property
    def passed(self) -> bool:
        """True if every criterion is met."""
        return all(outcome.passed for outcome in self.criteria)

    @property
    def mistake(self) -> Mistake | None:
        """The mistake that explains the numbers, or the two that do so together as one; None if nothing does."""
        if len(self.mistakes) < 2:
            return self.mistakes[0] if self.mistakes else None
        ids, hints = ([getattr(mistake, name) for mistake in self.mistakes] for name in ("id", "in_pair"))
        return Mistake(" + ".join(ids), " ".join(hints), ", ".join(self.sections))

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
            "by_hand": self.by_hand,
        }

    @classmethod
    def from_json(cls, data: Plain) -> Verdict:
        """The inverse of `as_json`."""
        mistakes = tuple(Mistake(**mistake) for mistake in data["mistakes"])
        outcomes = tuple(Outcome(**outcome) for outcome in data["criteria"])
        return cls(
            data["name"], data["score"], data["max_score"], outcomes, mistakes, data["diagnosis"], data["by_hand"]
        )


def judge(key: Key, answers: Answers) -> Verdict:
    """Hold the answers against the key.

    What is no part of the rule itself (inputs unchanged, integer input, the start, ...) counts only once a quarter of
    the rule is earned: a function that returns copies of its inputs, or a constant, is polite, and wrong. Where an
    exercise has no points, since it is practice, each criterion is an equal part.
    """
    faults = [_fault(criterion, key, answers) for criterion in key.criteria]
    parts = [(criterion.points if key.max_score else 1.0) * criterion.rule for criterion in key.criteria]
    rule = sum(parts)
    rule_earned = sum(part for part, fault in zip(parts, faults, strict=True) if fault is None)
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
    if (one == other).all():  # as most answers are
        return True
    with np.errstate(all="ignore"):  # infinity minus infinity
        difference = np.abs(one - other)
        if np.isfinite(difference).all():
            return bool((difference <= atol + rtol * np.abs(other)).all())
        return bool(np.allclose(one, other, rtol=rtol, atol=atol, equal_nan=True))


def broken(criterion: Criterion, key: Key, answers: Answers) -> Expectation | None:
    """The first expectation of a criterion that does not hold; None if all do."""
    return next((e for e in criterion.expectations if _against(e, criterion, key, answers) is not None), None)


def _fault(criterion: Criterion, key: Key, answers: Answers) -> str | None:
    """None if the criterion is met, otherwise what is wrong and the first numbers that show it."""
    for expectation in criterion.expectations:
        fault = _against(expectation, criterion, key, answers)
        if fault is not None:
            return fault
    return None


def _against(expectation: Expectation, criterion: Criterion, key: Key, answers: Answers) -> str | None:
    wanted, given = key.expected[expectation.answer], answers.get(expectation.answer, NOT_ANSWERED)
    assert isinstance(wanted, np.ndarray), f"the key of {criterion.name} expects a failure"
    label = expectation.answer.removeprefix(f"{criterion.name}: ")
    if isinstance(given, Failure):
        return f"{label}: {key.exercise} {given.told.rstrip('.')}."
    if expectation.part and given.ndim == wanted.ndim > 0 and given.shape[1:] == wanted.shape[1:]:
        if expectation.part == LENGTH:
            rows = "entries" if wanted.ndim == 1 else "rows"
            told = f"{criterion.fails} ({label}: {len(given)} {rows}, expected {len(wanted)})"
            return None if len(given) == len(wanted) else told
        both = min(len(given), len(wanted))
        if both or not len(wanted):
            given, wanted = given[:both], wanted[:both]
    if given.shape != wanted.shape:
        return f"{criterion.fails} ({label}: shape {given.shape}, expected {wanted.shape})"
    if expectation.bounded:
        held = expectation.holds(given)
        if held.all():
            return None
        where, between = _first(held), _between(*expectation.bounds)
        return f"{criterion.fails} ({label}{_index(where)}: yours {given[where]:.6g}, expected {between})"
    if expectation.like is not None:
        model = answers.get(expectation.like, NOT_ANSWERED)
        if isinstance(model, Failure):
            return f"{label}: {key.exercise} {model.told.rstrip('.')}."
        if model.size != wanted.size:
            return f"{criterion.fails} ({label}: {model.size} numbers, expected {wanted.size})"
        if not np.isfinite(model).all() or (wanted.any() and not model.any()):
            return f"{NOTHING_TO_COMPARE} ({label})"  # NaN, or nothing done
        wanted = expectation.times * model.reshape(wanted.shape)
    same = given == wanted
    if same.all():
        return None
    rtol, atol = key.tolerance(expectation.answer)
    with np.errstate(all="ignore"):
        close = (np.abs(given - wanted) <= atol + rtol * np.abs(wanted)) | same  # False for NaN
    if close.all():
        return None
    where = _first(close)
    beside = _beside(given[where], wanted[where] if abs(wanted[where]) > atol else 0.0)  # not the rounding of a zero
    return f"{criterion.fails} ({label}{_index(where)}: {beside})"


def _first(held: np.ndarray) -> Any:
    """The place of the first entry that does not hold."""
    return np.unravel_index(int(np.argmin(held)), held.shape) if held.ndim else ()


def _index(where: Any) -> str:
    return f"[{', '.join(str(int(i)) for i in where)}]" if where else ""


def _between(low: float, high: float) -> str:
    if low == -np.inf:
        return f"at most {high:.6g}"
    return f"at least {low:.6g}" if high == np.inf else f"{low:.6g} to {high:.6g}"


def _beside(given: float, wanted: float) -> str:
    """Two numbers that differ, with as many digits as show it."""
    digits = next((n for n in range(6, 17) if f"{given:.{n}g}" != f"{wanted:.{n}g}"), 17)
    return f"yours {given:.{digits}g}, expected {wanted:.{digits}g}"
