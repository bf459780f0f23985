"""How stopping in time goes wrong, and right in other words. The rule is one epoch, as `numpy_ways` says."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from autograder.exercises.variants import Anatomy, Wrong

from ... import places

Array = np.ndarray
EARLY = "callbacks#early-stopping"
BY_HAND = "callbacks#four-epochs-by-hand"
BACK = "callbacks#the-best-weights-come-back"
NAN = "callbacks#a-first-value-that-is-no-number"
KEEPS = "callbacks#what-a-callback-keeps"


def watching(
    epoch: int,
    logs: dict[str, float],
    weights: Array,
    own: dict[str, Any],
    fit: dict[str, Any],
    monitor: str = "val_loss",
    patience: int = 3,
    min_delta: float = 0.0,
    mode: str = "min",
) -> Any:
    """One epoch of `Patience`; see `tps.callbacks.numpy_ways`."""
    raise NotImplementedError  # its signature is what counts: the stages below are the rule


def _counted(s: Any) -> int:
    """Epochs in a row without an improvement."""
    if not s.counts:
        return int(s.old_wait)
    return 0 if s.better else s.old_wait + 1


rule = Anatomy(
    watching,
    stages={
        "memory": lambda s: s.fit,
        "name": lambda s: s.monitor,
        "value": lambda s: s.logs.get(s.name),
        "counts": lambda s: s.value is not None,
        "sign": lambda s: -1.0 if s.mode == "max" else 1.0,
        "v": lambda s: s.sign * s.value if s.value is not None else math.nan,
        "best": lambda s: s.memory.get("best", math.inf),
        "margin": lambda s: s.min_delta,
        "limit": lambda s: s.patience,
        "better": lambda s: bool(s.v < s.best - s.margin),
        "new_best": lambda s: s.v if s.better else s.best,
        "old_wait": lambda s: s.memory.get("wait", 0),
        "wait": _counted,
        "best_weights": lambda s: s.weights if s.better else s.memory.get("weights"),
        "stored": lambda s: s.memory.update(best=s.new_best, wait=s.wait, weights=s.best_weights),
        "stop": lambda s: s.counts and s.wait >= s.limit,
        "back": lambda s: s.best_weights,
        "now": lambda s: None,
    },
    returns=("stop", "back", "now"),
    should=places.PATIENCE,
)


def _wrong(id: str, **entry: Any) -> Wrong:
    return rule.wrong(id, **{"section": EARLY, **entry})


def _unless_worse(s: Any) -> bool:
    """NaN is below nothing, and not above anything either."""
    return s.counts and not s.v >= s.best - s.margin


mistakes = (
    _wrong(
        "never-stops",
        did="Training is not told to stop.",
        effect="All epochs run, however long nothing improves.",
        hint="Training never stops. What it looks at is `self.model.stop_training`: set it to True.",
        stop=lambda s: False,
    ),
    _wrong(
        "one-epoch-late",
        did="It stops when the wait is greater than the patience.",
        effect="One epoch more than asked for.",
        hint="You stop one epoch late. Stop once the epochs without an improvement are as many as `patience`: `>=`.",
        section=BY_HAND,
        convention="PyTorch's ReduceLROnPlateau counts like this",
        stop=lambda s: s.counts and s.wait > s.limit,
    ),
    _wrong(
        "one-epoch-early",
        did="It stops one epoch before the patience is used up.",
        effect="One epoch less than asked for.",
        hint="You stop one epoch early. `patience` is how many epochs in a row may pass without an improvement; the "
        "last of them stops.",
        section=BY_HAND,
        stop=lambda s: s.counts and not s.better and s.wait >= s.limit - 1,
    ),
    _wrong(
        "stops-at-the-first-worse-epoch",
        did="It stops as soon as an epoch is no improvement.",
        effect="No patience at all.",
        hint="You stop at the first epoch that is no improvement. Count them, and compare with `patience`.",
        stop=lambda s: s.counts and not s.better,
    ),
    _wrong(
        "counts-from-the-first-epoch",
        did="The number of the epoch is compared with the patience.",
        effect="Training ends after a fixed number of epochs.",
        hint="You compare the number of the epoch with `patience`. Count the epochs since the last improvement.",
        stop=lambda s: s.counts and s.epoch >= s.limit,
    ),
    _wrong(
        "compared-with-the-epoch-before",
        did="Each epoch is compared with the one before, not with the best so far.",
        effect="A loss that goes up and down never stops: every second epoch is an improvement.",
        hint="You compare with the epoch before. Compare with the best so far.",
        section=BY_HAND,
        new_best=lambda s: s.v if s.counts else s.best,
    ),
    _wrong(
        "compared-with-the-first-epoch",
        did="The best is set once, and never again.",
        effect="Whatever is below the first epoch counts as an improvement.",
        hint="You compare with the first epoch. At each improvement the new value becomes the best.",
        section=BY_HAND,
        new_best=lambda s: s.best if "best" in s.memory or not s.better else s.v,
    ),
    _wrong(
        "best-not-kept",
        did="The best is never set: each epoch is compared with infinity.",
        effect="Each epoch is an improvement: nothing stops, and the last weights are the best.",
        hint="Each epoch is an improvement in yours. Keep the value of an improvement as the new best.",
        section=BY_HAND,
        new_best=lambda s: s.best,
    ),
    _wrong(
        "wait-not-reset",
        did="An improvement does not set the count back to 0.",
        effect="All epochs without an improvement are counted, not those in a row.",
        hint="You count all epochs without an improvement. At an improvement the count begins at 0 again.",
        section=BY_HAND,
        wait=lambda s: s.old_wait + int(s.counts and not s.better),
    ),
    _wrong(
        "min-delta-ignored",
        did="Any decrease is an improvement.",
        effect="Tiny steps keep training alive.",
        hint="`min_delta` has no effect. An improvement is one by more than it: `value < best - min_delta`.",
        margin=lambda s: 0.0,
    ),
    _wrong(
        "min-delta-added",
        did="`min_delta` has the wrong sign.",
        effect="What is a little worse counts as an improvement, and becomes the best.",
        hint="In yours a value that is a little worse than the best is an improvement. It must be better by more than "
        "`min_delta`: `value < best - min_delta`.",
        margin=lambda s: -s.min_delta,
    ),
    _wrong(
        "min-delta-relative",
        did="`min_delta` is taken as a share of the best.",
        effect="The threshold depends on how large the loss is.",
        hint="You take `min_delta` as a share of the best. Here it is an amount: `best - min_delta`.",
        convention="PyTorch's ReduceLROnPlateau does so by default, threshold_mode='rel'",
        margin=lambda s: s.min_delta * abs(s.best) if math.isfinite(s.best) else 0.0,
    ),
    _wrong(
        "min-delta-turned-round-in-max",
        did="For max the value changes its sign, and `min_delta` with it.",
        effect="Right for a loss; for a score, a little worse counts as an improvement.",
        hint="With mode `max` your `min_delta` works the wrong way: better is `value > best + min_delta`.",
        margin=lambda s: s.sign * s.min_delta,
    ),
    _wrong(
        "ties-improve",
        did="A value that equals the best (less `min_delta`) is an improvement.",
        effect="A loss that stands still never stops.",
        hint="In yours a value that equals the best is an improvement. It must be better: `<`, not `<=`.",
        better=lambda s: bool(s.v <= s.best - s.margin),
    ),
    _wrong(
        "mode-ignored",
        did="Lower is better, whatever the mode.",
        effect="Of a Sharpe ratio it keeps the worst.",
        hint="`mode` has no effect. With `max` higher is better.",
        sign=lambda s: 1.0,
    ),
    _wrong(
        "best-starts-at-zero",
        did="The best is 0 at first.",
        effect="A loss is never below it, so nothing ever improves.",
        hint="Your best starts at 0. Start with the worst there is: infinity for `min`, minus infinity for `max`.",
        section=BY_HAND,
        best=lambda s: s.memory.get("best", 0.0),
    ),
    _wrong(
        "last-weights-stay",
        did="The weights of the best epoch are not put back.",
        effect="At the end the model holds the weights of the last epoch, `patience` epochs after the best.",
        hint="At the end your model holds the weights of the last epoch. Keep a copy at each improvement, "
        "`self.model.get_weights()`, and put it back with `set_weights` in `on_train_end`.",
        section=BACK,
        back=lambda s: None,
        also={
            "a reference is kept, which changes with the model": {"back": lambda s: s.weights},
            "they are kept at each epoch": {"best_weights": lambda s: s.weights, "back": lambda s: s.weights},
        },
    ),
    _wrong(
        "back-only-if-stopped",
        did="The best weights are put back only where training was stopped early.",
        effect="A run that comes to its last epoch ends with the weights of that.",
        hint="You put the best weights back only after an early stop. The best epoch need not be the last one in a "
        "run that ends by itself: do it in `on_train_end`.",
        section=BACK,
        convention="Keras 2 did so",
        back=lambda s: s.best_weights if s.stop else None,
    ),
    _wrong(
        "first-weights-back",
        did="The weights are kept once, at the first epoch, and put back at the end.",
        effect="Training was for nothing.",
        hint="You put back the weights of the first epoch. Keep them anew at each improvement.",
        section=BACK,
        best_weights=lambda s: s.memory.get("weights", s.weights),
    ),
    _wrong(
        "back-while-training",
        did="The best weights are put back after each epoch that is no improvement.",
        effect="The next epoch starts from the best one again, and training cannot get over a hill.",
        hint="You put the best weights back while training goes on. Do it once, in `on_train_end`.",
        section=BACK,
        now=lambda s: s.best_weights if s.counts and not s.better else None,
    ),
    _wrong(
        "loss-watched",
        did="`loss` is watched, whatever `monitor` says.",
        effect="The training loss falls as long as the model memorises: nothing stops.",
        hint="You watch the training loss. Look up what `monitor` names: `logs.get(self.monitor)`.",
        name=lambda s: "loss",
    ),
    _wrong(
        "val-loss-watched",
        did="`val_loss` is watched, whatever `monitor` says.",
        effect="Right until somebody monitors something else.",
        hint="You watch `val_loss` whatever `monitor` is. Look up `logs.get(self.monitor)`.",
        name=lambda s: "val_loss",
    ),
    _wrong(
        "patience-written-in",
        did="It waits 3 epochs, whatever was asked for.",
        effect="Right at the default; no other patience has any effect.",
        hint="You wait 3 epochs whatever `patience` is. Use `self.patience`.",
        limit=lambda s: 3,
    ),
    _wrong(
        "patience-0-by-default",
        did="The default of patience is 0, as in Keras' EarlyStopping.",
        effect="Without patience given it stops at the first epoch that is no improvement.",
        hint="Without `patience` given yours waits 0 epochs. The default here is 3.",
        convention="keras.callbacks.EarlyStopping has the default 0, which does what 1 does",
        defaults={"patience": 0},
        limit=lambda s: max(s.patience, 1),
    ),
    _wrong(
        "kept-from-the-last-fit",
        did="Best and count are set in `__init__` alone.",
        effect="A second fit is compared with the best of the first, and stops at once.",
        hint="In a second fit yours still knows the best of the first. Set best, count and weights in "
        "`on_train_begin`.",
        section=KEEPS,
        memory=lambda s: s.own,
    ),
    _wrong(
        "missing-counts",
        did="An epoch without the value counts as one without an improvement.",
        effect="With a validation every few epochs it stops too early.",
        hint="An epoch whose logs lack the value counts in yours. There is nothing to compare: leave the count as it "
        "is.",
        wait=lambda s: 0 if s.better else s.old_wait + 1,
        stop=lambda s: s.wait >= s.limit,
    ),
    _wrong(
        "missing-raises",
        did="`logs[monitor]` is read where it is missing.",
        effect="Training with a validation every few epochs ends with a KeyError.",
        hint="Where the logs lack the value yours ends with an error. `logs.get(self.monitor)` gives None then.",
        value=lambda s: s.logs[s.name],
    ),
    _wrong(
        "first-value-is-the-best",
        did="The first value becomes the best, even if it is NaN.",
        effect="Nothing is ever below NaN: it stops, and puts the weights of that epoch back.",
        hint="If the first value is NaN it becomes your best, and nothing is below NaN. Begin with infinity, or look "
        "whether the value is a number.",
        section=NAN,
        convention="keras.callbacks.EarlyStopping does so in Keras 3.15",
        better=lambda s: s.counts and ("best" not in s.memory or bool(s.v < s.best - s.margin)),
    ),
    _wrong(
        "nan-improves",
        did="What is not worse is an improvement, and NaN is not worse than anything.",
        effect="A diverged run is kept as the best one.",
        hint="NaN is an improvement in yours: it is not `>=` anything. Ask whether the value is better, not whether "
        "it is not worse.",
        section=NAN,
        better=_unless_worse,
        also={"`if value >= best ... else`": {"better": lambda s: s.counts and not (s.best - s.margin <= s.v)}},
    ),
    _wrong(
        "nan-not-counted",
        did="An epoch whose value is NaN is passed over.",
        effect="A run that has diverged goes on to the end.",
        hint="You pass over epochs whose value is NaN. They are epochs without an improvement, and count.",
        section=NAN,
        counts=lambda s: s.value is not None and not math.isnan(s.value),
    ),
)


def _with_history(s: Any) -> int:
    """The epochs since the best, from a list of all values."""
    values = s.memory.setdefault("values", [])
    if s.counts:
        values.append(s.v)
    best, since = math.inf, 0
    for value in values:
        best, since = (value, 0) if value < best - s.margin else (best, since + 1)
    return since


equivalents = {
    "a list of all values": rule.variant(wait=_with_history),
    "how much better": rule.variant(better=lambda s: bool(s.best - s.v > s.margin)),
    "a count that goes down": rule.variant(
        old_wait=lambda s: s.limit - s.memory.get("left", s.limit),
        stored=lambda s: s.memory.update(best=s.new_best, left=s.limit - s.wait, weights=s.best_weights),
    ),
}
