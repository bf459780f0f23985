"""One look for the whole course: contours with the paths of the rules, loss curves, figures with alt text."""

import base64
import html
import io
from collections.abc import Iterable
from itertools import cycle
from typing import Any

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.rcsetup import cycler

from course.workshop.predictions import Prediction
from course.workshop.problems import Problem
from course.workshop.trajectories import Trajectory

# The colours of Okabe and Ito (2008), which readers with any colour vision tell apart.
COLOURS: dict[str, str] = {
    "gradient_descent": "#000000",
    "momentum": "#0072B2",
    "nesterov": "#56B4E9",
    "adagrad": "#E69F00",
    "rmsprop": "#009E73",
    "adam": "#D55E00",
}
"""Rule name (as in `course.workshop.unrolled.RULES`) -> colour."""

LINES: dict[str, Any] = {
    "gradient_descent": "-",
    "momentum": (0, (6, 1.5)),
    "nesterov": (0, (6, 1.5, 1, 1.5)),
    "adagrad": (0, (1, 1.2)),
    "rmsprop": (0, (3, 1.2)),
    "adam": (0, (8, 1.5, 1, 1.5, 1, 1.5)),
}
"""Rule name -> line style, so that colour is never the only cue."""

MARKERS: dict[str, str] = {
    "gradient_descent": "o",
    "momentum": "s",
    "nesterov": "^",
    "adagrad": "D",
    "rmsprop": "v",
    "adam": "P",
}
"""Rule name -> marker."""

LABELS: dict[str, str] = {
    "gradient_descent": "Gradient descent",
    "momentum": "Momentum",
    "nesterov": "Nesterov",
    "adagrad": "AdaGrad",
    "rmsprop": "RMSprop",
    "adam": "Adam",
}
"""Rule name -> how it is written in a legend."""

PREDICTION = "#CC79A7"
"""The colour of what theory predicts, where it is drawn over what was measured."""

ANSWER = "The figure of the answer: predict first, then open it"
"""What stands on the fold of a figure that answers a question."""

_LEVELS = 14
_GRID = 161
_SCREEN_DPI = 100


def use_style() -> None:
    """Set matplotlib's defaults for the course, and crisp inline figures when this runs in a notebook."""
    plt.rcParams.update(
        {
            "figure.figsize": (6.4, 4.0),
            "figure.dpi": _SCREEN_DPI,
            "figure.constrained_layout.use": True,
            "savefig.dpi": 2 * _SCREEN_DPI,
            "font.size": 10.5,
            "axes.titlesize": 11.5,
            "axes.titlelocation": "left",
            "axes.spines.top": False,
            "axes.spines.right": False,
            "axes.grid": True,
            "grid.color": "#dddddd",
            "grid.linewidth": 0.6,
            "axes.axisbelow": True,
            "axes.prop_cycle": cycler(color=list(COLOURS.values()), linestyle=list(LINES.values())),
            "lines.linewidth": 1.8,
            "lines.markersize": 4.5,
            "legend.frameon": False,
            "legend.handlelength": 3.2,
        }
    )
    try:
        from IPython import get_ipython
    except ImportError:
        return
    if (shell := get_ipython()) is not None and hasattr(shell, "kernel"):
        from matplotlib_inline.backend_inline import set_matplotlib_formats

        set_matplotlib_formats("retina")


def look(name: str) -> dict[str, Any]:
    """The keyword arguments for `ax.plot` that draw rule `name`: color, linestyle, marker. KeyError if unknown."""
    return {"color": COLOURS[name], "linestyle": LINES[name], "marker": MARKERS[name]}


def paths(problem: Problem, trajectories: dict[str, Trajectory], ax: Axes | None = None) -> Axes:
    """Contours of a problem in two dimensions, with the paths of the trajectories, the start and the minimiser.

    The levels are evenly spaced in the logarithm of L - L*. A path is drawn as long as it lies near the window.

    Args:
        problem: with n = 2.
        trajectories: label -> run. The name of a rule ("adam" or "Adam") gives its look; others take a free one.
        ax: where to draw; a new figure if not given.

    Raises:
        ValueError: the problem is not two-dimensional.
    """
    if problem.minimiser.size != 2:
        raise ValueError(f"paths draws problems in two dimensions; {problem.name} has {problem.minimiser.size}")
    x0, x1, y0, y1 = problem.window or _window(problem, trajectories.values())
    if ax is None:
        _, ax = plt.subplots(figsize=(6.4, 1.0 + 4.0 * min(1.0, (y1 - y0) / (x1 - x0))))
    _contours(problem, (x0, x1, y0, y1), ax)
    margin = 5 * max(x1 - x0, y1 - y0)
    for (label, look_), run in zip(_looks(trajectories), trajectories.values(), strict=True):
        thetas = run.thetas.copy()
        far = np.any(np.abs(thetas - problem.minimiser) > margin, axis=1)
        # Beyond some distance a path is a set of straight lines across the picture; it ends where it first gets there.
        if far.any():
            thetas[np.argmax(far) + 1 :] = np.nan
        ax.plot(*thetas.T, label=label, markersize=3, markevery=_every(len(thetas)), linewidth=1.5, **look_, zorder=3)
    starts = {tuple(run.thetas[0]) for run in trajectories.values()} or {tuple(problem.start)}
    for i, start in enumerate(sorted(starts)):
        label = "start" if i == 0 else "_start"
        ax.plot(*start, "o", color="black", markerfacecolor="white", markersize=8, label=label, zorder=4)
    ax.plot(
        *problem.minimiser, "*", color="black", markerfacecolor="#F0E442", markersize=14, label="minimiser", zorder=4
    )
    ax.set(xlim=(x0, x1), ylim=(y0, y1), xlabel=r"$\theta_1$", ylabel=r"$\theta_2$", title=problem.name)
    if 0.5 <= (x1 - x0) / (y1 - y0) <= 2:
        ax.set_aspect("equal")  # so that a gradient is seen at a right angle to its contour
    ax.grid(visible=False)
    ax.legend(loc="upper left", bbox_to_anchor=(1.0, 1.0))
    return ax


def losses(problem: Problem, trajectories: dict[str, Trajectory], ax: Axes | None = None) -> Axes:
    """The distance to the minimum, L(theta_t) - L*, on a log axis against the step t.

    Args:
        problem: gives L*, the loss at its minimiser.
        trajectories: label -> run, as in `paths`.
        ax: where to draw; a new figure if not given.

    A loss at or below L* (rounding, or another and deeper minimum) has no logarithm and is left out.
    """
    ax = plt.subplots()[1] if ax is None else ax
    for (label, look_), run in zip(_looks(trajectories), trajectories.values(), strict=True):
        gap = run.values - problem.minimum
        t = np.arange(len(gap))
        ax.plot(t, np.where(gap > 0, gap, np.nan), label=label, markevery=max(1, len(gap) // 8), **look_)
    ax.set(yscale="log", xlabel="step $t$", ylabel=r"$L(\theta_t) - L^*$", title=problem.name)
    ax.legend(loc="upper left", bbox_to_anchor=(1.0, 1.0))
    return ax


def show(fig: Figure, alt: str, *, after: Prediction | None = None) -> None:
    """Display `fig` as a PNG whose alternative text is `alt`, and close it; ValueError if `alt` is empty.

    after: a question that the figure answers. In a notebook the figure is folded until there is a prediction; the site
    folds the whole cell (`fold_code` in the site's settings).
    """
    if not alt.strip():
        raise ValueError("show(fig, alt) needs an alt text that says what the figure shows")
    from IPython.display import display

    buffer = io.BytesIO()
    # Twice the pixels of its width on the page: crisp on any screen.
    fig.savefig(buffer, format="png", dpi=2 * _SCREEN_DPI, bbox_inches="tight")
    plt.close(fig)
    pixels = int.from_bytes(buffer.getvalue()[16:20], "big")  # where a PNG says how wide it is
    metadata = {"image/png": {"alt": alt, "width": pixels // 2}}
    # JupyterLab shows a PNG without its alternative text, and prefers HTML.
    data = base64.b64encode(buffer.getvalue()).decode()
    image = f'<img alt="{html.escape(alt)}" width="{pixels // 2}" src="data:image/png;base64,{data}">'
    if after is not None:
        state = " open" if after.answered else ""
        image = f"<details{state}><summary>{ANSWER}</summary>{image}</details>"
    forms = {"image/png": buffer.getvalue(), "text/html": image, "text/plain": alt}
    display(forms, raw=True, metadata=metadata)


def _looks(labels: Iterable[str]) -> list[tuple[str, dict[str, Any]]]:
    """(text for the legend, look) of each label: a rule's own look for its name, a free one for any other label."""
    rule_of = {name: name for name in COLOURS} | {label: name for name, label in LABELS.items()}
    labels = list(labels)
    taken = {rule_of.get(label) for label in labels}
    free = cycle([name for name in COLOURS if name not in taken] or list(COLOURS))
    return [(LABELS.get(label, label), look(rule_of.get(label) or next(free))) for label in labels]


def _contours(problem: Problem, window: tuple[float, float, float, float], ax: Axes) -> None:
    """Grey lines at levels evenly spaced in log(L - L*), light inside."""
    x0, x1, y0, y1 = window
    x, y = np.linspace(x0, x1, _GRID), np.linspace(y0, y1, _GRID)
    gap = np.array([[problem.value(np.array([a, b])) for a in x] for b in y]) - problem.minimum
    log_gap = np.log10(np.maximum(gap, 1e-300))
    low, high = np.percentile(log_gap, 1.5), log_gap.max()
    levels = np.linspace(low, high, _LEVELS)
    ax.contourf(x, y, log_gap, levels=levels, cmap="Greys", alpha=0.2, extend="min", zorder=0)
    ax.contour(x, y, log_gap, levels=levels, colors="#888888", linewidths=0.5, linestyles="solid", zorder=1)


def _window(problem: Problem, runs: Iterable[Trajectory]) -> tuple[float, float, float, float]:
    """What to show of a problem that names no window: the start, the minimiser and the starts of the runs."""
    points = np.array([problem.start, problem.minimiser, *(run.thetas[0] for run in runs)])
    low, high = points.min(axis=0), points.max(axis=0)
    margin = 0.3 * max(float(np.max(high - low)), 1e-3)
    return (low[0] - margin, high[0] + margin, low[1] - margin, high[1] + margin)


def _every(count: int) -> int:
    """Mark each step of a short path, and about forty of a long one."""
    return max(1, count // 40)
