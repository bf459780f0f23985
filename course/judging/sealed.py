"""A text that only a right function opens: it is sealed with a key that is made of the answers to questions.

What is shipped is the questions, a script as the check has one with other numbers, and the sealed text. The answers are
not shipped. Each number of an answer lies in a cell of a grid; the key is made of the cells. `tp build` takes only
numbers from the middle of their cells, and cells far larger than the tolerance of the check, so that what would pass
the check on these questions has the same cells, on any processor and in any order of operations.
"""

from __future__ import annotations

import base64
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from course.judging import scripts
from course.judging.scripts import Answers, Failure, Operation, Plain

# scrypt takes 16 MB and some 50 ms: whoever tries answers pays that for each try.
COST, BLOCK, LANES = 2**14, 8, 1
KEY_BYTES = 64  # of AES-SIV, which needs no random number: the same text and key give the same sealed text


@dataclass(frozen=True, eq=False)
class Questions:
    """A script, the oracles that it uses, and the numbers of its answers that make the key.

    used: by answer, the width of a cell and the places of the numbers in the flattened array.
    """

    script: Sequence[Operation]
    oracles: dict[str, Plain]
    used: dict[str, tuple[float, list[int]]]

    def cells(self, answers: Answers) -> str | None:
        """The shapes of the answers and the cells in which they lie; None if a number is missing."""
        found = []
        for name, (width, places) in self.used.items():
            given = answers.get(name)
            if given is None or isinstance(given, Failure) or given.size <= max(places):
                return None
            numbers = given.ravel()[places] / width
            if not (np.abs(numbers) < 2.0**53).all():  # nor is NaN
                return None
            found.append(f"{given.shape}:{','.join(str(int(cell)) for cell in np.rint(numbers))}")
        return ";".join(found)


@dataclass(frozen=True, eq=False)
class Sealed:
    """A sealed text and the questions whose answers open it. salt: whose text it is; no secret."""

    salt: str
    questions: tuple[Questions, ...]
    text: bytes

    def opened(self, ask: Callable[[Questions], Answers]) -> str:
        """The text, if what answers the questions is right; else empty."""
        found = []
        for questions in self.questions:
            cells = questions.cells(ask(questions))
            if cells is None:
                return ""
            found.append(cells)
        return unlocked(self.text, found, self.salt)

    def as_json(self) -> Plain:
        """The same as plain data."""
        questions = [
            {"script": scripts.encoded(q.script, notes=False), "oracles": q.oracles, "used": q.used}
            for q in self.questions
        ]
        return {"salt": self.salt, "questions": questions, "text": base64.b64encode(self.text).decode()}

    @classmethod
    def from_json(cls, data: Plain) -> Sealed:
        """The inverse of `as_json`. ValueError, TypeError or KeyError if it is damaged."""
        questions = tuple(
            Questions(
                scripts.decoded(q["script"]),
                q["oracles"],
                {name: (float(width), list(places)) for name, (width, places) in q["used"].items()},
            )
            for q in data["questions"]
        )
        return cls(data["salt"], questions, base64.b64decode(data["text"], validate=True))


def locked(text: str, cells: Sequence[str], salt: str) -> bytes:
    """Seal a text with the cells of all answers."""
    from cryptography.hazmat.primitives.ciphers.aead import AESSIV

    return AESSIV(_key(cells, salt)).encrypt(text.encode(), [salt.encode()])


def unlocked(sealed: bytes, cells: Sequence[str], salt: str) -> str:
    """The text; empty if the cells are not those that it was sealed with."""
    from cryptography.exceptions import InvalidTag
    from cryptography.hazmat.primitives.ciphers.aead import AESSIV

    try:
        return AESSIV(_key(cells, salt)).decrypt(sealed, [salt.encode()]).decode()
    except InvalidTag:
        return ""


def _key(cells: Sequence[str], salt: str) -> bytes:
    from cryptography.hazmat.primitives.kdf.scrypt import Scrypt

    made = Scrypt(salt=salt.encode(), length=KEY_BYTES, n=COST, r=BLOCK, p=LANES)
    return made.derive("\n".join(cells).encode())
