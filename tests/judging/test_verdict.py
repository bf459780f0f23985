"""Judging: tolerance, partial credit, and words that say what is wrong."""

from __future__ import annotations

import dataclasses
import json

import numpy as np
import pytest

from course.judging.scripts import MALFORMED, NOT_ANSWERED, Answers, Failure, Value
from course.judging.verdict import NOT_YET, RTOL, Criterion, Expectation, Key, Mistake, Verdict, agree, judge

EXPECTED = {"rule: a": np.array([1.0, 2.0]), "manners: b": np.array([3.0])}
KEY = Key(
    "some_step",
    [],
    (
        Criterion("rule", 2.0, "The rule must hold.", (Expectation("rule: a"),)),
        Criterion("manners", 1.0, "Manners must be kept.", (Expectation("manners: b"),), rule=False),
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


def test_of_practice_which_has_no_points_the_same_criteria_are_met() -> None:
    criteria = tuple(dataclasses.replace(criterion, points=0.0) for criterion in KEY.criteria)
    practice = dataclasses.replace(KEY, criteria=criteria)
    for given in (answers(), answers(a=(0.0, 0.0)), answers(b=(4.0,))):
        counted, uncounted = judge(KEY, given), judge(practice, given)
        assert (uncounted.score, uncounted.max_score) == (0, 0)
        assert [o.passed for o in uncounted.criteria] == [o.passed for o in counted.criteria]
        assert [o.message for o in uncounted.criteria] == [o.message for o in counted.criteria]


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
    expectation = Expectation("m: row", like="m: column", times=-1.0)
    key = Key("s", [], (Criterion("m", 1.0, "no", (expectation,)),), {"m: row": np.zeros((1, 2))})
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


@pytest.mark.parametrize(
    ("low", "high", "given", "says"),
    [
        (1.0, 2.0, (1.0, 2.0), ""),
        (1.0, 2.0, (1.5, 2.5), "(a[1]: yours 2.5, expected 1 to 2)"),
        (1.0, None, (9.0, 0.5), "(a[1]: yours 0.5, expected at least 1)"),
        (None, 2.0, (2.5, 0.0), "(a[0]: yours 2.5, expected at most 2)"),
        (1.0, 2.0, (1.5, np.nan), "(a[1]: yours nan, expected 1 to 2)"),
    ],
)
def test_what_is_not_determined_must_lie_between_its_bounds(
    low: float | None, high: float | None, given: tuple[float, float], says: str
) -> None:
    expectation = Expectation("rule: a", low=low, high=high)
    key = dataclasses.replace(KEY, criteria=(Criterion("rule", 1.0, "It lies elsewhere.", (expectation,)),))
    (outcome,) = judge(key, answers(a=given)).criteria
    assert outcome.message == (f"It lies elsewhere. {says}" if says else "")
    assert outcome.passed is not bool(says)


def test_an_answer_may_have_a_tolerance_of_its_own_and_failures_may_be_alike() -> None:
    loose = dataclasses.replace(KEY, tolerances={"rule: a": (0.1, 0.0)})
    assert judge(loose, answers(a=(1.05, 2.0))).passed
    assert not judge(loose, answers(b=(3.1,))).passed
    one, other = Failure("raised TypeError"), Failure("raised ValueError")
    assert not KEY.agree(one, other)
    assert dataclasses.replace(KEY, failures_alike=True).agree(one, other)
    for key in (loose, dataclasses.replace(KEY, failures_alike=True, roles={"point": "x"}, ways={"fit": "in fit"})):
        assert Key.from_json(json.loads(json.dumps(key.as_json()))).as_json() == key.as_json()


def test_what_a_person_has_to_judge_is_kept() -> None:
    verdict = dataclasses.replace(judge(KEY, answers()), by_hand=True)
    assert Verdict.from_json(json.loads(json.dumps(verdict.as_json()))).by_hand
