"""Results: what a submission came to, kept in one file each, so that what is done stays done."""

from __future__ import annotations

import json
from collections import Counter
from dataclasses import asdict, dataclass, field
from typing import Any

from autograder.classroom.layout import Classroom, write
from course.judging.verdict import Verdict

# And "crashed", as `autograder.sandbox.watch` tells it.
GRADED, TIMED_OUT, OUT_OF_MEMORY, UNREADABLE = "graded", "timed_out", "out_of_memory", "unreadable"
NOT_GRADED = "not_graded"  # and not by the student's fault: there is no result, and no mark
FORMAT = 2  # of a result's file; see FORMATS.md. Another one is graded anew.


@dataclass
class Result:
    """What one submission came to.

    `key` tells what it depends on (the code, the release, the student, the grader, the TP). `exercises`: the verdicts
    in the order of the notebooks, each with its notebook and its test cell. `cells`: by notebook and cell, what the
    student's cells printed and raised. `missing`: released notebooks that were not handed in. `recorded`: whether it
    has been entered into the gradebook once, so that what a person gave there needs no new look. `versions`: of what
    graded it, for an appeal; none in results of before they were kept.
    """

    student: str
    assignment: str
    status: str
    max_score: float
    key: str
    seconds: float = 0.0
    repairs: list[str] = field(default_factory=list)
    exercises: list[dict[str, Any]] = field(default_factory=list)
    cells: dict[str, dict[str, dict[str, str]]] = field(default_factory=dict)
    missing: list[str] = field(default_factory=list)
    recorded: bool = False
    versions: dict[str, str] = field(default_factory=dict)

    @property
    def score(self) -> float:
        """Points of the exercises; written answers are graded by people and stand in the gradebook."""
        return round(sum(exercise["score"] for exercise in self.exercises), 6)

    @property
    def by_label(self) -> dict[str, dict[str, Any]]:
        """The exercises by their names; where two notebooks use one name, that of the notebook stands before it."""
        names = Counter(exercise["name"] for exercise in self.exercises)
        return {e["name"] if names[e["name"]] == 1 else f"{e['notebook']}: {e['name']}": e for e in self.exercises}

    @property
    def remarks(self) -> list[str]:
        """What the grader leaves to a person, and why."""
        left = {label: exercise for label, exercise in self.by_label.items() if exercise["by_hand"]}
        return [
            f"{label}: {outcome['message']}" for label, exercise in left.items() for outcome in exercise["criteria"]
        ]

    @property
    def errors(self) -> list[str]:
        """Which errors in the student's cells cost points of which exercises."""
        return [f"{label}: {e['error']}" for label, e in self.by_label.items() if e.get("error")]

    def add(self, verdict: Verdict, error: str, notebook: str, cell: str) -> None:
        """Add the verdict on one test cell, and which error in the student's cells cost points of it, if one did."""
        self.exercises.append(verdict.as_json() | {"error": error, "notebook": notebook, "cell": cell})

    def keep_cell(self, notebook: str, cell: str, output: str, error: str) -> None:
        """Keep what a cell printed and raised."""
        self.cells.setdefault(notebook, {})[cell] = {"output": output, "error": error}

    def public(self) -> dict[str, Any]:
        """The object that `tp grade --json` writes."""
        data = asdict(self)
        del data["key"], data["cells"], data["recorded"], data["missing"], data["versions"]
        head = ("student", "assignment", "status")
        rest = {name: value for name, value in data.items() if name not in head}
        return {name: data[name] for name in head} | {"score": self.score} | rest | {"remarks": self.remarks}

    def verdict(self, notebook: str, cell: str) -> Verdict | None:
        """The verdict on one test cell, if there is one."""
        found = [e for e in self.exercises if e["notebook"] == notebook and e["cell"] == cell]
        return Verdict.from_json(found[0]) if found else None


def not_graded(student: str, assignment: str, max_score: float, reason: str) -> dict[str, Any]:
    """The object that `tp grade --json` writes where there is no result."""
    blank = Result(student, assignment, NOT_GRADED, max_score, "", repairs=[f"Not graded: {reason}."])
    return blank.public() | {"score": None}


def keep(classroom: Classroom, result: Result) -> Result:
    """Write a result to its file; returns it."""
    write(classroom.result(result.assignment, result.student), json.dumps({"format": FORMAT, **vars(result)}))
    return result


def kept(classroom: Classroom, name: str, student: str) -> Result | None:
    """The newest result of a submission, if there is one that this version can read."""
    try:
        data = json.loads(classroom.result(name, student).read_text(encoding="utf-8"))
        return Result(**data) if data.pop("format") == FORMAT else None
    except (OSError, ValueError, TypeError, KeyError, AttributeError):
        return None
