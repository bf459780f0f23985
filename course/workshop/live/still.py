"""A scene as a static figure, for where no script runs: on paper, in an untrusted notebook, on a code host."""

from __future__ import annotations

import io
from typing import Any

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.axes import Axes

from course.workshop import figures
from course.workshop.live.scene import Mark, Panel, Scene

OTHERS: dict[str, dict[str, Any]] = {
    "prediction": {"color": figures.PREDICTION, "linestyle": "--", "linewidth": 2.5},
    "yours": {"color": "#6A3D9A", "linestyle": ":", "linewidth": 3, "marker": "x"},
    "grey": {"color": "#767676", "linestyle": "--", "linewidth": 1},
    "minimiser": {"color": "black", "marker": "*", "markersize": 12, "linestyle": "none"},
    "here": {"color": "black", "marker": "o", "markersize": 9, "linestyle": "none"},
}


def png(scene: Scene) -> bytes:
    """The panels one below the other, as a PNG that can be read on a phone."""
    sizes = [_height(panel) for panel in scene.panels]
    with plt.rc_context({"figure.constrained_layout.use": True}):
        fig, axes = plt.subplots(len(sizes), 1, figsize=(5.6, sum(sizes)), height_ratios=sizes, squeeze=False)
        for ax, panel in zip(axes[:, 0], scene.panels, strict=True):
            _draw(ax, panel)
        buffer = io.BytesIO()
        fig.savefig(buffer, format="png", dpi=110)
        plt.close(fig)
    return buffer.getvalue()


def _height(panel: Panel) -> float:
    """In inches."""
    if not panel.equal:
        return 3.4
    return 1 + 4.8 * (panel.y.high - panel.y.low) / (panel.x.high - panel.x.low)


def _draw(ax: Axes, panel: Panel) -> None:
    for axis, name in ((panel.x, "x"), (panel.y, "y")):
        ax.set(**{f"{name}label": axis.label, f"{name}lim": (axis.low, axis.high)})
        if axis.log:
            ax.set(**{f"{name}scale": "log"})
    ax.set_title(panel.title)
    if panel.field is not None:
        rows, columns = panel.field.values.shape
        over = np.linspace(panel.x.low, panel.x.high, columns), np.linspace(panel.y.low, panel.y.high, rows)
        bands = np.linspace(panel.field.low, panel.field.high, panel.field.bands + 1)
        ax.contourf(*over, panel.field.values, levels=bands, cmap="Greys", alpha=0.45, extend="both", zorder=0)
    for mark in panel.marks:
        _mark(ax, mark)
    if any(mark.label for mark in panel.marks):
        ax.legend(fontsize="small", loc="best")


def _mark(ax: Axes, mark: Mark) -> None:
    look = OTHERS.get(mark.look) or figures.look(mark.look)
    label = mark.label or "_"
    if mark.kind == "rule":
        draw = ax.axvline if len(mark.x) else ax.axhline
        draw(mark.x[0] if len(mark.x) else mark.y[0], label=label, **{**look, "marker": None})
    elif mark.kind == "points":
        ax.plot(mark.x, mark.y, label=label, **{"marker": "o", "markersize": 4.5, **look, "linestyle": "none"})
    else:
        every = max(1, len(mark.x) // 12)
        ax.plot(mark.x, mark.y, label=label, **{"linewidth": 1.8, **look, "markersize": 4, "markevery": every})
