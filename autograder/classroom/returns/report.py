"""What a class did: one line for each student, where the class struggles, which mistakes it made."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from statistics import mean
from typing import Any

from rich import box
from rich.console import Group
from rich.table import Table
from rich.text import Text

from autograder.classroom.grading.grade import NUMPY, RUNS
from autograder.classroom.grading.gradebook import opened, shown_on_pages
from autograder.classroom.grading.results import GRADED, UNREADABLE, Result, kept
from autograder.classroom.layout import Classroom
from autograder.counted import counted
from autograder.faults import WrongUsage
from autograder.harmless import line
from course.judging import sections


@dataclass(frozen=True)
class Asked:
    """One exercise or plain test of an assignment, as the results tell it: its name and its points."""

    name: str
    points: float


def asked(graded: Sequence[Result]) -> list[Asked]:
    """The exercises of an assignment in its order. A submission that could be read has them all."""
    return [Asked(name, e["max_score"]) for name, e in _longest(graded).items()]


def plain_tests(graded: Sequence[Result]) -> list[str]:
    """The names of nbgrader's own tests among the exercises."""
    return [name for name, e in _longest(graded).items() if _is_plain(e)]


def _longest(graded: Sequence[Result]) -> dict[str, dict[str, Any]]:
    return max((result.by_label for result in graded), key=len)


def _is_plain(exercise: dict[str, Any]) -> bool:
    return [criterion["name"] for criterion in exercise["criteria"]] == [RUNS]


def results(classroom: Classroom, tp: str) -> list[Result]:
    """The newest result of each submission. WrongUsage if nothing has been graded."""
    found = [kept(classroom, tp, student) for student in classroom.submissions(tp)]
    graded = [result for result in found if result is not None]
    if not graded:
        raise WrongUsage(f"nothing is graded yet: run `tp grade {tp}` first")
    return graded


def waiting(classroom: Classroom, tp: str, graded: Sequence[Result]) -> dict[str, int]:
    """By cell: how many answers in these submissions wait for a person's mark. Fault if there is no gradebook."""
    students = {result.student for result in graded if result.status != UNREADABLE}
    with opened(classroom) as gradebook:
        known = shown_on_pages(gradebook, tp)
    found = [notebooks for student, notebooks in known.items() if student in students]
    cells = [notebook.grades.items() for notebooks in found for notebook in notebooks.values()]
    return dict(Counter(cell for grades in cells for cell, (_, _, waits) in grades if waits))


def report(tp: str, graded: list[Result], waits: Mapping[str, int] | None = None) -> Group:
    """The class report, for a terminal: the students, remarks on them, the exercises, the mistakes.

    waits: as `waiting` says.
    """
    tables = [students(tp, graded), remarks(graded), exercises(graded), mistakes(graded)]
    shown = [part for table in tables if table.row_count or table.caption for part in (table, Text())]
    return Group(*shown, *map(Text, notes(graded, waits)))


def notes(graded: Sequence[Result], waits: Mapping[str, int] | None = None) -> list[str]:
    """What is still to be marked, and what the marks of a class rest on where that must be known to defend them."""
    told = [_still_to_mark(waits)] if waits else []
    if not (tests := plain_tests(graded)):
        return told
    told += [
        f"Plain tests ({', '.join(tests)}) run in the submission's own process and can be fooled. Warnings and what is "
        "written to stderr cost nothing, and a last value that is no score is left to a person; otherwise they mark as "
        "nbgrader does."
    ]
    numpy = [name for name in tests if any(NUMPY in r.by_label.get(name, {}).get("diagnosis", "") for r in graded)]
    if numpy:
        told.append(
            f"For the last value of {', '.join(numpy)}, a NumPy number, nbgrader gives all points, whatever it is: "
            "write `float(...)` around it."
        )
    return told


def _still_to_mark(waits: Mapping[str, int]) -> str:
    total, cells = sum(waits.values()), ", ".join(f"{cell} {count}" for cell, count in waits.items())
    return f"{counted(total, 'answer')} {'waits' if total == 1 else 'wait'} for a person's mark: {cells}."


def students(tp: str, graded: list[Result]) -> Table:
    """One row for each student; the exercises are numbered as in `exercises`."""
    all_asked = asked(graded)
    automatic = sum(exercise.points for exercise in all_asked)
    title = f"{tp}: {counted(len(graded), 'submission')}, {automatic:g} points by the grader"
    table = Table(title=title, title_justify="left", box=box.SIMPLE_HEAD, collapse_padding=True, pad_edge=False)
    table.add_column("student", no_wrap=True)
    table.add_column("points", justify="right", no_wrap=True)
    for number, exercise in enumerate(all_asked, start=1):
        table.add_column(f"{number}\n/{exercise.points:g}", justify="right", no_wrap=True)
    for result in sorted(graded, key=lambda r: (-r.score, r.student)):
        marks = {name: None if e["by_hand"] else e["score"] for name, e in result.by_label.items()}
        cells = [_mark(marks.get(e.name), e.points) for e in all_asked]
        table.add_row(Text(line(result.student)), f"{result.score:g}", *cells)
    return table


def remarks(graded: list[Result]) -> Table:
    """One row for each student of whom there is something to say."""
    table = Table(title="Remarks", title_justify="left")
    table.add_column("student", no_wrap=True)
    table.add_column("remarks")
    for result in sorted(graded, key=lambda r: (-r.score, r.student)):
        if said := remark(result):
            table.add_row(Text(line(result.student)), Text(said))
    return table


def remark(result: Result) -> str:
    """What there is to say of a submission: its status and the mistakes it made, then in sentences the errors that cost
    points, what the grader leaves to a person, and what was repaired.
    """
    status = [result.status.replace("_", " ")] if result.status != GRADED else []
    mistakes = [str(e["mistake"]) for e in result.exercises if e["mistake"]]
    head = "; ".join([*status, *mistakes])
    said = [*result.errors, *result.remarks, *result.repairs]
    sentences = [part if part.endswith((".", "?", "!")) else f"{part}." for part in [head, *said] if part]
    return line(" ".join(sentences) if said else head)


@dataclass(frozen=True)
class Standing:
    """How a class did in one exercise. missed: the criterion that most of it missed, and how many did."""

    exercise: str
    average: float
    points: float
    complete: int
    students: int
    missed: tuple[str, int] | None


@dataclass(frozen=True)
class Made:
    """A mistake that was recognised: in which exercise, how many students made it, and what they are told."""

    exercise: str
    mistake: str
    students: int
    section: str
    hint: str


def standings(graded: Sequence[Result]) -> list[Standing]:
    """One for each exercise, in the order of the TP."""
    found = []
    for exercise in asked(graded):
        there = [r.by_label[exercise.name] for r in graded if r.status != UNREADABLE and exercise.name in r.by_label]
        if done := [e for e in there if not e["by_hand"]]:  # the others wait for a person
            missed = Counter(c["name"] for e in done for c in e["criteria"] if not c["passed"]).most_common(1)
            average = mean(e["score"] for e in done)
            complete = sum(all(c["passed"] for c in e["criteria"]) for e in done)
            worst = missed[0] if missed else None
            found.append(Standing(exercise.name, average, exercise.points, complete, len(done), worst))
    return found


def made(graded: Sequence[Result]) -> list[Made]:
    """The mistakes of the class, exercise by exercise in the order of the TP, the commonest first.

    Of two that were made together each counts.
    """
    found = []
    for exercise in asked(graded):
        done = [result.by_label[exercise.name] for result in graded if exercise.name in result.by_label]
        counts = Counter((m["id"], m["section"], m["hint"]) for e in done for m in e.get("mistakes", []))
        found += [Made(exercise.name, i, n, section, hint) for (i, section, hint), n in counts.most_common()]
    return found


def unexplained(graded: Sequence[Result]) -> dict[str, int]:
    """By exercise: how many were wrong in a way that has no name, or gave no answer. Plain tests name nothing."""
    judged = [(name, e) for result in graded for name, e in result.by_label.items() if not _is_plain(e)]
    wrong = [name for name, e in judged if not e["mistake"] and not all(c["passed"] for c in e["criteria"])]
    return {exercise.name: wrong.count(exercise.name) for exercise in asked(graded) if exercise.name in wrong}


def exercises(graded: list[Result]) -> Table:
    """One row for each exercise: how the class did, and the criterion that most of it missed."""
    table = Table(title="Where the class stands", title_justify="left")
    for column in ("exercise", "average", "all points", "most often missed"):
        table.add_column(column)
    numbers = {exercise.name: number for number, exercise in enumerate(asked(graded), start=1)}
    for s in standings(graded):
        missed = f"{s.missed[0]} ({s.missed[1]})" if s.missed else ""
        average, complete = f"{s.average:.2f} of {s.points:g}", f"{s.complete} of {s.students}"
        table.add_row(f"{numbers[s.exercise]} {s.exercise}", average, complete, missed)
    return table


def mistakes(graded: list[Result]) -> Table:
    """One row for each mistake that was recognised, in the order of the exercises, with the section to teach again."""
    table = Table(title="Mistakes recognised by their numbers", title_justify="left")
    table.add_column("mistake", max_width=34, overflow="fold")
    table.add_column("students", justify="right", no_wrap=True)
    table.add_column("what the students are told, and the section to teach again")
    for m in made(graded):
        table.add_row(m.mistake, str(m.students), Text.assemble(m.hint, "\n", (sections.title(m.section), "dim")))
    if rest := unexplained(graded):
        counts = ", ".join(f"{name} {count}" for name, count in rest.items())
        table.caption = f"Wrong without a name, or not answered: {counts}"
    return table


def _mark(score: float | None, points: float) -> Text:
    if score is None:
        return Text("-", style="dim")
    return Text(f"{score:g}", style="green" if score == points else "red" if score == 0 else "yellow")
