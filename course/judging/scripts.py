"""What is asked of a learner's function, and what came back: arrays here, plain data on the way.

A script is a list of operations on a small store of named values. It is performed wherever the function lives: in the
learner's notebook (`course.judging.check`), in the grader's sandbox, or beside the reference. All that a verdict needs
is seen from outside: whether a call changed its inputs is found by reading the inputs again, whether a result shares
memory with them by overwriting them and reading the result again.

    Put(key, value)                 a new value
    Call(key, function, args, ...)  call the learner's function; or hand it to a way, which uses it
    Fill(ref, number)               overwrite an array in place
    Read(ref, answer, ...)          record a value under the name `answer`
    Asked(oracle, ref, answer, ...) record where an oracle was asked in the call that gave `ref`

Whoever writes a script notes on each operation what a diagnosis will want to know: of a call its parameters, its kind
and the call that fed it, of an answer its kind and its name. Performing a script needs none of the notes.

An answer is an array, or a Failure that says why there is none. In messages and files a Failure is {"error": text},
with "line" if the learner's line is known; an array is {"dtype": "float64" or "int64", "shape": [n...], "data": its
bytes, little-endian, in base64}. What is put may hold booleans as well, and any number of elements.
"""

from __future__ import annotations

import base64
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass
from functools import partial
from typing import Any

import numpy as np

from course.judging.lines import line_of

Plain = dict[str, Any]
Oracle = Callable[[np.ndarray], np.ndarray]
Way = Callable[..., Any]

LARGEST = 4096  # elements of one answer; the scripts never ask for more than a few dozen
MOST_POINTS = 64  # at which an oracle was asked; in one call, nobody honest asks at more than a few
LONGEST = 300  # characters of one error message
DTYPES = {"float64": np.dtype("<f8"), "int64": np.dtype("<i8")}
PUT = {**DTYPES, "bool": np.dtype("?")}  # what may be put
DTYPE_OF = {"f": "float64", "i": "int64", "u": "int64", "b": "bool"}
NOT_DEFINED = "is not defined"
NOT_WRITTEN = "raised NotImplementedError"  # without words of its own: these would be a library's
NOT_ASKED = "was not asked: an earlier call was stopped"

# What an answer, or a call, is about. NUMBERS are what the function returns for ordinary arguments, with nothing done
# to them: a wrong formula shows there. The next show manners: what happened to an INPUT, whether results are SHARED,
# what INTEGERS and another SHAPE give. Of a BOUNDED answer only bounds are known.
NUMBERS, INPUT, SHARED, INTEGERS, SHAPE, BOUNDED = "numbers", "input", "shared", "integers", "shape", "bounded"


class Stopped(BaseException):
    """Raised by the time limit inside a call; no learner's `except Exception` catches it."""

    why = "took too long"


class UsedTooMuch(Stopped):
    """Raised by the limit on memory."""

    why = "used too much memory"


class Failure:
    """A value that could not be had, and why. line: the learner's own, if an exception was raised there."""

    def __init__(self, reason: str, line: str = "") -> None:
        self.reason, self.line = reason[:LONGEST], line[:LONGEST]

    @property
    def kind(self) -> str:
        """The reason without the words of an exception's message, which differ from one Python to the next."""
        return self.reason.partition(":")[0]

    @property
    def told(self) -> str:
        """The reason as a person reads it, with the line; whoever raises the placeholder knows where."""
        return f"{self.reason} ({self.line})" if self.line and self.reason != NOT_WRITTEN else self.reason


class Cut(Failure):
    """Why the call came to nothing after which no other is made."""


Value = np.ndarray | Failure
Answers = dict[str, Value]
NOT_ANSWERED = Failure("was not answered")
MALFORMED = Failure("the answer is not plain data")


@dataclass(frozen=True)
class Ref:
    """A value of the store; with `item`, that one of the `of` results of a call."""

    key: str
    item: int | None = None
    of: int = 1


@dataclass(frozen=True)
class AskOracle:
    """An argument: the oracle of this name, a function that the learner's function may call."""

    oracle: str


Argument = Ref | AskOracle | float | int | str | None


@dataclass(frozen=True, eq=False)
class Put:
    """A new value in the store: an array as `put` makes it."""

    key: str
    value: np.ndarray


@dataclass(frozen=True, eq=False)
class Call:
    """Call `function` with `args`; or, with a `way`, call that with the function, the `keywords` and the arguments.

    Notes: `parameters` names the arguments, `outputs` what comes back; `kind` is one of NUMBERS, INTEGERS and SHAPE;
    `before` is the key of the call whose results this one is fed.
    """

    key: str
    function: str
    args: tuple[Argument, ...]
    way: str = ""
    keywords: tuple[str, ...] = ()
    parameters: tuple[str, ...] = ()
    outputs: tuple[str, ...] = ()
    kind: str = NUMBERS
    before: str = ""


@dataclass(frozen=True)
class Fill:
    """Overwrite an array in place."""

    ref: Ref
    number: float


@dataclass(frozen=True)
class Read:
    """Record a value as an answer. Notes: its kind, the call that it belongs to, and the name of the output or
    input."""

    ref: Ref
    answer: str
    kind: str = NUMBERS
    call: str = ""
    name: str = ""


@dataclass(frozen=True)
class Asked:
    """Record where an oracle was asked in the call that gave `ref`. Notes as in Read; `name` is the oracle's
    parameter."""

    oracle: str
    ref: Ref
    answer: str
    kind: str = NUMBERS
    call: str = ""
    name: str = ""


Operation = Put | Call | Fill | Read | Asked
Script = Sequence[Operation]
TAGS: dict[str, type[Operation]] = {"put": Put, "call": Call, "fill": Fill, "read": Read, "asked": Asked}
TAG_OF = {kind: tag for tag, kind in TAGS.items()}
# What performing does without. Where an oracle was not asked, its name is told.
NOTES: dict[type[Operation], frozenset[str]] = {
    Call: frozenset(("parameters", "outputs", "kind", "before")),
    Read: frozenset(("kind", "call", "name")),
    Asked: frozenset(("kind", "call")),
}


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
        return Failure(f"returned {_kind(result)}, not a NumPy array or a number")
    array = np.asarray(result)
    if array.dtype.kind not in "fiu":
        return Failure(f"returned an array of {array.dtype}, real numbers were asked")
    if array.size > LARGEST:
        return Failure(f"returned an array of {array.size} elements, at most {LARGEST} are read")
    return np.array(array, dtype=np.int64 if array.dtype.kind in "iu" else np.float64)


def put(array: object) -> np.ndarray:
    """An array as it can be put: float64, int64 or bool, the same wherever the script is performed. ValueError if it
    holds anything else."""
    found = np.asarray(array)
    if found.dtype.kind not in DTYPE_OF:
        raise ValueError(f"an array of {found.dtype} cannot be put: numbers or booleans can")
    return found.astype(DTYPE_OF[found.dtype.kind])


def plain(value: Value) -> Plain:
    """Encode an array or a Failure as plain data."""
    if isinstance(value, Failure):
        return {"error": value.reason} | ({"line": value.line} if value.line else {})
    dtype = DTYPE_OF.get(value.dtype.kind, "float64")
    return {
        "dtype": dtype,
        "shape": list(value.shape),
        "data": base64.b64encode(value.astype(PUT[dtype], copy=False).tobytes()).decode(),
    }


def value(encoded: object) -> Value:
    """Decode plain data; whatever is not well-formed comes back as a Failure. Never raises, never evaluates."""
    if not isinstance(encoded, dict):
        return MALFORMED
    if "error" in encoded:
        texts = (encoded["error"], encoded.get("line", ""))
        return Failure(*texts) if all(isinstance(text, str) for text in texts) else MALFORMED
    try:
        shape = encoded["shape"]
        if len(shape) > 8 or not all(type(n) is int and 0 <= n <= LARGEST for n in shape):
            return MALFORMED
        array = _array(encoded, DTYPES)
        return array if array.size <= LARGEST else MALFORMED
    except (KeyError, TypeError, ValueError):
        return MALFORMED


def _array(encoded: Plain, dtypes: Mapping[str, np.dtype[Any]]) -> np.ndarray:
    data = base64.b64decode(encoded["data"], validate=True)
    return np.frombuffer(data, dtypes[encoded["dtype"]]).reshape(encoded["shape"])


def encoded(script: Iterable[Operation], notes: bool = True) -> list[Plain]:
    """The script as plain data; without the notes it can be performed, not diagnosed."""
    return [_encoded(op, () if notes else NOTES.get(type(op), ())) for op in script]


def _encoded(op: Operation, without: Collection[str]) -> Plain:
    data: Plain = {"op": TAG_OF[type(op)], **vars(op)}
    for note in without:
        del data[note]
    if isinstance(op, Put):
        data["value"] = plain(op.value)
    elif isinstance(op, Call):
        data["args"] = [vars(arg) if isinstance(arg, Ref | AskOracle) else arg for arg in op.args]
    else:
        data["ref"] = vars(op.ref)
    return data


def decoded(script: Iterable[Plain]) -> list[Operation]:
    """The inverse of `encoded`. ValueError if it is no script."""
    try:
        return [_decoded(op) for op in script]
    except (KeyError, TypeError, ValueError, AttributeError):
        raise ValueError("this is no script") from None


def _decoded(data: Plain) -> Operation:
    fields = {name: field for name, field in data.items() if name != "op"}
    kind = TAGS[data["op"]]
    if kind is Put:
        return Put(fields["key"], _array(fields["value"], PUT))
    if kind is Call:
        fields["args"] = tuple(map(_argument, fields["args"]))
        for name in ("keywords", "parameters", "outputs"):
            fields[name] = tuple(fields.get(name, ()))
    else:
        fields["ref"] = Ref(**fields["ref"])
    return kind(**fields)


def _argument(data: Any) -> Argument:
    if not isinstance(data, dict):
        given: float | int | str | None = data
        return given
    return AskOracle(**data) if "oracle" in data else Ref(**data)


def reason_of(error: BaseException) -> str:
    """One line for an exception raised by foreign code, whose own `__str__` may misbehave."""
    if isinstance(error, Stopped):
        return f"{error.why} and was stopped"
    try:
        text = " ".join(str(error).split())
    except BaseException:
        text = "(its message cannot be shown)"
    return f"raised {type(error).__name__}: {text}"[:LONGEST].rstrip(": ")


def oracle(spec: Plain) -> Oracle:
    """A smooth vector field to be asked for: A p + b + c p^3 with p flattened.

    spec = {"A": (n, n), "b": (n,), "c": (n,), "shape": that of a point, "name": what the learner calls it}. Without a
    shape any will do that has so many numbers.
    """
    a, b, c = (np.array(spec[key], dtype=float) for key in "Abc")
    name = spec.get("name", "the function")
    shape = tuple(spec["shape"]) if "shape" in spec else None

    def field(point: np.ndarray) -> np.ndarray:
        p = np.asarray(point, dtype=float)
        if p.size != b.size:
            raise ValueError(f"{name} was asked at a point of {p.size} numbers, there are {b.size}")
        if shape is not None and p.shape != shape:
            raise ValueError(f"{name} was asked at a point of shape {p.shape}, the parameters have {shape}")
        return (a @ p.ravel() + b + c * p.ravel() ** 3).reshape(p.shape)

    return field


class Recorded:
    """An oracle that remembers where it was asked: each point once, and MOST_POINTS of them."""

    def __init__(self, ask: Oracle) -> None:
        self._ask = ask
        self.points: list[np.ndarray] = []

    def __call__(self, point: Any) -> np.ndarray:
        """What the oracle answers."""
        p = np.array(point, dtype=float)
        if len(self.points) < MOST_POINTS and not any(np.array_equal(p, q) for q in self.points):
            self.points.append(p)
        return np.array(self._ask(p.copy()), dtype=float)


def where_asked(oracle: Recorded, result: object, name: str) -> Value:
    """The points at which an oracle was asked, one below the other; or why there are none: the Failure to which the
    call came, if it came to one."""
    points = oracle.points
    if not points:
        return result if isinstance(result, Failure) else Failure(f"never called {name}")
    if len({p.shape for p in points}) > 1:
        return Failure(f"called {name} at points of different shapes")
    return answer(np.stack(points))


def perform(
    script: Iterable[Operation],
    functions: Mapping[str, Any],
    oracles: Mapping[str, Oracle] | None = None,
    enough: Callable[[str, Value], bool] | None = None,
    ways: Mapping[str, Way] | None = None,
    within: AbstractContextManager[None] | None = None,
) -> Answers:
    """Carry a script out and return the answers it records, by name.

    A call that fails costs only the answers that depend on it. After a call was stopped by a limit no further call is
    made. Each call stands in the context `within`. `functions` maps names to callables; `oracles` maps names to
    functions of an array; `ways` what a call may go through. With `enough` the rest of the script is left out once it
    returns True for an answer.
    """
    store: dict[str, Any] = {}
    recorded = {name: Recorded(ask) for name, ask in (oracles or {}).items()}
    answers: Answers = {}
    stopped: Failure | None = None
    with np.errstate(all="ignore"):
        for op in script:
            if isinstance(op, Put):
                store[op.key] = op.value.copy()
            elif isinstance(op, Call):
                result = stopped or _call(functions, op, store, recorded, ways or {}, within or nullcontext())
                if isinstance(result, Cut):
                    stopped = Failure(NOT_ASKED)
                store[op.key] = result
            elif isinstance(op, Fill):
                target = _resolve(op.ref, store)
                if isinstance(target, np.ndarray) and target.flags.writeable:
                    target[...] = op.number
            else:
                found = _resolve(op.ref, store)
                if isinstance(op, Asked):
                    found = where_asked(recorded[op.oracle], found, op.name)
                answers[op.answer] = answer(found)
                if enough and enough(op.answer, answers[op.answer]):
                    break
    return answers


def _call(
    functions: Mapping[str, Any],
    op: Call,
    store: dict[str, Any],
    oracles: dict[str, Recorded],
    ways: Mapping[str, Way],
    within: AbstractContextManager[None],
) -> Any:
    if op.function not in functions:
        return Failure(f"{NOT_DEFINED}: no cell that ran has given this name a value")
    function = own = functions[op.function]
    if op.way:
        function = partial(ways[op.way], function, op.keywords)
    args: list[Any] = []
    for arg in op.args:
        if isinstance(arg, Ref):
            args.append(_resolve(arg, store))
        else:
            args.append(oracles[arg.oracle] if isinstance(arg, AskOracle) else arg)
        if isinstance(args[-1], Failure):
            return args[-1]
    try:
        with within:
            return _kept(function(*args))
    except Stopped as error:
        return Cut(reason_of(error), line_of(error, own))
    except (Exception, SystemExit, GeneratorExit) as error:
        return Failure(reason_of(error), line_of(error, own))


def _kind(result: object) -> str:
    """What something is, with its article."""
    name = type(result).__name__
    return f"{'an' if name[0] in 'aeiouAEIO' or name == 'ndarray' else 'a'} {name}"


def _kept(result: Any) -> Any:
    """A result as it is kept until it is read: without arrays that nobody will read, which may be giant."""
    if type(result) is np.ndarray and result.size > LARGEST:
        return answer(result)
    if isinstance(result, tuple | list) and any(type(r) is np.ndarray and r.size > LARGEST for r in result):
        return tuple(map(_kept, result))
    return result


def _resolve(ref: Ref, store: dict[str, Any]) -> Any:
    found = store[ref.key]
    if ref.item is None or isinstance(found, Failure):
        return found
    several = isinstance(found, tuple | list) or (isinstance(found, np.ndarray) and found.ndim > 0)
    if not several or len(found) != ref.of:
        size = f" of {len(found)}" if isinstance(found, tuple | list) else ""
        if found is None:
            return None
        return Failure(f"returned {_kind(found)}{size}, a tuple of {ref.of} arrays was asked")
    return found[ref.item]
