"""`tp similar`: read what a class handed in, and compare all of it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from rich.console import Console

from autograder.classroom.assignment import assignment
from autograder.classroom.intake.reading import Unreadable
from autograder.classroom.layout import Classroom
from autograder.classroom.similarity.forced import forced
from autograder.classroom.similarity.made_class import Outcome, made_class
from autograder.classroom.similarity.matches import Compared, compared
from autograder.classroom.similarity.texts import HandedIn, handed_in, students
from autograder.harmless import line
from autograder.processes import in_processes


@dataclass(frozen=True)
class Similar:
    """What comparing a class came to, and what could not be compared, a line each."""

    found: Compared
    notes: tuple[str, ...]


def similar(classroom: Classroom, tp: str, beside: Sequence[Path], workers: int, console: Console) -> Similar:
    """Compare what was handed in of a TP, and with it what lies in earlier classrooms. WrongUsage if there is
    nothing."""
    who, released = students(classroom, tp, beside), assignment(classroom, tp)
    own = forced(released)

    def read(one: tuple[str, Path | None]) -> HandedIn | str:
        try:
            return handed_in(classroom, released, *one, own)
        except (Unreadable, OSError, RecursionError) as error:  # whatever a student's folder may hold
            student, folder = one
            return f"{HandedIn(student, (), str(folder or '')).name} was not compared: {line(str(error))}"

    results = [result for _, result in in_processes(read, who, workers, f"reading {tp}", console)]
    texts = [one for one in results if isinstance(one, HandedIn)]
    notes = [note for one in results for note in ([one] if isinstance(one, str) else one.notes)]
    if empty := [text.name for text in texts if not text.parts]:
        notes.append(f"not compared, since nothing is written there: {', '.join(empty)}")
    return Similar(compared([text for text in texts if text.parts]), tuple(notes))


def tried(classroom: Classroom, tp: str, count: int, seed: int = 0) -> Outcome:
    """Compare a made class of so many, with planted copies. WrongUsage if it is no TP of ours."""
    released = assignment(classroom, tp)
    made = made_class(released, forced(released), count, seed)
    return made.outcome(compared(made.texts))
