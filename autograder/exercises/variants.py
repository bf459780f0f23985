"""A rule cut into named stages, and its wrong variants: each replaces some stages, or what is returned."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cache
from types import SimpleNamespace
from typing import Any

from course.judging.verdict import Rungs

signature = cache(inspect.signature)  # thousands of variants of a rule share it

Stage = Callable[[SimpleNamespace], Any]
Stages = Mapping[str, Stage]


def keep(s: SimpleNamespace, name: str, value: Any) -> Any:
    """Keep a value between the calls, as a global or an attribute does; returns it."""
    s.kept[name] = value
    return value


@dataclass(frozen=True)
class Anatomy:
    """A rule cut into named stages, so that a variant is written by replacing one of them.

    `stages` maps the name of each intermediate result to how it follows from the arguments and the stages before it
    (attributes of `s`); `returns` names the results. `signature` supplies the argument names and defaults. `s.kept` is
    a dict that lives as long as the function: only wrong variants use it, the rules themselves keep nothing. `should`
    says by stage what belongs there, as "v should be gamma v + eta g": what is told of a mistake in it where another
    one is made, too. It stays true whatever is wrong in other stages; "returns" is what is handed back.
    """

    signature: Callable[..., Any]
    stages: Stages
    returns: tuple[str, ...]
    should: Mapping[str, str] = field(default_factory=dict)

    def variant(
        self,
        returns: tuple[str, ...] | None = None,
        defaults: Mapping[str, Any] | None = None,
        **replaced: Stage,
    ) -> Callable[..., Any]:
        """The rule with some stages, what it returns, or its defaults replaced. KeyError names an unknown stage.

        One name in `returns` is returned as it is, several as a tuple, none as None.
        """
        if unknown := replaced.keys() - self.stages.keys():
            raise KeyError(f"no stage {sorted(unknown)}; there are {list(self.stages)}")
        stages = {**self.stages, **replaced}
        names = self.returns if returns is None else returns
        parameters = signature(self.signature)
        if defaults:
            others = [p.replace(default=defaults.get(p.name, p.default)) for p in parameters.parameters.values()]
            parameters = parameters.replace(parameters=others)
        kept: dict[str, Any] = {}
        arguments = tuple(parameters.parameters)

        def rule(*args: Any, **kwargs: Any) -> Any:
            # A diagnosis calls rules by the thousand, with all of their arguments: then there is nothing to look up.
            if len(args) == len(arguments) and not kwargs:
                s = SimpleNamespace(**dict(zip(arguments, args, strict=True)), kept=kept)
            else:
                bound = parameters.bind(*args, **kwargs)
                bound.apply_defaults()
                s = SimpleNamespace(**bound.arguments, kept=kept)
            for name, stage in stages.items():
                setattr(s, name, stage(s))
            results = tuple(getattr(s, name) for name in names)
            return results if len(results) > 1 else results[0] if results else None

        rule.kept = kept  # type: ignore[attr-defined]
        return rule

    def wrong(
        self,
        id: str,
        *,
        did: str,
        effect: str,
        hint: str | Rungs,
        section: str,
        convention: str = "",
        returns: tuple[str, ...] | None = None,
        defaults: Mapping[str, Any] | None = None,
        also: Mapping[str, Stages] | None = None,
        remembers: bool = False,
        bare: bool = False,
        **replaced: Stage,
    ) -> Wrong:
        """One entry of the catalogue; the stages that are replaced follow by name. See `Wrong` for the rest."""
        if not replaced and returns is None and not defaults:
            raise ValueError(f"{id} replaces nothing")
        return Wrong(
            id,
            hint,
            section,
            did,
            effect,
            convention,
            anatomy=self,
            replaced=replaced,
            returns=returns,
            defaults=defaults or {},
            also=also or {},
            remembers=remembers,
            bare=bare,
        )


@dataclass(frozen=True)
class Wrong:
    """A wrong way to solve an exercise.

    id: within its exercise, never changed once students have seen it. hint: what the student reads, as a text or as
    rungs. section: the lecture and the heading to read again, `adam#three-places-for-epsilon`, as the site's pages have
    it. did: what was done, in one line. effect: what it does to the trajectory, in one line. convention: who publishes
    this form and how exactly it is related to the course's; empty if it is no convention.

    The code is either `written`, a function as a student would write it, or the variant of an `anatomy` with some
    stages `replaced`, other `returns` or other `defaults`. Only variants are combined to pairs. also: other ways of
    writing it that give the same numbers on all inputs: numbers cannot tell them apart, so they are one mistake and
    share its hint. remembers: it keeps something between calls, so that its answers depend on what was asked before.
    bare: there is no rule in it, it is one answer to everything; else such answers are only described.
    """

    id: str
    hint: str | Rungs
    section: str = ""
    did: str = ""
    effect: str = ""
    convention: str = ""
    written: Callable[..., Any] | None = None
    anatomy: Anatomy | None = None
    replaced: Stages = field(default_factory=dict)
    returns: tuple[str, ...] | None = None
    defaults: Mapping[str, Any] = field(default_factory=dict)
    also: Mapping[str, Stages] = field(default_factory=dict)
    remembers: bool = False
    bare: bool = False

    def __post_init__(self) -> None:
        if (self.written is None) == (self.anatomy is None):
            raise ValueError(f"{self.id}: a mistake is either `written` or the variant of an anatomy")

    @property
    def function(self) -> Callable[..., Any]:
        """The wrong function; a variant is new each time: what one keeps between calls, the next one has not seen."""
        if self.anatomy is None:
            assert self.written is not None
            return self.written
        return self.anatomy.variant(self.returns, self.defaults, **self.replaced)

    @property
    def part(self) -> str:
        """What belongs where it is made, in a sentence for each stage; empty if the anatomy does not say so of all."""
        if self.anatomy is None:
            return ""
        should, parameters = self.anatomy.should, signature(self.anatomy.signature).parameters
        places = [should.get(stage) for stage in (*self.replaced, *(["returns"] if self.returns is not None else []))]
        places += [f"the default of {name} should be {parameters[name].default:g}" for name in self.defaults]
        told = list(dict.fromkeys(place for place in places if place))
        return " ".join(f"{place[0].upper()}{place[1:]}." for place in told) if all(places) else ""

    @property
    def place(self) -> str:
        """Where the rule is left first: a stage, `returns` or `defaults`; empty if it is written out."""
        if self.anatomy is None:
            return ""
        return next(iter(self.replaced), "defaults" if self.returns is None else "returns")

    def rungs(self, questions: Mapping[str, tuple[str, str]]) -> Rungs:
        """The hint as a ladder: what the mistake does, and the question and the formula of the place where it is."""
        if isinstance(self.hint, Rungs):
            return self.hint
        return Rungs(self.effect, *questions.get(self.place, ("", "")), mend=self.hint)

    @property
    def twins(self) -> Mapping[str, Callable[..., Any]]:
        """The other ways of writing it, by what was done."""
        anatomy = self.anatomy
        if anatomy is None:
            return {}
        return {words: anatomy.variant(self.returns, self.defaults, **stages) for words, stages in self.also.items()}


def together(one: Wrong, other: Wrong) -> bool:
    """Whether both mistakes can be made at once: they change different stages, and not both what is returned."""
    return (
        one.anatomy is not None
        and one.anatomy is other.anatomy
        and not one.replaced.keys() & other.replaced.keys()
        and not one.defaults.keys() & other.defaults.keys()
        and (one.returns is None or other.returns is None)
    )


def composed(one: Wrong, other: Wrong) -> Callable[..., Any]:
    """The rule with both mistakes in it."""
    assert one.anatomy is not None
    returns = one.returns if one.returns is not None else other.returns
    return one.anatomy.variant(returns, {**one.defaults, **other.defaults}, **{**one.replaced, **other.replaced})


def atomic(wrong: Wrong) -> bool:
    """Whether a mistake changes a single stage and nothing else."""
    return len(wrong.replaced) == 1 and wrong.returns is None and not wrong.defaults
