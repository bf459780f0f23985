"""The class Patience(patience=3, min_delta=0.0, mode="min"): a callback, judged without Keras by a model made up."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.random import Generator

from autograder.exercises import probes
from autograder.exercises.ask import Ask
from autograder.exercises.exercise import Check, Exercise, Probe
from autograder.exercises.variants import Wrong

from ..public import callback_ways

Array = np.ndarray

EPOCHS = 12
# The losses of the epochs by their order. After the 4th four epochs are worse, and not each than the one before; the
# best is the 10th.
ORDER = np.array([11, 8, 9, 4, 6, 5, 10, 7, 1, 0, 3, 2])
NAN = [0, 4, 6]  # the epochs at which there is none, counted from 0


def Patience(values: Any, missing: Any, patience: int = 3, min_delta: float = 0.0, mode: str = "min") -> None:
    """What a way of using the class takes."""


def arguments(rng: Generator, size: tuple[int]) -> dict[str, Any]:
    """Draw losses that fall, not all the time; no two differ by min_delta."""
    order = np.argsort(np.arange(size[0]) + rng.normal(0.0, 3.0, size))
    return {
        "values": 0.5 * (size[0] - order) + 0.25,
        "missing": np.zeros(size),
        "patience": int(rng.integers(2, 4)),
        "min_delta": float(rng.choice([0.0, 0.7])),
        "mode": str(rng.choice(["min", "max"])),
    }


class Plain:
    """What keras.callbacks.Callback gives to a subclass, and the right rule in the methods that variants replace."""

    def __init__(self, patience: int = 3, min_delta: float = 0.0, mode: str = "min") -> None:
        self.patience, self.min_delta, self.sign = patience, min_delta, -1.0 if mode == "max" else 1.0

    def set_model(self, model: Any) -> None:
        """The model that is trained."""
        self.model = model

    def set_params(self, params: Any) -> None:
        """How it is trained."""

    def on_train_begin(self, logs: Any = None) -> None:
        """Start afresh."""
        self.best, self.wait, self.kept = np.inf, 0, None

    def on_epoch_begin(self, epoch: int, logs: Any = None) -> None:
        """Nothing."""

    def on_epoch_end(self, epoch: int, logs: Any) -> None:
        """Count."""
        value = self.of(logs)
        if value is None:
            return
        if self.better(self.sign * value):
            self.best, self.wait, self.kept = self.sign * value, 0, self.copied()
        else:
            self.wait += 1
        self.after(self.sign * value)
        if self.enough():
            self.model.stop_training = True

    def on_train_end(self, logs: Any = None) -> None:
        """Put the best weights back."""
        if self.kept is not None and self.restores():
            self.model.set_weights(self.kept)

    def of(self, logs: Any) -> Any:
        """The loss of an epoch."""
        return logs.get("val_loss")

    def better(self, value: float) -> bool:
        """Whether it is an improvement."""
        return value < self.best - self.min_delta

    def copied(self) -> Any:
        """The weights."""
        return self.model.get_weights()

    def after(self, value: float) -> None:
        """Nothing."""

    def enough(self) -> bool:
        """Whether it stops."""
        return self.wait >= self.patience

    def restores(self) -> bool:
        """Whether it puts weights back."""
        return True


def variant(**methods: Any) -> type:
    """The class with some methods replaced."""
    return type("Patience", (Plain,), methods)


def _previous(self: Any, value: float) -> None:
    self.best = value


def _minimises(self: Any, patience: int = 3, min_delta: float = 0.0, mode: str = "min") -> None:
    Plain.__init__(self, patience, min_delta)


def _wrong(id: str, hint: str, **methods: Any) -> Wrong:
    return Wrong(id, hint, written=variant(**methods))


mistakes = (
    _wrong(
        "one-epoch-late",
        "It stops one epoch late: after `patience` epochs without an improvement, not one more.",
        enough=lambda self: self.wait > self.patience,
    ),
    _wrong(
        "compares-with-the-previous",
        "You compare with the epoch before. Compare with the best so far.",
        after=_previous,
    ),
    _wrong(
        "min-delta-ignored",
        "An improvement must be larger than min_delta, and yours may be as small as it likes.",
        better=lambda self, value: value < self.best,
    ),
    _wrong(
        "a-reference-kept",
        "You keep the weights themselves, which go on changing. Keep a copy: `get_weights()`.",
        copied=lambda self: self.model.weights,
    ),
    _wrong(
        "back-only-if-it-stopped",
        "Without an early end you leave the last weights. Put the best ones back in `on_train_end` in any case.",
        restores=lambda self: self.enough(),
    ),
    _wrong(
        "never-back",
        "You put no weights back. `self.model.set_weights` does, in `on_train_end`.",
        restores=lambda self: False,
    ),
    _wrong(
        "nan-is-best",
        "A nan at the start becomes your best, and no number is below nan. Count it as no improvement.",
        better=lambda self, value: self.best == np.inf or value < self.best - self.min_delta,
    ),
    _wrong("mode-ignored", "You minimise whatever mode says.", __init__=_minimises),
    _wrong(
        "missing-counts",
        "An epoch without validation counts as one without an improvement. Leave it out.",
        of=lambda self, logs: logs.get("val_loss", np.nan),
    ),
    _wrong(
        "missing-fails",
        "An epoch without validation has no val_loss: ask with `logs.get`.",
        of=lambda self, logs: logs["val_loss"],
    ),
)


class Remembering(Plain):
    """Right: keep all that was seen, and look for the best."""

    def on_train_begin(self, logs: Any = None) -> None:
        """Start afresh."""
        self.seen: list[tuple[float, Any]] = []

    def on_epoch_end(self, epoch: int, logs: Any) -> None:
        """Look back."""
        if "val_loss" not in logs:
            return
        self.seen.append((self.sign * logs["val_loss"], self.model.get_weights()))
        if len(self.seen) - 1 - self._place() >= self.patience:
            self.model.stop_training = True

    def _place(self) -> int:
        place, best = -1, np.inf
        for k, (value, _) in enumerate(self.seen):
            if best - value > self.min_delta:
                place, best = k, value
        return place

    def on_train_end(self, logs: Any = None) -> None:
        """Put the best weights back."""
        if self.seen and self._place() >= 0:
            self.model.set_weights(self.seen[self._place()][1])


def plain_fit(kind: Any, names: Any, values: Array, missing: Array, *hyper: Any) -> tuple[int, float]:
    """The way `fit` for a class that is no callback of Keras': the one weight is the loss."""
    losses = [float(np.float32(value)) for value in values]
    return callback_ways.told(kind(**dict(zip(names, hyper, strict=False))), losses, losses)[:2]


def falling(rng: Generator, size: tuple[int]) -> Array:
    """Losses in ORDER; single precision holds them."""
    return 0.5 * (ORDER + rng.integers(1, 100)) + 0.25


def rising(rng: Generator, size: tuple[int]) -> Array:
    """The same upside down."""
    return -falling(rng, size)


def creeping(rng: Generator, size: tuple[int]) -> Array:
    """Losses that fall by less than 0.7 in each epoch."""
    return 10.0 - np.cumsum(rng.uniform(0.4, 0.6, size))


def with_nan(rng: Generator, size: tuple[int]) -> Array:
    """Losses of which the first is nan, and some later ones."""
    values = falling(rng, size)
    values[NAN] = np.nan
    return values


def told(*outputs: int, cases: tuple[probes.Fixed, ...] = ({"patience": 2}, {"patience": 3})) -> Probe:
    """The losses in ORDER, or what a case has in their place; expects the outputs at the given positions, or all."""

    def probe(ex: Exercise, ask: Ask, rng: Generator) -> None:
        for k, case in enumerate(cases, start=1):
            results = probes.call(ex, ask, probes.drawn(ex, rng, MIN | case), way="driven")
            for i in outputs or range(len(ex.outputs)):
                ask.expect(results[i], f"{ex.outputs[i]}, case {k}")

    return probe


def missing(every: int, patience: int) -> dict[str, Any]:
    """A case in which so many epochs come to one validation."""
    return {"missing": np.array(np.arange(EPOCHS) % every > 0, dtype=float), "patience": patience}


MIN = {"values": falling, "min_delta": 0.0, "mode": "min"}
exercise = Exercise(
    reference=variant(),
    asked=Patience,
    outputs=("number of epochs", "epoch of the weights", "putting back of weights"),
    way_outputs={"fit": ("number of epochs in fit", "weight after fit")},
    arguments=arguments,
    size=(EPOCHS,),
    public="callback_ways",
    way_words=callback_ways.IN_WORDS,
    ways={"driven": callback_ways.driven, "fit": plain_fit},
    keywords=("patience", "min_delta", "mode"),
    seconds=30.0,
    checks=(
        Check(
            "when it stops",
            1.5,
            "It must stop after `patience` epochs in a row without a new best.",
            told(0),
        ),
        Check(
            "by how much",
            0.75,
            "An improvement must be larger than min_delta.",
            probes.used("driven", fixed=MIN | {"values": creeping, "patience": 1, "min_delta": 0.7}),
        ),
        Check(
            "best weights",
            1.0,
            "At the end the weights must be those of the best epoch.",
            told(1),
        ),
        Check(
            "never stopped",
            0.5,
            "Also without an early end the weights must be those of the best epoch.",
            told(cases=({"patience": EPOCHS},)),
        ),
        Check(
            "the largest",
            0.5,
            'With mode="max" larger is better.',
            told(cases=({"patience": 2, "mode": "max", "values": rising},)),
        ),
        Check(
            "by default",
            0.25,
            "Left out, patience is 3, min_delta 0 and mode min.",
            probes.used("driven", times=1, defaults=True, fixed=MIN),
        ),
        Check(
            "no validation",
            0.5,
            "An epoch without val_loss must not count.",
            told(cases=(missing(2, 1), missing(2, 2), missing(3, 2))),
        ),
        Check(
            "nan",
            0.5,
            "nan must never be an improvement.",
            told(cases=({"values": with_nan, "patience": 3},)),
        ),
        Check(
            "in fit",
            0.5,
            "In a real fit it must do the same.",
            probes.used("fit", times=1, fixed=MIN | {"patience": 2}),
        ),
    ),
    mistakes=mistakes,
    equivalents={"all remembered": Remembering},
)
