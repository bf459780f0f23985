"""The worked solutions of a TP: sealed for the release, and kept in the classroom for the feedback."""

from __future__ import annotations

import base64
import hashlib
import json
from collections.abc import Mapping
from functools import cache

import numpy as np
from nbformat import NotebookNode

from autograder.classroom.intake.cells import grade_id
from autograder.classroom.layout import Classroom, write
from autograder.content.tp import AT_ONCE, LATER, NEVER, SOLUTION, TP
from autograder.exercises.exercise import Exercise
from autograder.exercises.judge import generator
from autograder.exercises.sealing import sealed
from autograder.exercises.solution import MARK, hold_forms, worked
from course.judging.scripts import Plain


def texts(tp: TP, notebook: NotebookNode, exercises: Mapping[str, Exercise]) -> dict[str, str]:
    """By exercise, its worked solution in Markdown; only those that have one. Fault if a form in one is not right."""
    cells = {grade_id(cell): cell.source for cell in notebook.cells}
    found = {}
    for name, path in tp.worked.items():
        if name in exercises:
            hold_forms(path, exercises[name])
            found[name] = worked(cells[name], path.read_text(encoding="utf-8"))
    return found


def answers(notebook: NotebookNode) -> dict[str, str]:
    """By written question, the model answer that stands in its cell."""
    found = {}
    for cell in notebook.cells:
        meta = cell.metadata.get("nbgrader", {})
        if cell.cell_type == "markdown" and meta.get("grade") and meta.get("solution") and MARK.search(cell.source):
            found[meta["grade_id"]] = MARK.sub("", cell.source).strip()
    return found


def written(tp: TP, model: Mapping[str, str]) -> dict[str, Plain]:
    """By written question that the public part has words about: the module that has, and the model answer, as far as
    the TP has it shown at once: folded, that is, in base64, and not sealed."""
    found = {}
    for name in tp.public:
        if name.endswith(".py") and "WRITTEN" in tp.public[name].decode():
            module = name.removesuffix(".py")
            for question in tp.module(f"public.{module}").WRITTEN:
                text = model.get(question, "") if tp.model_answers == AT_ONCE else ""
                found[question] = {"public": module, "model": base64.b64encode(text.encode()).decode()}
    return found


def notes(
    tp: TP, exercises: Mapping[str, Exercise], solutions: Mapping[str, str], model: Mapping[str, str]
) -> list[str]:
    """What the author of a TP should know of its solutions."""
    found = []
    if model and tp.model_answers == AT_ONCE:
        found.append(
            f"the model answer of {', '.join(model)} is in the release, folded: where its points count, write "
            f'`model_answers = "{LATER}"`'
        )
    missing = [name for name in exercises if name not in solutions]
    if missing and tp.solutions != NEVER:
        found.append(f"there is no {SOLUTION} for {', '.join(missing)}: no worked solution is shown there")
    if tp.solutions == AT_ONCE:
        for name, text in solutions.items():
            if isinstance(seal := _sealed(tp.id, exercises[name], text), str):
                found.append(f"{name} {seal}: its worked solution comes with the feedback alone")
    return found


def seals(tp: TP, exercises: Mapping[str, Exercise], solutions: Mapping[str, str]) -> dict[str, Plain]:
    """By exercise, its sealed solution, as far as the TP has them shown at once and its answers carry a key."""
    if tp.solutions != AT_ONCE:
        return {}
    made = {name: _sealed(tp.id, exercises[name], text) for name, text in solutions.items()}
    return {name: seal for name, seal in made.items() if not isinstance(seal, str)}


@cache
def _sealed(tp: str, exercise: Exercise, text: str) -> Plain | str:
    """A sealed solution; or, in words, why there can be none."""

    def draw(number: int) -> np.random.Generator:
        return generator(b"sealed", tp, exercise.name, str(number))

    known = exercise.draw(generator(b"public", tp, exercise.name))
    try:
        return sealed(exercise, text, f"{tp}/{exercise.name}", draw, known).as_json()
    except ValueError as error:
        return str(error)


def keep(classroom: Classroom, tp: TP, solutions: Mapping[str, str], model: Mapping[str, str]) -> None:
    """Keep for the feedback what is shown there: by title, a text in Markdown."""
    shown = {f"`{name}`": text for name, text in solutions.items()} if tp.solutions != NEVER else {}
    if tp.model_answers != NEVER:
        shown |= {name.replace("_", " ").capitalize(): text for name, text in model.items()}
    write(classroom.solutions(tp.id), json.dumps(shown))


def state(tp: TP, solutions: Mapping[str, str], model: Mapping[str, str]) -> str:
    """A digest of all that is shown."""
    parts = json.dumps([tp.solutions, tp.model_answers, solutions, model], sort_keys=True)
    return hashlib.sha256(parts.encode()).hexdigest()
