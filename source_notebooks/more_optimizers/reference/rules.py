"""Four more update rules. What is kept, the defaults and the order follow Keras; eps stands inside the root.

theta: the parameters, g: the gradient of the loss at theta, eta: the learning rate. Every rule is a pure function of
one step, as those of the TP `optimizers` are: new arrays of one shape, inputs unchanged, integers read as floats.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

Array = NDArray[np.floating[Any]]


def amsgrad_step(
    theta: ArrayLike,
    m: ArrayLike,
    v: ArrayLike,
    v_max: ArrayLike,
    grad: ArrayLike,
    t: int,
    eta: float,
    beta_1: float = 0.9,
    beta_2: float = 0.999,
    eps: float = 1e-8,
) -> tuple[Array, Array, Array, Array]:
    """Adam that never forgets its largest average of squares.

        m <- beta_1 m + (1 - beta_1) g          mh = m / (1 - beta_1^t)
        v <- beta_2 v + (1 - beta_2) g^2
        v_max <- max(v_max, v)                  vh = v_max / (1 - beta_2^t)
        theta <- theta - eta mh / sqrt(vh + eps)

    theta, m, v, v_max, grad: any shape, the same; t = 1, 2, ... Returns (theta, m, v, v_max). Reddi, Kale, Kumar 2018.
    Libraries: the paper corrects nothing; Keras and PyTorch as here, but for eps; optax takes the largest v / (1 -
    beta_2^t) instead.
    """
    theta, m, v, v_max, g = _floats(theta, m, v, v_max, grad)
    m = beta_1 * m + (1 - beta_1) * g
    v = beta_2 * v + (1 - beta_2) * g**2
    v_max = np.maximum(v_max, v)
    m_hat = m / (1 - beta_1**t)
    v_hat = v_max / (1 - beta_2**t)
    return theta - eta * m_hat / np.sqrt(v_hat + eps), m, v, v_max


def adamw_step(
    theta: ArrayLike,
    m: ArrayLike,
    v: ArrayLike,
    grad: ArrayLike,
    t: int,
    eta: float,
    weight_decay: float = 0.004,
    beta_1: float = 0.9,
    beta_2: float = 0.999,
    eps: float = 1e-8,
) -> tuple[Array, Array, Array]:
    """Adam's step, and beside it theta shrinks by a share.

        m, v, mh, vh as in Adam
        theta <- theta - eta mh / sqrt(vh + eps) - eta weight_decay theta

    theta, m, v, grad: any shape, the same; t = 1, 2, ... Returns (theta, m, v). Loshchilov and Hutter 2019.
    Libraries: Keras and PyTorch as here, but for eps; PyTorch's weight_decay is 0.01.
    """
    theta, m, v, g = _floats(theta, m, v, grad)
    m = beta_1 * m + (1 - beta_1) * g
    v = beta_2 * v + (1 - beta_2) * g**2
    m_hat = m / (1 - beta_1**t)
    v_hat = v / (1 - beta_2**t)
    return theta - eta * m_hat / np.sqrt(v_hat + eps) - eta * weight_decay * theta, m, v


def nadam_step(
    theta: ArrayLike,
    m: ArrayLike,
    v: ArrayLike,
    grad: ArrayLike,
    t: int,
    eta: float,
    beta_1: float = 0.9,
    beta_2: float = 0.999,
    eps: float = 1e-8,
) -> tuple[Array, Array, Array]:
    """Adam that steps with the average it will have next, if the gradient fades by then.

        m, v, vh as in Adam
        n = beta_1 m / (1 - beta_1^(t + 1)) + (1 - beta_1) g / (1 - beta_1^t)
        theta <- theta - eta n / sqrt(vh + eps)

    theta, m, v, grad: any shape, the same; t = 1, 2, ... Returns (theta, m, v). Dozat 2016, with a constant beta_1.
    Libraries: Keras and PyTorch warm beta_1 up, by 1 - 0.96^t / 2; after some hundred steps they do as here.
    """
    theta, m, v, g = _floats(theta, m, v, grad)
    m = beta_1 * m + (1 - beta_1) * g
    v = beta_2 * v + (1 - beta_2) * g**2
    ahead = beta_1 * m / (1 - beta_1 ** (t + 1)) + (1 - beta_1) * g / (1 - beta_1**t)
    v_hat = v / (1 - beta_2**t)
    return theta - eta * ahead / np.sqrt(v_hat + eps), m, v


def adadelta_step(
    theta: ArrayLike,
    r: ArrayLike,
    d: ArrayLike,
    grad: ArrayLike,
    eta: float = 1.0,
    rho: float = 0.95,
    eps: float = 1e-6,
) -> tuple[Array, Array, Array]:
    """RMSprop whose rate is the size of its own recent steps.

        r <- rho r + (1 - rho) g^2
        step = sqrt(d + eps) / sqrt(r + eps) g          with the old d
        d <- rho d + (1 - rho) step^2
        theta <- theta - eta step

    theta, r, d, grad: any shape, the same. Returns (theta, r, d). Zeiler 2012, who has no eta.
    Libraries: Keras has this form, with eta 0.001 and eps 1e-7 by default; PyTorch has rho 0.9.
    """
    theta, r, d, g = _floats(theta, r, d, grad)
    r = rho * r + (1 - rho) * g**2
    step = np.sqrt(d + eps) / np.sqrt(r + eps) * g
    return theta - eta * step, r, rho * d + (1 - rho) * step**2


def _floats(*arrays: ArrayLike) -> list[Array]:
    """Return the arguments as arrays of floats: the square of a small integer type can overflow."""
    found = [np.asarray(a) for a in arrays]
    return [a if a.dtype.kind == "f" else a.astype(np.float64) for a in found]
