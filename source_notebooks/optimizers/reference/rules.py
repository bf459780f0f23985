"""The six update rules of the course, as its formulas write them (sections 3.5 and 3.6).

theta: the parameters, g: the gradient of the loss L at theta, eta: the learning rate. theta, the state and g
are arrays of one shape, any shape; every product, square and root is elementwise. State starts at zeros.

Every rule is a pure function of one step: it takes the old values and returns new ones, leaves its inputs as
they were and shares no memory with them. Integer arrays are read as floats. A float32 array stays float32.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

Array = NDArray[np.floating[Any]]


def gradient_descent_step(theta: ArrayLike, grad: ArrayLike, eta: float) -> Array:
    """Step down the slope.

        theta <- theta - eta g

    theta, grad: any shape, the same. Returns the new theta. Section 3.5 (Cauchy 1847).
    Libraries: the same everywhere; it is "SGD" without momentum.
    """
    theta, g = _floats(theta, grad)
    return theta - eta * g


def momentum_step(
    theta: ArrayLike, v: ArrayLike, grad: ArrayLike, eta: float, gamma: float = 0.9
) -> tuple[Array, Array]:
    """Let the velocity remember earlier slopes.

        v <- gamma v + eta g
        theta <- theta - v

    theta, v, grad: any shape, the same. Returns (theta, v). Section 3.6.1 (Polyak 1964, the heavy ball).
    Libraries: Keras has this form, with -v for v. PyTorch and optax take eta out (v <- gamma v + g, then
    theta <- theta - eta v): the same theta while eta is constant, another one once it changes.
    """
    theta, v, g = _floats(theta, v, grad)
    v = gamma * v + eta * g
    return theta - v, v


def nesterov_step(
    theta: ArrayLike, v: ArrayLike, grad_fn: Callable[[Array], ArrayLike], eta: float, gamma: float = 0.9
) -> tuple[Array, Array]:
    """Ask for the slope where momentum will carry us.

        v <- gamma v + eta grad L(theta - gamma v)
        theta <- theta - v

    theta, v: any shape, the same; grad_fn maps a point of that shape to the gradient there and is asked once.
    Returns (theta, v). Section 3.6.5 (Nesterov 1983; Sutskever et al. 2013).
    Libraries: Keras and PyTorch store the look-ahead point phi = theta - gamma v as the parameters.
    """
    theta, v = _floats(theta, v)
    (g,) = _floats(grad_fn(theta - gamma * v))
    v = gamma * v + eta * g
    return theta - v, v


def adagrad_step(theta: ArrayLike, r: ArrayLike, grad: ArrayLike, eta: float, eps: float = 1e-8) -> tuple[Array, Array]:
    """Divide by the size of all slopes so far.

        r <- r + g^2
        theta <- theta - eta g / sqrt(r + eps)

    theta, r, grad: any shape, the same. Returns (theta, r). Section 3.6.4 (Duchi, Hazan, Singer 2011).
    Libraries: Keras starts r at 0.1 unless told otherwise; PyTorch has eps outside the root, sqrt(r) + eps.
    """
    theta, r, g = _floats(theta, r, grad)
    r = r + g**2
    return theta - eta * g / np.sqrt(r + eps), r


def rmsprop_step(
    theta: ArrayLike, r: ArrayLike, grad: ArrayLike, eta: float, rho: float = 0.9, eps: float = 1e-8
) -> tuple[Array, Array]:
    """Divide by the size of recent slopes.

        r <- rho r + (1 - rho) g^2
        theta <- theta - eta g / sqrt(r + eps)

    theta, r, grad: any shape, the same. Returns (theta, r). Section 3.6.2 (Tieleman and Hinton 2012).
    Libraries: Keras has this form, with eps 1e-7; PyTorch has rho 0.99 and eps outside the root.
    """
    theta, r, g = _floats(theta, r, grad)
    r = rho * r + (1 - rho) * g**2
    return theta - eta * g / np.sqrt(r + eps), r


def adam_step(
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
    """Divide the average slope by its typical size, both corrected for having started at zero.

        m <- beta_1 m + (1 - beta_1) g          mh = m / (1 - beta_1^t)
        v <- beta_2 v + (1 - beta_2) g^2        vh = v / (1 - beta_2^t)
        theta <- theta - eta mh / sqrt(vh + eps)

    theta, m, v, grad: any shape, the same; t = 1, 2, ... is the number of this step. Returns (theta, m, v);
    m and v stay uncorrected: the correction is for use, not for keeping. Section 3.6.3 (Kingma and Ba 2015).
    Libraries: the paper and PyTorch divide by sqrt(vh) + eps; Keras adds an "epsilon hat" to sqrt(v) instead.
    """
    theta, m, v, g = _floats(theta, m, v, grad)
    m = beta_1 * m + (1 - beta_1) * g
    v = beta_2 * v + (1 - beta_2) * g**2
    m_hat = m / (1 - beta_1**t)
    v_hat = v / (1 - beta_2**t)
    return theta - eta * m_hat / np.sqrt(v_hat + eps), m, v


def _floats(*arrays: ArrayLike) -> list[Array]:
    """Return the arguments as arrays of floats: the square of a small integer type can overflow."""
    found = [np.asarray(a) for a in arrays]
    return [a if a.dtype.kind == "f" else a.astype(np.float64) for a in found]
