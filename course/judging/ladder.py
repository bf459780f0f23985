"""Hints one at a time: what is observed, a question that leads on, a part of the formula, and the mend."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from course.judging.diagnosis.messages import Message
from course.judging.verdict import Criterion, Rungs, Verdict

# The rungs by name, and what stands above each. `all` of them may also be called by the last one.
LABELS = {
    "observation": "Seen",
    "question": "A question",
    "formula": "Part of the formula",
    "mend": "What to change",
}
ALL = "all"
ALLOWED = (ALL, *list(LABELS)[:-1])


@dataclass(frozen=True)
class Ladder:
    """The hints of a report that may be shown, each with what stands above it; so many are open from the start.

    more: whether there are others that are not allowed here. fails: by criterion of the rule, the sentence that is left
    out of the table, since it is part of the formula.
    """

    hints: tuple[tuple[str, str], ...]
    open: int
    more: bool
    fails: dict[str, str]


def ladder(
    verdict: Verdict, messages: Sequence[Message], criteria: Sequence[Criterion], hint: int, allowed: str
) -> Ladder:
    """The hints for a verdict, of which the first `hint` are open. allowed: the last that may be shown, or `all`."""
    found = rungs(verdict, messages)
    missed = {o.name for o in verdict.criteria if not o.passed}
    fails = {c.name: c.fails for c in criteria if c.rule and c.name in missed and _numbers_differ(verdict, c)}
    if found.formula:  # of a known mistake, in the place of these sentences until it is said what to change
        found = replace(found, formula=f"`{found.formula}`.")
        fails = {} if hint >= len(LABELS) and allowed == ALL else fails
    else:
        found = replace(found, formula=" ".join(dict.fromkeys(fails.values())))
    hints = [(label, words) for name, label in LABELS.items() if (words := getattr(found, name))]
    last = len(LABELS) if allowed == ALL else 1 + list(LABELS).index(allowed)
    kept = [(label, words) for label, words in hints if label in list(LABELS.values())[:last]]
    return Ladder(tuple(kept), max(1, hint), len(kept) < len(hints), fails)


def whole(verdict: Verdict) -> Ladder:
    """All hints for a verdict, all of them open."""
    return ladder(verdict, (), (), len(LABELS), ALL)


def rungs(verdict: Verdict, messages: Sequence[Message] = ()) -> Rungs:
    """The words for a verdict: those of the known mistakes, of a message of the TP, or else the diagnosis alone.

    What two mistakes do together is not what each does: their observations say that they hold for each alone.
    """
    known = verdict.mistakes
    if any(mistake.observation for mistake in known):
        alone = [mistake.observation for mistake in known if mistake.observation]
        seen = (
            " ".join(alone) if len(known) == 1 else "Two things at once. " + " ".join(f"One alone: {a}" for a in alone)
        )
        questions, formulas = (
            [getattr(m, name) for m in known if getattr(m, name)] for name in ("question", "formula")
        )
        return Rungs(
            seen, " ".join(dict.fromkeys(questions)), "`, and `".join(dict.fromkeys(formulas)), verdict.diagnosis
        )
    told = next((m.words for m in messages if verdict.diagnosis.startswith(str(m.words))), None)
    seen = verdict.observed or verdict.diagnosis
    if told is None:
        return Rungs(seen, mend=verdict.diagnosis if seen != verdict.diagnosis else "")
    rest = seen.removeprefix(str(told)).strip()
    mend = verdict.diagnosis if seen != verdict.diagnosis else told.mend
    return replace(told, observation=f"{told.observation} {rest}".strip(), mend=mend)


def _numbers_differ(verdict: Verdict, criterion: Criterion) -> bool:
    """Whether its sentence was said: not where the call failed, or where the criterion does not count yet."""
    return any(o.name == criterion.name and o.message.startswith(criterion.fails) for o in verdict.criteria)
