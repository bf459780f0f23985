"""How a backward pass goes wrong, and right in other words."""

from __future__ import annotations

from typing import Any

import numpy as np

from autograder.exercises.variants import Anatomy, Wrong

from ... import places
from ...reference import loss_and_gradients

Array = np.ndarray
RESULTS = ("loss", "dW1", "db1", "dW2", "db2")
BACKWARD = "training_loop#the-gradient-layer-by-layer"
BROADCAST = "training_loop#one-column-too-many"

rule = Anatomy(
    loss_and_gradients,
    stages={
        "n": lambda s: len(s.y),
        "A": lambda s: s.x @ s.W1 + s.b1,
        "H": lambda s: np.tanh(s.A),
        "o": lambda s: s.H @ s.W2 + s.b2,
        "error": lambda s: s.o - s.y,
        "loss": lambda s: np.mean(s.error**2),
        "r": lambda s: 2 * s.error / s.n,
        "slope": lambda s: 1 - s.H**2,
        "back": lambda s: np.outer(s.r, s.W2),
        "D": lambda s: s.back * s.slope,
        "dW1": lambda s: s.x.T @ s.D,
        "db1": lambda s: np.sum(s.D, axis=0),
        "dW2": lambda s: s.H.T @ s.r,
        "db2": lambda s: np.sum(s.r),
    },
    returns=RESULTS,
    should=places.LOSS_AND_GRADIENTS,
)


def _wrong(id: str, **entry: Any) -> Wrong:
    return rule.wrong(id, **{"section": BACKWARD, **entry})


def _square(s: Any) -> Array:
    """Every output against every target: what o as a column gives."""
    return np.asarray(s.o)[:, None] - np.asarray(s.y)[None, :]


mistakes = (
    _wrong(
        "column-against-row",
        did="o is a column (n, 1) and y a row (n,): their difference is a square (n, n), and its mean the loss.",
        effect="The loss punishes every deviation from a constant: the net learns the mean of y.",
        hint="Your loss is that of every output against every target: a column minus a row is a square. Bring o to the "
        "shape (n,) of y.",
        section=BROADCAST,
        loss=lambda s: np.mean(_square(s) ** 2),
        r=lambda s: 2 * np.mean(_square(s), axis=1) / s.n,
    ),
    _wrong(
        "loss-of-every-pair",
        did="The loss is taken of a square (n, n), the gradients are right.",
        effect="The loss stops falling at twice the variance of y or so, though the net learns.",
        hint="Your loss is that of every output against every target: a column minus a row is a square. Bring o to the "
        "shape (n,) of y.",
        section=BROADCAST,
        loss=lambda s: np.mean(_square(s) ** 2),
    ),
    _wrong(
        "sum-of-squares",
        did="The loss is a sum.",
        effect="It grows with the batch.",
        hint="Your loss is the sum of the squared errors. Divide it by n.",
        loss=lambda s: np.sum(s.error**2),
    ),
    _wrong(
        "half-the-loss",
        did="The loss is half the mean square, the gradients are those of the mean square.",
        effect="Loss and gradients belong to two functions.",
        hint="Your loss is half the mean square. It is the mean square.",
        loss=lambda s: np.mean(s.error**2) / 2,
    ),
    _wrong(
        "half-of-everything",
        did="The loss is half the mean square, and so are its gradients.",
        effect="The same path at twice the rate.",
        hint="Loss and gradients are half: yours belong to 1/2 (o - y)^2. Here the loss is the mean of (o - y)^2.",
        convention="the loss 1/2 (o - y)^2 of many textbooks, whose derivative is o - y",
        loss=lambda s: np.mean(s.error**2) / 2,
        r=lambda s: s.error / s.n,
    ),
    _wrong(
        "root-of-the-loss",
        did="The loss is the root of the mean square.",
        effect="A loss in the unit of y, whose gradient is another one.",
        hint="You take the root. The loss is the mean square itself.",
        loss=lambda s: np.sqrt(np.mean(s.error**2)),
    ),
    _wrong(
        "no-factor-two",
        did="The 2 of the square's derivative is missing.",
        effect="Steps of half the length.",
        hint="All your gradients are half: the derivative of (o - y)^2 is 2 (o - y).",
        r=lambda s: s.error / s.n,
    ),
    _wrong(
        "gradients-of-a-sum",
        did="The gradients are those of the sum of squares, not divided by n.",
        effect="The larger the batch, the longer the step.",
        hint="Your gradients are those of a sum over the observations. The loss is a mean: divide by n.",
        r=lambda s: 2 * s.error,
    ),
    _wrong(
        "divided-twice",
        did="The gradients are divided by n twice.",
        effect="Steps that are far too short.",
        hint="You divide by n twice. r = 2 (o - y) / n holds it once, and sums over the observations need no more.",
        r=lambda s: 2 * s.error / s.n**2,
    ),
    _wrong(
        "sign-turned",
        did="The error is y - o.",
        effect="The step goes uphill.",
        hint="All your gradients have the other sign: the error is o - y, not y - o.",
        r=lambda s: -2 * s.error / s.n,
    ),
    _wrong(
        "slope-of-h",
        did="The derivative of tanh is taken as 1 - H.",
        effect="Wrong gradients in the hidden layer; where H is near 1 it is nearly right.",
        hint="Your derivative of tanh is 1 - H. It is 1 - H^2.",
        slope=lambda s: 1 - s.H,
    ),
    _wrong(
        "slope-of-the-sigmoid",
        did="The derivative of tanh is taken as H (1 - H).",
        effect="That is the derivative of the logistic function.",
        hint="Your derivative is H (1 - H), that of the logistic function. That of tanh is 1 - H^2.",
        slope=lambda s: s.H * (1 - s.H),
    ),
    _wrong(
        "slope-left-out",
        did="The derivative of tanh is left out.",
        effect="The hidden layer is trained as if it were linear.",
        hint="The derivative of tanh is missing in dW1 and db1: D = (r W2') * (1 - H^2).",
        slope=lambda s: np.ones_like(s.H),
    ),
    _wrong(
        "slope-of-the-input",
        did="The derivative is taken as 1 - A^2, with what goes into tanh.",
        effect="Large inputs get large gradients of the wrong sign.",
        hint="Your derivative is 1 - A^2, of what goes into tanh. It is 1 - H^2, of what comes out.",
        slope=lambda s: 1 - s.A**2,
    ),
    _wrong(
        "tanh-twice",
        did="The derivative is taken as 1 - tanh(H)^2.",
        effect="Gradients that are a little too large.",
        hint="Your derivative is 1 - tanh(H)^2. H is tanh(A) already: it is 1 - H^2.",
        slope=lambda s: 1 - np.tanh(s.H) ** 2,
    ),
    _wrong(
        "slope-squared",
        did="The derivative of tanh is used twice.",
        effect="Gradients of the hidden layer that are too small.",
        hint="You multiply by 1 - H^2 twice. Once is right.",
        slope=lambda s: (1 - s.H**2) ** 2,
    ),
    _wrong(
        "weights-left-out",
        did="What comes back from the output is not multiplied by W2.",
        effect="All hidden units get the same message.",
        hint="W2 is missing in what comes back to the hidden layer: D = (r W2') * (1 - H^2).",
        back=lambda s: np.outer(s.r, np.ones_like(s.W2)),
    ),
    _wrong(
        "weights-already-moved",
        did="The step in W2 is made before D is computed (W2 - dW2 stands in it).",
        effect="A slightly other path, hard to see.",
        hint="Your D uses a W2 that has moved already. All gradients are taken at the weights that are passed.",
        back=lambda s: np.outer(s.r, s.W2 - s.H.T @ s.r),
    ),
    _wrong(
        "error-comes-back",
        did="The error itself comes back to the hidden layer, without 2 / n.",
        effect="The hidden layer learns at another rate than the output.",
        hint="In dW1 and db1 the factor 2 / n is missing. D starts from r, not from o - y.",
        back=lambda s: np.outer(s.error, s.W2),
    ),
    _wrong(
        "hidden-bias-by-the-mean",
        did="db1 is a mean over the observations.",
        effect="The bias learns more slowly the larger the batch.",
        hint="Your db1 is a mean over the observations. 1/n stands in r already: db1 is the sum.",
        db1=lambda s: np.mean(s.D, axis=0),
    ),
    _wrong(
        "output-bias-by-the-mean",
        did="db2 is a mean over the observations.",
        effect="The bias learns more slowly the larger the batch.",
        hint="Your db2 is a mean over the observations. 1/n stands in r already: db2 is the sum.",
        db2=lambda s: np.mean(s.r),
    ),
    _wrong(
        "biases-by-the-mean",
        did="db1 and db2 are means over the observations.",
        effect="The biases learn more slowly the larger the batch.",
        hint="Your db1 and db2 are means over the observations. 1/n stands in r already: they are sums.",
        db1=lambda s: np.mean(s.D, axis=0),
        db2=lambda s: np.mean(s.r),
    ),
    _wrong(
        "output-bias-not-summed",
        did="db2 has one entry for each observation.",
        effect="It has not the shape of b2.",
        hint="Your db2 has one entry for each observation. b2 is one number, and so is its gradient: the sum.",
        db2=lambda s: s.r * 1.0,
    ),
    _wrong(
        "hidden-bias-over-the-units",
        did="db1 is summed over the hidden units.",
        effect="It has one entry for each observation, not for each unit.",
        hint="You sum D over the hidden units. db1 has one entry for each unit: sum over the observations, axis=0.",
        db1=lambda s: np.sum(s.D, axis=1),
    ),
    _wrong(
        "hidden-weights-on-their-side",
        did="dW1 is D'x.",
        effect="It lies on its side, and has another shape than W1.",
        hint="Your dW1 lies on its side: it is x'D, in the shape of W1.",
        dW1=lambda s: s.D.T @ s.x,
    ),
    _wrong(
        "output-weights-by-the-inputs",
        did="dW2 is made with what goes into tanh.",
        effect="The output layer learns from numbers that it never sees.",
        hint="Your dW2 is made with A, which goes into tanh. The output layer sees H: dW2 = H'r.",
        dW2=lambda s: s.A.T @ s.r,
    ),
    _wrong(
        "sigmoid-for-tanh",
        did="The hidden layer is the logistic function.",
        effect="Another network.",
        hint="Your hidden units are those of the logistic function. Here they are tanh.",
        section="training_loop#forward",
        H=lambda s: 1 / (1 + np.exp(-np.clip(s.A, -700, 700))),
        slope=lambda s: s.H * (1 - s.H),
    ),
    _wrong(
        "tanh-at-the-output",
        did="The output goes through tanh as well.",
        effect="No target beyond 1 can be reached.",
        hint="Your output goes through tanh. It is linear: o = H W2 + b2.",
        section="training_loop#forward",
        o=lambda s: np.tanh(s.H @ s.W2 + s.b2),
    ),
    _wrong(
        "output-bias-left-out",
        did="b2 is not added.",
        effect="The mean of y must be met by the hidden units.",
        hint="b2 is missing in the output: o = H W2 + b2.",
        section="training_loop#forward",
        o=lambda s: s.H @ s.W2,
    ),
    _wrong(
        "hidden-bias-left-out",
        did="b1 is not added.",
        effect="All hidden units bend at x = 0.",
        hint="b1 is missing in the hidden layer: A = x W1 + b1.",
        section="training_loop#forward",
        A=lambda s: s.x @ s.W1,
    ),
    _wrong(
        "tanh-by-exponentials",
        did="tanh is written out with exponentials.",
        effect="Where the inputs are large they overflow, and everything becomes NaN.",
        hint="Where the inputs of tanh are large your results are NaN: exp overflows. `np.tanh` does not.",
        section="training_loop#forward",
        H=lambda s: _by_exponentials(s.A),
    ),
    _wrong(
        "written-into-the-weights",
        did="The gradient of W2 is written into W2.",
        effect="The caller's weights are gone.",
        hint="You write dW2 into the W2 that you are given, and return it. Make a new array.",
        dW2=lambda s: _into(s.W2, s.H.T @ s.r),
    ),
    _wrong(
        "error-in-place",
        did="`y -= o`, or another step in place, changes the caller's y.",
        effect="The targets are gone after the first batch.",
        hint="You change the y that you are given. `o - y` makes a new array.",
        error=lambda s: _subtracted(s.o, s.y),
    ),
    _wrong(
        "rounded",
        did="The gradients are made in the type of what they belong to (zeros_like, astype).",
        effect="Of integer weights they are rounded towards 0.",
        hint="Your gradients take the type of the weights, so of integers they are rounded. Let NumPy choose the type.",
        dW1=lambda s: (s.x.T @ s.D).astype(s.W1.dtype),
        db1=lambda s: np.sum(s.D, axis=0).astype(s.b1.dtype),
        dW2=lambda s: (s.H.T @ s.r).astype(s.W2.dtype),
    ),
    _wrong(
        "loss-last",
        did="The loss is returned last.",
        effect="What is taken for the loss is a matrix.",
        hint="The results come in the wrong order: `return loss, dW1, db1, dW2, db2`.",
        returns=("dW1", "db1", "dW2", "db2", "loss"),
    ),
    _wrong(
        "output-layer-first",
        did="The gradients come in the order in which they are computed.",
        effect="Each array is moved by the gradient of another one.",
        hint="The results come in the wrong order: `return loss, dW1, db1, dW2, db2`.",
        returns=("loss", "dW2", "db2", "dW1", "db1"),
    ),
    _wrong(
        "loss-not-returned",
        did="Only the gradients are returned.",
        effect="Nobody sees whether it learns.",
        hint="You return the gradients alone. The loss comes first: `return loss, dW1, db1, dW2, db2`.",
        returns=("dW1", "db1", "dW2", "db2"),
    ),
    _wrong(
        "nothing-returned",
        did="The function ends without `return`.",
        effect="There is nothing to step along.",
        hint="Your function returns nothing. End it with `return loss, dW1, db1, dW2, db2`.",
        returns=(),
    ),
)


def _by_exponentials(a: Array) -> Array:
    with np.errstate(all="ignore"):
        up, down = np.exp(a), np.exp(-a)
        return (up - down) / (up + down)


def _into(array: Array, numbers: Array) -> Array:
    array[:] = numbers
    return array


def _subtracted(o: Array, y: Array) -> Array:
    y -= o
    return -1.0 * y


def one_by_one(x: Array, y: Array, W1: Array, b1: Array, W2: Array, b2: float) -> tuple[Any, ...]:
    """A loop over the observations; all sums are divided at the end."""
    loss, dW1, db1, dW2, db2 = 0.0, np.zeros(W1.shape), np.zeros(len(b1)), np.zeros(len(b1)), 0.0
    for row, target in zip(x, y, strict=True):
        h = np.tanh(row @ W1 + b1)
        r = h @ W2 + b2 - target
        d = 2 * r * W2 * (1 - h) * (1 + h)
        loss, db2 = loss + r**2, db2 + 2 * r
        dW1, db1, dW2 = dW1 + np.outer(row, d), db1 + d, dW2 + 2 * r * h
    n = len(x)
    return loss / n, dW1 / n, db1 / n, dW2 / n, db2 / n


def with_columns(x: Array, y: Array, W1: Array, b1: Array, W2: Array, b2: float) -> tuple[Any, ...]:
    """Everything in two dimensions, as in a library, and brought to the shapes at the end."""
    n, V = len(x), np.reshape(W2, (-1, 1))
    H = np.tanh(x @ W1 + b1)
    E = H @ V + b2 - np.reshape(y, (-1, 1))
    D = (2.0 / n * E) @ V.T * (1.0 - np.square(H))
    return float(np.sum(E**2)) / n, x.T @ D, D.sum(axis=0), (H.T @ (2.0 / n * E)).ravel(), 2.0 * E.mean()


def with_a_column_of_ones(x: Array, y: Array, W1: Array, b1: Array, W2: Array, b2: float) -> tuple[Any, ...]:
    """The biases are the weights of a column of ones."""
    ones = np.ones(len(x))
    X = np.column_stack([x, ones])
    H = np.column_stack([np.tanh(X @ np.vstack([W1, b1])), ones])
    r = H @ np.append(W2, b2) - y
    g2 = H.T @ r * (2 / len(y))
    g1 = X.T @ (r[:, None] * W2[None, :] * (1 - H[:, :-1] ** 2)) * (2 / len(y))
    return r @ r / len(y), g1[:-1], g1[-1], g2[:-1], g2[-1]


equivalents = {
    "one by one": one_by_one,
    "with columns": with_columns,
    "a column of ones": with_a_column_of_ones,
    "products by einsum": rule.variant(
        back=lambda s: np.einsum("n,h->nh", s.r, s.W2),
        dW1=lambda s: np.einsum("np,nh->ph", s.x, s.D),
        dW2=lambda s: np.einsum("nh,n->h", s.H, s.r),
    ),
    "the derivative by cosh": rule.variant(slope=lambda s: 1 / np.cosh(np.clip(s.A, -300, 300)) ** 2),
}
