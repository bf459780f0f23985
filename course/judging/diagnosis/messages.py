"""Messages of a TP's own: each a predicate on what was observed, with its words.

They stand in the TP's public part, `MESSAGES = {exercise: (Message(...), ...)}`, so that the check in the notebook and
the grader say the same. What a message says must be true wherever its predicate holds.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from course.judging.diagnosis.evidence import Evidence
from course.judging.verdict import Rungs

FIELDS = ("observation", "question", "formula", "mend")
QUESTIONS = 2  # more at once lead nowhere


@dataclass(frozen=True)
class Message:
    """Words that are true where `holds` is."""

    holds: Callable[[Evidence], bool]
    words: Rungs


def told(messages: Sequence[Message], evidence: Evidence) -> list[Rungs]:
    """The words of those that hold, in their order."""
    return [message.words for message in messages if message.holds(evidence)]


def joined(steps: Sequence[Rungs]) -> Rungs:
    """Several messages as one ladder; of their questions the first two."""
    parts = {name: list(dict.fromkeys(filter(None, (getattr(step, name) for step in steps)))) for name in FIELDS}
    formula = "`, and `".join(part.rstrip(".") for part in parts["formula"])
    return Rungs(
        " ".join(parts["observation"]), " ".join(parts["question"][:QUESTIONS]), formula, " ".join(parts["mend"])
    )
