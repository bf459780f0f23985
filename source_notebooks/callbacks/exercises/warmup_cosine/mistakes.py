"""How a warm-up and a cosine go wrong, and right in other words. The rule is one batch, as `numpy_ways` says."""

from __future__ import annotations

import math
from typing import Any

from autograder.exercises.variants import Anatomy, Wrong

from ... import places

EACH = "callbacks#a-rate-for-each-batch"
COSINE = "callbacks#warm-up-and-cosine"


def setting(
    step: int,
    epoch: int,
    batch: int,
    rate: float,
    fit: dict[str, Any],
    peak: float,
    warmup: int,
    total: int,
) -> float:
    """One batch of `WarmupCosine`; see `tps.callbacks.numpy_ways`."""
    raise NotImplementedError  # its signature is what counts: the stages below are the rule


def _formula(s: Any) -> float:
    """The rate of this batch."""
    return float(s.after if s.over else s.up if s.rising else s.down)


rule = Anatomy(
    setting,
    stages={
        "t": lambda s: s.step,
        "rising": lambda s: s.t < s.warmup,
        "up": lambda s: s.peak * (s.t + 1) / s.warmup if s.warmup else s.peak,
        "span": lambda s: s.total - s.warmup,
        "share": lambda s: (s.t - s.warmup) / s.span,
        "down": lambda s: s.peak / 2 * (1 + math.cos(math.pi * s.share)),
        "over": lambda s: s.t >= s.total,
        "after": lambda s: 0.0,
        "used": _formula,
    },
    returns=("used",),
    should=places.WARMUP_COSINE,
)


def _wrong(id: str, **entry: Any) -> Wrong:
    return rule.wrong(id, **{"section": COSINE, **entry})


def _late(s: Any) -> float:
    """The rate that was set at the end of the batch before."""
    used = s.fit.get("next", s.rate)
    s.fit["next"] = _formula(s)
    return float(used)


mistakes = (
    _wrong(
        "once-an-epoch",
        did="The rate is set once in each epoch, with the number of the epoch for t.",
        effect="All batches of an epoch have one rate, and the warm-up takes as many epochs as it should take batches.",
        hint="Your rate changes once an epoch. Set it in `on_train_batch_begin`, and count the batches yourself.",
        section=EACH,
        t=lambda s: s.epoch,
    ),
    _wrong(
        "again-in-each-epoch",
        did="`batch`, which begins at 0 in each epoch, is taken for t.",
        effect="Each epoch has a warm-up of its own, and the rate never comes down.",
        hint="Your schedule begins again in each epoch: `batch` counts within it. Keep a count of your own over all "
        "epochs.",
        section=EACH,
        t=lambda s: s.batch,
    ),
    _wrong(
        "one-batch-late",
        did="The rate is set at the end of a batch, for the one that is over.",
        effect="Each batch is trained with the rate of the one before, the first one with whatever was there.",
        hint="Each batch has the rate of the one before. Set it in `on_train_batch_begin`, before the batch is "
        "trained.",
        section=EACH,
        used=_late,
    ),
    _wrong(
        "counts-from-one",
        did="t is 1 at the first batch.",
        effect="The whole schedule comes one batch early.",
        hint="You count from 1. At the first batch t is 0: set the rate first, then add 1.",
        section=EACH,
        t=lambda s: s.step + 1,
    ),
    _wrong(
        "rate-not-changed",
        did="The optimizer's learning rate is never set.",
        effect="All batches have the rate that the optimizer was made with.",
        hint="The rate of the optimizer never changes. Assign to `self.model.optimizer.learning_rate`.",
        section=EACH,
        used=lambda s: s.rate,
    ),
    _wrong(
        "from-zero",
        did="The warm-up is peak t / warmup: its first rate is 0.",
        effect="The first batch is not used, and the peak is reached one batch late.",
        hint="Your first rate is 0. The warm-up is peak (t + 1) / warmup.",
        convention="common elsewhere: t / warmup, with a first step of length 0",
        up=lambda s: s.peak * s.t / s.warmup if s.warmup else s.peak,
    ),
    _wrong(
        "divided-by-one-more",
        did="The warm-up is peak (t + 1) / (warmup + 1).",
        effect="At its end the peak is not reached.",
        hint="You divide by warmup + 1. The last batch of the warm-up has the peak: (t + 1) / warmup.",
        up=lambda s: s.peak * (s.t + 1) / (s.warmup + 1),
    ),
    _wrong(
        "warm-up-one-batch-long",
        did="The batch t = warmup belongs to the warm-up.",
        effect="There the rate is above the peak.",
        hint="Your warm-up is one batch too long: at t = warmup its rate is above the peak. It ends with t < warmup.",
        rising=lambda s: s.t <= s.warmup and s.warmup > 0,
    ),
    _wrong(
        "no-warm-up",
        did="The first batches have the peak.",
        effect="The optimizer takes its longest steps while it knows least.",
        hint="Your first batches have the peak already. Warm up: peak (t + 1) / warmup.",
        up=lambda s: s.peak,
    ),
    _wrong(
        "cosine-over-total",
        did="The cosine stretches over `total` batches, not over total - warmup.",
        effect="At the end the rate is not 0, but jumps there.",
        hint="You stretch the cosine over `total` batches. It has total - warmup.",
        span=lambda s: s.total,
    ),
    _wrong(
        "cosine-from-the-start",
        did="The share of the way is t / total.",
        effect="After the warm-up the rate drops below the peak at once.",
        hint="You begin the cosine at t = 0. It begins after the warm-up: (t - warmup) / (total - warmup).",
        share=lambda s: s.t / s.total,
    ),
    _wrong(
        "total-after-the-warm-up",
        did="`total` is taken for the batches after the warm-up.",
        effect="The schedule is longer by the warm-up.",
        hint="You count `total` from the end of the warm-up. It counts all batches, the warm-up among them.",
        span=lambda s: s.total,
        over=lambda s: s.t >= s.total + s.warmup,
    ),
    _wrong(
        "ends-one-batch-early",
        did="The cosine comes to 0 at the last batch, t = total - 1.",
        effect="The last batch is not used.",
        hint="Your rate is 0 at t = total - 1. It comes to 0 at t = total: divide by total - warmup.",
        convention="np.linspace(0, 1, total - warmup), whose last number is 1",
        span=lambda s: s.total - s.warmup - 1,
    ),
    _wrong(
        "quarter-of-a-circle",
        did="The cosine goes to pi / 2 and is not shifted.",
        effect="It falls slowly at first, and fast at the end.",
        hint="You use cos(pi / 2 share). It is (1 + cos(pi share)) / 2, which is flat at both ends.",
        down=lambda s: s.peak * math.cos(math.pi / 2 * s.share),
    ),
    _wrong(
        "degrees",
        did="The cosine is taken of 180 times the share.",
        effect="The rate jumps about.",
        hint="You take the cosine of degrees. `math.cos` and `np.cos` take radians: pi times the share.",
        down=lambda s: s.peak / 2 * (1 + math.cos(180 * s.share)),
    ),
    _wrong(
        "pi-forgotten",
        did="The cosine is taken of the share itself.",
        effect="The rate comes down by a quarter only, and then jumps to 0.",
        hint="You take cos(share). It is cos(pi share).",
        down=lambda s: s.peak / 2 * (1 + math.cos(s.share)),
    ),
    _wrong(
        "straight-down",
        did="The rate falls in a straight line.",
        effect="Too low in the first half, too high in the second.",
        hint="Your rate falls in a straight line. It is peak / 2 (1 + cos(pi share)).",
        convention="linear decay, another common schedule",
        down=lambda s: s.peak * (1 - s.share),
    ),
    _wrong(
        "not-halved",
        did="1 + cos is not divided by 2.",
        effect="After the warm-up the rate is twice the peak.",
        hint="After the warm-up your rate is twice the peak: 1 + cos is 2 there. Divide by 2.",
        down=lambda s: s.peak * (1 + math.cos(math.pi * s.share)),
    ),
    _wrong(
        "one-not-added",
        did="The rate is peak cos(pi share).",
        effect="In the second half it is negative: training climbs.",
        hint="Your rate becomes negative. Add 1 to the cosine and divide by 2.",
        down=lambda s: s.peak * math.cos(math.pi * s.share),
    ),
    _wrong(
        "upside-down",
        did="1 - cos stands for 1 + cos.",
        effect="The rate drops to 0 after the warm-up and then rises.",
        hint="Your cosine rises: 1 - cos is 0 at first. It is 1 + cos.",
        down=lambda s: s.peak / 2 * (1 - math.cos(math.pi * s.share)),
    ),
    _wrong(
        "rises-again",
        did="The formula is used after `total` as well.",
        effect="The rate rises again.",
        hint="After `total` batches your rate rises again. It is 0 from there on.",
        over=lambda s: False,
    ),
    _wrong(
        "left-as-it-is",
        did="After `total` batches the rate is not set any more.",
        effect="It stays at the last one, which is small and not 0.",
        hint="After `total` batches you leave the rate as it was. Set it to 0.",
        after=lambda s: s.rate,
    ),
    _wrong(
        "back-to-the-peak",
        did="After `total` batches the rate is the peak.",
        effect="What training has settled is shaken up again.",
        hint="After `total` batches your rate is the peak. It is 0.",
        after=lambda s: s.peak,
    ),
    _wrong(
        "times-the-rate-that-is-there",
        did="The present rate is multiplied by the share of the schedule.",
        effect="Shares of shares: the rate is gone after a few batches.",
        hint="You multiply the rate that is there. Multiply `peak`.",
        used=lambda s: s.rate * _formula(s) / s.peak,
    ),
)

equivalents = {
    "a squared cosine": rule.variant(down=lambda s: s.peak * math.cos(math.pi / 2 * s.share) ** 2),
    "a squared sine": rule.variant(down=lambda s: s.peak * math.sin(math.pi / 2 * (s.total - s.t) / s.span) ** 2),
    "the lower of two": rule.variant(
        used=lambda s: 0.0 if s.t >= s.total else s.up if s.t + 1 <= s.warmup else s.down,
    ),
}
