"""How a plateau is missed, and found in other words. The rule is one epoch, as `numpy_ways` says."""

from __future__ import annotations

import math
from typing import Any

from autograder.exercises.variants import Anatomy, Wrong

from ... import places

CUTTING = "callbacks#cutting-the-rate-on-a-plateau"
IMPROVES = "callbacks#what-counts-as-an-improvement"
COOLDOWN = "callbacks#cooldown"


def cutting(
    epoch: int,
    logs: dict[str, float],
    rate: float,
    first: float,
    fit: dict[str, Any],
    monitor: str = "val_loss",
    factor: float = 0.5,
    patience: int = 2,
    threshold: float = 0.01,
    cooldown: int = 0,
    min_lr: float = 0.0,
) -> float:
    """One epoch of `RelativePlateau`; see `tps.callbacks.numpy_ways`."""
    raise NotImplementedError  # its signature is what counts: the stages below are the rule


rule = Anatomy(
    cutting,
    stages={
        "name": lambda s: s.monitor,
        "v": lambda s: s.logs[s.name],
        "best": lambda s: s.fit.get("best", math.inf),
        "bound": lambda s: s.best * (1 - s.threshold),
        "better": lambda s: bool(s.v < s.bound),
        "resting": lambda s: s.fit.get("rest", 0) > 0,
        "old_wait": lambda s: s.fit.get("wait", 0),
        "wait": lambda s: 0 if s.better or s.resting else s.old_wait + 1,
        "cut": lambda s: s.wait >= s.patience,
        "new_best": lambda s: s.v if s.better else s.best,
        "new_wait": lambda s: 0 if s.cut else s.wait,
        "rest": lambda s: s.cooldown if s.cut else max(s.fit.get("rest", 0) - 1, 0),
        "stored": lambda s: s.fit.update(best=s.new_best, wait=s.new_wait, rest=s.rest),
        "lower": lambda s: s.rate * s.factor,
        "new_rate": lambda s: max(s.lower, s.min_lr) if s.cut else s.rate,
    },
    returns=("new_rate",),
    should=places.RELATIVE_PLATEAU,
)


def _wrong(id: str, **entry: Any) -> Wrong:
    return rule.wrong(id, **{"section": CUTTING, **entry})


mistakes = (
    _wrong(
        "rate-not-changed",
        did="The optimizer's learning rate is never set.",
        effect="The plateau is found, and nothing happens.",
        hint="The rate of the optimizer never changes. It is `self.model.optimizer.learning_rate`: a number that is "
        "assigned there is used from the next batch on.",
        new_rate=lambda s: s.rate,
    ),
    _wrong(
        "absolute-threshold",
        did="The threshold is subtracted from the best.",
        effect="A small loss has no chance to improve by so much, so its rate is cut again and again.",
        hint="You subtract `threshold` from the best. It is a share of the best: `best * (1 - threshold)`.",
        section=IMPROVES,
        convention="keras.callbacks.ReduceLROnPlateau, whose min_delta is an amount",
        bound=lambda s: s.best - s.threshold,
    ),
    _wrong(
        "threshold-ignored",
        did="Any decrease is an improvement.",
        effect="A loss that creeps keeps its rate.",
        hint="`threshold` has no effect. An improvement is a value below `best * (1 - threshold)`.",
        section=IMPROVES,
        bound=lambda s: s.best,
    ),
    _wrong(
        "threshold-added",
        did="The threshold has the wrong sign: the bound is above the best.",
        effect="What is a little worse counts as an improvement, and becomes the best.",
        hint="Your bound lies above the best. It must lie below: `best * (1 - threshold)`.",
        section=IMPROVES,
        bound=lambda s: s.best * (1 + s.threshold),
    ),
    _wrong(
        "threshold-times-the-best",
        did="The value has to be below threshold times the best.",
        effect="Hardly anything is an improvement.",
        hint="You ask for a value below `threshold * best`. It must be lower by that share: `best * (1 - threshold)`.",
        section=IMPROVES,
        bound=lambda s: s.best * s.threshold if math.isfinite(s.best) else s.best,
    ),
    _wrong(
        "share-of-the-new-value",
        did="The decrease is compared with a share of the new value.",
        effect="Nearly the same while the threshold is small; with a larger one the bound is too high.",
        hint="You take the threshold as a share of the new value. It is one of the best: `best * (1 - threshold)`.",
        section=IMPROVES,
        bound=lambda s: s.best / (1 + s.threshold),
    ),
    _wrong(
        "compared-with-the-epoch-before",
        did="Each epoch is compared with the one before, not with the best so far.",
        effect="A loss that goes up and down is never on a plateau.",
        hint="You compare with the epoch before. Compare with the best so far.",
        section=IMPROVES,
        new_best=lambda s: s.v,
    ),
    _wrong(
        "best-forgotten",
        did="After a reduction the best begins at infinity again.",
        effect="The epoch after it is an improvement, however bad it is.",
        hint="After a reduction you forget the best, so the next epoch improves whatever it is. Keep it.",
        section=IMPROVES,
        new_best=lambda s: math.inf if s.cut else s.v if s.better else s.best,
    ),
    _wrong(
        "best-not-followed-in-cooldown",
        did="In a cooldown improvements are not looked at.",
        effect="After it the loss is compared with a best that is out of date.",
        hint="In a cooldown your best stands still. Epochs are not counted there, but a better value is the best.",
        section=COOLDOWN,
        new_best=lambda s: s.v if s.better and not s.resting else s.best,
    ),
    _wrong(
        "wait-not-reset",
        did="The count is not set back after a reduction.",
        effect="From the first reduction on the rate is cut in each epoch.",
        hint="After a reduction your count goes on, so the next epoch cuts again. Set it to 0.",
        new_wait=lambda s: s.wait,
    ),
    _wrong(
        "improvement-does-not-reset",
        did="An improvement does not set the count back.",
        effect="All epochs without an improvement count, not those in a row.",
        hint="In yours an improvement leaves the count as it is. Set it to 0.",
        wait=lambda s: 0 if s.resting else s.old_wait + (not s.better),
    ),
    _wrong(
        "one-epoch-late",
        did="It cuts when the count is greater than the patience.",
        effect="One epoch more than asked for.",
        hint="You cut one epoch late. Cut once the count has come to `patience`: `>=`.",
        convention="PyTorch's ReduceLROnPlateau: its patience is the number of epochs that are ignored",
        cut=lambda s: s.wait > s.patience,
    ),
    _wrong(
        "no-patience",
        did="Each epoch that is no improvement cuts the rate.",
        effect="The rate is gone after a few noisy epochs.",
        hint="You cut at each epoch that is no improvement. Count them, and compare with `patience`.",
        cut=lambda s: s.wait > 0,
    ),
    _wrong(
        "cut-at-improvements",
        did="The rate is cut where the loss improves.",
        effect="The better it goes, the slower it becomes.",
        hint="You cut the rate at improvements. Cut it after `patience` epochs without one.",
        cut=lambda s: s.better,
    ),
    _wrong(
        "cooldown-ignored",
        did="After a reduction counting goes on at once.",
        effect="The new rate has no time to show what it can do.",
        hint="`cooldown` has no effect. The next `cooldown` epochs after a reduction are not counted.",
        section=COOLDOWN,
        rest=lambda s: 0,
    ),
    _wrong(
        "cooldown-one-short",
        did="The cooldown is counted down before it is looked at.",
        effect="One epoch too few is left out: a cooldown of 1 does nothing.",
        hint="Your cooldown is one epoch short: it is counted down before you look at it. Exactly `cooldown` epochs "
        "are not counted.",
        section=COOLDOWN,
        convention="keras.callbacks.ReduceLROnPlateau counts like this",
        rest=lambda s: max(s.cooldown - 1, 0) if s.cut else max(s.fit.get("rest", 0) - 1, 0),
    ),
    _wrong(
        "cooldown-one-long",
        did="One epoch more than the cooldown is left out.",
        effect="Where a cooldown is asked for, each reduction comes one epoch late.",
        hint="Your cooldown is one epoch too long. Exactly `cooldown` epochs after a reduction are not counted.",
        section=COOLDOWN,
        rest=lambda s: (s.cooldown + (s.cooldown > 0)) if s.cut else max(s.fit.get("rest", 0) - 1, 0),
    ),
    _wrong(
        "counting-goes-on-in-cooldown",
        did="In a cooldown the rate is not cut, but epochs are counted.",
        effect="The first epoch after a cooldown cuts.",
        hint="In a cooldown you go on counting. The count stays 0 there.",
        section=COOLDOWN,
        wait=lambda s: 0 if s.better else s.old_wait + 1,
        cut=lambda s: s.wait >= s.patience and not s.resting,
    ),
    _wrong(
        "min-lr-ignored",
        did="The rate falls below `min_lr`.",
        effect="The rate goes on falling, until training stands still.",
        hint="`min_lr` has no effect. The rate is not to fall below it: `max(factor * rate, min_lr)`.",
        new_rate=lambda s: s.lower if s.cut else s.rate,
    ),
    _wrong(
        "no-cut-below-min-lr",
        did="Where a cut would lead below `min_lr` there is none.",
        effect="The rate stays above `min_lr`, and does not come down to it.",
        hint="Where a cut would lead below `min_lr` you leave the rate as it is. Set it to `min_lr`.",
        new_rate=lambda s: s.lower if s.cut and s.lower >= s.min_lr else s.rate,
    ),
    _wrong(
        "factor-subtracted",
        did="`factor` is subtracted from the rate.",
        effect="A rate that is smaller than the factor is gone at once.",
        hint="You subtract `factor`. Multiply the rate by it.",
        lower=lambda s: s.rate - s.factor,
    ),
    _wrong(
        "factor-divides",
        did="The rate is divided by `factor`.",
        effect="On a plateau the rate grows.",
        hint="You divide by `factor`, so the rate grows. Multiply by it.",
        lower=lambda s: s.rate / s.factor,
    ),
    _wrong(
        "factor-taken-off",
        did="The rate is reduced by the share `factor`: times 1 - factor.",
        effect="The same for one half, and another rate for any other factor.",
        hint="You multiply by 1 - factor. `factor` is what is left of the rate: multiply by it.",
        lower=lambda s: s.rate * (1 - s.factor),
    ),
    _wrong(
        "factor-written-in",
        did="The rate is halved, whatever `factor` is.",
        effect="Right at the default.",
        hint="You halve the rate whatever `factor` is. Use `self.factor`.",
        lower=lambda s: s.rate * 0.5,
    ),
    _wrong(
        "of-the-first-rate",
        did="Each cut sets the rate to factor times the one at the start.",
        effect="Only the first cut has an effect.",
        hint="You multiply the rate that training began with, so further cuts do nothing. Multiply the present one.",
        lower=lambda s: s.first * s.factor,
    ),
    _wrong(
        "rate-remembered",
        did="The rate is kept in the callback and multiplied there.",
        effect="What somebody else does to the rate is undone at the next cut.",
        hint="You multiply a rate of your own. Another callback may have changed it: read "
        "`self.model.optimizer.learning_rate` when you cut.",
        section="callbacks#two-callbacks-that-set-one-rate",
        lower=lambda s: (
            s.fit.setdefault("cuts", []).append(1) or s.first * s.factor ** len(s.fit["cuts"]) if s.cut else s.rate
        ),
    ),
    _wrong(
        "val-loss-watched",
        did="`val_loss` is watched, whatever `monitor` says.",
        effect="Right until somebody monitors something else.",
        hint="You watch `val_loss` whatever `monitor` is. Look up `logs.get(self.monitor)`.",
        name=lambda s: "val_loss",
    ),
    _wrong(
        "loss-watched",
        did="`loss` is watched, whatever `monitor` says.",
        effect="The training loss falls on and on.",
        hint="You watch the training loss. Look up what `monitor` names: `logs.get(self.monitor)`.",
        name=lambda s: "loss",
    ),
    *(
        _wrong(
            f"{name.replace('_', '-')}-default-of-keras",
            did=f"The default of `{name}` is that of Keras' ReduceLROnPlateau.",
            effect=f"Where `{name}` is not given, another one is used.",
            hint=f"Where `{name}` is not given yours uses {value:g}. The default here is {ours:g}.",
            convention="keras.callbacks.ReduceLROnPlateau has this default",
            defaults={name: value},
        )
        for name, value, ours in (("factor", 0.1, 0.5), ("patience", 10, 2))
    ),
)

equivalents = {
    "by a ratio": rule.variant(better=lambda s: bool(s.v / s.best < 1 - s.threshold)),
    "by a decrease": rule.variant(
        better=lambda s: math.isinf(s.best) or bool(s.best - s.v > s.threshold * s.best),
    ),
    "a count that begins below zero": rule.variant(
        resting=lambda s: False,
        wait=lambda s: (
            max(min(s.old_wait, -1) + 1, s.old_wait + 1) if s.old_wait < 0 else 0 if s.better else s.old_wait + 1
        ),
        new_wait=lambda s: -s.cooldown if s.cut else s.wait,
    ),
}
