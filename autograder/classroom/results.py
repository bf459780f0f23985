"""Results: what a submission came to, kept in one file each, so that what is done stays done."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, field
from typing import Any

from autograder.classroom.layout import Classroom, write
from course.verdict import Verdict

GRADED, TIMED_OUT, OUT_OF_MEMORY, CRASHED, UNREADABLE = "graded", "timed_out", "out_of_memory", "crashed", "unreadable"


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


def keep(classroom: Classroom, result: Result) -> Result:
    """Write a result to its file; returns it."""
    write(classroom.result(result.assignment, result.student), json.dumps(vars(result)))
    return result


def kept(classroom: Classroom, tp: str, student: str) -> Result | None:
    """The newest result of a submission, if there is one that can be read."""
    try:
        return Result(**json.loads(classroom.result(tp, student).read_text(encoding="utf-8")))
    except (OSError, ValueError, TypeError):
        return None
