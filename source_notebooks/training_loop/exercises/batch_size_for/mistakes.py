"""How a batch size goes wrong, and right in other words."""

from __future__ import annotations

import math
from typing import Any

from autograder.exercises.variants import Anatomy, Wrong

from ... import places
from ...reference import batch_size_for

SECTION = "parameters#the-rule-of-the-course"

rule = Anatomy(
    batch_size_for,
    stages={
        "wanted": lambda s: s.least,
        "most": lambda s: (s.n_samples - 1) // (s.wanted - 1),
        "power": lambda s: s.most.bit_length() - 1,
        "size": lambda s: 2 ** max(s.power, 0),
    },
    returns=("size",),
    should=places.BATCH_SIZE,
)


def _wrong(id: str, **entry: Any) -> Wrong:
    return rule.wrong(id, **{"section": SECTION, **entry})


def _log2(x: float) -> float:
    return math.log2(x) if x > 0 else -1.0


mistakes = (
    _wrong(
        "whole-batches-only",
        did="The short last batch is not counted.",
        effect="A batch size that leaves exactly enough batches, the short one included, is turned down.",
        hint="You count whole batches only. The short last batch is a step as well, so the number of batches is "
        "rounded up.",
        most=lambda s: s.n_samples // s.wanted,
    ),
    _wrong(
        "doubled-once-too-often",
        did="The batch size is doubled until too few batches are left, and not taken back.",
        effect="Fewer than `least` batches are left.",
        hint="Your batch size is one doubling too large: it leaves fewer than `least` batches. Test before you double.",
        power=lambda s: s.most.bit_length(),
    ),
    _wrong(
        "halved-once-too-often",
        did="The batch size is half of what it could be.",
        effect="About twice as many batches are left as need be.",
        hint="Twice your batch size would leave enough batches, too. Take the largest power of two that does.",
        power=lambda s: s.most.bit_length() - 2,
    ),
    _wrong(
        "rounded-up",
        did="n / least is rounded up to a power of two: the smallest one that leaves at most `least` batches.",
        effect="Fewer than `least` batches are left, unless n / least is a power of two.",
        hint="You round n / least up to a power of two. Then too few batches are left: round down.",
        power=lambda s: math.ceil(_log2(s.n_samples / s.wanted)),
    ),
    _wrong(
        "nearest-power",
        did="The largest batch size that will do is rounded to the nearest power of two.",
        effect="Where the nearest one is above, fewer than `least` batches are left.",
        hint="You round to the nearest power of two. If that is the one above, too few batches are left: round down.",
        power=lambda s: round(_log2(s.most)),
    ),
    _wrong(
        "no-power-of-two",
        did="The largest batch size that leaves enough batches is returned, whatever number it is.",
        effect="Batches of odd sizes; nothing is wrong with the training.",
        hint="Your batch size leaves enough batches, but is no power of two. Take the largest power of two below it.",
        size=lambda s: max(s.most, 1),
    ),
    _wrong(
        "three-hundred-batches",
        did="n // 300 is rounded down to a power of two, as the course's helper does.",
        effect="300 batches or more are left, whatever `least` says.",
        hint="Your batch size leaves 300 batches or more, whatever `least` is. Use `least`.",
        convention="the helper of section 3.15 of the course, which leaves 300 to 600 batches",
        most=lambda s: s.n_samples // 300,
    ),
    _wrong(
        "least-fixed",
        did="100 is written into the code.",
        effect="Right at least = 100 only.",
        hint="You leave 100 batches whatever `least` says. Use `least`.",
        wanted=lambda s: 100,
    ),
    _wrong(
        "more-than-least",
        did="More than `least` batches are asked for.",
        effect="A batch size that leaves exactly `least` batches is turned down.",
        hint="You ask for more than `least` batches. Exactly `least` are enough: the comparison is >=.",
        most=lambda s: (s.n_samples - 1) // s.wanted,
    ),
    _wrong(
        "one-batch-too-few",
        did="A batch size is allowed if the batches are one fewer than `least`.",
        effect="At the edge one batch too few is left.",
        hint="At the edge your batch size leaves one batch fewer than `least`. n / B, rounded up, must be `least` or "
        "more.",
        most=lambda s: s.n_samples // (s.wanted - 1),
    ),
    _wrong(
        "zero-for-few",
        did="Where there are too few rows the batch size is 0.",
        effect="Cutting into batches of 0 rows fails, or never ends.",
        hint="With few rows your batch size is 0. If no larger one leaves enough batches, it is 1.",
        size=lambda s: 2**s.power if s.n_samples >= s.wanted else 0,
    ),
    _wrong(
        "all-for-few",
        did="Where there are too few rows all of them make one batch.",
        effect="An epoch is a single step.",
        hint="With few rows you put all of them into one batch. If no larger batch leaves enough of them, the size is "
        "1: that leaves as many batches as there are.",
        size=lambda s: 2 ** max(s.power, 0) if s.n_samples >= s.wanted else s.n_samples,
    ),
    _wrong(
        "number-of-batches",
        did="The number of batches is returned.",
        effect="Batches of a hundred rows or so, at any size of the data.",
        hint="You return how many batches there are. Return how many rows each has.",
        size=lambda s: math.ceil(s.n_samples / 2 ** max(s.power, 0)),
    ),
    _wrong(
        "the-exponent",
        did="The exponent of the power of two is returned.",
        effect="Tiny batches.",
        hint="You return the exponent k. The batch size is 2**k.",
        size=lambda s: max(s.power, 0),
    ),
    _wrong(
        "natural-logarithm",
        did="The natural logarithm is taken for that to base 2.",
        effect="Batches that are far too small.",
        hint="Your exponent is that of the natural logarithm. Powers of two need the logarithm to base 2.",
        power=lambda s: int(math.log(max(s.most, 1))),
    ),
    _wrong(
        "nothing-returned",
        did="The function ends without `return`.",
        effect="There is no batch size.",
        hint="Your function returns nothing. End it with `return`, and the batch size.",
        returns=(),
    ),
)


def by_doubling(n_samples: int, least: int = 100) -> int:
    """Doubled while twice as much will do."""
    size = 1
    while math.ceil(n_samples / (2 * size)) >= least:
        size *= 2
    return size


def from_a_list(n_samples: int, least: int = 100) -> int:
    """The largest of those that will do."""
    return max((2**k for k in range(31) if -(-n_samples // 2**k) >= least), default=1)


def downwards(n_samples: int, least: int = 100) -> float:
    """Halved until enough batches are left."""
    size = 2**40
    while size > 1 and (n_samples + size - 1) // size < least:
        size //= 2
    return float(size)


equivalents = {
    "by doubling": by_doubling,
    "the largest of a list": from_a_list,
    "halved from above": downwards,
    "the logarithm of the largest": rule.variant(power=lambda s: int(math.log2(max(s.most, 1)))),
}
