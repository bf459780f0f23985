"""Names that stand for students where a marker shall not see whose an answer is; the same on every machine that has the
classroom's secret, and each time."""

from __future__ import annotations

import base64
import hashlib
import hmac
from collections.abc import Iterable

from autograder.classroom.layout import Classroom

SHORT = 5  # characters, as long as no two students have the same


def pseudonyms(classroom: Classroom, tp: str, students: Iterable[str]) -> dict[str, str]:
    """By pseudonym, in the order of these, the student."""
    secret = classroom.secret()
    long = {_long(secret, tp, student): student for student in students}
    size = SHORT
    while len({name[:size] for name in long}) < len(long):
        size += 1
    return {name[:size]: long[name] for name in sorted(long)}


def _long(secret: bytes, tp: str, student: str) -> str:
    digest = hmac.digest(secret, f"pseudonym\0{tp}\0{student}".encode(), hashlib.sha256)
    return base64.b32encode(digest).decode().rstrip("=").lower()
