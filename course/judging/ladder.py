"""Hints one at a time: what is observed, a question that leads on, a part of the formula, and the mend."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from course.judging.diagnosis.messages import joined
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


def ladder(verdict: Verdict, criteria: Sequence[Criterion], hint: int, allowed: str) -> Ladder:
    """The hints for a verdict, of which the first `hint` are open. allowed: the last that may be shown, or `all`."""
    found = rungs(verdict)
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
    return ladder(verdict, (), len(LABELS), ALL)


def rungs(verdict: Verdict) -> Rungs:
    """The words for a verdict: those of the known mistakes, or what was seen without a name.

    What two mistakes do together is not what each does: their observations say that they hold for each alone.
    """
    known = verdict.mistakes
    if not any(mistake.observation for mistake in known):
        return verdict.told or Rungs(verdict.diagnosis)
    found = joined([mistake.rungs for mistake in known])
    mend = verdict.diagnosis
    for mistake in known:
        mend = mend.replace(mistake.hint, mistake.rungs.mend, 1)
    seen = [mistake.observation for mistake in known if mistake.observation]
    if len(known) > 1:
        seen = ["Two things at once.", *(f"One alone: {alone}" for alone in seen)]
    return replace(found, observation=" ".join(seen), mend=" ".join(mend.split()))


def _numbers_differ(verdict: Verdict, criterion: Criterion) -> bool:
    """Whether its sentence was said: not where the call failed, or where the criterion does not count yet."""
    return any(o.name == criterion.name and o.message.startswith(criterion.fails) for o in verdict.criteria)
