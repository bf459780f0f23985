"""How noisy the gradient of a mini-batch is: the noise scale."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike


def noise_scale(grads: ArrayLike) -> tuple[float, float, float]:
    """Return |G|^2, tr(Sigma) and their ratio, tr(Sigma) / |G|^2, without bias, from gradients of observations.

        tr(Sigma) = sum over the parameters of the variance (divisor N - 1) of their gradients
        |G|^2     = |mean gradient|^2 - tr(Sigma) / N

    grads: (N, d), a row for each of N observations, N at least 2. |G|^2 is an estimate and may come out negative; it is
    returned as it is. McCandlish, Kaplan, Amodei 2018, An empirical model of large-batch training, appendix A.
    """
    g = np.asarray(grads, dtype=float)
    mean = g.mean(axis=0)
    trace = float(g.var(axis=0, ddof=1).sum())
    g2 = float(mean @ mean) - trace / len(g)
    return g2, trace, trace / g2
