"""What a worker does, on this machine or another: do jobs, with one warm parent for all of its threads."""

from __future__ import annotations

import atexit
import shutil
import tempfile
from collections.abc import Mapping
from pathlib import Path
from threading import Lock

from autograder.classroom.assignment import judged, points_of
from autograder.classroom.grading.grade import grade
from autograder.classroom.grading.job import Job
from autograder.classroom.grading.results import Result
from autograder.content import finding
from autograder.content.tp import TP, read
from autograder.exercises.exercise import Exercise
from autograder.sandbox.warm import WarmParent

_parents: dict[tuple[tuple[str, ...], tuple[str, ...], tuple[str, ...], bool], WarmParent] = {}
_unpacked: dict[str, Mapping[str, TP]] = {}
_exercises: dict[tuple[str, tuple[tuple[str, float], ...]], Mapping[str, Exercise]] = {}
_lock = Lock()


def work(job: Job, exercises: Mapping[str, Exercise] | None = None, sandbox: bool = True) -> Result:
    """Grade one submission. Without `exercises`, those of the TP that the job brings along."""
    known = _brought(job) if exercises is None else exercises
    return grade(job, known, warm_parent(job.modules, job.guarded, job.not_by, sandbox))


def warm_parent(
    modules: tuple[str, ...], guarded: tuple[str, ...], not_by: tuple[str, ...], sandbox: bool = True
) -> WarmParent:
    """The parent of this process's submissions with this set-up; made on first use, closed at the end."""
    setup = (modules, guarded, not_by, sandbox)
    with _lock:
        if setup not in _parents:
            _parents[setup] = WarmParent(modules, guarded, sandbox, not_by)
            atexit.register(_parents[setup].close)
    return _parents[setup]


def _brought(job: Job) -> Mapping[str, Exercise]:
    """The exercises of a job by the ids of their test cells, from the files that it brings along."""
    if not job.sources:
        return {}
    points = points_of(job.notebooks)
    key = (job.version, tuple(points.items()))
    with _lock:
        if job.version not in _unpacked:
            _unpacked[job.version] = _unpack(job.sources)
        if key not in _exercises:
            tps = _unpacked[job.version]
            _exercises[key] = judged(finding.ready(tps[job.assignment], tps), points)
        return _exercises[key]


def _unpack(sources: Mapping[str, Mapping[str, bytes]]) -> Mapping[str, TP]:
    """The TPs in a folder of this process."""
    folder = Path(tempfile.mkdtemp(prefix="tps-"))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    tps = {}
    for id, files in sources.items():
        for name, content in files.items():
            path = folder / id / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(content)
        tps[id] = read(folder / id)
    return tps
