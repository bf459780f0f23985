"""The picture of an experiment: loss against rate, pairs of losses, and how often each is near the best."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from matplotlib import rc_context
from matplotlib.axes import Axes
from matplotlib.axis import Axis
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.ticker import LogLocator, MaxNLocator, NullLocator

from course.experiments.comparison.experiment import Gathered
from course.experiments.comparison.protocol import Comparison
from course.experiments.comparison.quantities import loss
from course.experiments.comparison.statistics import log_ratios, performance_profile
from course.experiments.comparison.summary import reference, rows
from course.workshop.figures import COLOURS, LABELS, PREDICTION, look, use_style

_MORE: list[dict[str, Any]] = [
    {"color": PREDICTION, "linestyle": "-", "marker": "X"},
    {"color": "#8A7F00", "linestyle": (0, (5, 1, 1, 1)), "marker": "*"},
    {"color": "#666666", "linestyle": (0, (2, 2)), "marker": "p"},
]
"""The looks of optimizers that are none of the six rules."""

FAR = 100.0  # times the lowest loss: who is farther off is not near


def picture(gathered: Gathered) -> tuple[Figure, str]:
    """The picture of an experiment with tasks, and what it shows, in words. ValueError if it has none."""
    comparisons = gathered.comparisons
    if not comparisons:
        raise ValueError(f"experiment {gathered.experiment}: there are no tasks to draw")
    with rc_context():
        use_style()
        figure = Figure(figsize=(13, 3.6 * len(comparisons) + 0.9), layout="constrained")
        axes = figure.subplots(len(comparisons), 3, squeeze=False)
        for row, comparison in zip(axes, comparisons, strict=True):
            tuning(comparison, row[0])
            pairs(comparison, row[1])
            _profile([comparison], row[2])
        looks = _looks(comparisons[0].optimizers)
        handles = [Line2D([], [], label=LABELS.get(name, name), **looks[name]) for name in looks]
        figure.legend(handles=handles, loc="outside lower center", ncols=min(len(handles), 7))
    return figure, " ".join(map(_said, comparisons))


def _looks(optimizers: Sequence[str]) -> dict[str, dict[str, Any]]:
    more = iter(_MORE * len(optimizers))
    return {name: look(name) if name in COLOURS else next(more) for name in optimizers}


def tuning(comparison: Comparison, ax: Axes) -> None:
    """The loss against the rate; a ring around the chosen one."""
    looks = _looks(comparison.optimizers)
    for name, choice in comparison.choices.items():
        if choice.tuned:
            finite = np.where(np.isfinite(choice.losses), choice.losses, np.nan)
            ax.plot(choice.rates, finite, label=LABELS.get(name, name), **looks[name])
            ring = {"marker": "o", "markersize": 12, "markerfacecolor": "none", "color": looks[name]["color"]}
            ax.plot(choice.rate, choice.losses[choice.rates.index(choice.rate)], linestyle="none", **ring)
    ax.set(xscale="log", yscale="log", xlabel=r"learning rate $\eta$", ylabel="validation loss", title=comparison.task)
    # What lies far above all else is cut off.
    shown = [value for choice in comparison.choices.values() for value in choice.losses if np.isfinite(value)]
    if shown:
        ax.set_ylim(min(shown) / 1.15, max(float(np.quantile(shown, 0.75)), 1.5 * min(shown)) * 1.3)
    _few_ticks(ax.yaxis)


def _few_ticks(axis: Axis) -> None:
    """Plain numbers at a logarithmic axis, and so few that they can be read."""
    low, high = axis.get_view_interval()
    axis.set_major_locator(LogLocator(subs=(1, 2, 5)) if high > 4 * low else MaxNLocator(5, steps=[1, 2, 5, 10]))
    axis.set_minor_locator(NullLocator())
    axis.set_major_formatter("{x:.3g}")


def pairs(comparison: Comparison, ax: Axes) -> None:
    """The ratio of the losses to the reference's: a mark for each seed, and the interval of the mean."""
    looks = _looks(comparison.optimizers)
    best = reference(comparison)
    against = loss(comparison, best)
    found = [row for row in reversed(rows(comparison)) if row.optimizer != best]
    for height, row in enumerate(found):
        color, marker = looks[row.optimizer]["color"], looks[row.optimizer]["marker"]
        ratios = np.exp(log_ratios(loss(comparison, row.optimizer), against))
        heights = height + 0.26 * np.linspace(-1, 1, len(ratios))
        ax.plot(ratios, heights, linestyle="none", marker=marker, color=color, alpha=0.35, markeredgewidth=0)
        if np.isfinite(row.ratio).all():
            ax.plot([row.ratio.low, row.ratio.high], [height, height], color=color, linestyle="-", linewidth=3)
            ax.plot(row.ratio.estimate, height, marker="|", markersize=15, markeredgewidth=2.5, color=color)
    ax.axvline(1, color="black", linewidth=1, linestyle="-")
    ax.set_yticks(range(len(found)), [LABELS.get(row.optimizer, row.optimizer) for row in found])
    ax.set(xscale="log", xlabel=f"loss / loss of {LABELS.get(best, best)}, same seed", ylim=(-0.6, len(found) - 0.4))
    _few_ticks(ax.xaxis)


def _profile(comparisons: Sequence[Comparison], ax: Axes) -> None:
    """The share of seeds on which each optimizer is within a factor of the best (Dolan and More 2002)."""
    names = comparisons[0].optimizers
    looks = _looks(names)
    losses = np.concatenate([np.column_stack([loss(c, name) for name in names]) for c in comparisons])
    ratios = np.exp(log_ratios(losses, np.repeat(losses.min(axis=1, keepdims=True), len(names), axis=1)))
    taus = np.geomspace(1, np.clip(np.quantile(ratios[np.isfinite(ratios)], 0.95), 1.1, FAR), 200)
    for name, shares in zip(names, performance_profile(losses, taus), strict=True):
        ax.plot(taus, shares, markevery=(names.index(name), 25), **looks[name])
    ax.set(
        xscale="log",
        xlabel=r"within $\tau$ times the lowest loss of the seed",
        ylabel="share of seeds",
        ylim=(-0.02, 1.02),
    )
    _few_ticks(ax.xaxis)


def _said(comparison: Comparison) -> str:
    """The picture of one task in words."""
    best = reference(comparison)
    losses = "; ".join(f"{r.optimizer} {r.loss.estimate:.3g} at rate {r.rate:.3g}" for r in rows(comparison))
    return (
        f"Task {comparison.task}, three panels: the validation loss against the learning rate, the losses of each "
        f"seed divided by those of {best}, and the share of seeds near the best. Losses at the best rates: {losses}."
    )
