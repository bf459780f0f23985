"""What a live picture is: its controls, its scene in Python, and how a learner's own function is drawn into it."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from course.workshop.live.scene import Mark, Scene

Values = Mapping[str, Any]
"""Name of a control -> its value: a number, or one of its options."""

Step = Callable[..., Any]


@dataclass(frozen=True)
class Slider:
    """A number between two ends. `decimals`: how many are shown."""

    name: str
    label: str
    low: float
    high: float
    step: float
    value: float
    decimals: int = 2

    def accepts(self, value: Any) -> bool:
        """Whether the control can stand there."""
        return isinstance(value, int | float) and not isinstance(value, bool) and self.low <= value <= self.high

    @property
    def wanted(self) -> str:
        """What it can be, in words."""
        return f"a number from {self.low:g} to {self.high:g}"


@dataclass(frozen=True)
class Choice:
    """One of some options: name -> how it is written."""

    name: str
    label: str
    options: Mapping[str, str]
    value: str

    def accepts(self, value: Any) -> bool:
        """Whether the control can stand there."""
        return value in self.options

    @property
    def wanted(self) -> str:
        """What it can be, in words."""
        return f"one of {', '.join(self.options)}"


@dataclass(frozen=True)
class Picture:
    """A live picture.

    Attributes:
        name: as `live.show` knows it; its JavaScript is `pictures/<name>.js`, which exports `scene(values, given)`.
        title: what stands above it.
        about: one or two sentences for the alternative text: what is drawn.
        controls: what the reader moves.
        scene: values -> the scene, computed with the reference of the course.
        yours: (values, step) -> for each panel, the marks that a learner's own function adds; ValueError, in one
            line, if the function cannot be used here.
        given: numbers that the JavaScript is handed, so that they are written down once.
    """

    name: str
    title: str
    about: str
    controls: Sequence[Slider | Choice]
    scene: Callable[[Values], Scene]
    yours: Callable[[Values, Step], Sequence[Sequence[Mark]]] | None = None
    given: Mapping[str, Any] = field(default_factory=dict)

    def values(self, **chosen: Any) -> dict[str, Any]:
        """The value of every control at the start; ValueError, in one line, for a name or a value that it has not."""
        controls = {control.name: control for control in self.controls}
        for name, value in chosen.items():
            if name not in controls:
                raise ValueError(f"the live picture {self.name!r} has no control {name}; it has {', '.join(controls)}")
            if not controls[name].accepts(value):
                raise ValueError(f"{self.name}: {name} must be {controls[name].wanted}, got {value!r}")
        return {name: chosen.get(name, control.value) for name, control in controls.items()}
