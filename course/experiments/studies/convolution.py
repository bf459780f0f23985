"""Convolutions: over images of digits, and over the returns before a day whose variance is asked for."""

from __future__ import annotations

from functools import cache

import numpy as np

from course.experiments.comparison.experiment import Experiment
from course.experiments.comparison.protocol import Protocol
from course.experiments.studies import benchmarks, recurrent
from course.experiments.studies.protocols import RULES, tuned
from course.experiments.training.models import Array, convolution
from course.experiments.training.tasks import Data, Task

SIDE, BRIGHTEST = 8, 16.0
LEARNED = 1000  # of 1797 images; the others judge


@cache
def images() -> tuple[Array, Array]:
    """The 1797 handwritten digits that scikit-learn ships (Alpaydin and Kaynak 1998): (1797, 8, 8, 1), and labels."""
    try:
        from sklearn.datasets import load_digits
    except ModuleNotFoundError:
        raise ImportError("the images of digits come with scikit-learn: pip install scikit-learn") from None
    digits = load_digits()
    return digits.images[..., None] / BRIGHTEST, digits.target


def digits(seed: int) -> Data:
    """A thousand images to learn from and 797 that judge, another division for each seed."""
    x, y = images()
    order = np.random.default_rng([seed, 6]).permutation(len(x))
    learned, judged = order[:LEARNED], order[LEARNED:]
    return Data(x[learned], y[learned], x[judged], y[judged])


def plan(quick: bool) -> list[tuple[Task, Protocol]]:
    """Images, 320 steps; returns, 384 steps, on the data of the recurrent network."""
    see = convolution((SIDE, SIDE), filters=(8, 16), outputs=10)
    read = convolution((recurrent.LOOK_BACK,), filters=(8, 8), kernel=5)
    return [
        (Task("digits", see, digits, loss="crossentropy"), tuned(quick, epochs=10)),
        (Task("volatility, convolution", read, recurrent.data, loss=recurrent.qlike), tuned(quick, epochs=12)),
    ]


BESIDE = {"digits": benchmarks.CLASSES, "volatility, convolution": benchmarks.VARIANCES}
EXPERIMENT = Experiment("convolution", "Convolutions over images of digits, and over returns", plan, RULES, BESIDE)
