"""The figures of the marking guide: each comes out of the notebook's own runs, and so do its counts of pairs."""

from __future__ import annotations

import jupytext
import keras
import numpy as np
import pytest
from tps.callbacks.public.in_words import numbers

from autograder.proof.mutated import Source
from course.judging.written import quoted
from tests.shared import TPS

TP = TPS["callbacks"]
CELLS = [cell.source for cell in jupytext.read(TP.notebook).cells]
GUIDE = next(source for source in CELLS if "**Marking guide.**" in source).partition("(Figures of a run")[0]
NEAR = 1e-3  # what other processors round differently comes to far less after 40 epochs


@pytest.mark.full
@pytest.mark.filterwarnings("ignore")  # Keras' own are nobody's fault
@pytest.mark.skipif(keras.backend.backend() != "tensorflow", reason="the guide has the figures of TensorFlow")
def test_the_marking_guide_says_what_the_runs_give() -> None:
    last = Source.typed(TP, "RelativePlateau")
    variables = {**last.globals, "RelativePlateau": last.function(last.text)}
    exec(next(source for source in CELLS if "outcomes = {}" in source), variables)
    found = numbers({"outcomes": variables["outcomes"]})

    def pairs(one: str, other: str) -> list[float]:
        return sorted(number for name, number in found.items() if name.startswith(f"{one} less {other}, pair"))

    def means(*names: str) -> list[float]:
        return [found[f"mean {name}"] for name in names]

    patience, plateau = pairs("Patience", "nothing"), pairs("RelativePlateau", "nothing")
    apart = pairs("Patience", "RelativePlateau")
    ranges = [found[f"range of test of {name}"] for name in ("nothing", "Patience", "RelativePlateau")]
    figures = means("test of nothing", "test of Patience", "test of RelativePlateau")
    figures += [found["Patience less nothing"], patience[3], patience[0], patience[4]]
    figures += [found["deviation of Patience less nothing"], found["RelativePlateau less nothing"]]
    figures += [found["Patience less RelativePlateau"], apart[0], apart[4], min(ranges), max(ranges)]
    figures += means("validation of Patience", "validation of nothing")
    figures += [found["test less validation of Patience"] - found["test less validation of nothing"]]
    told = [number for number in quoted(GUIDE) if not number.whole]
    assert len(told) == len(figures)
    for number, figure in zip(told, figures, strict=True):
        assert abs(number.value) == pytest.approx(abs(figure), abs=number.half + NEAR), number.text
    assert "four seeds of five" in " ".join(GUIDE.split())
    assert (np.array(patience) < 0).sum() == 4
    assert "with all five" in GUIDE
    assert plateau[4] < 0
    assert "the pairs go both ways" in GUIDE
    assert apart[0] < 0 < apart[4]
