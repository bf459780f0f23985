"""What is asked of a learner's function, and what came back: arrays here, plain data on the way.

A script is a list of operations on a small store of named values. It is performed wherever the function lives: in the
learner's notebook (`course.check`), in the grader's kernel (`course.kernel`), or beside the reference. All that a
verdict needs is seen from outside: whether a call changed its inputs is found by reading the inputs again, whether
a result shares memory with them by overwriting them and reading the result again.

    {"put": key, "value": array}                        a new value
    {"call": key, "function": name, "args": [arg...]}   arg: {"ref": key, "item": i, "of": n}, {"oracle": name}, number
        with "through": way, "names": [...]             what is called is the way, and before the arguments it gets the
                                                        learner's function or class and the names
    {"fill": ref, "value": number}                      overwrite an array in place
    {"read": ref, "as": answer}                         record a value under the name `answer`
    {"asked": oracle, "in": ref, "as": answer}          record where the oracle was asked in the call that gave `ref`

An answer is an array, or a Failure that says why there is none. In messages and files a Failure is {"error": text}, an
array is {"dtype": "float64" or "int64", "shape": [n...], "data": its bytes, little-endian, in base64}.
"""

from __future__ import annotations

import base64
from collections.abc import Callable, Iterable, Mapping
from functools import partial
from typing import Any

import numpy as np

Plain = dict[str, Any]
Oracle = Callable[[np.ndarray], np.ndarray]

LARGEST = 4096  # elements of one answer; the scripts never ask for more than a few dozen
LONGEST = 300  # characters of one error message
DTYPES = {"float64": np.dtype("<f8"), "int64": np.dtype("<i8")}
NOT_ASKED = "was not asked: an earlier call took too long"


class Stopped(BaseException):
    """Raised by the time limit inside a call; no learner's `except Exception` catches it."""


class Failure:
    """A value that could not be had, and why."""

    def __init__(self, reason: str) -> None:
        self.reason = reason[:LONGEST]

    @property
    def kind(self) -> str:
        """The reason without the words of an exception's message, which differ from one Python to the next."""
        return self.reason.partition(":")[0]


Value = np.ndarray | Failure
Answers = dict[str, Value]
NOT_ANSWERED = Failure("was not answered")
MALFORMED = Failure("the answer is not plain data")


def answer(result: object) -> Value:
    """A number or a numeric array as an array of its own, float64 or int64; anything else as a Failure that says what
    it is."""
    if type(result) is np.ndarray and result.dtype.char == "d" and result.size <= LARGEST:  # nearly always
        return result.copy()
    if isinstance(result, Failure):
        return result
    if result is None:
        return Failure("returned None (is a `return` missing?)")
    if isinstance(result, bool | np.bool_) or not isinstance(result, np.ndarray | np.generic | int | float):
        return Failure(f"returned a {type(result).__name__}, not a NumPy array or a number")
    array = np.asarray(result)
    if array.dtype.kind not in "fiu":
        return Failure(f"returned an array of {array.dtype}, real numbers were asked")
    if array.size > LARGEST:
        return Failure(f"returned an array of {array.size} elements, at most {LARGEST} are read")
    return np.array(array, dtype=np.int64 if array.dtype.kind in "iu" else np.float64)


def plain(value: Value) -> Plain:
    """Encode an array or a Failure as plain data."""
    if isinstance(value, Failure):
        return {"error": value.reason}
    dtype = "int64" if value.dtype.kind == "i" else "float64"
    return {
        "dtype": dtype,
        "shape": list(value.shape),
        "data": base64.b64encode(value.astype(DTYPES[dtype], copy=False).tobytes()).decode(),
    }


def value(encoded: object) -> Value:
    """Decode plain data; whatever is not well-formed comes back as a Failure. Never raises, never evaluates."""
    if not isinstance(encoded, dict):
        return MALFORMED
    if "error" in encoded:
        return Failure(encoded["error"]) if isinstance(encoded["error"], str) else MALFORMED
    try:
        data, shape = encoded["data"], encoded["shape"]
        array = np.frombuffer(base64.b64decode(data, validate=True), DTYPES[encoded["dtype"]])
        if array.size > LARGEST or len(shape) > 8 or not all(type(n) is int and 0 <= n <= LARGEST for n in shape):
            return MALFORMED
        return array.reshape(shape)
    except (KeyError, TypeError, ValueError):
        return MALFORMED


def encoded(script: Iterable[Plain]) -> list[Plain]:
    """The script as plain data."""
    return [op | {"value": plain(op["value"])} if "put" in op else op for op in script]


def decoded(script: Iterable[Plain]) -> list[Plain]:
    """The inverse of `encoded`."""
    return [op | {"value": value(op["value"])} if "put" in op else op for op in script]


def reason_of(error: BaseException) -> str:
    """One line for an exception raised by foreign code, whose own `__str__` may misbehave."""
    if isinstance(error, Stopped):
        return "took too long and was stopped"
    try:
        text = " ".join(str(error).split())
    except BaseException:
        text = "(its message cannot be shown)"
    return f"raised {type(error).__name__}: {text}"[:LONGEST].rstrip(": ")


def oracle(spec: Plain) -> Oracle:
    """A gradient to be asked for: A p + b + c p^3 with p flattened; spec = {"A": (n, n), "b": (n,), "c": (n,)}."""
    a, b, c = (np.array(spec[key], dtype=float) for key in "Abc")

    def gradient(point: np.ndarray) -> np.ndarray:
        p = np.asarray(point, dtype=float)
        if p.size != b.size:
            raise ValueError(f"grad_fn was asked at a point of {p.size} numbers, theta has {b.size}")
        return (a @ p.ravel() + b + c * p.ravel() ** 3).reshape(p.shape)

    return gradient


class _Recorded:
    """An oracle that remembers where it was asked (each point once)."""

    def __init__(self, ask: Oracle) -> None:
        self._ask = ask
        self.points: list[np.ndarray] = []

    def __call__(self, point: Any) -> np.ndarray:
        p = np.array(point, dtype=float)
        if not any(np.array_equal(p, q) for q in self.points):
            self.points.append(p)
        return np.array(self._ask(p.copy()), dtype=float)


def _stacked(points: list[np.ndarray]) -> np.ndarray | Failure:
    if not points:
        return Failure("never called grad_fn")
    if len({p.shape for p in points}) > 1:
        return Failure("called grad_fn at points of different shapes")
    return np.stack(points)


def perform(
    script: Iterable[Plain],
    functions: Mapping[str, Any],
    oracles: Mapping[str, Oracle] | None = None,
    enough: Callable[[str, Value], bool] | None = None,
    ways: Mapping[str, Callable[..., Any]] | None = None,
) -> Answers:
    """Carry a script out and return the answers it records, by name.

    A call that fails costs only the answers that depend on it. After a call was stopped by the time limit no further
    call is made. `functions` maps names to callables; `oracles` maps names to gradients; `ways` what a call may go
    through. With `enough` the rest of the script is left out once it returns True for an answer.
    """
    store: dict[str, Any] = {}
    recorded = {name: _Recorded(ask) for name, ask in (oracles or {}).items()}
    answers: Answers = {}
    stopped: Failure | None = None
    with np.errstate(all="ignore"):
        for op in script:
            if "put" in op:
                store[op["put"]] = op["value"].copy()
            elif "call" in op:
                result = stopped or _call(functions, op, store, recorded, ways or {})
                if isinstance(result, Failure) and result.reason == reason_of(Stopped()):
                    stopped = Failure(NOT_ASKED)
                store[op["call"]] = result
            elif "fill" in op:
                target = _resolve(op["fill"], store)
                if isinstance(target, np.ndarray) and target.flags.writeable:
                    target[...] = op["value"]
            elif "read" in op:
                answers[op["as"]] = answer(_resolve(op["read"], store))
            elif "asked" in op:
                points, result = recorded[op["asked"]].points, _resolve(op["in"], store)
                answers[op["as"]] = answer(result if isinstance(result, Failure) and not points else _stacked(points))
            if enough and "as" in op and enough(op["as"], answers[op["as"]]):
                break
    return answers


def _call(
    functions: Mapping[str, Any],
    op: Plain,
    store: dict[str, Any],
    oracles: dict[str, _Recorded],
    ways: Mapping[str, Callable[..., Any]],
) -> Any:
    name = op["function"]
    if name not in functions:
        return Failure("is not defined: its cell is gone, or ended with an error")
    function = functions[name]
    if "through" in op:
        function = partial(ways[op["through"]], function, op["names"])
    args = []
    for arg in op["args"]:
        if isinstance(arg, dict) and "oracle" in arg:
            args.append(oracles[arg["oracle"]])
        elif isinstance(arg, dict):
            args.append(_resolve(arg, store))
        else:
            args.append(arg)
        if isinstance(args[-1], Failure):
            return args[-1]
    try:
        return function(*args)
    except (Exception, SystemExit, GeneratorExit, Stopped) as error:
        return Failure(reason_of(error))


def _resolve(ref: Plain, store: dict[str, Any]) -> Any:
    found = store[ref["ref"]]
    if "item" not in ref or isinstance(found, Failure):
        return found
    if not isinstance(found, tuple | list | np.ndarray) or len(found) != ref["of"]:
        size = f" of {len(found)}" if isinstance(found, tuple | list) else ""
        if found is None:
            return None
        return Failure(f"returned a {type(found).__name__}{size}, a tuple of {ref['of']} arrays was asked")
    return found[ref["item"]]
