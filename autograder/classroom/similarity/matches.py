"""Pairs that have more in common than chance would have it, by how often each trait is found in the class.

Of a trait that n of N submissions have, a submission has it by chance with probability (n - 1) / N: one of the n is
whom we wonder about. In bits it weighs log2 of one over that. What two share in one exercise hangs together: who goes
about it in the same way shares more of it. So there the rarest counts in full, each other trait LINKED bits at most.
The chance that a submission shares at least so much with a given one is bounded (Chernoff) as if the rest were
independent. It is not quite: people have habits. So the bits are scaled, once for all pairs, until the nearest
neighbour of the student in the middle is as near as chance would have it. Less than half of a class must have copied
for this to be fair.
"""

from __future__ import annotations

import itertools
import math
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from statistics import median

import numpy as np

from autograder.classroom.similarity.texts import HandedIn
from autograder.classroom.similarity.traits import Trait

EXPECTED = 0.1  # pairs that chance gives in one class: below it, a pair is shown
RARE = 0.1  # of the class: only a trait that no more have brings two together; the others then count as well
LINKED = 2.0  # bits of a further trait in the same exercise: of who shares one, one in four shares any other
FEW = 5  # who always may share a trait that brings them together
NEAREST = 20  # partners of each student that are looked at closely
FEWEST = 3  # submissions: of two alone nothing is known
TILTS = np.linspace(0, 1, 41)  # where the bound is looked for


@dataclass(frozen=True, eq=False)
class Shared:
    """A trait of two submissions, and how many have it."""

    trait: Trait
    holders: int


@dataclass(frozen=True, eq=False)
class Pair:
    """Two submissions that share more than chance would have it.

    expected: how many pairs that share so much chance would give in a class like this one. shared: the rarest first.
    """

    one: HandedIn
    other: HandedIn
    expected: float
    shared: tuple[Shared, ...]


@dataclass(frozen=True)
class Compared:
    """A class, compared. pairs: the most surprising first. scale: by what the bound had to be divided. total: with how
    many earlier ones."""

    submissions: int
    total: int
    scale: float
    pairs: tuple[Pair, ...]

    def links(self) -> list[Pair]:
        """The pairs that hold each group of submissions together: of three alike the two closest pairs."""
        group: dict[HandedIn, HandedIn] = {}

        def root(text: HandedIn) -> HandedIn:
            while text in group:
                text = group[text]
            return text

        found = []
        for pair in self.pairs:
            if (one := root(pair.one)) is not (other := root(pair.other)):
                group[one] = other
                found.append(pair)
        return found


def compared(texts: Sequence[HandedIn]) -> Compared:
    """The pairs of which at least one is of this class, and of which chance would give fewer than EXPECTED."""
    total, here = len(texts), sum(not text.year for text in texts)
    if not here or total < FEWEST:
        return Compared(here, total, 1.0, ())
    holders: dict[Trait, list[int]] = defaultdict(list)
    for place, text in enumerate(texts):
        for trait in text.traits:
            holders[trait].append(place)
    chance = {trait: max(len(there) - 1, 1) / total for trait, there in holders.items()}
    bound = [_Bound([chance[trait] for trait in text.traits]) for text in texts]
    bits: dict[tuple[int, int], float] = {}
    for a, b in _candidates(texts, holders, chance):
        weight = min(_weight(texts[a], texts[b], chance), _weight(texts[b], texts[a], chance))
        bits[a, b] = min(bound[a].bits(weight), bound[b].bits(weight))
    scale = _scale(texts, bits)
    pairs = here * (here - 1) / 2 + here * (total - here)
    found = [
        Pair(texts[a], texts[b], expected, _shared(texts[a], texts[b], holders))
        for (a, b), value in bits.items()
        if (expected := pairs * 2.0 ** (-value / scale)) < EXPECTED
    ]
    found.sort(key=lambda pair: (pair.expected, pair.one.name, pair.other.name))
    return Compared(here, total, scale, tuple(found))


def _weight(one: HandedIn, other: HandedIn, chance: Mapping[Trait, float]) -> float:
    """What two share, in bits, by the exercises of one of them."""
    both, weight = one.traits & other.traits, 0.0
    for there in one.by_part:
        here = [-math.log2(chance[trait]) for trait in both & there]
        both = both - there
        if here:
            weight += max(here) + math.fsum(min(bits, LINKED) for bits in here) - min(max(here), LINKED)
    return weight


class _Bound:
    """How improbable it is to share so much with one submission, whose traits have these chances."""

    def __init__(self, chances: Sequence[float]) -> None:
        p = np.array(chances)
        self._moments = [math.fsum(np.log2(1 - p + p ** (1 - tilt))) for tilt in TILTS]

    def bits(self, shared: float) -> float:
        """The bound, as minus its log2."""
        return max(0.0, float(np.max(TILTS * shared - self._moments)))


def _candidates(
    texts: Sequence[HandedIn], holders: Mapping[Trait, list[int]], chance: Mapping[Trait, float]
) -> set[tuple[int, int]]:
    """For each submission, the others with which it shares most that is rare."""
    most = max(FEW, int(RARE * len(texts)))
    near: list[dict[int, float]] = [defaultdict(float) for _ in texts]
    for trait, there in holders.items():
        if 1 < len(there) <= most:
            weight = -math.log2(chance[trait])
            for a, b in itertools.combinations(there, 2):
                near[a][b] += weight
                near[b][a] += weight
    found = set()
    for a, partners in enumerate(near):
        for b in sorted(partners, key=partners.__getitem__, reverse=True)[:NEAREST]:
            if not (texts[a].year and texts[b].year):
                found.add((min(a, b), max(a, b)))
    return found


def _scale(texts: Sequence[HandedIn], bits: Mapping[tuple[int, int], float]) -> float:
    """What the student in the middle has in common with the nearest other one, over what chance would give."""
    nearest = [0.0 for _ in texts]
    for (a, b), value in bits.items():
        nearest[a], nearest[b] = max(nearest[a], value), max(nearest[b], value)
    middle = median(value for value, text in zip(nearest, texts, strict=True) if not text.year)
    return max(1.0, middle / math.log2((len(texts) - 1) / math.log(2)))


def _shared(one: HandedIn, other: HandedIn, holders: Mapping[Trait, list[int]]) -> tuple[Shared, ...]:
    both = [Shared(trait, len(holders[trait])) for trait in one.traits & other.traits]
    return tuple(sorted(both, key=lambda shared: (shared.holders, shared.trait.kind, shared.trait.key)))
