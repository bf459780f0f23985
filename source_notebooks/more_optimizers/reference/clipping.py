"""Clipping by the global norm."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

Array = NDArray[np.floating[Any]]


def clip_by_global_norm(grad_w: ArrayLike, grad_b: ArrayLike, max_norm: float) -> tuple[Array, Array]:
    """Shorten a long gradient, and leave its direction.

        n = sqrt(sum grad_w^2 + sum grad_b^2)
        both are multiplied by max_norm / n if n is above max_norm

    grad_w, grad_b: any shapes, each its own; max_norm: above 0. Returns both, new. Pascanu, Mikolov, Bengio 2013.
    Libraries: `global_clipnorm` of Keras' optimizers; PyTorch's clip_grad_norm_ adds 1e-6 to n.
    """
    w, b = (np.asarray(grad, dtype=float) for grad in (grad_w, grad_b))
    norm = np.sqrt(np.sum(w**2) + np.sum(b**2))
    scale = max_norm / norm if norm > max_norm else 1.0
    return w * scale, b * scale
