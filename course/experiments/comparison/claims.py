"""The claims of the course's selection guide: read from a file that was written before the runs, then answered."""

from __future__ import annotations

import hashlib
import json
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

import numpy as np

from course.experiments.comparison.experiment import Experiment, Gathered, Measurement
from course.experiments.comparison.quantities import QUANTITIES
from course.experiments.comparison.statistics import (
    FEWEST,
    LEVEL,
    Interval,
    log_ratios,
    mean_interval,
    shown,
    win_probability,
)
from course.experiments.training.optimizers import named

CLAIMS = Path(__file__).with_name("claims.toml")

Answer = Literal["held", "not held", "undecided"]

BY = ("runs", "theory", "custom")
"""Who answers a claim."""


@dataclass(frozen=True)
class Claim:
    """One sentence, and what decides it. Runs do by a test: quantity(lower) < ratio * quantity(than), pair by pair.

    Attributes:
        id, section, says: the sentence and where it stands.
        means: the sentence as it is tested, in words.
        by: "runs", "theory" or "custom". answer, because: given beforehand if it is not by runs.
        experiment: what tests it.
        lower, than: the subjects; each of `lower` is paired with each other one of `than`.
        tasks: of the experiment; none for all of them.
        quantity: one of QUANTITIES, or what the experiment measures.
        ratio: 1 for "lower", 0.9 for "lower by at least a tenth", 1.1 for "at most a tenth higher".
        need: whether the test must hold for all pairs and tasks, for most, or for some of them.
    """

    id: str
    section: str
    says: str
    experiment: str = ""
    lower: tuple[str, ...] = ()
    than: tuple[str, ...] = ()
    tasks: tuple[str, ...] = ()
    quantity: str = "loss"
    ratio: float = 1.0
    need: Literal["all", "most", "some"] = "all"
    means: str = ""
    by: str = "runs"
    answer: Answer | Literal[""] = ""
    because: str = ""

    @property
    def pairs(self) -> list[tuple[str, str]]:
        """The pairs of subjects that are tested."""
        return [(one, other) for one in self.lower for other in self.than if one != other]


@dataclass(frozen=True)
class Answered:
    """The answer to a claim, and the evidence in one line."""

    claim: Claim
    answer: Answer
    evidence: str


@dataclass(frozen=True)
class Superseded:
    """A claim that was posed anew, with the answer it had.

    Attributes:
        id, section, says, answer: as it was.
        by: the id of the claim in its place. why: what was wrong with it.
    """

    id: str
    section: str
    says: str
    answer: Answer
    by: str
    why: str


@dataclass(frozen=True)
class _Tested:
    """One pair on one task; the interval is of the ratio of the quantities."""

    answer: Answer
    interval: Interval
    said: str


def read(experiments: Mapping[str, Experiment | Measurement], path: Path = CLAIMS) -> list[Claim]:
    """The claims in a file. ValueError, in one line, if an entry is none or names what does not exist."""
    claims: list[Claim] = []
    for number, entry in enumerate(_entries(path)["claim"], start=1):
        name = f"{path.name}, claim {entry.get('id', number)!r}"
        try:
            claim = _claim(entry)
            _exists(claim, experiments)
        except ValueError as error:
            raise ValueError(f"{name}: {error}") from None
        if claim.id in {other.id for other in claims}:
            raise ValueError(f"{name}: there are two claims with this id")
        claims.append(claim)
    return claims


def superseded(path: Path = CLAIMS) -> list[Superseded]:
    """The claims that were posed anew. ValueError, in one line, if an entry is none or its successor is not there."""
    found, ids = [], {entry.get("id") for entry in _entries(path)["claim"]}
    for number, entry in enumerate(_entries(path)["superseded"], start=1):
        name = f"{path.name}, superseded {entry.get('id', number)!r}"
        try:
            found.append(Superseded(**entry))
        except TypeError:
            raise ValueError(f"{name}: it needs id, section, says, answer, by and why, and nothing else") from None
        if found[-1].by not in ids or found[-1].id in ids:
            raise ValueError(f"{name}: `by` must name a claim, and its own id is no longer one")
    return found


def digests(experiment: str, path: Path = CLAIMS) -> dict[str, str]:
    """Claim -> a digest of all that is written of it, for the claims that this experiment tests.

    A result file carries them: whoever changes the wording, the test or the margin of a claim after its run is seen.
    """
    tested = [entry for entry in _entries(path)["claim"] if entry.get("experiment") == experiment]
    texts = {entry["id"]: json.dumps(entry, sort_keys=True) for entry in tested}
    return {name: hashlib.sha256(text.encode()).hexdigest()[:16] for name, text in texts.items()}


def _entries(path: Path) -> dict[str, list[dict[str, Any]]]:
    try:
        entries = tomllib.loads(path.read_text(encoding="utf-8"))
    except tomllib.TOMLDecodeError as error:
        raise ValueError(f"{path.name}: this is no TOML: {error}") from None
    found = {kind: entries.pop(kind, []) for kind in ("claim", "superseded")}
    if entries or not all(isinstance(kind, list) for kind in found.values()):
        raise ValueError(f"{path.name}: it must hold [[claim]] and [[superseded]] entries and nothing else")
    return found


_TEXTS = ("id", "section", "says", "means", "by", "answer", "because", "experiment", "quantity", "need")
_LISTS = ("lower", "than", "tasks")


def _claim(entry: dict[str, Any]) -> Claim:
    """An entry of the file as a claim; ValueError if it is none."""
    needed = ("experiment", "lower", "than") if entry.get("by", "runs") == "runs" else ("answer", "because")
    if missing := [key for key in ("id", "section", "says", *needed) if key not in entry]:
        raise ValueError(f"{missing[0]} is missing")
    values: dict[str, Any] = {}
    for key, value in entry.items():
        if key in _LISTS:
            value = (value,) if isinstance(value, str) else value
            if not isinstance(value, list | tuple) or not value or not all(isinstance(text, str) for text in value):
                raise ValueError(f"{key} must be a text or a list of texts")
            values[key] = tuple(value)
        elif key in _TEXTS:
            if not isinstance(value, str) or not value:
                raise ValueError(f"{key} must be a text")
            values[key] = value
        elif key == "ratio":
            if isinstance(value, bool) or not isinstance(value, int | float) or not 0 < value < np.inf:
                raise ValueError(f"ratio must be a positive number, got {value!r}")
            values[key] = float(value)
        else:
            raise ValueError(f"there is no key {key!r}")
    claim = Claim(**values)
    if claim.by not in BY:
        raise ValueError(f"by must be one of {', '.join(BY)}, got {claim.by!r}")
    if claim.by != "runs" and claim.answer not in ("held", "not held"):
        raise ValueError(f'answer must be "held" or "not held", got {claim.answer!r}')
    if claim.need not in ("all", "most", "some"):
        raise ValueError(f'need must be "all", "most" or "some", got {claim.need!r}')
    if claim.by == "runs" and not claim.pairs:
        raise ValueError("lower and than name the same subject: there is nothing to compare")
    return claim


def _exists(claim: Claim, experiments: Mapping[str, Experiment | Measurement]) -> None:
    """ValueError if the claim names an experiment, an optimizer or a quantity that is not there."""
    if claim.by != "runs":
        return
    if claim.experiment not in experiments:
        raise ValueError(f"there is no experiment {claim.experiment!r}; there are {', '.join(experiments)}")
    experiment = experiments[claim.experiment]
    if isinstance(experiment, Measurement):
        return  # what it measures is known when it has run
    beside = {name for benchmarks in experiment.benchmarks.values() for name in benchmarks}
    known = (*named(experiment.optimizers), *sorted(beside))
    if unknown := [name for name in (*claim.lower, *claim.than) if name not in known]:
        raise ValueError(f"experiment {claim.experiment} has no optimizer {unknown[0]!r}; it has {', '.join(known)}")
    if claim.quantity not in QUANTITIES:
        raise ValueError(f"there is no quantity {claim.quantity!r}; there are {', '.join(QUANTITIES)}")


def answer(claim: Claim, gathered: Gathered) -> Answered:
    """Held, not held, or undecided.

    For each pair and task there is an interval of the ratio of the quantities (see `mean_interval`). Together they
    cover the truth in 95 % of all cases: with k of them each has the level 1 - 0.05 / k (Bonferroni). The test holds
    where the interval lies below `ratio`, fails where it lies above, and is undecided where it contains it. It is also
    undecided if a best rate lies at an edge of its grid: then nobody knows what the optimizer could have done.

    Raises:
        ValueError: the claim names a task, subject or quantity that was not gathered.
    """
    tasks = claim.tasks or tuple(gathered.tasks)
    if not tasks:
        raise ValueError(f"claim {claim.id!r}: experiment {gathered.experiment} has no task to test it on")
    places = [(task, one, other) for task in tasks for one, other in claim.pairs]
    level = 1 - (1 - LEVEL) / len(places)
    try:
        tested = [_test(claim, gathered, *place, level) for place in places]
    except ValueError as error:
        raise ValueError(f"claim {claim.id!r}: {error}") from None
    held = sum(test.answer == "held" for test in tested)
    lost = sum(test.answer == "not held" for test in tested)
    k = len(tested)
    if claim.need == "all":
        found: Answer = "not held" if lost else "held" if held == k else "undecided"
    elif claim.need == "some":
        found = "held" if held else "not held" if lost == k else "undecided"
    else:
        found = "held" if 2 * held > k else "not held" if 2 * lost >= k else "undecided"
    # The one to show is what stands most against the claim; for a claim that holds it is the weakest support.
    worst = max((t for t in tested if t.answer == found), key=lambda t: (t.interval.low, t.interval.high))
    counts = f"held in {held}, not in {lost} of {k}; " if k > 1 else ""
    return Answered(claim, found, f"{counts}{worst.said}")


def _test(claim: Claim, gathered: Gathered, task: str, one: str, other: str, level: float) -> _Tested:
    """One pair on one task."""
    ones, others = (gathered.values(task, subject, claim.quantity) for subject in (one, other))
    logs, inside = log_ratios(ones, others), all(gathered.inside(task, subject) for subject in (one, other))
    where = f"{one} / {other}" + (f" on {task}" if task else "")
    if len(logs) == 1:
        ratio = float(np.exp(logs[0]))
        said: Answer = "held" if ratio < claim.ratio else "not held"
        exact = f"{ones[0]:.3g} / {others[0]:.3g}"
        return _Tested(said, Interval(ratio, ratio, ratio), f"{where}: {exact}, exactly")
    if len(logs) < FEWEST:
        nothing = Interval(float("nan"), 0.0, float("inf"))
        return _Tested("undecided", nothing, f"{where}: {len(logs)} seeds are too few for an interval")
    interval = Interval(*(float(np.exp(end)) for end in mean_interval(logs, level)))
    said = "held" if interval.high < claim.ratio else "not held" if interval.low > claim.ratio else "undecided"
    wins = win_probability(logs, np.zeros_like(logs), level)
    evidence = f"{where}: {shown(interval)}, lower with probability {shown(wins)}, {len(logs)} seeds"
    if not inside:
        return _Tested("undecided", interval, f"{evidence}; a best rate lies at the edge of its grid")
    return _Tested(said, interval, evidence)
