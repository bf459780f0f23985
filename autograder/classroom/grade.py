"""Grade one rebuilt notebook: run -> answer -> judge. Nothing here knows the gradebook, or where the submission lay."""

from __future__ import annotations

import ast
import hashlib
import time
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from nbformat import NotebookNode

from autograder.classroom.layout import SOURCES, Classroom
from autograder.classroom.rebuild import UNRUN
from autograder.classroom.results import GRADED, OUT_OF_MEMORY, TIMED_OUT, Result
from autograder.exercises import EXERCISES
from autograder.exercises.exercise import Exercise
from autograder.judge import generator, judge
from autograder.kernels import Budget, Kernel, KernelDied, Limits, WarmParent
from course.calls import Failure
from course.check import FILE
from course.verdict import Key, Verdict

ATTEMPTS = 3  # at a submission whose process ended because its parent did
MOST_DEATHS = 4  # of a submission's processes; each one costs the cell or the exercise that killed it


@dataclass(frozen=True)
class Task:
    """All that grading one submission needs, as data: it can be sent to another machine.

    `files` are those that the release brings along, by name; `modules` what it imports, to be imported once for all;
    `hidden` the folders that the submission must not see.
    """

    student: str
    assignment: str
    notebook: NotebookNode
    secret: bytes
    limits: Limits
    files: Mapping[str, bytes]
    modules: tuple[str, ...]
    hidden: tuple[str, ...]

    @property
    def key(self) -> str:
        """What the result depends on, as two digests: the code and its author; the limits, the grader and the files."""
        code = [self.student, *(f"{cell.cell_type}\0{cell.source}" for cell in self.notebook.cells)]
        files = [f"{name}\0{hashlib.sha256(content).hexdigest()}" for name, content in sorted(self.files.items())]
        return f"{_digest(code)}-{_digest([repr(self.limits), grader_version(), *files])}"


def _digest(parts: list[str]) -> str:
    return hashlib.sha256("\0\0".join(parts).encode("utf-8", "surrogatepass")).hexdigest()


def task(classroom: Classroom, tp: str, student: str, notebook: NotebookNode, limits: Limits) -> Task:
    """The task of grading a rebuilt notebook in this classroom."""
    release = classroom.release(tp).parent
    files = {p.name: p.read_bytes() for p in release.iterdir() if p.is_file() and p.name not in (f"{tp}.ipynb", FILE)}
    hidden = (str(classroom.root), str(SOURCES))
    return Task(student, tp, notebook, classroom.secret(), limits, files, imported(notebook), hidden)


def imported(notebook: NotebookNode) -> tuple[str, ...]:
    """The modules that the released cells of a notebook import; what a student wrote has no say in it."""
    released = [c for c in notebook.cells if c.cell_type == "code" and _is_released(c)]
    return modules_of("\n".join(cell.source for cell in released))


@cache
def modules_of(code: str) -> tuple[str, ...]:
    """The modules that code imports, and names that may be modules, in order; lines that are no Python are left out."""
    found: dict[str, None] = {}
    for line in code.splitlines():
        try:
            nodes = ast.parse(line).body
        except SyntaxError:
            continue
        for node in nodes:
            if isinstance(node, ast.Import):
                found |= dict.fromkeys(alias.name for alias in node.names)
            elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
                found |= dict.fromkeys([node.module, *(f"{node.module}.{alias.name}" for alias in node.names)])
    return tuple(found)


def _is_released(cell: NotebookNode) -> bool:
    """Whether a cell of a rebuilt notebook is the release's own."""
    own = "own" in cell.metadata.get("tags", [])
    return not own and not cell.metadata.get("nbgrader", {}).get("solution")


def grade(task: Task, warm: WarmParent) -> Result:
    """Run the notebook in a fresh process and judge what it answers."""
    started = time.monotonic()
    for _ in range(ATTEMPTS):
        parent = warm.start()
        result = Result(task.student, task.assignment, GRADED, max_score(task.notebook), task.key)
        _run(task, result, warm)
        if warm.start() == parent:
            result.seconds = round(time.monotonic() - started, 3)
            return result
    raise OSError("the parent of the kernels died again and again")  # which is no fault of the submission


def max_score(notebook: NotebookNode) -> float:
    """The points of all graded cells, written answers included."""
    cells = [cell.metadata.get("nbgrader", {}) for cell in notebook.cells]
    return float(sum(cell.get("points", 0) for cell in cells if cell.get("grade")))


@cache
def grader_version() -> str:
    """A digest of the grader's own sources: another grader, another result."""
    import autograder
    import course

    files = [p for module in (autograder, course) for p in Path(str(module.__file__)).parent.rglob("*.py")]
    digest = hashlib.sha256()
    for path in sorted(files):
        digest.update(path.name.encode() + path.read_bytes())
    return digest.hexdigest()


def _run(task: Task, result: Result, warm: WarmParent) -> None:
    """Run the cells in order, ask for each exercise where its test stands, and fill in the result.

    If the process dies, the cell or exercise that killed it is left out and everything else runs again in a new one, so
    that one bad cell costs what it earns and no more.
    """
    exercises = {f"test_{exercise.name}": exercise for exercise in EXERCISES[result.assignment]}
    deadly: set[int] = set()
    verdicts: dict[str, Verdict] = {}
    budget = Budget(task.limits.submission + sum(exercise.seconds or 0.0 for exercise in exercises.values()))
    for _ in range(MOST_DEATHS + 1):
        with warm.kernel(task.files, task.limits, task.hidden, budget) as kernel:
            for i, cell in enumerate(task.notebook.cells):
                exercise = exercises.get(cell.metadata.get("nbgrader", {}).get("grade_id", ""))
                if cell.cell_type != "code" or i in deadly or (exercise and exercise.name in verdicts):
                    continue
                try:
                    if exercise:
                        verdicts[exercise.name] = _ask(exercise, kernel, result, task.secret)
                    elif _defines(cell):
                        _run_cell(cell, kernel, result, task.limits)
                except KernelDied as death:
                    _note_death(cell, exercise, death, result)
                    deadly.add(i)
                    if exercise:
                        verdicts[exercise.name] = _unanswered(exercise, death, result, task.secret)
                    break
            else:
                break
    for exercise in exercises.values():
        verdict = verdicts.get(exercise.name)
        if verdict is None:
            never = KernelDied(result.status, "never ran: the code before it ended the process")
            verdict = _unanswered(exercise, never, result, task.secret)
        result.exercises.append(verdict.as_json())


def _defines(cell: NotebookNode) -> bool:
    """Whether a cell may define what the exercises need; pictures, checks and tests only show."""
    return not UNRUN & set(cell.metadata.get("tags", [])) and not cell.metadata.get("nbgrader", {}).get("grade")


def _run_cell(cell: NotebookNode, kernel: Kernel, result: Result, limits: Limits) -> None:
    ran = kernel.run(cell.source)
    error = ran.error
    text = ""
    if ran.timed_out:
        result.status = TIMED_OUT
        text = f"This cell was stopped: it ran for more than {limits.cell:g} s, or printed without end."
    elif error is not None:
        text = error["traceback"] or error["text"]
        if error["name"] == "MemoryError" and result.status == GRADED:
            result.status = OUT_OF_MEMORY
    result.cells[cell.id] = {"output": ran.output, "error": text}


def _ask(exercise: Exercise, kernel: Kernel, result: Result, secret: bytes) -> Verdict:
    key = _fresh_key(exercise, result, secret)
    answers, late = kernel.ask(key.script, key.oracles, exercise.seconds)
    if late:
        result.status = TIMED_OUT
    elif result.status == GRADED and any(
        isinstance(a, Failure) and "MemoryError" in a.reason for a in answers.values()
    ):
        result.status = OUT_OF_MEMORY
    return judge(exercise, key, answers)


def _unanswered(exercise: Exercise, death: KernelDied, result: Result, secret: bytes) -> Verdict:
    key = _fresh_key(exercise, result, secret)
    return judge(exercise, key, dict.fromkeys(key.expected, Failure(str(death))))


def _fresh_key(exercise: Exercise, result: Result, secret: bytes) -> Key:
    """Drawn when the code is frozen; the same again for the same code, so that grading twice gives the same marks."""
    return exercise.draw(generator(secret, exercise.name, result.key))


def _note_death(cell: NotebookNode, exercise: Exercise | None, death: KernelDied, result: Result) -> None:
    if result.status in (GRADED, OUT_OF_MEMORY):
        result.status = death.reason
    if exercise is None:
        result.cells[cell.id] = {"output": "", "error": f"This cell was left out: the process {death}."}
