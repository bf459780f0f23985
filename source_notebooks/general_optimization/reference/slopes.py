"""The slope of the Sharpe ratio: by the weights, and through a softmax."""

from __future__ import annotations

import numpy as np

Array = np.ndarray


def sharpe_gradient(w: Array, mu: Array, cov: Array, rf: float = 0.02) -> Array:
    """The gradient (n,) by w of S = w'e / s, with e = mu - rf and s = sqrt(w'C w).

        e / s - (w'e) C w / s^3

    All weights are free: their sum is not held. Returns an array (n,).
    """
    e = mu - rf
    cw = cov @ w
    s = np.sqrt(w @ cw)
    found: Array = e / s - (w @ e) * cw / s**3
    return found


def softmax_step(z: Array, grad_w: Array) -> tuple[Array, Array]:
    """Weights w = softmax(z) (n,), and the gradient by z of whatever has the gradient grad_w by w.

        w_i = exp(z_i) / sum_j exp(z_j),  dL/dz_i = w_i (g_i - w'g)

    No z is too large: the greatest is taken out before the exponentials. Returns (w, gradient).
    """
    exps = np.exp(z - np.max(z))
    w = exps / exps.sum()
    return w, w * (grad_w - w @ grad_w)
