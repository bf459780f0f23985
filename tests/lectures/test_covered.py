"""No formula and no number of a lecture is shown without an assertion; the labels of formulas are unique."""

import re
from collections import Counter
from pathlib import Path

import pytest

from tests.lectures.scanner import faults, parse

FOLDER = Path(__file__).parents[2] / "course" / "lectures"
LECTURES = sorted(FOLDER.rglob("*.md"))

TO_MEND = {"01", "02", "03", "04", "05", "06", "07", "09"}
"""Lectures with numbers that cannot fail, or from chance without their range. What is mended leaves the list."""


@pytest.mark.parametrize("path", LECTURES, ids=lambda path: path.stem)
def test_everything_shown_is_asserted(path: Path):
    found = faults(path.read_text(encoding="utf-8"))
    if path.name[:2] in TO_MEND:
        old = [fault for fault in found if "it cannot fail" in fault or "comes from chance" in fault]
        assert old, f"{path.name} is mended: take it out of TO_MEND"
        found = [fault for fault in found if fault not in old]
    assert not found, "\n" + "\n".join(f"{path.name} {fault}" for fault in found)


def test_labels_are_unique_over_all_lectures():
    labels = Counter(label for path in LECTURES for label, _ in parse(path.read_text(encoding="utf-8")).formulas)
    assert [label for label, count in labels.items() if count > 1] == []


def test_the_reading_order_is_complete():
    """In the folder of each module the numbers run from 1 on, and the first page lists the pages in that order."""
    pages = [path.relative_to(FOLDER) for path in LECTURES if path.parent != FOLDER]
    for module in {page.parent for page in pages}:
        numbers = [page.name[:3] for page in pages if page.parent == module]
        assert numbers == [f"{i:02d}_" for i in range(1, len(numbers) + 1)], module
    listed = re.findall(r"^(\w+/\w+)$", (FOLDER / "index.md").read_text(encoding="utf-8"), re.MULTILINE)
    assert listed
    assert sorted(listed) == [page.with_suffix("").as_posix() for page in pages]
    for module in {page.parent.as_posix() for page in pages}:
        own = [name for name in listed if name.startswith(f"{module}/")]
        assert own == sorted(own)
