"""Record a result: scores into nbgrader's gradebook, and the notebook with its verdicts into autograded/.

What stands in the gradebook is compared with what a result comes to. So each run leaves it as grading everything from
nothing would, and writes only where something differs. What people gave (scores, comments, extensions) stays.
"""

from __future__ import annotations

import contextlib
import math
import shutil
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path

from nbformat import NotebookNode
from nbformat.v4 import writes
from nbgrader.api import Comment, Grade, Gradebook

from autograder.classroom.grading import gradebook as books
from autograder.classroom.grading.gradebook import Cell, Held
from autograder.classroom.grading.handed_in import beside
from autograder.classroom.grading.lateness import NO_TIME, Lateness
from autograder.classroom.grading.results import Result
from autograder.classroom.grading.rows import Rows
from autograder.classroom.grading.shown import shown
from autograder.classroom.intake.own import beside_own_text
from autograder.classroom.intake.reading import read
from autograder.classroom.intake.timestamp import handed_in_at
from autograder.classroom.layout import Classroom, write


class Recorder:
    """The one writer to the gradebook; opened once for a whole class."""

    def __init__(self, classroom: Classroom, name: str, gradebook: Gradebook) -> None:
        self._classroom, self._name, self._gradebook = classroom, name, gradebook
        self._lateness = Lateness(classroom, name)
        self._released = {p.stem: sources(read(p)) for p in sorted(classroom.released(name).glob("*.ipynb"))}
        with books.said(gradebook):
            self._set_deadline()
            self._held = books.held(gradebook, name)
            self._rows = Rows(gradebook, name)

    def _set_deadline(self) -> None:
        assignment, deadline = books.assignment_of(self._gradebook, self._name), self._lateness.deadline
        if deadline and assignment.duedate != deadline:
            assignment.duedate = deadline
            self._gradebook.db.commit()

    def _extension(self, student: str) -> timedelta | None:
        """The extension that the rules give; None if they leave the deadline to the gradebook."""
        return self._lateness.extension(student) if self._lateness.deadline else None

    @property
    def gradebook(self) -> Gradebook:
        """nbgrader's own."""
        return self._gradebook

    def stands(self, result: Result, notebooks: Mapping[str, NotebookNode]) -> bool:
        """Whether gradebook and autograded/ hold what this result comes to. ValueError if the late policy fails."""
        held = self._held.get(result.student)
        submitted = self._classroom.submitted(self._name, result.student)
        if held is None or held.handed_in != handed_in_at(submitted)[0]:
            return False
        if held.penalties.keys() != self._released.keys():
            return False
        extension = self._extension(result.student)
        if extension is not None and extension != (held.extension or NO_TIME):
            return False
        if not self._folder(result.student).holds(result, notebooks, beside(submitted)):
            return False
        due = Due(result, notebooks, self._released)
        penalties = self._lateness.penalties(result.student, held.points, held.seconds_late)
        return due.stand_in(held) and all(_same(held.penalties[name], penalty) for name, penalty in penalties.items())

    def record(self, result: Result, notebooks: Mapping[str, NotebookNode]) -> None:
        """Record one result. Fault if the gradebook cannot be written; ValueError if it takes all but this one.

        A cell that a person marked waits for another look if the grader's points have changed, or if the result is new.
        """
        student, submitted = result.student, self._classroom.submitted(self._name, result.student)
        due = Due(result, notebooks, self._released)
        with books.said(self._gradebook):
            handed_in = handed_in_at(submitted)[0]
            submission, late = self._rows.submission(student, handed_in, self._extension(student))
            points = due.enter(self._rows, submission, new=not result.recorded)
            self._rows.penalise(submission, self._lateness.penalties(student, points, late))
            self._gradebook.db.commit()
        self._folder(student).fill(result, notebooks, beside(submitted))

    def withdraw(self, student: str) -> None:
        """Take back what the grader has entered and written of a submission that can no longer be graded.

        It then stands as if it had never been graded; where a person entered something, that stays and waits for them.
        """
        held = self._held.get(student)
        granted = held is not None and held.extension is not None and not self._lateness.deadline
        with books.said(self._gradebook):
            if held is not None and not held.by_hand and not granted:
                self._gradebook.remove_submission(self._name, student)
            elif held is not None and not held.by_hand_only:
                submission = self._gradebook.find_submission(self._name, student)
                for notebook in submission.notebooks:
                    notebook.late_submission_penalty = None
                    for grade in notebook.grades:
                        grade.auto_score, grade.needs_manual_grade = None, True
                    for comment in notebook.comments:
                        comment.auto_comment = None
                self._gradebook.db.commit()
        for step in ("autograded", "feedback"):
            _Folder(self._classroom.root / step / student / self._name).remove()

    def _folder(self, student: str) -> _Folder:
        return _Folder(self._classroom.root / "autograded" / student / self._name)


@contextmanager
def recorder(classroom: Classroom, name: str) -> Iterator[Recorder]:
    """Open the gradebook of a classroom for recording. Fault if it cannot be opened or lacks the assignment."""
    with books.opened(classroom) as gradebook:
        yield Recorder(classroom, name, gradebook)


class Due:
    """What a result comes to, cell by cell, by nbgrader's rules."""

    def __init__(
        self, result: Result, notebooks: Mapping[str, NotebookNode], released: Mapping[str, Mapping[str, str]]
    ) -> None:
        self._result = result
        self._written: dict[Cell, bool] = {}
        self._tasks: set[Cell] = set()
        for name, notebook in notebooks.items():
            texts, own = sources(notebook), beside_own_text(notebook)  # an answer may stand there
            self._written |= {(name, id): text != released[name].get(id) or id in own for id, text in texts.items()}
            marked = [cell.metadata.nbgrader for cell in notebook.cells if "nbgrader" in cell.metadata]
            self._tasks |= {(name, meta.grade_id) for meta in marked if meta.get("task")}

    def score(self, cell: Cell) -> float | None:
        """The grader's points of a cell; None if a person has to give them."""
        notebook, grade_id = cell
        verdict = self._result.verdict(notebook, grade_id)
        if verdict is not None:
            return None if verdict.by_hand else verdict.score
        if notebook in self._result.missing:
            return 0.0
        # A task is a person's alone; of a written answer there is nothing to grade if nothing was written.
        return None if cell in self._tasks or self._written.get(cell) else 0.0

    def comment(self, cell: Cell) -> str | None:
        """The grader's remark on a cell. Where a notebook is missing there is none, as in nbgrader."""
        answered = self._written.get(cell, True) or cell in self._tasks or cell[0] in self._result.missing
        return None if answered else "No response."

    def stand_in(self, held: Held) -> bool:
        """Whether the gradebook holds these scores and comments."""
        for cell, score in held.scores.items():
            if score.auto != self.score(cell) or (score.by_hand is None and score.waits != (score.auto is None)):
                return False
        return all(text == self.comment(cell) for cell, text in held.comments.items())

    def enter(self, rows: Rows, submission: str, new: bool) -> dict[str, float]:
        """Write them into the gradebook; returns the points by notebook. What people gave stays, and counts."""
        points = dict.fromkeys(rows.notebooks, 0.0)
        grades = []
        for row in rows.grades(submission):
            score, waits = self.score(row.cell), row.waits
            if row.by_hand is None:
                waits = score is None
            elif (new or score != row.auto) and row.cell not in self._tasks:
                waits = True
            if (score, waits) != (row.auto, row.waits):
                grades.append({"id": row.id, "auto_score": score, "needs_manual_grade": waits})
            points[row.cell[0]] += books.points(score, row.by_hand, row.extra)
        rows.enter(Grade, grades)
        remarks = [(row, self.comment(row.cell)) for row in rows.remarks(submission)]
        rows.enter(Comment, [{"id": row.id, "auto_comment": text} for row, text in remarks if text != row.auto])
        return points


class _Folder:
    """The folder autograded/<student>/<assignment>: the notebooks with their verdicts, and what came with them."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def holds(self, result: Result, notebooks: Mapping[str, NotebookNode], small: Mapping[str, str]) -> bool:
        """Whether it is complete and nothing else lies in it."""
        names = {f"{name}.ipynb" for name in notebooks if name not in result.missing}
        there = {path.name: path for path in self._path.iterdir()} if self._path.is_dir() else {}
        return there.keys() == names | small.keys() and all(
            there[name].read_text(encoding="utf-8", errors="replace") == text for name, text in small.items()
        )

    def fill(self, result: Result, notebooks: Mapping[str, NotebookNode], small: Mapping[str, str]) -> None:
        """Write what it has to hold, and remove what else lies in it."""
        texts = {
            f"{name}.ipynb": writes(shown(notebook, result, name))
            for name, notebook in notebooks.items()
            if name not in result.missing
        }
        for name, text in {**texts, **small}.items():
            write(self._path / name, text)
        for path in self._path.iterdir() if self._path.is_dir() else ():
            if path.name not in texts.keys() | small.keys():
                _remove(path)

    def remove(self) -> None:
        """Remove it, and the student's folder if nothing else lies there."""
        _remove(self._path)
        with contextlib.suppress(OSError):
            self._path.parent.rmdir()


def _remove(path: Path) -> None:
    if path.is_dir() and not path.is_symlink():
        shutil.rmtree(path)
    else:
        path.unlink(missing_ok=True)


def _same(one: float | None, other: float | None) -> bool:
    """Whether two penalties are equal; some databases keep fewer digits."""
    return one == other or (one is not None and other is not None and math.isclose(one, other, rel_tol=1e-6))


def sources(notebook: NotebookNode) -> dict[str, str]:
    """The sources of a notebook's nbgrader cells, by their ids."""
    cells = [cell for cell in notebook.cells if "nbgrader" in cell.metadata]
    return {cell.metadata.nbgrader.grade_id: cell.source for cell in cells}
