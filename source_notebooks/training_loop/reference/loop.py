"""The loop: one epoch of mini-batches, and the gradient of a network with one hidden layer."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

Array = NDArray[np.floating[Any]]


def train_epoch(
    w: ArrayLike, b: float, x: ArrayLike, y: ArrayLike, order: ArrayLike, batch_size: int, eta: float
) -> tuple[Array, float, float]:
    """Train the linear model o = x w + b for one epoch of mini-batches, with gradient descent and squared error.

        of each batch of n_k rows:  dw = 2/n_k x'(o - y),  db = 2/n_k sum(o - y),  both at the weights before the step
        loss = 1/n sum_k n_k L_k, L_k the mean squared error of batch k before its step

    w: (p,); b: a number; x: (n, p); y: (n,); order: (n,), each row's number once, in the order of their use. The last
    batch has what is left. Returns w, b and the loss, as Keras' `fit` would with shuffle=False on x[order].
    """
    theta: Array = np.array(w, dtype=float)
    x, y, order = np.asarray(x, dtype=float), np.asarray(y, dtype=float), np.asarray(order)
    total = 0.0
    for start in range(0, len(order), batch_size):
        rows = order[start : start + batch_size]
        error = x[rows] @ theta + b - y[rows]
        total += float(error @ error)
        theta = theta - eta * 2 * x[rows].T @ error / len(rows)
        b = b - eta * 2 * float(error.mean())
    return theta, b, total / len(order)


def loss_and_gradients(
    x: ArrayLike, y: ArrayLike, W1: ArrayLike, b1: ArrayLike, W2: ArrayLike, b2: float
) -> tuple[float, Array, Array, Array, float]:
    """Return the mean squared error of a network with one hidden layer of tanh, and its gradients.

        H = tanh(x W1 + b1),  o = H W2 + b2,  L = 1/n sum (o - y)^2
        r = 2 (o - y) / n,  dW2 = H'r,  db2 = sum r,  D = (r W2') * (1 - H^2),  dW1 = x'D,  db1 = the sum of D's rows

    x: (n, p); y: (n,); W1: (p, h); b1: (h,); W2: (h,); b2: a number. Returns the loss, dW1, db1, dW2, db2, in the
    shapes of what they belong to. Rumelhart, Hinton, Williams 1986; sections 3.1 and 3.2 of the course.
    """
    x, y, W1, b1, W2 = (np.asarray(a, dtype=float) for a in (x, y, W1, b1, W2))
    H = np.tanh(x @ W1 + b1)
    error = H @ W2 + b2 - y
    r = 2 * error / len(y)
    D = np.outer(r, W2) * (1 - H**2)
    return float(np.mean(error**2)), x.T @ D, D.sum(axis=0), H.T @ r, float(r.sum())
