"""A job: all that grading one submission needs, as data, so that it can be sent to another machine."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, field

from nbformat import NotebookNode

from autograder.classroom.grading.versions import grader_version
from autograder.sandbox.limits import Limits

TEST_SECONDS = 30.0  # for one plain test, as nbgrader's default


@dataclass(frozen=True)
class Job:
    """One submission of one assignment.

    notebooks: the rebuilt notebooks by name, plain tests with their hidden parts. tests: by notebook, the ids of the
    plain tests. public: the modules of the public part. files: what lies beside the notebooks, by path. modules: what
    to import once for all. guarded: packages to put back before each use of a class. not_by: what may not answer in
    some exercise. hidden: folders that the submission must not see. version: of the TP. sources: the TP's files by id,
    for a machine that does not have them.
    """

    student: str
    assignment: str
    notebooks: Mapping[str, NotebookNode]
    tests: Mapping[str, tuple[str, ...]]
    secret: bytes
    limits: Limits
    files: Mapping[str, bytes]
    public: tuple[str, ...] = ()
    modules: tuple[str, ...] = ()
    guarded: tuple[str, ...] = ()
    not_by: tuple[str, ...] = ()
    hidden: tuple[str, ...] = ()
    missing: tuple[str, ...] = ()
    version: str = ""
    sources: Mapping[str, Mapping[str, bytes]] = field(default_factory=dict)

    @property
    def key(self) -> str:
        """What the result depends on, as two digests: the code and its author; the limits, the grader and the files."""
        code, released = [self.student, *(f"missing\0{name}" for name in self.missing)], []
        for name, notebook in self.notebooks.items():
            code += [name, *(f"{cell.cell_type}\0{cell.source}" for cell in notebook.cells)]
            shown = [[cell.get("outputs"), cell.get("attachments")] for cell in notebook.cells]
            code.append(hashlib.sha256(json.dumps(shown, sort_keys=True).encode()).hexdigest())  # people mark by them
            metadata = [cell.metadata["nbgrader"] for cell in notebook.cells if "nbgrader" in cell.metadata]
            released += [name, json.dumps(metadata, sort_keys=True)]  # points, above all
        files = [f"{name}\0{hashlib.sha256(content).hexdigest()}" for name, content in sorted(self.files.items())]
        return f"{_digest(code)}-{_digest([repr(self.limits), grader_version(), self.version, *released, *files])}"


def _digest(parts: list[str]) -> str:
    return hashlib.sha256("\0\0".join(parts).encode("utf-8", "surrogatepass")).hexdigest()
