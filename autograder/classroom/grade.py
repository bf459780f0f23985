"""Grade one submission: read -> rebuild -> run -> answer -> judge. Nothing here knows the gradebook."""

from __future__ import annotations

import hashlib
import json
import shutil
import tempfile
import time
import warnings
from dataclasses import asdict, dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

import nbformat
from nbformat import NotebookNode

from autograder.classroom.layout import Classroom, write
from autograder.classroom.rebuild import UNRUN, rebuild
from autograder.exercises import EXERCISES, Exercise
from autograder.judge import generator, judge
from autograder.kernels import Kernel, KernelDied, Limits, WarmParent
from course.verdict import Key, Verdict

LARGEST_NOTEBOOK = 20 * 2**20  # bytes; a TP with all its pictures has less than one
MOST_DEATHS = 4  # of a submission's processes; each one costs the cell or the exercise that killed it
GRADED, TIMED_OUT, OUT_OF_MEMORY, CRASHED, UNREADABLE = "graded", "timed_out", "out_of_memory", "crashed", "unreadable"


class Unreadable(Exception):
    """The submission is no notebook; the message says why."""


@dataclass
class Result:
    """What one submission came to.

    `key` tells what it depends on (the code, the release, the student, the grader), `cells` what the student's cells
    printed and raised, `recorded` whether it stands in the gradebook.
    """

    student: str
    assignment: str
    status: str
    max_score: float
    key: str
    seconds: float = 0.0
    repairs: list[str] = field(default_factory=list)
    exercises: list[dict[str, Any]] = field(default_factory=list)
    cells: dict[str, dict[str, str]] = field(default_factory=dict)
    recorded: bool = False

    @property
    def score(self) -> float:
        """Points of the exercises; written answers are graded by people and stand in the gradebook."""
        return round(sum(exercise["score"] for exercise in self.exercises), 6)

    def public(self) -> dict[str, Any]:
        """The object that `tp grade --json` writes."""
        data = asdict(self)
        del data["key"], data["cells"], data["recorded"]
        head = ("student", "assignment", "status")
        return {k: data[k] for k in head} | {"score": self.score} | {k: v for k, v in data.items() if k not in head}

    def verdict(self, exercise: str) -> Verdict | None:
        """The verdict on one exercise, if there is one."""
        found = [e for e in self.exercises if e["name"] == exercise]
        return Verdict.from_json(found[0]) if found else None


def grade(
    classroom: Classroom, tp: str, student: str, warm: WarmParent, limits: Limits, fresh: bool = False
) -> tuple[Result, NotebookNode | None]:
    """Grade what a student handed in, or take the kept result if nothing that it depends on has changed.

    Returns the result and the rebuilt notebook (None if the submission could not be read).
    """
    release = read(classroom.release(tp))
    try:
        submitted, found = submission(classroom, tp, student)
    except Unreadable as error:
        result = Result(student, tp, UNREADABLE, max_score(release), "", repairs=[f"Not graded: {error}."])
        return keep(classroom, result), None
    notebook, repairs = rebuild(submitted, release)
    result = grade_rebuilt(classroom, tp, student, notebook, warm, limits, fresh)
    result.repairs = [*found, *repairs]
    return keep(classroom, result), notebook


def grade_rebuilt(
    classroom: Classroom, tp: str, student: str, notebook: NotebookNode, warm: WarmParent, limits: Limits, fresh: bool
) -> Result:
    """Run and judge a rebuilt notebook, or take the kept result of exactly this one."""
    key = key_of(notebook, student, limits)
    kept = kept_result(classroom, tp, student)
    if kept is not None and kept.key == key and not fresh:
        return kept
    result = Result(student, tp, GRADED, max_score(notebook), key)
    work = Path(tempfile.mkdtemp(prefix="submission-", dir=_made(classroom.own / "work")))
    try:
        _copy_files(classroom.release(tp).parent, work)
        started = time.monotonic()
        _run(notebook, result, classroom.secret(), warm, limits, work)
        result.seconds = round(time.monotonic() - started, 3)
    finally:
        shutil.rmtree(work, ignore_errors=True)
    return result


def submission(classroom: Classroom, tp: str, student: str) -> tuple[NotebookNode, list[str]]:
    """The notebook that a student handed in, and what is odd about it. Unreadable if there is none to read."""
    folder = classroom.submitted(tp, student)
    path = folder / f"{tp}.ipynb"
    found: list[str] = []
    if not path.is_file():
        others = sorted(p for p in folder.rglob("*.ipynb") if ".ipynb_checkpoints" not in p.parts)
        if len(others) != 1:
            raise Unreadable(f"{tp}.ipynb is missing")
        path = others[0]
        found.append(f"The notebook was called {path.relative_to(folder)}; it is graded as {tp}.ipynb.")
    if path.is_symlink() or not path.resolve().is_relative_to(folder.resolve()):
        raise Unreadable(f"{path.name} is a link to another place")
    return read(path), found


def read(path: Path) -> NotebookNode:
    """Read a notebook in the current format. Unreadable, with the reason, if that cannot be done."""
    if path.stat().st_size > LARGEST_NOTEBOOK:
        raise Unreadable(f"{path.name} is larger than {LARGEST_NOTEBOOK // 2**20} MB")
    try:
        with warnings.catch_warnings(action="ignore"):  # `rebuild` can do without good cell ids
            notebook = nbformat.reads(path.read_text(encoding="utf-8"), as_version=4)
        if not all(isinstance(cell, dict) and "cell_type" in cell for cell in notebook.cells):
            raise ValueError("its cells are broken")
    except RecursionError:
        raise Unreadable(f"{path.name} cannot be read: it is nested too deeply") from None
    except Exception as error:  # anything can be in a file that a student made; all of it means the same
        raise Unreadable(f"{path.name} cannot be read: {' '.join(str(error).split())[:200]}") from None
    return notebook


def max_score(notebook: NotebookNode) -> float:
    """The points of all graded cells, written answers included."""
    cells = [cell.metadata.get("nbgrader", {}) for cell in notebook.cells]
    return float(sum(cell.get("points", 0) for cell in cells if cell.get("grade")))


def key_of(notebook: NotebookNode, student: str, limits: Limits) -> str:
    """What a result depends on, as one digest: the code that runs, who wrote it, the limits, and the grader itself."""
    parts = [student, repr(limits), grader_version()]
    parts += [f"{cell.cell_type}\0{cell.source}" for cell in notebook.cells]
    return hashlib.sha256("\0\0".join(parts).encode("utf-8", "surrogatepass")).hexdigest()


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


def kept_result(classroom: Classroom, tp: str, student: str) -> Result | None:
    """The newest result of a submission, if there is one that can be read."""
    try:
        return Result(**json.loads(classroom.result(tp, student).read_text(encoding="utf-8")))
    except (OSError, ValueError, TypeError):
        return None


def keep(classroom: Classroom, result: Result) -> Result:
    """Write a result to its file; returns it."""
    write(classroom.result(result.assignment, result.student), json.dumps(asdict(result)))
    return result


def _run(notebook: NotebookNode, result: Result, secret: bytes, warm: WarmParent, limits: Limits, work: Path) -> None:
    """Run the cells in order, ask for each exercise where its test stands, and fill in the result.

    If the process dies, the cell or exercise that killed it is left out and everything else runs again in a new one, so
    that one bad cell costs what it earns and no more.
    """
    exercises = {f"test_{exercise.name}": exercise for exercise in EXERCISES[result.assignment]}
    deadly: set[int] = set()
    verdicts: dict[str, Verdict] = {}
    ends = time.monotonic() + limits.submission
    for _ in range(MOST_DEATHS + 1):
        with warm.kernel(work, limits, ends) as kernel:
            for i, cell in enumerate(notebook.cells):
                exercise = exercises.get(cell.metadata.get("nbgrader", {}).get("grade_id", ""))
                if cell.cell_type != "code" or i in deadly or (exercise and exercise.name in verdicts):
                    continue
                try:
                    if exercise:
                        verdicts[exercise.name] = _ask(exercise, kernel, result, secret)
                    elif not UNRUN & set(cell.metadata.get("tags", [])) and not cell.metadata.get("nbgrader", {}).get(
                        "grade"
                    ):
                        _run_cell(cell, kernel, result, limits)
                except KernelDied as death:
                    _note_death(cell, exercise, death, result)
                    deadly.add(i)
                    if exercise:
                        verdicts[exercise.name] = _unanswered(exercise, death, result, secret)
                    break
            else:
                break
    for exercise in exercises.values():
        verdict = verdicts.get(exercise.name)
        if verdict is None:
            never = KernelDied(result.status, "never ran: the code before it ended the process")
            verdict = _unanswered(exercise, never, result, secret)
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
    answers, late = kernel.ask(key.script, key.oracles)
    if late:
        result.status = TIMED_OUT
    elif result.status == GRADED and any("MemoryError" in str(a.get("error", "")) for a in answers.values()):
        result.status = OUT_OF_MEMORY
    return judge(exercise, key, answers)


def _unanswered(exercise: Exercise, death: KernelDied, result: Result, secret: bytes) -> Verdict:
    key = _fresh_key(exercise, result, secret)
    return judge(exercise, key, {name: {"error": str(death)} for name in key.expected})


def _fresh_key(exercise: Exercise, result: Result, secret: bytes) -> Key:
    """Drawn when the code is frozen; the same again for the same code, so that grading twice gives the same marks."""
    return exercise.draw(generator(secret, exercise.name, result.key))


def _note_death(cell: NotebookNode, exercise: Exercise | None, death: KernelDied, result: Result) -> None:
    if result.status in (GRADED, OUT_OF_MEMORY):
        result.status = death.reason
    if exercise is None:
        result.cells[cell.id] = {"output": "", "error": f"This cell was left out: the process {death}."}


def _made(folder: Path) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    return folder


def _copy_files(release: Path, work: Path) -> None:
    """The files that a release brings along, except the notebook."""
    for path in release.iterdir():
        if path.suffix != ".ipynb":
            (shutil.copytree if path.is_dir() else shutil.copy)(path, work / path.name)
