"""Scripts and plain data: what goes in comes out, and nothing else gets through."""

from __future__ import annotations

import json
import math
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from course.judging import scripts
from course.judging.scripts import (
    Asked,
    AskOracle,
    Call,
    Failure,
    Fill,
    Operation,
    Put,
    Read,
    Ref,
    Stopped,
    decoded,
    encoded,
    perform,
    plain,
    value,
)

ADD: list[Operation] = [
    Put("a", np.arange(3.0)),
    Call("y", "f", (Ref("a"), 2)),
    Read(Ref("y"), "sum"),
    Read(Ref("a"), "input afterwards"),
]
OTHER: list[Operation] = [Call("z", "g", ()), Read(Ref("z"), "other")]


def data(answer: scripts.Value) -> list[float]:
    assert isinstance(answer, np.ndarray)
    return answer.tolist()  # type: ignore[no-any-return]


def error(answer: scripts.Value) -> str:
    assert isinstance(answer, Failure)
    return answer.reason


@given(hnp.arrays(np.float64, hnp.array_shapes(min_dims=0, max_dims=3, min_side=0)))
def test_floats_survive_the_journey_to_the_last_bit(array: np.ndarray) -> None:
    back = value(json.loads(json.dumps(plain(array))))
    assert isinstance(back, np.ndarray)
    assert back.shape == array.shape
    np.testing.assert_array_equal(back, array)


@given(hnp.arrays(np.int64, hnp.array_shapes(max_dims=2)))
def test_integers_stay_integers(array: np.ndarray) -> None:
    back = value(json.loads(json.dumps(plain(array))))
    assert isinstance(back, np.ndarray)
    assert back.dtype == np.int64
    np.testing.assert_array_equal(back, array)


@pytest.mark.parametrize(
    ("result", "says"),
    [
        (None, "None"),
        ([1.0], "list"),
        ("1.0", "str"),
        (True, "bool"),
        (1j, "complex"),
        (np.array([object()]), "object"),
        (np.array(["a"]), "<U1"),
        (np.zeros(5000), "5000 elements"),
    ],
)
def test_what_is_no_array_of_numbers_is_refused_with_its_kind(result: object, says: str) -> None:
    assert says in error(scripts.answer(result))


def test_an_answer_is_an_array_of_its_own_in_double_precision() -> None:
    for result in (np.arange(3.0), np.arange(3, dtype=np.float32), np.arange(3), np.arange(6.0)[::2], 2.0, np.int32(3)):
        answer = scripts.answer(result)
        assert isinstance(answer, np.ndarray)
        assert not np.shares_memory(answer, result)
        assert answer.dtype in ("float64", "int64")
        np.testing.assert_array_equal(answer, result)


@given(
    st.recursive(
        st.none() | st.booleans() | st.floats() | st.integers() | st.text(),
        lambda inner: (
            st.lists(inner) | st.dictionaries(st.sampled_from(["dtype", "shape", "data", "error", "x"]), inner)
        ),
        max_leaves=20,
    )
)
def test_no_json_whatever_makes_the_decoder_raise(anything: object) -> None:
    assert isinstance(value(anything), Failure | np.ndarray)


def test_a_shape_that_does_not_fit_its_data_is_no_answer() -> None:
    right = plain(np.arange(6.0))
    assert isinstance(value(right), np.ndarray)
    for wrong in (
        {"shape": [7]},
        {"shape": [-1]},
        {"shape": [6.0]},
        {"shape": [True] * 7},
        {"shape": [1] * 8 + [6]},
        {"shape": {}},
        {"dtype": "object"},
        {"dtype": []},
        {"data": right["data"][:-1]},
        {"data": [0.0] * 6},
        {"data": plain(np.zeros(scripts.LARGEST + 1))["data"], "shape": [scripts.LARGEST + 1]},
        {"data": "", "shape": [0, 10**30]},
        {"error": 1},
    ):
        assert isinstance(value(right | wrong), Failure), wrong


def test_a_script_calls_reads_and_leaves_its_inputs() -> None:
    answers = perform(ADD, {"f": lambda a, b: a + b})
    assert data(answers["sum"]) == [2, 3, 4]
    assert data(answers["input afterwards"]) == [0, 1, 2]


def test_a_changed_input_is_seen_from_outside() -> None:
    def f(a: np.ndarray, b: float) -> np.ndarray:
        a += b
        return a

    assert data(perform(ADD, {"f": f})["input afterwards"]) == [2, 3, 4]


def test_shared_memory_is_seen_from_outside() -> None:
    script = [*ADD, Fill(Ref("a"), 9.0), Read(Ref("y"), "sum again")]
    shared = perform(script, {"f": lambda a, b: a})
    assert data(shared["sum again"]) == [9, 9, 9]
    assert data(perform(script, {"f": lambda a, b: a + b})["sum again"]) == [2, 3, 4]


@pytest.mark.parametrize(
    ("function", "says"),
    [
        (lambda a, b: 1 / 0, "raised ZeroDivisionError: division by zero"),
        (lambda a: a, "raised TypeError"),
        (lambda a, b: exit(3), "raised SystemExit: 3"),
    ],
)
def test_a_failing_call_costs_its_answers_and_no_others(function: object, says: str) -> None:
    answers = perform([*ADD, *OTHER], {"f": function, "g": lambda: 1.0})
    assert says in error(answers["sum"])
    assert data(answers["other"]) == 1.0
    assert error(perform(ADD, {})["sum"]) == "is not defined: no cell that ran has given this name a value"


def test_after_a_time_out_nothing_more_is_called() -> None:
    called = []

    def slow(a: np.ndarray, b: float) -> None:
        raise Stopped

    answers = perform([*ADD, *OTHER], {"f": slow, "g": lambda: called.append(1)})
    assert "took too long" in error(answers["sum"])
    assert "earlier call" in error(answers["other"])
    assert called == []


def test_an_exception_that_cannot_be_shown_is_still_named() -> None:
    class Hostile(Exception):
        def __str__(self) -> str:
            raise RuntimeError

    def f(a: np.ndarray, b: float) -> None:
        raise Hostile

    assert error(perform(ADD, {"f": f})["sum"]) == "raised Hostile: (its message cannot be shown)"


def test_outputs_are_taken_apart_only_if_there_are_as_many_as_asked() -> None:
    script = [Call("y", "f", ()), Read(Ref("y", 1, 2), "second")]
    assert data(perform(script, {"f": lambda: (1.0, 2.0)})["second"]) == 2.0
    assert data(perform(script, {"f": lambda: [1.0, 2.0]})["second"]) == 2.0
    assert "a tuple of 2 arrays was asked" in error(perform(script, {"f": lambda: (1.0,)})["second"])
    assert "a tuple of 2 arrays was asked" in error(perform(script, {"f": lambda: np.zeros(5)})["second"])
    assert "return" in error(perform(script, {"f": lambda: None})["second"])


def test_an_oracle_with_a_shape_is_asked_in_that_shape_alone() -> None:
    spec = {"A": np.eye(2).tolist(), "b": [0.0, 0.0], "c": [0.0, 0.0], "name": "grad_fn"}
    flat = np.array([1.0, 2.0])
    assert scripts.oracle(spec)(flat).shape == (2,)
    asked = scripts.oracle({**spec, "shape": [1, 2]})
    np.testing.assert_array_equal(asked(flat.reshape(1, 2)), [[1.0, 2.0]])
    with pytest.raises(ValueError, match=r"grad_fn was asked at a point of shape \(2,\), the parameters have \(1, 2\)"):
        asked(flat)


def test_a_result_without_dimension_is_not_several() -> None:
    script = [Call("y", "f", ()), Read(Ref("y", 0, 2), "first")]
    (found,) = perform(script, {"f": lambda: np.array(1.0)}).values()
    assert isinstance(found, Failure)
    assert found.reason == "returned an ndarray, a tuple of 2 arrays was asked"


def test_an_oracle_is_the_gradient_it_says_and_remembers_where_it_was_asked() -> None:
    rng = np.random.default_rng(0)
    a = rng.normal(size=(3, 3))
    spec = {"A": (a + a.T).tolist(), "b": rng.normal(size=3).tolist(), "c": rng.normal(size=3).tolist()}
    gradient = scripts.oracle(spec)

    def potential(p: np.ndarray) -> float:
        return float(0.5 * p @ np.array(spec["A"]) @ p + np.dot(spec["b"], p) + np.dot(spec["c"], p**4) / 4)

    p, h = rng.normal(size=3), 1e-5
    by_differences = [(potential(p + h * e) - potential(p - h * e)) / (2 * h) for e in np.eye(3)]
    np.testing.assert_allclose(gradient(p), by_differences, rtol=1e-7)
    script = [
        Put("p", p),
        Call("y", "f", (AskOracle("g"), Ref("p"))),
        Asked("g", Ref("y"), "where", name="slope"),
    ]
    assert data(perform(script, {"f": lambda g, p: g(p) + g(p)}, {"g": gradient})["where"]) == [p.tolist()]
    assert error(perform(script, {"f": lambda g, p: p}, {"g": gradient})["where"]) == "never called slope"


def test_warnings_and_overflows_of_the_function_stay_quiet() -> None:
    answers = perform(ADD, {"f": lambda a, b: np.log(-1 - a) / 0})
    assert all(math.isnan(x) for x in data(answers["sum"]))


def test_a_script_is_the_same_after_a_journey_as_plain_data() -> None:
    script = [
        *ADD,
        Call("z", "f", (Ref("y", 1, 2), AskOracle("g"), 0.5, 3), "a way", ("k",), ("a", "b"), ("c", "d"), "shape", "y"),
        Fill(Ref("a"), 9.0),
        Read(Ref("z", 0, 2), "c", "shape", "z", "c"),
        Asked("g", Ref("z"), "where", "numbers", "z", "b"),
    ]
    sent = encoded(script)
    back = decoded(json.loads(json.dumps(sent)))
    assert [type(op) for op in back] == [type(op) for op in script]
    assert encoded(back) == sent
    assert vars(back[4]) == vars(script[4])


def test_a_script_is_performed_without_its_notes() -> None:
    script = [
        Put("a", np.array([1.0, 2.0])),
        Call("y", "f", (Ref("a"), AskOracle("g")), "a way", ("k",), ("a", "b"), ("c", "d"), "shape", "x"),
        Fill(Ref("a"), 9.0),
        Read(Ref("y", 1, 2), "second", "shared", "y", "d"),
        Asked("g", Ref("y"), "where", "input", "y", "grad_fn"),
    ]
    sent = encoded(script, notes=False)
    assert not {"kind", "call", "before", "parameters", "outputs"} & {name for op in sent for name in op}
    answers = perform(
        decoded(json.loads(json.dumps(sent))),
        {"f": lambda a, g: (a, a + 1)},
        {"g": lambda p: p},
        ways={"a way": lambda function, keywords, *args: function(*args)},
    )
    assert data(answers["second"]) == [2, 3]
    assert isinstance(answers["where"], Failure)
    assert answers["where"].reason == "never called grad_fn"


@pytest.mark.parametrize(
    "broken",
    [
        {},
        {"op": "import", "name": "os"},
        {"op": "put", "key": "a", "value": {"dtype": "object"}},
        {"op": "put", "key": "a"},
        {"op": "call", "key": "y", "function": "f", "args": 3},
        {"op": "call", "key": "y", "function": "f", "args": [{"file": "x"}]},
        {"op": "read", "ref": {"place": "y"}, "answer": "sum"},
        {"op": "read", "ref": "y", "answer": "sum"},
        "op",
    ],
)
def test_what_is_no_script_is_refused(broken: Any) -> None:
    with pytest.raises(ValueError, match="no script"):
        decoded([broken])


def test_a_script_ends_where_enough_is_known() -> None:
    called = []
    script = [*ADD, *OTHER]
    answers = perform(
        script, {"f": lambda a, b: a, "g": lambda: called.append(1)}, enough=lambda name, _: name == "sum"
    )
    assert list(answers) == ["sum"]
    assert called == []


def test_a_way_gets_the_function_the_keywords_and_the_arguments() -> None:
    def way(function: Any, keywords: tuple[str, ...], a: np.ndarray, b: float) -> np.ndarray:
        return np.asarray(function(a, **dict.fromkeys(keywords, b)))

    script = [ADD[0], Call("y", "f", (Ref("a"), 2.0), "by keyword", ("shift",)), Read(Ref("y"), "sum")]
    answers = perform(script, {"f": lambda a, shift: a + shift}, ways={"by keyword": way})
    assert data(answers["sum"]) == [2, 3, 4]
