"""Grade with stock nbgrader, as it comes: its own course directory, its defaults, nothing of this grader.

Stock nbgrader takes seconds for each notebook. What it gives for our own assignments is therefore kept, in `kept.json`;
`python -m tests.plain.stock --keep` writes it anew, and the tests say when that is needed.

`python -m tests.plain.stock ROOT NAME ...` builds and grades in a process of its own, since nbgrader changes the
directory of the one that it runs in. With a dash before its name an assignment is only built.
"""

from __future__ import annotations

import hashlib
import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path
from typing import Any

from nbgrader.apps import NbGraderAPI
from traitlets.config import Config

from tests.plain.material import HERE, OWN, hand_in, put_source, students
from tests.plain.scores import COURSE, Comments, Score, Scores, comments, scores

CHECKOUT = Path(__file__).resolve().parents[2]
KEPT = Path(__file__).with_name("kept.json")


def run(root: Path, graded: Sequence[str], built: Sequence[str] = ()) -> None:
    """Have stock nbgrader make a course directory in which some assignments are graded, and some are only built."""
    command = [sys.executable, "-m", "tests.plain.stock", str(root), *(f"-{name}" for name in built), *graded]
    done = subprocess.run(command, cwd=CHECKOUT, text=True, capture_output=True, check=False)
    assert done.returncode == 0, done.stderr
    (root / "failed").write_text(done.stdout, encoding="utf-8")


@dataclass(frozen=True)
class Stock:
    """What stock nbgrader gave: in a course directory that it made, and for assignments that it did not grade there,
    what is kept.
    """

    root: Path
    graded: tuple[str, ...]

    def failed(self, name: str) -> set[str]:
        """Whose grading nbgrader gave up."""
        if name not in self.graded:
            return set(kept()[name]["failed"])
        pairs = map(str.split, (self.root / "failed").read_text(encoding="utf-8").splitlines())
        return {student for assignment, student in pairs if assignment == name}

    def scores(self, name: str) -> Scores:
        """What the gradebook holds then."""
        if name in self.graded:
            return scores(self.root, name)
        rows = kept()[name]["scores"]
        return {who: {(part, cell): Score(*rest) for part, cell, *rest in of} for who, of in rows.items()}

    def comments(self, name: str) -> Comments:
        """What it remarks."""
        if name in self.graded:
            return comments(self.root, name)
        rows = kept()[name]["comments"]
        return {who: {(part, cell): text for part, cell, text in of} for who, of in rows.items()}


def kept() -> dict[str, Any]:
    """By assignment, what stock nbgrader gave: whom it gave up, scores, comments, and of what `state` that is."""
    found: dict[str, Any] = json.loads(KEPT.read_text(encoding="utf-8"))
    return found


def state(name: str) -> str:
    """A digest of all that the scores of one of our own assignments depend on."""
    digest = hashlib.sha256(version("nbgrader").encode())
    for path in sorted(path for path in (HERE / name).rglob("*") if path.is_file() and path.suffix != ".pyc"):
        digest.update(str(path.relative_to(HERE)).encode() + path.read_bytes())
    return digest.hexdigest()


def as_kept(stock: Stock, name: str) -> dict[str, Any]:
    """What stock nbgrader has given for an assignment, as `kept.json` holds it."""
    return {
        "state": state(name),
        "failed": sorted(stock.failed(name)),
        "scores": {who: [[*cell, *score] for cell, score in of.items()] for who, of in stock.scores(name).items()},
        "comments": {who: [[*cell, text] for cell, text in of.items()] for who, of in stock.comments(name).items()},
    }


def keep() -> None:
    """Grade our own assignments, and write what that gives."""
    with tempfile.TemporaryDirectory() as folder:
        run(Path(folder), OWN)
        stock = Stock(Path(folder), OWN)
        found = {name: as_kept(stock, name) for name in OWN}
    KEPT.write_text(json.dumps(found) + "\n", encoding="utf-8")


def build(root: Path, name: str) -> NbGraderAPI:
    """Build one assignment; returns what builds and grades in this course directory."""
    put_source(root, name)
    config = Config()
    config.CourseDirectory.root = str(root)
    config.CourseDirectory.course_id = COURSE
    os.environ["PATH"] = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"  # alembic is there
    api = NbGraderAPI(config=config)
    built = api.generate_assignment(name)
    if not built["success"]:
        raise RuntimeError(f"{built.get('error')}\n{built.get('log')}")
    return api


def grade(root: Path, name: str) -> list[str]:
    """Build, hand in and grade one assignment; the students whose grading nbgrader gave up."""
    api = build(root, name)
    hand_in(root, name)
    return [student for student in students(name) if not api.autograde(name, student)["success"]]


if __name__ == "__main__":
    if sys.argv[1:] == ["--keep"]:
        keep()
    for assignment in sys.argv[2:]:
        if assignment.startswith("-"):
            build(Path(sys.argv[1]), assignment[1:])
        else:
            for student in grade(Path(sys.argv[1]), assignment):
                print(assignment, student)
