"""Grade one rebuilt submission: run -> answer -> judge. Nothing here knows the gradebook, or where it lay."""

from __future__ import annotations

import math
import re
import time
from collections.abc import Mapping
from dataclasses import dataclass, replace

from nbformat import NotebookNode

from autograder.classroom.assignment import max_score
from autograder.classroom.grading import errors
from autograder.classroom.grading.job import TEST_SECONDS, Job
from autograder.classroom.grading.results import GRADED, OUT_OF_MEMORY, TIMED_OUT, Result
from autograder.classroom.grading.turns import Turns
from autograder.classroom.grading.versions import versions
from autograder.classroom.intake.cells import UNRUN, grade_id
from autograder.exercises.exercise import Exercise
from autograder.exercises.judge import generator, judge
from autograder.sandbox.limits import Fund, slowness
from autograder.sandbox.process import Process
from autograder.sandbox.warm import WarmParent
from autograder.sandbox.watch import Died, Killed
from course.judging.diagnosis.source import binds
from course.judging.scripts import Answers, Failure
from course.judging.verdict import Key, Outcome, Verdict

ATTEMPTS = 3  # at a submission whose process was ended from outside
MOST_DEATHS = 4  # of a submission's processes by cells of the student's own
AGAIN = 2.0  # times the processor time for what came to a limit, when it runs again alone: caches are shared, too
NUMPY = "is NumPy's and no plain number"
OTHERS_ENDED = (
    "The processes that your cells had started were ended before it was asked: it has to answer without them."
)
RUNS = "runs without an error"  # the one criterion of a plain test
Cell = tuple[str, str]  # its notebook, its grade_id
Asked = tuple[Key, Answers, Verdict]
_turns = Turns()


def grade(job: Job, exercises: Mapping[str, Exercise], warm: WarmParent) -> Result:
    """Run the notebooks in a fresh process and judge what they answer. `exercises` by the ids of test cells.

    What a limit or the end of the process may have cost is run again while no other submission of this process runs,
    and that decides. OSError if the submission's process is ended from outside again and again.
    """
    started = time.monotonic()
    result = _ran(_Run(job, exercises, warm, job.key)).result()
    result.seconds = round(time.monotonic() - started, 3)
    return result


def asked_again(job: Job, exercises: Mapping[str, Exercise], warm: WarmParent, seed: str) -> dict[Cell, Asked]:
    """By notebook and test cell: what each exercise is asked with this seed, the key of a result, and what it answers.

    Those that give no answer are left out. OSError as in `grade`.
    """
    return _ran(_Run(job, exercises, warm, seed)).asked


def _ran(run: _Run) -> _Run:
    for attempt in range(ATTEMPTS):
        try:
            with _turns.alone() if attempt else _turns.beside():
                run.through(slowness())
            if run.doubtful:
                with _turns.alone():
                    run.again(slowness() * AGAIN)
        except Killed:
            continue
        return run
    raise OSError(f"its process was ended from outside in {ATTEMPTS} attempts; grade it again")


@dataclass(frozen=True, eq=False)
class _Place:
    """One code cell of a submission: its notebook, its place in it, and the cell. `again`: the place of a test behind
    all other cells, where an exercise is asked that is defined later than its test stands.
    """

    notebook: str
    number: int
    cell: NotebookNode
    again: bool = False

    @property
    def grade_id(self) -> str:
        return grade_id(self.cell) or ""

    @property
    def own(self) -> bool:
        """Whether the student has added it."""
        return "own" in self.cell.metadata.get("tags", [])

    @property
    def test(self) -> tuple[str, str]:
        """The test cell that it is, if it is one."""
        return self.notebook, self.grade_id


class _Run:
    """One submission: the cells of its notebooks in order, asked for each exercise where its test stands.

    The notebooks share a working folder, and each begins with an empty namespace. If the process dies, the cell or
    exercise that killed it is left out and everything else runs again in a new one, so that one bad cell costs what it
    earns and no more. What the student's own cells use is not taken from what the exercises have.
    """

    def __init__(self, job: Job, exercises: Mapping[str, Exercise], warm: WarmParent, seed: str) -> None:
        self._job, self._warm, self._seed = job, warm, seed
        self._places = [
            _Place(name, number, cell, again)
            for name, notebook in job.notebooks.items()
            for again in (False, True)
            for number, cell in enumerate(notebook.cells)
            if cell.cell_type == "code" and (not again or grade_id(cell) in exercises)
        ]
        self._plain = {(name, grade_id) for name, tests in job.tests.items() for grade_id in tests}
        self._exercises = {p.test: exercises[p.grade_id] for p in self._places if p.grade_id in exercises}
        self._test_seconds = max(TEST_SECONDS, job.limits.cell)
        self._verdicts: dict[Cell, Verdict] = {}
        self.asked: dict[Cell, Asked] = {}

    def through(self, factor: float) -> None:
        """Run it through, with so many times the processor time; what is known stays known."""
        limits = self._job.limits.times(factor)
        self._limits, self._factor = limits, factor
        self._status = GRADED
        self._cells: dict[tuple[str, str], tuple[str, str]] = {}
        self._errors: dict[tuple[str, int], str] = {}  # by notebook and place: what a cell raised
        self._deserted: set[Cell] = set()  # tests before which processes of the submission were ended
        self._deadly: set[_Place] = set()
        self._survived: set[_Place] = set()
        longer = sum(exercise.seconds or 0.0 for exercise in self._exercises.values())
        longer += self._test_seconds * len(self._plain)
        self._own = Fund(limits.of(limits.submission))
        self._fund = Fund(limits.of(limits.submission + longer * factor))
        while not self._once():
            pass

    @property
    def doubtful(self) -> bool:
        """Whether a limit, or an end of the process, may have cost points."""
        return self._status != GRADED and any(
            place.test not in self._verdicts or self._lacks(self._verdicts[place.test])
            for place in self._places
            if place.test in self._exercises or place.test in self._plain
        )

    def again(self, factor: float) -> None:
        """Run it through once more, and ask for what did not earn all of its points."""
        self._verdicts = {test: verdict for test, verdict in self._verdicts.items() if not self._lacks(verdict)}
        self.through(factor)

    @staticmethod
    def _lacks(verdict: Verdict) -> bool:
        return verdict.score < verdict.max_score or not verdict.passed

    def result(self) -> Result:
        """What it came to."""
        job = self._job
        result = Result(
            job.student,
            job.assignment,
            self._status,
            max_score(job.notebooks),
            self._seed,
            missing=list(job.missing),
            versions=versions(job.version),
        )
        for place in self._places:
            if (place.notebook, place.cell.id) in self._cells:
                result.keep_cell(place.notebook, place.cell.id, *self._cells[place.notebook, place.cell.id])
            if not place.again and (place.test in self._exercises or place.test in self._plain):
                verdict = self._verdicts.get(place.test) or self._never(place)
                result.add(*self._explained(place, verdict), place.notebook, place.grade_id)
        return result

    def _once(self) -> bool:
        """Run the cells in a new process. Returns whether it came to the end."""
        job, notebook = self._job, ""
        with self._warm.process(job.files, self._limits, job.hidden, job.public) as process:
            for place in self._places:
                if place.notebook in job.missing or place in self._deadly:
                    continue
                if place.test in self._verdicts and place.test not in self._plain:  # plain tests define names, too
                    continue
                if place.own and place not in self._survived and self._own_deaths >= MOST_DEATHS:
                    self._keep(place, "", "This cell was left out: others of your own had ended the process.")
                    continue
                try:
                    if notebook and notebook != place.notebook:
                        process.forget()
                    notebook = place.notebook
                    self._reached(place, process)
                    self._survived.add(place)
                except Died as death:
                    self._note(place, death)
                    self._deadly.add(place)
                    return False
        return True

    @property
    def _own_deaths(self) -> int:
        return sum(place.own for place in self._deadly)

    def _reached(self, place: _Place, process: Process) -> None:
        """Do what is to be done with a cell: ask, test or run it."""
        if place.test in self._exercises:
            verdict = self._ask(self._exercises[place.test], process, place)
            if verdict is not None:
                self._verdicts[place.test] = verdict
        elif place.test in self._plain:
            self._verdicts.setdefault(place.test, self._test(place, process))
        elif _defines(place.cell):
            self._run_cell(place, process)

    def _run_cell(self, place: _Place, process: Process) -> None:
        """Run a cell; what it printed and raised is kept."""
        seconds = self._test_seconds if self._plain else self._job.limits.cell
        goes_on = bool(self._exercises)  # else as nbgrader does
        fund = self._own if place.own else self._fund
        ran = process.run(place.cell.source, seconds * self._factor, fund, goes_on)
        text = ""
        if ran.stopped:
            self._status = TIMED_OUT
            text = f"This cell was stopped: it {ran.stopped}."
            self._errors[place.notebook, place.number] = f"was stopped: it {ran.stopped}."
        elif ran.error is not None:
            text = own_frames(ran.error["traceback"]) or ran.error["text"]
            self._errors[place.notebook, place.number] = errors.told(ran.error, self._job.notebooks[place.notebook])
            if ran.error["name"] == "MemoryError" and self._status == GRADED:
                self._status = OUT_OF_MEMORY
        self._keep(place, ran.output, text)

    def _keep(self, place: _Place, output: str, text: str) -> None:
        self._cells[place.notebook, place.cell.id] = output, text

    def _test(self, place: _Place, process: Process) -> Verdict:
        """Run a plain test; nbgrader's rules decide what it earns."""
        ran = process.run(place.cell.source, self._test_seconds * self._factor, self._fund, goes_on=False)
        if ran.stopped:
            self._status = TIMED_OUT
            return plain_verdict(place.cell, 0.0, f"it {ran.stopped}")
        if ran.error is not None:
            return plain_verdict(place.cell, 0.0, f"it {ran.error['text']}")
        return plain_verdict(place.cell) if ran.value is None else partial_credit(place.cell, ran.value)

    def _ask(self, exercise: Exercise, process: Process, place: _Place) -> Verdict | None:
        """The verdict on an exercise; None if it is not defined yet, and there is still time for that."""
        key = self._key(exercise)
        seconds = (exercise.seconds or 0.0) * self._factor
        public = {key.public: self._job.files[f"{key.public}.py"].decode()} if key.public else {}
        once = "" if place.again else exercise.name
        try:
            answers, late = process.ask(key.script, key.oracles, public, seconds, self._fund, key.not_by, once)
        finally:
            if process.others_ended:
                self._deserted.add(place.test)
        if not (answers or late or place.again):
            return None
        if late:
            self._status = TIMED_OUT
        elif self._status == GRADED and any(
            isinstance(answer, Failure) and "MemoryError" in answer.reason for answer in answers.values()
        ):
            self._status = OUT_OF_MEMORY
        verdict = judge(exercise, key, answers, self._source(exercise.name, place))
        self.asked[place.test] = key, answers, verdict
        return verdict

    def _source(self, name: str, place: _Place) -> str:
        """The text of the cell that defined a name when it was asked; "" unless a single one did so."""
        ran = [p for p in self._places if p.notebook == place.notebook and not p.again and _defines(p.cell)]
        if not place.again:
            ran = [p for p in ran if p.number < place.number]
        found = [p.cell.source for p in ran if binds(p.cell.source, name)]
        return found[0] if len(found) == 1 else ""

    def _key(self, exercise: Exercise) -> Key:
        """Drawn when the code is frozen; the same again for the same code: grading twice gives the same marks."""
        return exercise.draw(generator(self._job.secret, exercise.name, self._seed))

    def _note(self, place: _Place, death: Died) -> None:
        """What the death of the process costs: the cell or the exercise at which it died."""
        if self._status in (GRADED, OUT_OF_MEMORY):
            self._status = death.reason
        if place.test in self._exercises or place.test in self._plain:
            self._verdicts.setdefault(place.test, self._unanswered(place, str(death)))
        else:
            self._errors[place.notebook, place.number] = f"was left out: the process {death}."
            self._keep(place, "", f"This cell was left out: the process {death}.")

    def _explained(self, place: _Place, verdict: Verdict) -> tuple[Verdict, str]:
        """The verdict, and what an error in a cell, another name than the asked one, or the end of processes has to do
        with lost points."""
        exercise = self._exercises.get(place.test)
        if exercise is None or verdict.passed or place.notebook in self._job.missing:
            return verdict, ""
        cells = self._job.notebooks[place.notebook].cells
        raised = {number: text for (notebook, number), text in self._errors.items() if notebook == place.notebook}
        why = errors.why(exercise.name, verdict, cells, raised, [e.name for e in self._exercises.values()])
        if place.test in self._deserted:
            why = f"{why} {OTHERS_ENDED}".strip()
        return replace(verdict, diagnosis=f"{verdict.diagnosis} {why}".strip()), why

    def _never(self, place: _Place) -> Verdict:
        missing = place.notebook in self._job.missing
        why = "was not handed in" if missing else "never ran: the code before it ended the process"
        return self._unanswered(place, why)

    def _unanswered(self, place: _Place, reason: str) -> Verdict:
        exercise = self._exercises.get(place.test)
        if exercise is None:
            return plain_verdict(place.cell, 0.0, reason)
        key = self._key(exercise)
        return judge(exercise, key, dict.fromkeys(key.expected, Failure(reason)))


def plain_verdict(cell: NotebookNode, earned: float | None = None, message: str = "") -> Verdict:
    """The verdict on a plain test: one criterion. All points unless `earned` says how many."""
    points = float(cell.metadata.nbgrader.get("points", 0))
    earned = points if earned is None else earned
    outcome = Outcome(RUNS, not message, points, earned, message)
    return Verdict(cell.metadata.nbgrader.grade_id, earned, points, (outcome,))


def partial_credit(cell: NotebookNode, value: str) -> Verdict:
    """What the last value of a plain test earns: a number between 0 and the points is partial credit, a text is none.

    NaN, a negative number and one above the points, which nbgrader takes for full marks or stops at, are left to a
    person. A NumPy number is a text for nbgrader, and earns all points; so it does here, and the feedback says so.
    """
    points = float(cell.metadata.nbgrader.get("points", 0))
    shown = value[:40]
    try:
        number = float(value)
    except ValueError:
        numpy = value.startswith("np.float")
        note = f"Its last value, {shown}, {NUMPY}: nbgrader gives all points." if numpy else ""
        return replace(plain_verdict(cell), diagnosis=note)
    if math.isnan(number) or not 0 <= number <= points:
        left = f"its last value, {shown}, is no partial credit between 0 and {points:g}: left to a person"
        return replace(plain_verdict(cell, 0.0, left), by_hand=True)
    return plain_verdict(cell, number, "" if number == points else f"partial credit: {number:g} of {points:g}")


def own_frames(traceback: str) -> str:
    """The part of IPython's traceback that speaks of the notebook's own cells, and its last lines."""
    parts = re.split(r"\n\n(?=File )|(?<=\n)(?=File )", traceback)
    others = [part.partition("\n\n")[2] for part in parts[1:]]
    return "\n\n".join(part for part in [parts[0].rstrip("\n"), *others] if part.strip())


def _defines(cell: NotebookNode) -> bool:
    """Whether a cell may define what the exercises need; pictures, checks and tests only show."""
    meta = cell.metadata.get("nbgrader", {})
    return not UNRUN & set(cell.metadata.get("tags", [])) and (not meta.get("grade") or bool(meta.get("solution")))
