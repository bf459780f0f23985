"""How a comparison of optimizers goes wrong, and right in other words. Losses are (O, R, S): optimizer, rate, seed."""

from __future__ import annotations

from typing import Any

import numpy as np

from autograder.exercises.variants import Anatomy

Array = np.ndarray

HONEST = "choosing#what-an-honest-comparison-needs"
DISHONEST = "choosing#a-dishonest-comparison-in-three-easy-steps"


def table(losses: Array, rates: Array) -> tuple[Array, Array, Array]:
    """The best rate (O,) of each optimizer by its mean loss, that loss, and whether the rate lies inside the grid."""
    raise NotImplementedError  # its signature is what counts: the stages below are the rule


rule = Anatomy(
    table,
    stages={
        "runs": lambda s: np.where(np.isfinite(s.losses), s.losses, np.inf),
        "score": lambda s: s.runs.mean(axis=2),
        "best": lambda s: s.score.argmin(axis=1),
        "rate": lambda s: s.rates[s.best],
        "loss": lambda s: np.take_along_axis(s.score, s.best[:, None], axis=1)[:, 0],
        "low": lambda s: s.rates.min(),
        "high": lambda s: s.rates.max(),
        "inside": lambda s: ((s.low < s.rate) & (s.rate < s.high)).astype(float),
    },
    returns=("rate", "loss", "inside"),
    should={
        "runs": "a run that diverged should count as infinitely bad",
        "score": "a rate should be judged by the mean of its losses over all seeds",
        "best": "the best rate should be the one with the smallest mean loss",
        "rate": "the rate should be the best one itself",
        "loss": "the loss should be the mean loss at the best rate",
        "low": "the lower edge of the grid should be its smallest rate",
        "high": "the upper edge of the grid should be its largest rate",
        "inside": "inside should be true where the best rate lies strictly between the edges",
        "returns": "each entry should have rate, loss and inside",
    },
)


def _at_best(of: Array, best: Array) -> Array:
    """The entries (O, S) of (O, R, S) at the best rate of each."""
    return np.take_along_axis(of, best[:, None, None], axis=1)[:, 0]


def _nanmean(losses: Array) -> Array:
    """The mean (O, R) of the runs that are not nan; nan if all of them are."""
    there = ~np.isnan(losses)
    return np.where(there, losses, 0).sum(axis=2) / there.sum(axis=2)


def _finite_mean(losses: Array) -> Array:
    """The mean (O, R) of the runs that are finite; nan if none is."""
    return _nanmean(np.where(np.isfinite(losses), losses, np.nan))


def _rate_or_none(s: Any) -> Array:
    """What a search for less than infinity finds, with which nothing can be compared if it finds nothing."""
    if np.isinf(s.score.min(axis=1)).any():
        raise TypeError("'<' not supported between instances of 'float' and 'NoneType'")
    rates: Array = s.rates[s.best]
    return rates


def _by_comparing(score: Array) -> Array:
    """The place (O,) of the best of each as a loop with `<` finds it: what is nan is beaten by nothing."""
    best = np.zeros(len(score), dtype=int)
    for place in range(1, score.shape[1]):
        best = np.where(score[:, place] < np.take_along_axis(score, best[:, None], axis=1)[:, 0], place, best)
    return best


mistakes = (
    rule.wrong(
        "luckiest-seed",
        did="A rate is as good as its best seed.",
        effect="The choice goes to the rate with the luckiest run.",
        hint="You judge a rate by its best seed. Which run is lucky is chance: take the mean over all seeds.",
        section=DISHONEST,
        score=lambda s: s.runs.min(axis=2),
    ),
    rule.wrong(
        "loss-of-the-luckiest-seed",
        did="The rate is chosen by the mean, but the loss of the best seed is reported.",
        effect="The table promises what only the luckiest run keeps.",
        hint="You choose the rate by the mean and report its best seed. Report the mean as well.",
        section=DISHONEST,
        loss=lambda s: _at_best(s.runs, s.best).min(axis=1),
    ),
    rule.wrong(
        "first-seed-only",
        did="Only the first seed is used.",
        effect="Another first seed, another winner.",
        hint="Only the first seed counts in yours. Take the mean over all of them.",
        section=DISHONEST,
        score=lambda s: s.runs[:, :, 0],
    ),
    rule.wrong(
        "last-seed-only",
        did="Only the last seed is used.",
        effect="Another last seed, another winner.",
        hint="Only the last seed counts in yours: is a value overwritten in a loop? Take the mean over all seeds.",
        section=DISHONEST,
        score=lambda s: s.runs[:, :, -1],
    ),
    rule.wrong(
        "worst-seed",
        did="A rate is as bad as its worst seed.",
        effect="One unlucky run decides.",
        hint="You judge a rate by its worst seed. The mean over all seeds was asked.",
        section=HONEST,
        score=lambda s: s.runs.max(axis=2),
    ),
    rule.wrong(
        "median",
        did="The median over the seeds is used.",
        effect="A run that went wrong now and then leaves no trace.",
        hint="You take the median over the seeds. It hides the runs that went wrong; the mean was asked.",
        section=HONEST,
        score=lambda s: np.median(s.runs, axis=2),
    ),
    rule.wrong(
        "sum",
        did="The losses of the seeds are added up.",
        effect="The rates are right, the losses grow with the number of seeds.",
        hint="Your loss is the sum over the seeds. Divide by their number.",
        section=HONEST,
        loss=lambda s: _at_best(s.runs, s.best).sum(axis=1),
    ),
    rule.wrong(
        "rate-chosen-by-seed",
        did="The loss is the mean of what each seed has at its own best rate.",
        effect="The rate is tuned to the very run that reports it: the loss is too good.",
        hint="Your loss takes the best rate of each seed. One rate has to serve all seeds: average first, then choose.",
        section=HONEST,
        loss=lambda s: s.runs.min(axis=1).mean(axis=1),
    ),
    rule.wrong(
        "one-rate-for-all",
        did="All optimizers get the rate that is best on average.",
        effect="Who shares the taste of the others wins.",
        hint="All your optimizers have the same rate. Each needs its own best one.",
        section=HONEST,
        best=lambda s: np.full(len(s.score), s.score.mean(axis=0).argmin()),
    ),
    rule.wrong(
        "highest-loss",
        did="The rate with the highest mean loss is taken.",
        effect="The worst rate is called the best.",
        hint="You take the rate with the highest loss. The lowest is the best.",
        section=HONEST,
        best=lambda s: s.score.argmax(axis=1),
    ),
    rule.wrong(
        "diverged-runs-left-out",
        did="Runs that diverged are left out of the mean.",
        effect="A rate that mostly fails looks as good as its surviving runs.",
        hint="You leave diverged runs (nan) out of the mean: a rate that fails half of the time then looks good. A "
        "diverged run counts as infinitely bad.",
        section=HONEST,
        score=lambda s: _finite_mean(s.losses),
        also={"`np.nanmean` over the runs": {"score": lambda s: _nanmean(s.losses)}},
    ),
    rule.wrong(
        "infinite-runs-left-out",
        did="A rate with a nan is ruled out, but infinite runs are left out of the mean.",
        effect="A rate whose losses overflow now and then looks as good as its other runs.",
        hint="You leave infinite losses out of the mean. A run that became infinite has diverged, as one that became "
        "nan has: it counts as infinitely bad.",
        section=HONEST,
        score=lambda s: np.where(np.isnan(s.losses).any(axis=2), np.inf, _finite_mean(s.losses)),
    ),
    rule.wrong(
        "large-number-for-infinity",
        did="A run that diverged counts as a large loss, 1000.",
        effect="Where losses are larger, a rate that fails now and then is called the best.",
        hint="You count a diverged run as a large number. Some losses are larger: count it as infinity.",
        section=HONEST,
        runs=lambda s: np.where(np.isfinite(s.losses), s.losses, 1000.0),
    ),
    rule.wrong(
        "no-rate-if-all-diverged",
        did="The search begins at infinity and with no rate, and finds nothing below it.",
        effect="A single optimizer that always diverges ends the whole comparison.",
        hint="If all runs of an optimizer diverged, you find no rate, and then compare with None. Begin the search "
        "with the first rate.",
        section=HONEST,
        rate=_rate_or_none,
    ),
    rule.wrong(
        "nan-wins",
        did="nan goes into the mean, and argmin takes nan for the smallest.",
        effect="The rate that diverged is called the best.",
        hint="A diverged run is nan, and `argmin` takes nan for the smallest number. Count a diverged run as infinity.",
        section=HONEST,
        runs=lambda s: s.losses,
    ),
    rule.wrong(
        "nan-stays-first",
        did="nan goes into the mean, and a loop with `<` begins at the first rate, which may be nan.",
        effect="If the first rate of the list diverged, it is called the best; which wins depends on the order.",
        hint="If a run at the first rate of the list diverged, you call that rate the best: nothing is smaller than "
        "nan. Count a diverged run as infinity.",
        section=HONEST,
        runs=lambda s: s.losses,
        best=lambda s: _by_comparing(s.score),
    ),
    rule.wrong(
        "always-inside",
        did="The best rate is always said to lie inside.",
        effect="A search that stopped at the edge of its grid looks finished.",
        hint="Yours always says that the best rate lies inside the grid. At the smallest or the largest rate it does "
        "not.",
        section=HONEST,
        inside=lambda s: np.ones(len(s.rate)),
    ),
    rule.wrong(
        "inside-turned-round",
        did="Inside and at the edge are exchanged.",
        effect="The finished searches are called unfinished.",
        hint="Your `inside` is True at the edge and False inside. Turn it round.",
        section=HONEST,
        inside=lambda s: 1 - ((s.low < s.rate) & (s.rate < s.high)),
    ),
    rule.wrong(
        "edges-by-place",
        did="The first and the last rate of the list are taken for the edges.",
        effect="Right for a sorted grid, wrong for any other.",
        hint="You take the first and the last rate for the edges of the grid. The edges are the smallest and the "
        "largest.",
        section=HONEST,
        inside=lambda s: ((s.best > 0) & (s.best < len(s.rates) - 1)).astype(float),
    ),
    rule.wrong(
        "upper-edge-forgotten",
        did="Only the smallest rate counts as an edge.",
        effect="A search that should go on to larger rates looks finished.",
        hint="The largest rate is an edge, too: a still larger one might be better.",
        section=HONEST,
        high=lambda s: np.inf,
    ),
    rule.wrong(
        "lower-edge-forgotten",
        did="Only the largest rate counts as an edge.",
        effect="A search that should go on to smaller rates looks finished.",
        hint="The smallest rate is an edge, too: a still smaller one might be better.",
        section=HONEST,
        low=lambda s: -np.inf,
    ),
    rule.wrong(
        "place-of-the-rate",
        did="The place of the rate in the list is returned, not the rate.",
        effect="The losses are right, the rates are 0, 1, 2 and so on.",
        hint="Your rate is its place in the list. Return `rates[place]`.",
        section=HONEST,
        rate=lambda s: s.best.astype(float),
        inside=lambda s: ((s.low < s.rates[s.best]) & (s.rates[s.best] < s.high)).astype(float),
    ),
)

equivalents = {
    "best by sorting": rule.variant(best=lambda s: np.argsort(s.score, axis=1, kind="stable")[:, 0]),
    "mean by a sum": rule.variant(score=lambda s: s.runs.sum(axis=2) / s.runs.shape[2]),
    "divergence found in the mean": rule.variant(
        score=lambda s: np.where(np.isfinite(s.losses.mean(axis=2)), s.losses.mean(axis=2), np.inf)
    ),
}
