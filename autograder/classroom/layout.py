"""A classroom: nbgrader's course directory, where its parts lie, and what makes a folder one."""

from __future__ import annotations

import contextlib
import fcntl
import glob
import itertools
import json
import os
import secrets
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from autograder import harmless
from autograder.faults import Fault, WrongUsage, did_you_mean

CONFIG = '''"""nbgrader's configuration of this classroom; written by `tp build`, which never overwrites it."""

from autograder.classroom.plugins import configure

c = get_config()  # noqa: F821
c.CourseDirectory.course_id = "deep-learning-for-finance"  # in nbgrader's exchange: each course has its own
configure(c, __file__)
'''

TPS = "tps.toml"  # the folders in which this classroom's TPs lie, beside those that are always looked at


# What makes a folder that has no configuration yet a course directory of nbgrader's all the same.
OF_NBGRADER = {"source", "release", "submitted", "gradebook.db"}
OURS = {"roster.csv", "rules.toml", "comments.toml"}  # which may be written before it is made


@dataclass(frozen=True)
class Classroom:
    """Paths inside one classroom. Use `Classroom.at` for an existing one, `Classroom.made_at` to make it."""

    root: Path

    @classmethod
    def at(cls, root: Path) -> Classroom:
        """The classroom at `root`. WrongUsage if the folder is none."""
        if not (root / "nbgrader_config.py").is_file():
            raise WrongUsage(
                f"{root} is not a classroom (no nbgrader_config.py): make one with `tp build --classroom {root}`"
            )
        return cls(root.resolve())

    @classmethod
    def made_at(cls, root: Path) -> Classroom:
        """The classroom at `root`, made if need be. WrongUsage if something else lies there."""
        config = root / "nbgrader_config.py"
        if root.exists() and not root.is_dir():
            raise WrongUsage(f"{root} is a file, a classroom is a folder: give another --classroom")
        others = {path.name for path in root.iterdir()} - OF_NBGRADER - OURS if root.is_dir() else set()
        if others and not config.exists():
            raise WrongUsage(f"{root} is not empty and not a classroom: give another --classroom")
        root.mkdir(parents=True, exist_ok=True)
        if not config.exists():
            write(config, CONFIG)
        return cls(root.resolve())

    def released(self, name: str) -> Path:
        """The folder of what students get. WrongUsage if the assignment was never built."""
        path = self.root / "release" / name
        if not any(path.glob("*.ipynb")):
            there = sorted(p.name for p in path.parent.iterdir() if p.is_dir()) if path.parent.is_dir() else []
            meant = f"; {near}" if (near := did_you_mean(name, there)) else ""
            raise WrongUsage(f"{name} is not built in {self.root}: run `tp build {name}` first{meant}")
        return path

    def release(self, name: str) -> Path:
        """The notebook of a TP that students get. WrongUsage if it was never built."""
        path = self.released(name) / f"{name}.ipynb"
        return path if path.is_file() else next(iter(sorted(path.parent.glob("*.ipynb"))))

    @property
    def sources(self) -> list[Path]:
        """The folders that `tps.toml` names. Fault if it is broken."""
        path = self.root / TPS
        if not path.exists():
            return []
        try:
            folders = tomllib.loads(path.read_text(encoding="utf-8"))["folders"]
            return [self.root / str(folder) for folder in folders]
        except (OSError, ValueError, KeyError, TypeError):
            raise Fault(f'{path} cannot be read: it is a line such as `folders = ["../my_tps"]`') from None

    def remember(self, folder: Path) -> None:
        """Note a folder in `tps.toml`."""
        known = dict.fromkeys(path.resolve() for path in [*self.sources, folder])
        folders = [os.path.relpath(path, self.root) for path in known]
        write(self.root / TPS, f"# where the TPs of this classroom lie\nfolders = {json.dumps(folders)}\n")

    def submissions(self, tp: str, student: str | None = None) -> list[str]:
        """The students who handed in a TP, in order. WrongUsage if there is none, or not this one."""
        submitted, found = self.root / "submitted", self.handed_in(tp)
        if student is not None and student not in found:
            known = ", ".join(found) if 0 < len(found) <= 8 else f"{len(found)} students"
            meant = f"; {near}" if (near := did_you_mean(student, found)) else ""
            raise WrongUsage(f"no submission of {student} for {tp} in {submitted} (there: {known}){meant}")
        if not found:
            raise WrongUsage(f"no submissions for {tp}: they belong in {submitted}/<student>/{tp}/{tp}.ipynb")
        return [student] if student is not None else found

    def handed_in(self, tp: str) -> list[str]:
        """The students of whom a folder for a TP lies in submitted/, in order."""
        submitted = self.root / "submitted"
        there = submitted.iterdir() if submitted.is_dir() else ()
        return sorted(path.name for path in there if (path / tp).is_dir())

    def left_over(self, tp: str) -> list[str]:
        """Students of whom something is kept, and who have handed in nothing that lies here any more, in order."""
        kept = {path.stem for path in self.result(tp, "any").parent.glob("*.json")}
        for step in ("autograded", "feedback"):
            kept |= {path.parent.name for path in (self.root / step).glob(f"*/{glob.escape(tp)}")}
        return sorted(name for name in kept if not self.submitted(tp, name).is_dir())

    def submitted(self, tp: str, student: str) -> Path:
        """The folder that a student handed in."""
        return self.root / "submitted" / student / tp

    @property
    def own(self) -> Path:
        """The folder of what the grader keeps beside nbgrader's own folders."""
        return self.root / ".tp"

    def built(self, tp: str) -> Path:
        """The file that says what the last build of a TP wrote into source/."""
        return self.own / "built" / f"{tp}.json"

    def solutions(self, tp: str) -> Path:
        """The file with the worked solutions of a TP, for its feedback pages."""
        return self.own / "solutions" / f"{tp}.json"

    def result(self, tp: str, student: str) -> Path:
        """The file with the newest result of one submission."""
        return self.own / "results" / tp / f"{student}.json"

    def rebuilt(self, tp: str, student: str) -> Path:
        """The file with what reading one submission came to, where that took long."""
        return self.own / "rebuilt" / tp / f"{student}.json"

    def collected(self, tp: str, student: str) -> Path:
        """The file that says whence one submission came, and of whom it is."""
        return self.own / "collected" / tp / f"{student}.json"

    def marked(self, tp: str, student: str) -> Path:
        """The file that says who marked what of one submission by hand."""
        return self.own / "marking" / tp / f"{student}.json"

    def secret(self) -> bytes:
        """The classroom's secret, from which the inputs are drawn; made on first use, kept for good."""
        path = self.own / "secret"
        if not path.exists():
            path.parent.mkdir(parents=True, exist_ok=True)
            fresh = path.with_name(f".secret.{os.getpid()}.part")
            try:
                fresh.touch(0o600)
                fresh.write_bytes(secrets.token_bytes(32))
                with contextlib.suppress(FileExistsError):
                    os.link(fresh, path)  # whole or not at all, and never twice
            finally:
                fresh.unlink(missing_ok=True)
        return path.read_bytes()

    @property
    def note_of_renaming(self) -> Path:
        """The file that says which student is being renamed, while that is so."""
        return self.own / "renaming.json"

    def renaming(self) -> tuple[str, str] | None:
        """The old and the new name of a student of whom a rename was cut short; None if there is none."""
        try:
            old, new = json.loads(self.note_of_renaming.read_text(encoding="utf-8"))
        except FileNotFoundError:
            return None
        return old, new

    @contextlib.contextmanager
    def held(self) -> Iterator[None]:
        """Be the one grader at work here. Fault if there is another, or if a student is half renamed."""
        with self.locked():
            if noted := self.renaming():
                raise Fault("a rename was cut short: finish it with `tp student rename {} {}`".format(*noted))
            yield

    @contextlib.contextmanager
    def locked(self) -> Iterator[None]:
        """Be the one who writes here; what a killed one left half-written goes. Fault if there is another."""
        self.own.mkdir(parents=True, exist_ok=True)
        with open(self.own / "lock", "w") as lock:
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                raise Fault(f"another `tp` is grading in {self.root}: wait for it, or stop it") from None
            below = [self.root.glob(f"{step}/*/*/.*.part") for step in ("autograded", "feedback")]
            for half in [*self.own.rglob(".*.part"), *itertools.chain(*below)]:
                half.unlink(missing_ok=True)
            yield


def is_name_of_a_student(name: str) -> bool:
    """Whether a folder may be called so: nothing that is an option, a formula, a tag or a code for a terminal."""
    odd = not name or name[0] in "-.=+@" or set(name) & set('<>&"`/')
    return not odd and harmless.line(name) == name


def write(path: Path, content: str | bytes) -> None:
    """Write a file whole or not at all: a reader sees the old text or the new one, never half of it."""
    path.parent.mkdir(parents=True, exist_ok=True)
    beside = path.with_name(f".{path.name}.{os.getpid()}.part")
    try:
        beside.write_bytes(content.encode() if isinstance(content, str) else content)
        os.replace(beside, path)
    finally:
        beside.unlink(missing_ok=True)
