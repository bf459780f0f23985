"""`tp handout`: one zip with all that a student needs: a TP and its checks, the lectures, the course, a page to begin.

The TP in it is the release that nbgrader's exchange hands out.
"""

from __future__ import annotations

import tempfile
import zipfile
from io import BytesIO
from pathlib import Path

from hatchling.builders.wheel import WheelBuilder

import course
from autograder.classroom.handout import instructions
from autograder.classroom.layout import Classroom, write
from course.start import unpacked
from course.start.console import FOLDER

EARLIEST = (1980, 1, 1, 0, 0, 0)  # the time of all files: the same hand-out is the same zip


def handout(classroom: Classroom, tp: str, title: str, to: Path | None = None) -> Path:
    """Write the zip to `to`, or handout/<TP>.zip; returns it. WrongUsage if the TP is not built."""
    release = classroom.released(tp)
    to = to or classroom.root / "handout" / f"{tp}.zip"
    with tempfile.TemporaryDirectory() as place:
        below = Path(place)
        (wheel,) = map(
            Path, WheelBuilder(str(Path(course.__file__).parent)).build(directory=place, versions=["standard"])
        )
        unpacked.unpack(below / FOLDER, {tp: release})
        page = instructions.page(title, tp, str(FOLDER), wheel.name)
        (below / instructions.NAME).write_text(page, encoding="utf-8")
        write(to, _zip(below, tp))
    return to


def _zip(below: Path, root: str) -> bytes:
    file = BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        for path in sorted(path for path in below.rglob("*") if path.is_file()):
            info = zipfile.ZipInfo(f"{root}/{path.relative_to(below).as_posix()}", EARLIEST)
            info.compress_type, info.external_attr = zipfile.ZIP_DEFLATED, 0o644 << 16
            archive.writestr(info, path.read_bytes())
    return file.getvalue()
