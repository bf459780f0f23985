"""A rule cut into named stages, and its wrong variants: each replaces some stages, or what is returned."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cache
from types import SimpleNamespace
from typing import Any

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
    a dict that lives as long as the function: only wrong variants use it, the rules themselves keep nothing.
    """

    signature: Callable[..., Any]
    stages: Stages
    returns: tuple[str, ...]

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

        return rule

    def wrong(
        self,
        id: str,
        *,
        did: str,
        effect: str,
        hint: str,
        section: str,
        convention: str = "",
        returns: tuple[str, ...] | None = None,
        defaults: Mapping[str, Any] | None = None,
        also: Mapping[str, Stages] | None = None,
        **replaced: Stage,
    ) -> Wrong:
        """One entry of the catalogue; the stages that are replaced follow by name. See `Wrong` for the rest."""
        if not replaced and returns is None and not defaults:
            raise ValueError(f"{id} replaces nothing")
        return Wrong(id, did, effect, hint, section, self, replaced, returns, defaults or {}, convention, also or {})


@dataclass(frozen=True)
class Wrong:
    """A wrong variant of a rule.

    id: within its exercise, never changed once students have seen it. did: what was done, in one line. effect: what it
    does to the trajectory, in one line; tests/catalogue recomputes every number in it. hint: what the student reads.
    section: the lecture and the heading to read again, `06_adam#three-places-for-epsilon`, as the site's pages have it.
    anatomy, replaced, returns, defaults: the code. convention: who publishes this form and how exactly it is related to
    the course's; empty if it is no convention. also: other ways of writing it that give the same numbers on all inputs:
    numbers cannot tell them apart, so they are one mistake and share its hint.
    """

    id: str
    did: str
    effect: str
    hint: str
    section: str
    anatomy: Anatomy
    replaced: Stages
    returns: tuple[str, ...] | None = None
    defaults: Mapping[str, Any] = field(default_factory=dict)
    convention: str = ""
    also: Mapping[str, Stages] = field(default_factory=dict)

    @property
    def function(self) -> Callable[..., Any]:
        """The wrong function, new each time: what one of them keeps between calls, the next one has not seen."""
        return self.anatomy.variant(self.returns, self.defaults, **self.replaced)

    @property
    def twins(self) -> Mapping[str, Callable[..., Any]]:
        """The other ways of writing it, by what was done."""
        return {
            words: self.anatomy.variant(self.returns, self.defaults, **stages) for words, stages in self.also.items()
        }
