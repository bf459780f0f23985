"""What an exercise is: a reference, the criteria that probe it, its mistakes and its equivalent right forms.

An exercise is declared once, as data. `draw` turns it into a key with fresh inputs; nothing else knows how.
"""

from __future__ import annotations

import inspect
import math
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from numpy.random import Generator

from autograder.exercises.ask import Ask
from autograder.exercises.further import each_argument
from autograder.exercises.pictures import Curve, Path
from autograder.exercises.variants import Wrong, signature
from autograder.faults import Fault
from course.judging import scripts
from course.judging.diagnosis.messages import Message
from course.judging.scripts import Answers
from course.judging.verdict import ATOL, ROLES, RTOL, Criterion, Key

Probe = Callable[["Exercise", Ask, Generator], None]


@dataclass(frozen=True)
class Check:
    """One criterion before inputs are drawn: its name, points, message, and the probe that asks for it.

    The points of an exercise's checks are shares: they are scaled to the points that the TP gives it.
    """

    name: str
    points: float
    fails: str
    probe: Probe
    rule: bool = True


@dataclass(frozen=True, eq=False)  # each is itself: what is made of one is kept for it
class Exercise:
    """One function, or one class, that students write.

    reference: has the name and the signature that students type. arguments: (rng, size) -> a value for each parameter:
    arrays, numbers, or the data of an oracle (`scripts.oracle`). size: what is passed to it unless a probe asks for
    another; a shape for functions that take any, whatever tells the shapes apart where they are coupled. outputs: names
    what it returns. roles: which parameters are the point, the gradient, the clock or the period
    (`course.judging.verdict.ROLES`), for a diagnosis to speak of. lecture: where the rule is derived.

    A class, or a function that takes functions, is not called, it is used, in several ways. `public` names the module
    of the TP's public part whose WAYS do so. The reference, the mistakes and the equivalents may be models of the class
    in NumPy: then `ways` holds by name the functions that use a model as those of `public` use the class, with the same
    results. `asked` has the name of the class, and its signature says which arguments a way takes; `keywords` are the
    last of them, by the names that they have in the class. `way_words`: how a diagnosis speaks of the ways.
    `way_outputs`: the outputs of the ways that have others.

    Numbers agree within `rtol` and `atol`; `tolerances` has both, in that order, for outputs or ways that have their
    own, by name. `failures_alike` makes all failures equal. not_by: what may not answer in the place of a learner's own
    code, named as it is imported, `keras.optimizers.SGD.update_step` for example: functions, classes, whole modules
    (`course.judging.barred`). They raise while the exercise is asked, and only then; what of `course` computes rules
    needs no mention, it is not there while a submission is graded. seconds: how long answering may
    take, if longer than usual. picture: what the check draws of the learner's result. rates: learning rates of this
    rule by purpose, for `autograder.proof.rivals`. further: what is asked beyond the criteria. messages: those of
    `public` for this exercise. questions: by stage of the rule, `returns` or
    `defaults`: a question that leads from a mistake there to its mend, and the part of the formula that it is about.
    """

    reference: Callable[..., Any]
    outputs: tuple[str, ...]
    arguments: Callable[[Generator, Any], dict[str, Any]]
    checks: tuple[Check, ...]
    lecture: str = ""
    mistakes: tuple[Wrong, ...] = ()
    equivalents: Mapping[str, Callable[..., Any]] = field(default_factory=dict)
    size: Any = (5,)
    roles: Mapping[str, str] = field(default_factory=dict)
    asked: Callable[..., Any] | None = None
    public: str = ""
    ways: Mapping[str, Callable[..., Any]] = field(default_factory=dict)
    keywords: tuple[str, ...] = ()
    way_words: Mapping[str, str] = field(default_factory=dict)
    way_outputs: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    rtol: float = RTOL
    atol: float = ATOL
    tolerances: Mapping[str, tuple[float, float]] = field(default_factory=dict)
    failures_alike: bool = False
    not_by: tuple[str, ...] = ()
    seconds: float | None = None
    picture: Path | Curve | None = None
    rates: Mapping[str, float] = field(default_factory=dict)
    further: Probe | None = each_argument
    messages: tuple[Message, ...] = ()
    questions: Mapping[str, tuple[str, str]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        if unknown := set(self.roles) - set(ROLES):
            raise ValueError(f"{self.name}: there is no role {sorted(unknown)[0]!r}; there are {', '.join(ROLES)}")
        if unknown := set(self.roles.values()) - set(self.parameters):
            raise ValueError(f"{self.name}: a role is given to {sorted(unknown)[0]!r}, which is no parameter of it")
        names = [check.name for check in self.checks]
        if not names or len(set(names)) < len(names):
            raise ValueError(f"{self.name}: it needs criteria, each with a name of its own")
        if not all(0 <= check.points < math.inf for check in self.checks):
            raise ValueError(f"{self.name}: the points of its criteria are numbers, 0 or more")

    @property
    def name(self) -> str:
        """The name that students type."""
        return (self.asked or self.reference).__name__

    @property
    def parameters(self) -> Mapping[str, inspect.Parameter]:
        """What one call takes."""
        return signature(self.asked or self.reference).parameters

    @property
    def points(self) -> float:
        """Points of all criteria together."""
        return round(sum(check.points for check in self.checks), 6)

    @property
    def prefix(self) -> str:
        """The exercise's part of a mistake's id: `jump` for `jump_step`, `my-class` for `MyClass`."""
        name = re.sub(r"(?<=[a-z])(?=[A-Z])", "-", self.name).lower()
        return name.removesuffix("_step").replace("_", "-")

    def scaled(self, points: float) -> Exercise:
        """The exercise with so many points, in the same shares. Fault if its criteria have none to share."""
        if points == self.points:
            return self
        if not self.points:
            raise Fault(f"{self.name}: all its criteria have 0 points, so {points:g} cannot be shared among them")
        scale = points / self.points
        checks = tuple(replace(check, points=round(check.points * scale, 6)) for check in self.checks)
        last = replace(checks[-1], points=round(points - sum(check.points for check in checks[:-1]), 6))
        return replace(self, checks=(*checks[:-1], last))

    def draw(self, rng: Generator) -> Key:
        """A key with fresh inputs: the script, and what the reference answers to it."""
        outputs = {"": self.outputs, **self.way_outputs}
        ask = Ask(self.name, tuple(self.parameters), outputs, self.keywords, self.tolerances)
        criteria = []
        for check in self.checks:
            ask.begin(check.name)
            check.probe(self, ask, rng)
            criteria.append(Criterion(check.name, check.points, check.fails, tuple(ask.expectations), check.rule))
        if self.further is not None:
            ask.begin("beyond the criteria")
            self.further(self, ask, rng)
        key = Key(
            self.name,
            ask.script,
            tuple(criteria),
            {},
            oracles=ask.oracles,
            parameters=tuple(self.parameters),
            defaults={name: p.default for name, p in self.parameters.items() if type(p.default) in (int, float)},
            outputs=self.outputs,
            roles=dict(self.roles),
            lecture=self.lecture,
            public=self.public,
            ways=dict(self.way_words),
            rtol=self.rtol,
            atol=self.atol,
            tolerances=ask.tolerances,
            failures_alike=self.failures_alike,
            not_by=self.not_by,
        )
        key.expected.update(self.answers_of(self.reference, key))
        return key

    def answers_of(self, function: Callable[..., Any], key: Key) -> Answers:
        """What a function, run here, answers to the key's script. For our own functions only."""
        oracles = {name: scripts.oracle(spec) for name, spec in key.oracles.items()}
        return scripts.perform(key.script, {self.name: function}, oracles, ways=self.ways)
