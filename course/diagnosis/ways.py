"""What can be said, without a name, of a class that is wrong: in which ways of use, and from which step on."""

from __future__ import annotations

from collections import Counter

from course.calls import NOT_ASKED, Failure
from course.diagnosis.evidence import NUMBERS, Call, Evidence
from course.diagnosis.exceptions import in_words

NOTHING_MORE = "None of the known mistakes gives these numbers."

# The ways of `course.ways`, in the order in which they are told.
IN_WORDS = {
    "applied": "when its steps are made one by one",
    "two variables": "with two variables",
    "a changing rate": "when the learning rate changes",
    "rebuilt": "when it is made again from its configuration",
    "fit": "in `fit`",
    "saved": "when training is saved and loaded",
    "tabled": "on a table of losses",
}


def findings(evidence: Evidence) -> list[str]:
    """The sentences, the most telling first."""
    calls = [call for call in evidence.calls if call.kind == NUMBERS and call.results]
    ways = {way: [call for call in calls if call.way == way] for way in IN_WORDS}
    ways = {way: those for way, those in ways.items() if those}
    failed = {way: reason for way, those in ways.items() if (reason := _reason(those))}
    if failed:
        reason = Counter(failed.values()).most_common(1)[0][0]
        why = f"it {reason.rstrip('.')}. {in_words(reason)}".rstrip()
        if len(failed) == len(ways):
            return [f"However it is used: {why}"]
        return [f"It works {_listed([way for way in ways if way not in failed])}. But {_listed(list(failed))}: {why}"]
    right = [way for way, those in ways.items() if all(_first_wrong(evidence, call) is None for call in those)]
    wrong = [way for way in ways if way not in right]
    said = []
    if right and wrong:
        said.append(f"Your numbers are right {_listed(right)}. They are wrong {_listed(wrong)}.")
    outputs = evidence.key.outputs
    starts = {at for way in wrong for call in ways[way] if (at := _first_wrong(evidence, call)) is not None}
    if len(ways) > 1 and starts and min(starts) > 0:
        said.append(f"Up to {outputs[min(starts) - 1]} they are always right.")
    if len(ways) == 1:
        said += _parts(evidence, calls)
    return said or [NOTHING_MORE]


def _reason(calls: list[Call]) -> str | None:
    """Why calls gave nothing: the reason of the first that says one."""
    reasons = [given.reason for call in calls for given, _ in call.results.values() if isinstance(given, Failure)]
    return next((reason for reason in reasons if reason != NOT_ASKED), reasons[0] if reasons else None)


def _first_wrong(evidence: Evidence, call: Call) -> int | None:
    """The first output of a call that is wrong."""
    return next(
        (i for i, (given, wanted) in sorted(call.results.items()) if not evidence.key.agree(given, wanted)), None
    )


def _parts(evidence: Evidence, calls: list[Call]) -> list[str]:
    """Which of several results is right in every call."""
    fine = {
        output: all(evidence.key.agree(*call.results[output]) for call in calls if output in call.results)
        for output in range(len(evidence.key.outputs))
    }
    right = [evidence.key.outputs[i] for i, good in fine.items() if good]
    wrong = [evidence.key.outputs[i] for i, good in fine.items() if not good]
    return [f"Right in every case: {', '.join(right)}. Not so: {', '.join(wrong)}."] if right and wrong else []


def _listed(ways: list[str]) -> str:
    words = [IN_WORDS[way] for way in ways]
    return " and ".join([", ".join(words[:-1]), words[-1]] if len(words) > 1 else words)
