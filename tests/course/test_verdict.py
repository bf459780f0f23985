"""Judging: tolerance, partial credit, and words that say what is wrong."""

from __future__ import annotations

import dataclasses
import json

import numpy as np
import pytest

from course.calls import MALFORMED, NOT_ANSWERED, Answers, Failure, Value
from course.verdict import NOT_YET, RTOL, Claim, Criterion, Key, Mistake, Verdict, agree, judge

EXPECTED = {"rule: a": np.array([1.0, 2.0]), "manners: b": np.array([3.0])}
KEY = Key(
    "some_step",
    [],
    (
        Criterion("rule", 2.0, "The rule must hold.", (Claim("rule: a"),)),
        Criterion("manners", 1.0, "Manners must be kept.", (Claim("manners: b"),), rule=False),
    ),
    EXPECTED,
)


def answers(a: object = (1.0, 2.0), b: object = (3.0,)) -> Answers:
    return {"rule: a": np.array(a), "manners: b": np.array(b)}


def test_right_answers_earn_everything() -> None:
    verdict = judge(KEY, answers())
    assert (verdict.passed, verdict.score, verdict.max_score) == (True, 3.0, 3.0)


@pytest.mark.parametrize(
    ("error", "passes"), [(RTOL / 3, True), (-RTOL / 3, True), (3 * RTOL, False), (-3 * RTOL, False)]
)
def test_the_tolerance_is_where_it_is_said_to_be(error: float, passes: bool) -> None:
    assert judge(KEY, answers(a=(1.0, 2.0 * (1 + error)))).passed is passes


@pytest.mark.parametrize("bad", [(1.0, np.nan), (1.0, np.inf), (np.nan, np.nan)])
def test_nan_and_infinity_are_never_right(bad: tuple[float, float]) -> None:
    assert judge(KEY, answers(a=bad)).score == 0


def test_a_failure_says_where_and_what_was_expected() -> None:
    outcome = judge(KEY, answers(a=(1.0, 5.0))).criteria[0]
    assert outcome.message == "The rule must hold. (a[1]: yours 5, expected 2)"


def test_manners_without_the_rule_earn_nothing() -> None:
    verdict = judge(KEY, answers(a=(0.0, 0.0)))
    assert verdict.score == 0
    assert verdict.criteria[1].message == NOT_YET


def test_the_rule_without_manners_earns_its_part() -> None:
    assert judge(KEY, answers(b=(4.0,))).score == 2.0


@pytest.mark.parametrize(
    "answer",
    [
        Failure("raised ValueError"),
        NOT_ANSWERED,
        MALFORMED,
        np.array([[1.0, 2.0]]),
    ],
)
def test_no_answer_a_malformed_one_or_a_wrong_shape_is_a_fault_not_a_crash(answer: Value) -> None:
    verdict = judge(KEY, {**answers(), "rule: a": answer})
    assert not verdict.criteria[0].passed
    assert verdict.criteria[0].message


def test_missing_answers_are_faults() -> None:
    assert judge(KEY, {}).score == 0


def test_like_compares_a_learner_with_himself_and_keeps_the_shape() -> None:
    claim = Claim("m: row", like="m: column", times=-1.0)
    key = Key("s", [], (Criterion("m", 1.0, "no", (claim,)),), {"m: row": np.zeros((1, 2))})
    ok = {"m: row": np.array([[1.0, -2.0]]), "m: column": np.array([-1.0, 2.0])}
    assert judge(key, ok).passed
    assert not judge(key, {**ok, "m: column": np.array([1.0, 2.0])}).passed
    assert not judge(key, {**ok, "m: row": np.array([1.0, -2.0])}).passed


@pytest.mark.parametrize(
    ("one", "other", "expected"),
    [
        ([1.0, 2.0], [1.0, 2.0 * (1 + RTOL / 3)], True),
        ([1.0, 2.0], [1.0, 2.0 * (1 + 3 * RTOL)], False),
        ([1.0], [[1.0]], False),
        ([np.nan, 1.0], [np.nan, 1.0], True),
        ([np.nan, 1.0], [1.0, np.nan], False),
        ([np.inf], [np.inf], True),
        ([np.inf], [-np.inf], False),
        ([1], [1.0], True),
    ],
)
def test_two_answers_agree_in_shape_and_numbers(one: object, other: object, expected: bool) -> None:
    a, b = np.array(one), np.array(other)
    assert agree(a, b) is agree(b, a) is expected


def test_failures_agree_in_kind_whatever_python_says_of_them() -> None:
    one, other = Failure("raised TypeError: at 0x7f"), Failure("raised TypeError: at 0x8a")
    assert agree(one, other)
    assert not agree(one, Failure("raised ValueError: at 0x7f"))
    assert not agree(one, np.zeros(1))


@pytest.mark.parametrize("count", [0, 1, 2])
def test_verdicts_and_keys_survive_json(count: int) -> None:
    mistakes = (Mistake("a/b", "You did it.", "01"), Mistake("a/c", "And this.", "01#d"))[:count]
    verdict = dataclasses.replace(judge(KEY, answers(a=(1.0, 5.0))), mistakes=mistakes, diagnosis="Both.")
    data = json.loads(json.dumps(verdict.as_json()))
    assert Verdict.from_json(data) == verdict
    assert data["mistake"] == (None, "a/b", "a/b + a/c")[count]
    assert data["diagnosis"] == "Both."
    assert Key.from_json(json.loads(json.dumps(KEY.as_json()))).as_json() == KEY.as_json()
