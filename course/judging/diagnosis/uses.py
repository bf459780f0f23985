"""What can be said, without a name, of a class that is wrong: in which ways of use, and from which step on."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping
from dataclasses import replace

from course.judging.diagnosis.evidence import Evidence, Use
from course.judging.diagnosis.exceptions import in_words
from course.judging.diagnosis.findings import MOST, NOTHING, of_uses
from course.judging.diagnosis.whole import IN_ITS_LINE, outside
from course.judging.diagnosis.wording import listed as joined
from course.judging.scripts import NOT_ASKED, Failure
from course.judging.verdict import Rungs


def findings(evidence: Evidence, words: Mapping[str, str]) -> list[Rungs]:
    """What is seen, the most telling first. words: the ways, in the order in which they are told, each in words."""
    uses = evidence.numbers
    ways: dict[str, list[Use]] = {way: [] for way in words}
    for use in uses:
        ways.setdefault(use.call.way, []).append(use)
    ways = {way: those for way, those in ways.items() if those}

    def listed(names: list[str]) -> str:
        return joined([words.get(name, f"in the way `{name}`") for name in names])

    failed = {way: failure for way, those in ways.items() if (failure := _failure(those))}
    if failed:
        often = Counter(failure.told for failure in failed.values())
        most = max(failed.values(), key=lambda failure: often[failure.told])
        why = f"it {most.told.rstrip('.')}. {in_words(most.reason, evidence)}".rstrip()
        asks = IN_ITS_LINE if most.line else ""
        failing = [use for way in failed for use in ways[way] if use.failure]
        if len(failing) < sum(len(ways[way]) for way in failed):  # in some of its uses a way works
            return [Rungs(f"In {len(failing)} of {len(uses)} uses, {listed(list(failed))}, {why}", asks)]
        if len(failed) == len(ways):
            return [Rungs(f"However it is used: {why}", asks)]
        others = [way for way in ways if way not in failed]
        fine = all(use.right for way in others for use in ways[way])
        does = f"It works {listed(others)}." if fine else f"It gives numbers {listed(others)}, not all of them right."
        return [Rungs(f"{does} But {listed(list(failed))}: {why}", asks)]
    right = [way for way, those in ways.items() if all(_first_wrong(use) is None for use in those)]
    wrong = [way for way in ways if way not in right]
    # What is compared with the class itself, and agrees with it, is wrong because that is.
    wrong = [way for way in wrong if not all(map(evidence.as_itself, ways[way]))] or wrong
    said = []
    if right and wrong:
        seen = f"Your numbers are right {listed(right)}. They are wrong {listed(wrong)}."
        said.append(Rungs(seen, "What must your class keep, or hand on, to be used in that way?"))
    starts = [first for way in wrong for use in ways[way] if (first := _first_wrong(use)) is not None]
    if not all(_is_row(outputs) for _, outputs in starts):
        several = len(wrong) > 1
        said += _parts([use for way in wrong for use in ways[way]]) if several else []
        way = listed(wrong[:1])
        where = f"{way[0].upper()}{way[1:]}: " if len(ways) > 1 else ""
        found = of_uses(evidence, ways[wrong[0]], parts=not several)
        said += [replace(look, observation=f"{where}{look.observation}") for look in found if look != NOTHING]
    elif len(ways) > 1:
        place, outputs = min(starts, default=(0, ()))
        if place:
            asks = f"What does the step after {outputs[place - 1]} get that the steps before it had not?"
            said.append(Rungs(f"Up to {outputs[place - 1]} they are always right.", asks))
    else:
        said += _parts(uses)
    said += [look for look in outside(uses) if look not in said]
    return said[:MOST] or [NOTHING]


def _failure(uses: list[Use]) -> Failure | None:
    """Why calls gave nothing: the first that says why."""
    failures = [use.failure for use in uses if use.failure]
    return next((failure for failure in failures if failure.reason != NOT_ASKED), failures[0] if failures else None)


def _is_row(outputs: tuple[str, ...]) -> bool:
    """Whether the outputs follow one another: `weights after step 1`, `weights after step 2`, ..."""
    return len(outputs) > 1 and len({re.sub(r"\d+", "", output) for output in outputs}) == 1


def _first_wrong(use: Use) -> tuple[int, tuple[str, ...]] | None:
    """The place of the first output of a call that is wrong, and the names of all."""
    outputs = use.call.outputs
    for place, output in enumerate(outputs):
        if not use.fits.get(output, True):
            return place, outputs
    return None


def _parts(uses: list[Use]) -> list[Rungs]:
    """Which of several results is right in every call."""
    outputs = list(dict.fromkeys(output for use in uses for output in use.results))
    fine = {output: all(use.fits[output] for use in uses if output in use.fits) for output in outputs}
    right, wrong = ([output for output in outputs if fine[output] is side] for side in (True, False))
    said = f"Right in every case: {', '.join(right)}. Not so: {', '.join(wrong)}."
    return [Rungs(said, f"Which lines make {wrong[0]}?")] if right and wrong else []
