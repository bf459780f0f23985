"""Names that stand for students where a marker shall not see whose an answer is; the same on every machine that has the
classroom's secret, and each time."""

from __future__ import annotations

import base64
import hashlib
import hmac
import re
from collections.abc import Iterable

from autograder.classroom.collect.collect import members
from autograder.classroom.grading import gradebook as books
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


def unnamed(classroom: Classroom, tp: str, texts: Iterable[str]) -> list[str]:
    """Texts of ours with pseudonyms in the places of names that a hand-in has: of its folder, of members of a group."""
    with books.opened(classroom) as gradebook:
        students = books.given(gradebook, tp)
    shown: dict[str, str] = {}
    for id, student in pseudonyms(classroom, tp, students).items():
        shown |= dict.fromkeys(map(str.casefold, {student, *members(classroom, tp, student)}), f"student {id}")
    if not shown:
        return list(texts)
    longest = sorted(map(re.escape, shown), key=len, reverse=True)
    names = re.compile(rf"(?<!\w)(?:{'|'.join(longest)})(?!\w)", re.IGNORECASE)
    return [names.sub(lambda found: shown.get(found[0].casefold(), "a student"), text) for text in texts]


def _long(secret: bytes, tp: str, student: str) -> str:
    digest = hmac.digest(secret, f"pseudonym\0{tp}\0{student}".encode(), hashlib.sha256)
    return base64.b32encode(digest).decode().rstrip("=").lower()
