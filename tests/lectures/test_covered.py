"""No formula and no number of a lecture is shown without an assertion; the labels of formulas are unique."""

from collections import Counter
from pathlib import Path

import pytest

from tests.lectures.scanner import faults, parse

FOLDER = Path(__file__).parents[2] / "course" / "lectures"
LECTURES = sorted(FOLDER.glob("*.md"))


@pytest.mark.parametrize("path", LECTURES, ids=lambda path: path.stem)
def test_everything_shown_is_asserted(path: Path):
    found = faults(path.read_text(encoding="utf-8"))
    assert not found, "\n" + "\n".join(f"{path.name} {fault}" for fault in found)


def test_labels_are_unique_over_all_lectures():
    labels = Counter(label for path in LECTURES for label, _ in parse(path.read_text(encoding="utf-8")).formulas)
    assert [label for label, count in labels.items() if count > 1] == []


def test_the_reading_order_is_complete():
    numbers = [path.name[:2] for path in LECTURES if path.name[0].isdigit()]
    assert numbers == [f"{i:02d}" for i in range(1, 11)]
