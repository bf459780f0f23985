"""Early stopping on a validation curve that is seen with noise: where it stops, what it keeps, what patience costs."""

from __future__ import annotations

from functools import cache

import numpy as np

from course.workshop.live.contract import Picture, Slider, Values
from course.workshop.live.draws import uniform
from course.workshop.live.scene import Axis, Mark, Panel, Scene
from course.workshop.problems import Array

EPOCHS, RUNS, LONGEST = 120, 60, 40
K = np.arange(1, EPOCHS + 1)


@cache
def noise() -> Array:
    """Standard normal numbers, nearly: sums of twelve uniform ones, (RUNS, EPOCHS)."""
    return uniform(RUNS * EPOCHS * 12).reshape(RUNS, EPOCHS, 12).sum(axis=2) - 6


def curve(turn: float) -> Array:
    """The loss without noise: it falls like exp(-k / 15) and rises by as much in each epoch as it falls in `turn`."""
    return 0.3 + np.exp(-K / 15) + np.exp(-turn / 15) / 15 * K


def ends(seen: Array, margin: float) -> list[tuple[int, int]]:
    """For each patience 1, ..., LONGEST the epochs (best, last), from 1, of one run as it is seen."""
    bests, best, at = [], np.inf, 0
    for k, loss in enumerate(seen, 1):
        if loss < best - margin:
            best, at = loss, k
        bests.append(at)
    found = []
    for patience in range(1, LONGEST + 1):
        last = next((k for k, at in enumerate(bests, 1) if k - at >= patience), EPOCHS)
        found.append((bests[last - 1], last))
    return found


def scene(values: Values) -> Scene:
    """One run as it is seen, and the mean over all runs for every patience."""
    true, patience = curve(values["turn"]), int(values["patience"])
    seen = true + values["noise"] * noise()
    all_ends = np.array([ends(run, values["margin"]) for run in seen])  # (RUNS, LONGEST, 2)
    kept, last = all_ends[0, patience - 1]
    lost, ran = true[all_ends[:, :, 0] - 1].mean(axis=0) - true.min(), all_ends[:, :, 1].mean(axis=0)
    here = patience - 1
    one_run = [
        Mark("points", "grey", K[:last], seen[0, :last], "as seen"),
        Mark("line", "prediction", K, true, "without noise"),
        Mark("points", "here", [kept], [seen[0, kept - 1]], "kept"),
        Mark("rule", "grey", [last], [], "stopped"),
    ]
    trade = [
        Mark("line", "momentum", ran, lost, f"patience 1 to {LONGEST}"),
        Mark("points", "here", [ran[here]], [lost[here]], "your patience"),
    ]
    return Scene(
        [
            Panel("One run", Axis("epoch", 0, EPOCHS), Axis("validation loss", 0.2, 1.5), one_run),
            Panel(f"Mean of {RUNS} runs", Axis("epochs run", 0, EPOCHS), Axis("loss given away", 0, 0.6), trade),
        ],
        f"Patience {patience}: this run stops after epoch {last} and keeps epoch {kept}; the lowest loss is at epoch "
        f"{int(np.argmin(true)) + 1}. Over {RUNS} runs it takes {ran[here]:.1f} epochs "
        f"and gives away {lost[here]:.4f}.",
    )


PICTURE = Picture(
    "patience",
    "How much patience",
    "A validation loss over the epochs, with noise and without, where early stopping ends it and which epoch it keeps; "
    "and for every patience the epochs that it takes and the loss that it gives away, as means of many runs.",
    (
        Slider("patience", "patience P", 1, LONGEST, 1, 4, 0),
        Slider("margin", "margin δ", 0, 0.1, 0.005, 0.0, 3),
        Slider("noise", "noise from epoch to epoch", 0, 0.2, 0.01, 0.05),
        Slider("turn", "epoch where the loss turns", 10, 60, 1, 35, 0),
    ),
    scene,
)
