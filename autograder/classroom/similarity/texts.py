"""What a class handed in, as texts that can be compared: each solution by its name, and the student's own cells."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from nbformat import NotebookNode

from autograder.classroom.assignment import Assignment
from autograder.classroom.grading.rebuilt import rebuilt, rebuilt_anew
from autograder.classroom.intake.cells import grade_id, is_solution
from autograder.classroom.intake.reading import Unreadable
from autograder.classroom.layout import Classroom
from autograder.classroom.similarity import traits
from autograder.classroom.similarity.forced import Forced
from autograder.classroom.similarity.traits import Found, Trait
from autograder.counted import counted
from autograder.faults import Fault, WrongUsage
from autograder.harmless import line

LONGEST = 50_000  # characters of a part that are compared
CODE, WORDS = "cells of their own", "texts of their own"


@dataclass(frozen=True)
class Part:
    """One text: what it is called, the traits that are the student's own, and in words what of it was not compared."""

    name: str
    source: str
    found: tuple[Found, ...]
    left_out: str = ""


@dataclass(frozen=True, eq=False)
class HandedIn:
    """What one student handed in. year: the folder of an earlier class, as it was given; empty for this one."""

    student: str
    parts: tuple[Part, ...]
    year: str = ""

    @property
    def name(self) -> str:
        """Who it is, in one line."""
        return line(f"{self.year}/{self.student}" if self.year else self.student)

    @property
    def notes(self) -> list[str]:
        """What of it was not compared, a line each."""
        return [f"{self.name}, {part.name}: {part.left_out}" for part in self.parts if part.left_out]

    @cached_property
    def traits(self) -> set[Trait]:
        """All traits, each once: a habit that shows in every exercise is one habit."""
        return set().union(*self.by_part)

    @cached_property
    def by_part(self) -> list[set[Trait]]:
        """The traits of each part."""
        return [{found.trait for found in part.found} for part in self.parts]


def students(classroom: Classroom, tp: str, beside: Sequence[Path]) -> list[tuple[str, Path | None]]:
    """Who handed in, here and in earlier classes. WrongUsage if one of those has no hand-in of this TP."""
    found: list[tuple[str, Path | None]] = [(student, None) for student in classroom.submissions(tp)]
    for folder in beside:
        there = Classroom(folder.resolve()).handed_in(tp)
        if not there:
            raise WrongUsage(f"--beside {folder} has no submitted/<student>/{tp}/: give an earlier classroom")
        found += [(student, folder) for student in there]
    return found


def handed_in(classroom: Classroom, assignment: Assignment, student: str, folder: Path | None, own: Forced) -> HandedIn:
    """What one student wrote, here or in an earlier class. Unreadable if there is nothing to read."""
    if folder is None:
        notebooks, _ = rebuilt(classroom, assignment, student)
    else:
        try:
            notebooks, _ = rebuilt_anew(Classroom(folder.resolve()), assignment, student)
        except Fault as fault:  # an earlier class may have no release beside it
            raise Unreadable(str(fault)) from None
    texts = written(notebooks, assignment.notebooks)
    return HandedIn(student, compared(texts, own), str(folder or ""))


def written(notebooks: dict[str, NotebookNode], released: Mapping[str, NotebookNode]) -> list[tuple[str, str, bool]]:
    """What a student wrote in rebuilt notebooks: name, text, and whether it is code."""
    found: list[tuple[str, str, bool]] = []
    own: dict[bool, list[str]] = {True: [], False: []}
    for name, notebook in notebooks.items():
        stubs = {grade_id(cell): cell.source.strip() for cell in released[name].cells if is_solution(cell)}
        for cell in notebook.cells:
            id, code = grade_id(cell), cell.cell_type == "code"
            if id in stubs and cell.source.strip() not in ("", stubs[id]):
                found.append((str(id), cell.source, code))
            elif "own" in cell.metadata.get("tags", []):
                own[code].append(cell.source)
    own_cells = [(label, "\n\n".join(own[code]), code) for label, code in ((CODE, True), (WORDS, False)) if own[code]]
    return [*found, *own_cells]


def compared(texts: Sequence[tuple[str, str, bool]], own: Forced) -> tuple[Part, ...]:
    """The texts with their traits, without those that are forced; the first LONGEST characters of each."""
    return tuple(_part(name, source, code, own) for name, source, code in texts)


def _part(name: str, source: str, code: bool, own: Forced) -> Part:
    read = source[:LONGEST]
    found = traits.of_code(read, own.names) if code else traits.of_text(read)
    long = traits.too_long(read) if code else 0
    left_out = [f"{counted(long, 'line')} of more than {traits.LONGEST_LINE} characters"] * bool(long)
    left_out += [f"all after the first {LONGEST} characters"] * (len(source) > LONGEST)
    said = f"not compared: {' and '.join(left_out)}" if left_out else ""
    return Part(name, read, tuple(one for one in found if not own.holds(one.trait)), said)
