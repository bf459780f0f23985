"""Pairs that have more in common than chance would have it, by how often each trait is found in the class.

Of a trait that n of N submissions have, a submission has it by chance with probability (n - 1) / N: one of the n is
whom we wonder about. In bits it weighs log2 of one over that. What two share in one exercise hangs together: who goes
about it in the same way shares more of it. So there the rarest counts in full, each other trait LINKED bits at most.
The chance that a submission shares at least so much with a given one is bounded (Chernoff) as if the rest were
independent. It is not quite: people have habits. So the bits are scaled, once for all pairs, until the nearest
neighbour of the student in the middle is as near as chance would have it. If half of a class or more has worked
together, that hides it: in a class that needs so much scaling the nearest pairs are shown, whatever chance may be.
"""

from __future__ import annotations

import itertools
import math
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
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
SMALL = 10  # submissions: fewer tell little
CROWDED = 1.5  # scale: above it, habits alone hardly explain how near the nearest neighbours are
SHOWN = 20  # pairs that are shown of a crowded class, at least
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
    """A class, compared.

    total: with how many earlier ones. scale: by what the bound had to be divided. pairs: the most surprising first.
    usual: how many hand-ins hold so little that is rare that a copy of all of it would not be shown.
    """

    submissions: int
    total: int
    scale: float
    pairs: tuple[Pair, ...]
    usual: int = 0

    @property
    def too_few(self) -> bool:
        """Whether there is nothing to compare."""
        return not self.submissions or self.total < FEWEST

    @property
    def crowded(self) -> bool:
        """Whether so many are so near to others that the nearest pairs are shown, whatever chance may be."""
        return self.total >= SMALL and self.scale > CROWDED

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
    """The pairs of which at least one is of this class, and of which chance would give fewer than EXPECTED.

    Of a crowded class the SHOWN nearest pairs at least.
    """
    total, here = len(texts), sum(not text.year for text in texts)
    found = Compared(here, total, 1.0, ())
    if found.too_few:
        return found
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
    found = replace(found, scale=_scale(texts, bits))
    pairs = here * (here - 1) / 2 + here * (total - here)

    def expected(value: float) -> float:
        return pairs * 2.0 ** (-value / found.scale)

    nearest = sorted(bits, key=lambda pair: (-bits[pair], texts[pair[0]].name, texts[pair[1]].name))
    shown = max(sum(expected(value) < EXPECTED for value in bits.values()), SHOWN if found.crowded else 0)
    copies = [bound[a].bits(_weight(text, text, chance)) for a, text in enumerate(texts) if not text.year]
    return replace(
        found,
        pairs=tuple(
            Pair(texts[a], texts[b], expected(bits[a, b]), _shared(texts[a], texts[b], holders))
            for a, b in nearest[:shown]
        ),
        usual=sum(expected(value) >= EXPECTED for value in copies),
    )


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
