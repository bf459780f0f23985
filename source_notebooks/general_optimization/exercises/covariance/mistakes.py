"""How a covariance goes wrong, and right in other words."""

from __future__ import annotations

from operator import itruediv
from typing import Any

import numpy as np

from autograder.exercises.variants import Anatomy, Wrong

from ... import places
from ...reference import covariance

rule = Anatomy(
    covariance,
    stages={
        "a": lambda s: np.asarray(s.loadings, dtype=float),
        "gram": lambda s: s.a @ s.a.T,
        "length": lambda s: np.sqrt(np.diag(s.gram)),
        "correlation": lambda s: s.gram / np.outer(s.length, s.length),
        "scale": lambda s: np.outer(s.volatility, s.volatility),
        "covariance": lambda s: s.correlation * s.scale,
    },
    returns=("correlation", "covariance"),
    should=places.COVARIANCE,
)


def _wrong(id: str, **entry: Any) -> Wrong:
    return rule.wrong(id, **{"section": "general_optimization#covariance-not-correlation", **entry})


mistakes = (
    _wrong(
        "columns",
        did="A'A is taken.",
        effect="The matrix has a row for each shock, not for each asset.",
        hint="You multiply columns: A'A is (k, k). Each asset is a row: A A'.",
        gram=lambda s: s.a.T @ s.a,
    ),
    _wrong(
        "not-normalised",
        did="A A' is taken for the correlation.",
        effect="The diagonal is not 1: the lengths of the rows count as risk, twice.",
        hint="The diagonal of your correlation is not 1. Divide entry (i, j) by the lengths of rows i and j.",
        correlation=lambda s: s.gram * 1.0,
    ),
    _wrong(
        "divided-by-squares",
        did="Entries are divided by the squares of the lengths.",
        effect="The diagonal is not 1.",
        hint="You divide by the diagonal itself, which holds squares of lengths. Take its root.",
        length=lambda s: np.diag(s.gram),
    ),
    _wrong(
        "divided-by-the-largest",
        did="All entries are divided by the largest.",
        effect="Only one asset has the correlation 1 with itself.",
        hint="You divide all of A A' by its largest entry. Each entry has lengths of its own, those of rows i and j.",
        correlation=lambda s: s.gram / s.gram.max(),
    ),
    _wrong(
        "divided-by-one-length",
        did="Entry (i, j) is divided by the square of one length.",
        effect="The matrix is not symmetric, so it is no correlation.",
        hint="You divide rows only, so your matrix is not symmetric. Divide by the lengths of rows i and j.",
        correlation=lambda s: s.gram / np.diag(s.gram)[:, None],
    ),
    _wrong(
        "centred",
        did="The mean of each row is subtracted first (np.corrcoef).",
        effect="Assets that load on everything alike look as if they had nothing in common.",
        hint="You subtract the mean of each row, as `np.corrcoef` does for samples. Loadings are no sample: take them "
        "as they are.",
        convention="np.corrcoef(A): the rows are taken for samples, and centred",
        a=lambda s: s.loadings - np.mean(s.loadings, axis=1, keepdims=True),
    ),
    _wrong(
        "correlation-for-covariance",
        did="The covariance is the correlation.",
        effect="All assets count as equally risky.",
        hint="Your covariance is the correlation. Multiply entry (i, j) by both volatilities.",
        covariance=lambda s: s.correlation * 1.0,
    ),
    _wrong(
        "one-volatility",
        did="Only one of the volatilities multiplies.",
        effect="The matrix is not symmetric, and its diagonal holds volatilities, not variances.",
        hint="You multiply by one volatility. Entry (i, j) takes that of i and that of j.",
        scale=lambda s: np.asarray(s.volatility)[:, None] * np.ones(len(s.volatility)),
    ),
    _wrong(
        "variances",
        did="The squares of the volatilities multiply from both sides.",
        effect="The diagonal holds fourth powers.",
        hint="You multiply by variances from both sides. Each side takes a volatility.",
        scale=lambda s: np.outer(np.square(s.volatility), np.square(s.volatility)),
    ),
    _wrong(
        "diagonal-only",
        did="Only the variances are there.",
        effect="The assets look independent: too much seems to be gained by holding many.",
        hint="Off the diagonal yours is zero. There stands volatility i times correlation times volatility j.",
        covariance=lambda s: np.diag(np.square(s.volatility).astype(float)),
    ),
    _wrong(
        "divided-by-volatilities",
        did="The volatilities divide.",
        effect="The calm assets count as risky.",
        hint="You divide by the volatilities. From a correlation to a covariance they multiply.",
        covariance=lambda s: s.correlation / s.scale,
    ),
    _wrong(
        "from-the-unscaled",
        did="The volatilities multiply A A', not the correlation.",
        effect="The lengths of the rows count as risk, beside the volatilities.",
        hint="You multiply A A' by the volatilities. Multiply the correlation.",
        covariance=lambda s: s.gram * s.scale,
    ),
    _wrong(
        "order",
        did="The covariance is returned first.",
        effect="Who unpacks the results takes one for the other.",
        hint="The results come in the wrong order: `return correlation, covariance`.",
        returns=("covariance", "correlation"),
    ),
    _wrong(
        "in-place",
        did="The rows are divided in place.",
        effect="The caller's loadings are changed.",
        hint="`/=` changes the array that you are given. Divide into a new one.",
        a=lambda s: _shortened(s.loadings),
    ),
)


def _shortened(a: Any) -> Any:
    length = np.linalg.norm(a, axis=1, keepdims=True)
    return itruediv(a, length) if a.dtype.kind == "f" else a / length


equivalents = {
    "unit rows first": rule.variant(
        correlation=lambda s: (
            (s.a / np.linalg.norm(s.a, axis=1)[:, None]) @ (s.a / np.linalg.norm(s.a, axis=1)[:, None]).T
        )
    ),
    "diagonal matrices": rule.variant(
        covariance=lambda s: np.diag(s.volatility) @ s.correlation @ np.diag(s.volatility)
    ),
    "einsum": rule.variant(gram=lambda s: np.einsum("ik,jk->ij", s.a, s.a)),
    "broadcast": rule.variant(
        correlation=lambda s: s.gram / s.length / s.length[:, None],
        scale=lambda s: np.asarray(s.volatility)[:, None] * np.asarray(s.volatility)[None, :],
    ),
}
