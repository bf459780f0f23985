"""What a class did: one line for each student, and where the class struggles."""

from __future__ import annotations

from collections import Counter
from statistics import mean

from rich.console import Group
from rich.table import Table
from rich.text import Text

from autograder.classroom.layout import Classroom
from autograder.classroom.results import GRADED, UNREADABLE, Result, kept
from autograder.exercises import EXERCISES
from autograder.faults import WrongUsage

SHORT = {exercise.name: exercise.prefix for exercises in EXERCISES.values() for exercise in exercises}


def results(classroom: Classroom, tp: str) -> list[Result]:
    """The newest result of each submission. WrongUsage if nothing has been graded."""
    found = [kept(classroom, tp, student) for student in classroom.submissions(tp)]
    graded = [result for result in found if result is not None]
    if not graded:
        raise WrongUsage(f"nothing is graded yet: run `tp grade {tp}` first")
    return graded


def report(tp: str, graded: list[Result]) -> Group:
    """The class report, for a terminal: the students, the exercises, the mistakes."""
    return Group(students(tp, graded), Text(), exercises(tp, graded), Text(), mistakes(graded))


def students(tp: str, graded: list[Result]) -> Table:
    """One row for each student."""
    automatic = sum(exercise.points for exercise in EXERCISES[tp])
    table = Table(title=f"{tp}: {len(graded)} submissions, {automatic:g} points by the grader", title_justify="left")
    table.add_column("student")
    table.add_column("points", justify="right")
    for exercise in EXERCISES[tp]:
        table.add_column(f"{SHORT[exercise.name]}\n/{exercise.points:g}", justify="right")
    table.add_column("remarks", ratio=1)
    for result in sorted(graded, key=lambda r: (-r.score, r.student)):
        marks = {e["name"]: e["score"] for e in result.exercises}
        cells = [_mark(marks.get(e.name), e.points) for e in EXERCISES[tp]]
        remarks = [result.status.replace("_", " ")] if result.status != GRADED else []
        remarks += [str(e["mistake"]) for e in result.exercises if e["mistake"]] + result.repairs
        table.add_row(Text(result.student), f"{result.score:g}", *cells, Text("; ".join(remarks)))
    return table


def exercises(tp: str, graded: list[Result]) -> Table:
    """One row for each exercise: how the class did, and the criterion that most of it missed."""
    table = Table(title="Where the class stands", title_justify="left")
    for column in ("exercise", "average", "all points", "most often missed"):
        table.add_column(column)
    readable = [result for result in graded if result.status != UNREADABLE]
    for exercise in EXERCISES[tp]:
        done = [e for result in readable for e in result.exercises if e["name"] == exercise.name]
        if not done:
            continue
        missed = Counter(c["name"] for e in done for c in e["criteria"] if not c["passed"])
        worst = missed.most_common(1)
        table.add_row(
            exercise.name,
            f"{mean(e['score'] for e in done):.2f} of {exercise.points:g}",
            f"{sum(e['score'] == exercise.points for e in done)} of {len(done)}",
            f"{worst[0][0]} ({worst[0][1]})" if worst else "",
        )
    return table


def mistakes(graded: list[Result]) -> Table:
    """One row for each mistake that was recognised, the commonest first, with the section to teach again."""
    table = Table(title="Mistakes recognised by their numbers", title_justify="left")
    for column in ("mistake", "students", "teach again", "what the students are told"):
        table.add_column(column)
    made = Counter((e["mistake"], e["section"], e["hint"]) for r in graded for e in r.exercises if e["mistake"])
    for (mistake, section, hint), count in made.most_common():
        table.add_row(mistake, str(count), section, hint)
    return table


def _mark(score: float | None, points: float) -> Text:
    if score is None:
        return Text("-", style="dim")
    return Text(f"{score:g}", style="green" if score == points else "red" if score == 0 else "yellow")
