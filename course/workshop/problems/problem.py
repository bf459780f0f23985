"""What an optimisation problem is in this course: a loss, its gradient, its minimiser and the curvature there."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

Array = NDArray[Any]
"""A numpy array of floats. The losses and gradients of this package also accept complex arrays (complex step)."""

_COMPLEX_STEP = 1e-30


@dataclass(frozen=True, eq=False)
class Problem:
    """A smooth loss L of n parameters, with everything that is known about it.

    The arrays are read-only: a problem can be shared between runs.

    Attributes:
        name: short name, for titles.
        value: theta (n,) -> L(theta).
        gradient: theta (n,) -> a new array (n,).
        minimiser: (n,), a local minimiser (the global one where `about` does not say otherwise).
        hessian: (n, n), the second derivatives at the minimiser.
        start: (n,), where runs start by convention.
        about: one line: what the problem is, and where it comes from.
        window: (x0, x1, y0, y1) for contour plots of a problem with n = 2, else None.
    """

    name: str
    value: Callable[[Array], float]
    gradient: Callable[[Array], Array]
    minimiser: Array
    hessian: Array
    start: Array
    about: str
    window: tuple[float, float, float, float] | None = None

    def __post_init__(self) -> None:
        """Copy the arrays and make them read-only; ValueError if their shapes do not fit together."""
        for field in ("minimiser", "hessian", "start"):
            array = np.array(getattr(self, field), dtype=float)
            array.setflags(write=False)
            object.__setattr__(self, field, array)
        n = self.minimiser.size
        if self.minimiser.shape != (n,) or self.start.shape != (n,) or self.hessian.shape != (n, n):
            raise ValueError(
                f"problem {self.name!r}: minimiser {self.minimiser.shape}, start {self.start.shape} and hessian "
                f"{self.hessian.shape} must have the shapes (n,), (n,) and (n, n)"
            )

    @property
    def eigenvalues(self) -> Array:
        """The eigenvalues (n,) of the Hessian at the minimiser, ascending: the curvatures."""
        return np.linalg.eigvalsh(self.hessian)

    @property
    def condition_number(self) -> float:
        """Kappa: the largest curvature divided by the smallest one."""
        eigenvalues = self.eigenvalues
        return float(eigenvalues[-1] / eigenvalues[0])

    @property
    def minimum(self) -> float:
        """The loss at the minimiser."""
        return float(self.value(self.minimiser))


def hessian_by_complex_step(gradient: Callable[[Array], Array], theta: Array) -> Array:
    """Second derivatives (n, n) at theta (n,), exact to rounding, of a gradient that accepts complex numbers.

    Column j is Im grad(theta + i h e_j) / h. Nothing is subtracted, so h can be tiny and no digit is lost
    (Squire and Trapp 1998).
    """
    directions = np.eye(len(theta))
    columns = [gradient(theta + 1j * _COMPLEX_STEP * e).imag / _COMPLEX_STEP for e in directions]
    hessian = np.stack(columns, axis=1)
    return (hessian + hessian.T) / 2
