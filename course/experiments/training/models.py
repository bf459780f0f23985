"""The networks of the comparisons, as plain descriptions: layers, sizes, and how a run with a seed starts."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import numpy as np
from numpy.typing import NDArray

Array = NDArray[Any]


@dataclass(frozen=True)
class Dense:
    """A dense layer: x (inputs,) -> activation(x W + b) (units,)."""

    inputs: int
    units: int
    activation: str = "linear"

    @property
    def shapes(self) -> list[tuple[int, ...]]:
        """Kernel and bias, as in Keras."""
        return [(self.inputs, self.units), (self.units,)]

    @property
    def numbers(self) -> int:
        """How many numbers the layer makes of one observation, on the way too; for the estimate of memory."""
        return 2 * self.units

    def initial(self, rng: np.random.Generator) -> list[Array]:
        """Starting values in the shapes above, drawn from Keras' default distributions."""
        return [_glorot(rng, self.inputs, self.units), np.zeros(self.units)]


@dataclass(frozen=True)
class Embedding:
    """One table of vectors: categories (fields,) -> their vectors side by side (fields * dimension,)."""

    vocabulary: int
    fields: int
    dimension: int

    @property
    def shapes(self) -> list[tuple[int, ...]]:
        """The table, as in Keras."""
        return [(self.vocabulary, self.dimension)]

    @property
    def numbers(self) -> int:
        """As in `Dense`."""
        return 2 * self.fields * self.dimension

    def initial(self, rng: np.random.Generator) -> list[Array]:
        """As in `Dense`."""
        return [rng.uniform(-0.05, 0.05, self.shapes[0])]


@dataclass(frozen=True)
class LSTM:
    """A recurrent layer (Hochreiter and Schmidhuber 1997): series (steps, features) -> its last state (units,)."""

    steps: int
    features: int
    units: int

    @property
    def shapes(self) -> list[tuple[int, ...]]:
        """Kernel, recurrent kernel and bias, as in Keras; gates in the order input, forget, cell, output."""
        return [(self.features, 4 * self.units), (self.units, 4 * self.units), (4 * self.units,)]

    @property
    def numbers(self) -> int:
        """As in `Dense`."""
        return 12 * self.units * self.steps

    def initial(self, rng: np.random.Generator) -> list[Array]:
        """As in `Dense`; the forget gate starts open."""
        bias = np.zeros(4 * self.units)
        bias[self.units : 2 * self.units] = 1.0
        return [_glorot(rng, *self.shapes[0]), _orthogonal(rng, *self.shapes[1]), bias]


@dataclass(frozen=True)
class GRU:
    """A recurrent layer (Cho et al. 2014, in Keras' form): series (steps, features) -> its last state (units,)."""

    steps: int
    features: int
    units: int

    @property
    def shapes(self) -> list[tuple[int, ...]]:
        """Kernel, recurrent kernel and the two biases, as in Keras; gates in the order update, reset, candidate."""
        return [(self.features, 3 * self.units), (self.units, 3 * self.units), (2, 3 * self.units)]

    @property
    def numbers(self) -> int:
        """As in `Dense`."""
        return 12 * self.units * self.steps

    def initial(self, rng: np.random.Generator) -> list[Array]:
        """As in `Dense`."""
        return [_glorot(rng, *self.shapes[0]), _orthogonal(rng, *self.shapes[1]), np.zeros(self.shapes[2])]


@dataclass(frozen=True)
class Conv:
    """A convolution without padding, over series or images: (*sides, channels) -> activation(...) (*places, filters).

    `sides` has one number for a series and two for an image. The window is `kernel` wide in each direction, and moves
    by `stride`.
    """

    sides: tuple[int, ...]
    channels: int
    filters: int
    kernel: int
    stride: int = 1
    activation: str = "relu"

    @property
    def places(self) -> tuple[int, ...]:
        """How often the window fits in each direction."""
        return tuple((side - self.kernel) // self.stride + 1 for side in self.sides)

    @property
    def window(self) -> int:
        """How many numbers the window sees."""
        return self.kernel ** len(self.sides) * self.channels

    @property
    def shapes(self) -> list[tuple[int, ...]]:
        """Kernel and bias, as in Keras."""
        return [(*[self.kernel] * len(self.sides), self.channels, self.filters), (self.filters,)]

    @property
    def numbers(self) -> int:
        """As in `Dense`."""
        return int(np.prod(self.places)) * (self.window + 2 * self.filters)

    def initial(self, rng: np.random.Generator) -> list[Array]:
        """As in `Dense`."""
        back = self.window // self.channels * self.filters
        return [_glorot(rng, self.window, back, self.filters).reshape(self.shapes[0]), np.zeros(self.filters)]


@dataclass(frozen=True)
class Flatten:
    """All numbers of an observation side by side, as a dense layer reads them."""

    size: int

    @property
    def shapes(self) -> list[tuple[int, ...]]:
        """It has no weights."""
        return []

    @property
    def numbers(self) -> int:
        """As in `Dense`."""
        return self.size

    def initial(self, rng: np.random.Generator) -> list[Array]:
        """As in `Dense`."""
        return []


Layer = Dense | Embedding | LSTM | GRU | Conv | Flatten


@dataclass(frozen=True)
class Model:
    """A network, layer after layer; make one with `dense`, `lstm`, `gru`, `embedding` or `convolution`.

    Attributes:
        name: short, with the sizes, for tables and legends.
        inputs: the shape of one observation.
        layers: the last one is a Dense layer without activation.
    """

    name: str
    inputs: tuple[int, ...]
    layers: tuple[Layer, ...]

    @property
    def categories(self) -> int | None:
        """How many categories the inputs are drawn from: they are 0 ... categories - 1. None if they are real."""
        first = self.layers[0]
        return first.vocabulary if isinstance(first, Embedding) else None

    @property
    def outputs(self) -> int:
        """How many numbers the network gives for one observation."""
        last = self.layers[-1]
        assert isinstance(last, Dense)
        return last.units

    @property
    def shapes(self) -> list[tuple[int, ...]]:
        """The shapes of all weights, in Keras' order."""
        return [shape for layer in self.layers for shape in layer.shapes]

    @property
    def size(self) -> int:
        """How many weights one run has."""
        return sum(int(np.prod(shape)) for shape in self.shapes)

    def initial(self, seed: int) -> list[Array]:
        """The weights with which every run with this seed starts, whatever its optimizer, rate and backend."""
        rng = np.random.default_rng([seed, 0])  # the streams [seed, 1], [seed, 2], ... shuffle the epochs
        return [weight for layer in self.layers for weight in layer.initial(rng)]


def dense(inputs: int, hidden: tuple[int, ...] = (16, 16), outputs: int = 1, activation: str = "tanh") -> Model:
    """Observations (inputs,) through dense layers; `activation` is any name that Keras knows."""
    name = f"dense {'-'.join(map(str, (inputs, *hidden, outputs)))} {activation}"
    return Model(name, (inputs,), _head(inputs, hidden, outputs, activation))


def lstm(steps: int, features: int = 1, units: int = 8, outputs: int = 1) -> Model:
    """Series (steps, features) through an LSTM layer; a dense layer reads its last state."""
    return Model(
        f"lstm {steps}x{features}-{units}-{outputs}",
        (steps, features),
        (LSTM(steps, features, units), Dense(units, outputs)),
    )


def gru(steps: int, features: int = 1, units: int = 8, outputs: int = 1) -> Model:
    """Series (steps, features) through a GRU layer; a dense layer reads its last state."""
    return Model(
        f"gru {steps}x{features}-{units}-{outputs}",
        (steps, features),
        (GRU(steps, features, units), Dense(units, outputs)),
    )


def embedding(
    vocabulary: int,
    fields: int = 1,
    dimension: int = 4,
    hidden: tuple[int, ...] = (8,),
    outputs: int = 1,
    activation: str = "tanh",
) -> Model:
    """Categories (fields,), each 0 ... vocabulary - 1, through one table of vectors and dense layers."""
    name = f"embedding {vocabulary}x{dimension}-{'-'.join(map(str, (*hidden, outputs)))} {activation}"
    head = _head(fields * dimension, hidden, outputs, activation)
    return Model(name, (fields,), (Embedding(vocabulary, fields, dimension), *head))


def convolution(
    sides: tuple[int, ...],
    channels: int = 1,
    filters: tuple[int, ...] = (8, 16),
    kernel: int = 3,
    stride: int = 1,
    outputs: int = 1,
    activation: str = "relu",
) -> Model:
    """Series (steps, channels) or images (rows, columns, channels) through convolutions and one dense layer."""
    layers: list[Layer] = []
    places, seen = sides, channels
    for count in filters:
        layer = Conv(places, seen, count, kernel, stride, activation)
        if min(layer.places) < 1:
            raise ValueError(f"convolution: a window of {kernel} does not fit into {places}")
        layers.append(layer)
        places, seen = layer.places, count
    size = int(np.prod(places)) * seen
    name = (
        f"convolution {'x'.join(map(str, (*sides, channels)))}-{'-'.join(map(str, (*filters, outputs)))} {activation}"
    )
    return Model(name, (*sides, channels), (*layers, Flatten(size), Dense(size, outputs)))


def _head(inputs: int, hidden: tuple[int, ...], outputs: int, activation: str) -> tuple[Layer, ...]:
    sizes = [inputs, *hidden]
    between = [Dense(a, b, activation) for a, b in pairwise(sizes)]
    return (*between, Dense(sizes[-1], outputs))


def _glorot(rng: np.random.Generator, rows: int, columns: int, units: int | None = None) -> Array:
    """Uniform with variance 2 / (rows + columns) (Glorot and Bengio 2010): Keras' default for kernels.

    In a convolution a number goes into more places than the kernel has columns; `units` are its own.
    """
    limit = np.sqrt(6 / (rows + columns))
    return rng.uniform(-limit, limit, (rows, columns if units is None else units))


def _orthogonal(rng: np.random.Generator, rows: int, columns: int) -> Array:
    """A random matrix with orthonormal rows, for rows <= columns: Keras' default for recurrent kernels."""
    q, r = np.linalg.qr(rng.standard_normal((columns, rows)))
    return (q * np.sign(np.diag(r))).T  # the signs make the distribution uniform (Mezzadri 2007)
