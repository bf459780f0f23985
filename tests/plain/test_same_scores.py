"""An ordinary nbgrader assignment has the same scores here as in stock nbgrader, cell by cell.

The differences are listed, with their reasons, and each is shown to be one. Stock nbgrader runs once for all of this.
"""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any, NamedTuple

import nbformat
import pytest
from nbgrader.api import TaskCell

from autograder.cli import main
from tests.plain.material import NAMES, OWN, PS1, students
from tests.plain.ours import by_tp, graded, graded_by_nbgrader, said
from tests.plain.scores import Cell, Score, Scores, comments, gradebook, scores
from tests.plain.stock import Stock, as_kept, kept, run, state
from tests.shared import made_once

# Who has solved everything that the computer grades.
RIGHT = {"ps1": "reasoner", "waiting_times": "ana_right", "softmax": "anouk_right", "growth": "hana_right"}

# Stock nbgrader takes anything on stderr for a failed test: a warning, a line of a log, a progress bar, though the
# work is right. Here they cost nothing: what such a test has given, by assignment, student and cell.
NOTED = {"average_warns": 2.0, "average_logs": 1.0, "average_draws": 1.0, "average_partly_and_warns": 2.0}
NOISE: dict[str, dict[str, dict[str, float]]] = {
    "waiting_times": {
        "ben_wrong": {"standard_units_constant": 1.0},
        "fay_noisy": {"standard_units_constant": 1.0},
    },
    "growth": {
        "hana_right": NOTED,
        "igor_wrong": {"average_logs": 1.0, "average_draws": 1.0, "average_partly_and_warns": 0.75},
        "jun_partly": NOTED,
        "lou_raises": NOTED,
        "mio_too_many": NOTED,
    },
}

# A last value that is no score: below zero and NaN have full marks in stock nbgrader, and above the maximum it gives
# the submission up. Here a person looks. By assignment, student and cell: what stock nbgrader does.
NO_SCORE: dict[str, dict[str, dict[str, Score]]] = {
    "growth": {
        "igor_wrong": {"letters_credit": Score(2.0, False, 2.0), "doubled_credit": Score(2.0, False, 2.0)},
        "mio_too_many": {"sources_credit": Score(None, True, 2.0)},
    },
}


IN_A_SHELL = {PS1, "growth"}  # those of several notebooks; a process that starts takes its time


class Ours(NamedTuple):
    """One classroom, graded by the two commands, and what `tp grade --json` said."""

    tp: Path
    nbgrader: Path
    said: dict[str, dict[str, Any]]


@pytest.fixture(scope="module")
def stock(once: Path) -> Stock:
    """Stock nbgrader. It grades its own example, once in a run; what it gives for the others is kept."""
    return Stock(made_once(once, "stock", lambda root: run(root, graded=[PS1], built=OWN)), (PS1,))


@pytest.fixture(scope="module", params=NAMES)
def name(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture(scope="module")
def ours(stock: Stock, once: Path, name: str) -> Ours:
    root = graded(once)
    return Ours(root, graded_by_nbgrader(once, name, shell=name in IN_A_SHELL), said(root, name))


def listed(name: str, theirs: Scores) -> Scores:
    """Stock nbgrader's scores with the listed differences in them."""
    expected = {student: dict(cells) for student, cells in theirs.items()}
    for student, cell in cells_of(expected):
        maximum = expected[student][cell].maximum
        if cell[1] in NOISE.get(name, {}).get(student, {}):
            expected[student][cell] = Score(NOISE[name][student][cell[1]], False, maximum)
        if cell[1] in NO_SCORE.get(name, {}).get(student, {}):
            expected[student][cell] = Score(None, True, maximum)
    return expected


def cells_of(found: Scores) -> list[tuple[str, Cell]]:
    return [(student, cell) for student, cells in found.items() for cell in cells]


def differences(expected: Scores, found: Scores) -> dict[tuple[str, Cell], tuple[Score | None, Score | None]]:
    """By student and cell, the two scores that are not the same."""
    both = dict.fromkeys([*cells_of(expected), *cells_of(found)])
    pairs = {
        (student, cell): (expected.get(student, {}).get(cell), found.get(student, {}).get(cell))
        for student, cell in both
    }
    return {where: pair for where, pair in pairs.items() if not alike(*pair)}


def alike(one: Score | None, other: Score | None) -> bool:
    if one is None or other is None or (one.auto is None) != (other.auto is None):
        return False
    return one[1:] == other[1:] and (one.auto is None or abs(one.auto - (other.auto or 0.0)) < 1e-9)


@pytest.mark.parametrize("own", OWN)
def test_what_is_kept_of_stock_nbgrader_is_of_these_assignments_and_this_version(own: str) -> None:
    assert kept()[own]["state"] == state(own), "write it anew: python -m tests.plain.stock --keep"


@pytest.mark.full
def test_what_is_kept_is_what_stock_nbgrader_gives(tmp_path: Path) -> None:
    run(tmp_path, OWN)
    stock = Stock(tmp_path, OWN)
    assert {own: as_kept(stock, own) for own in OWN} == kept()


def test_the_release_is_the_one_that_stock_nbgrader_makes(stock: Stock, ours: Ours, name: str) -> None:
    released = [root / "release" / name for root in (stock.root, ours.tp)]
    theirs, mine = (sorted(path.name for path in folder.iterdir()) for folder in released)
    assert mine == theirs
    for file in theirs:
        if file.endswith(".ipynb"):
            one, other = (nbformat.read(folder / file, as_version=4).cells for folder in released)
            assert [(c.cell_type, c.source, c.metadata) for c in one] == [
                (c.cell_type, c.source, c.metadata) for c in other
            ]


def test_tp_grade_gives_the_scores_of_stock_nbgrader(stock: Stock, ours: Ours, name: str) -> None:
    theirs = stock.scores(name)
    assert sorted(theirs) == students(name)
    assert differences(listed(name, theirs), scores(ours.tp, name)) == {}


def test_nbgrader_autograde_in_our_classroom_gives_them_too(stock: Stock, ours: Ours, name: str) -> None:
    theirs = stock.scores(name)
    assert differences(listed(name, theirs), scores(ours.nbgrader, name)) == {}


def test_each_listed_difference_is_one(stock: Stock, name: str) -> None:
    theirs = {
        student: {cell: score for (_, cell), score in cells.items()} for student, cells in stock.scores(name).items()
    }
    for student, cells in NOISE.get(name, {}).items():
        assert {cell: theirs[student][cell].auto for cell in cells} == dict.fromkeys(cells, 0.0)
    for student, cells in NO_SCORE.get(name, {}).items():
        assert {cell: theirs[student][cell] for cell in cells} == cells
    assert stock.failed(name) == ({"mio_too_many"} if name == "growth" else set())


def test_right_work_has_all_that_the_computer_gives_and_untouched_work_nothing(ours: Ours, name: str) -> None:
    found = scores(ours.tp, name)
    computed = {cell: score for cell, score in found[RIGHT[name]].items() if score.auto is not None}
    assert len(computed) >= 4
    assert all(score.auto == score.maximum for score in computed.values())
    untouched = next(student for student in found if student.endswith(("_empty", "tweedledum")))
    assert not any(score.auto for score in found[untouched].values())


def test_a_last_value_that_is_no_score_is_told(ours: Ours, name: str) -> None:
    for student, cells in NO_SCORE.get(name, {}).items():
        told = " ".join([*ours.said[student]["repairs"], *ours.said[student].get("remarks", [])])
        for cell in cells:
            assert cell in told, student


def test_the_json_holds_the_same_scores(ours: Ours, name: str) -> None:
    found = scores(ours.tp, name)
    assert sorted(ours.said) == sorted(found)
    for student, cells in found.items():
        result = ours.said[student]
        assert result["score"] == pytest.approx(sum(score.auto or 0.0 for score in cells.values())), student
        assert result["max_score"] == pytest.approx(sum(score.maximum for score in cells.values())), student


def test_what_was_left_as_it_came_has_no_response(stock: Stock, ours: Ours, name: str) -> None:
    theirs = stock.comments(name)
    for given_up in stock.failed(name):
        del theirs[given_up]
    for root in (ours.tp, ours.nbgrader):
        found = comments(root, name)
        assert {student: found.get(student) for student in theirs} == theirs


def test_grading_again_keeps_the_scores_and_what_a_person_gave(ours: Ours, name: str, tmp_path: Path) -> None:
    """As in stock nbgrader a person's mark stays, and is to be looked at again unless the computer never gives one."""
    student = RIGHT[name]
    root = shutil.copytree(ours.tp, tmp_path / "classroom")
    before = scores(root, name)
    by_hand = {}
    with gradebook(root) as opened:
        for computed in (True, False):
            where = sorted(cell for cell, score in before[student].items() if (score.auto is not None) == computed)
            for part, cell in where[:1]:
                grade = opened.find_grade(cell, part, name, student)
                grade.manual_score, grade.needs_manual_grade = 0.25, False
                by_hand[part, cell] = not isinstance(grade.cell, TaskCell)
        opened.db.commit()
    by_tp(root, name)
    by_tp(root, name, "--student", student, "--fresh")
    for cell, waits in by_hand.items():
        before[student][cell] = before[student][cell]._replace(waits=waits)
    assert differences(before, scores(root, name)) == {}
    with gradebook(root) as opened:
        submission = opened.find_submission(name, student)
        kept = {(p.name, g.name): g.manual_score for p in submission.notebooks for g in p.grades}
    assert kept == {cell: 0.25 if cell in by_hand else None for cell in kept}


def test_a_regrade_finds_nothing_to_change(once: Path, tmp_path: Path) -> None:
    """Neither in partial credit nor in what is left to a person."""
    out = tmp_path / "changes.json"
    assert main(["--classroom", str(graded(once)), "regrade", "growth", "--dry-run", "--json", str(out)]) == 0
    found = json.loads(out.read_text(encoding="utf-8"))
    assert {change["student"] for change in found} == set(students("growth"))
    assert not [change for change in found if change["gain"] or change["exercises"]]
