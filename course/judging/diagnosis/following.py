"""Criteria that are not met because another one is not: their messages say what they follow from."""

from __future__ import annotations

from dataclasses import replace

from course.judging.diagnosis.evidence import Evidence
from course.judging.diagnosis.facts import defaults
from course.judging.verdict import Criterion, Outcome

ELSEWHERE = "Wrong here, as it is {}: that comes first."
LEFT_OUT = "Wrong where optional arguments are left out, as it is where all are passed; the defaults come after that."


def followed(outcomes: tuple[Outcome, ...], evidence: Evidence) -> tuple[Outcome, ...]:
    """The outcomes, those with another message that follow from the rule's being wrong elsewhere."""
    return tuple(
        outcome
        if outcome.passed or not (cause := _cause(criterion, evidence))
        else replace(outcome, message=outcome.message.replace(criterion.fails, cause, 1))
        for outcome, criterion in zip(outcomes, evidence.key.criteria, strict=True)
    )


def _cause(criterion: Criterion, evidence: Evidence) -> str:
    """What a criterion's not being met follows from, in words; "" if it is a fault of its own."""
    calls = {read.answer: read.call for read in evidence.reads}
    asked = [evidence.uses[calls[e.answer]] for e in criterion.expectations if e.answer in calls]
    if not asked or any(e.like for e in criterion.expectations):
        return ""
    if all(use.passed < len(evidence.key.parameters) for use in asked):
        return LEFT_OUT if wrong_in_full(evidence) and not defaults(evidence) else ""
    plain = next(iter(evidence.key.ways), "")
    if not plain or any(use.call.way == plain for use in asked):
        return ""
    wrong = any(not use.right for use in evidence.numbers if use.call.way == plain)
    return ELSEWHERE.format(evidence.key.ways[plain]) if wrong else ""


def wrong_in_full(evidence: Evidence) -> bool:
    """Whether a call is wrong that has all of its arguments and follows on no other call."""
    all_of = len(evidence.key.parameters)
    return any(not use.right for use in evidence.numbers if use.passed == all_of and use.step == 1)
