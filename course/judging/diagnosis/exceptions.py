"""Why a call gave no numbers, in a student's words: what the usual exceptions of these exercises mean."""

from __future__ import annotations

import ast
import re

from course.judging.diagnosis.evidence import Evidence
from course.judging.diagnosis.source import Code
from course.judging.scripts import NOT_WRITTEN

# What TensorFlow and JAX say where a tensor is asked for its numbers while a step is traced.
TRACED = re.compile(r"[Ss]ymbolic|only available when eager|Tracer|NotAllowedInGraph|ConcretizationType")
TRACING = "Where a step is compiled (`fit` does so), a tensor has no numbers yet, and something asks for them"
PLAIN_NUMBERS = {"float", "int", "bool"}
MEANINGS = (
    ("raised NameError", "A name in it has no value: is it misspelt, or defined in a cell that did not run?"),
    ("raised ModuleNotFoundError", "It imports a package that is not installed where it runs."),
    ("raised UnboundLocalError", "A variable is read before it gets its value inside the function."),
    ("only length-1 arrays", "`float` and the functions of `math` take single numbers; `np.sqrt` takes arrays."),
    ("only 0-dimensional", "`float` and the functions of `math` take single numbers; `np.sqrt` takes arrays."),
    ("truth value of an array", "`if`, `and`, `max` ask one question of a whole array; use `np.where`, `np.maximum`."),
    ("could not be broadcast", "Two arrays of different shapes meet."),
    ("not aligned", "Two arrays meet in a matrix product, and their shapes do not fit; `*` is the elementwise one."),
    ("matmul", "That is a matrix product, and the shapes do not fit; `*` is the elementwise one."),
    ("Cannot cast ufunc", "Floats cannot be written into an integer array. Compute a new one, `x = x - ...`."),
    ("not subscriptable", "Something that holds no elements is indexed with `[...]`."),
    ("not callable", "Something that is no function is called with `(...)`."),
    ("unsupported operand type", "An operator stands between two things that it cannot join."),
    ("raised IndexError", "An index is beyond the end: is a shape, or a number of elements, taken for granted?"),
    ("raised KeyError", "A key is looked up that is not there; `d.get(key)` gives None instead."),
    ("negative power", "Zero is raised to a negative power."),
    ("raised ZeroDivisionError", "A plain number is divided by zero, or a remainder by zero is asked."),
    ("raised OverflowError", "A number became too large."),
    (
        "not recognized: {",
        "`__init__` must take the arguments that the exercise lists, and hand `**kwargs` to `super()`.",
    ),
    ("raised RecursionError", "The function calls itself too often, or without end."),
    ("'Recorded'", "What it was given is a function: call it with a point, `f(point)`."),
    *(
        (f"'{kind}' object has no attribute", "Something is of another kind than the code takes it for.")
        for kind in ("NoneType", "float", "int", "list", "tuple", "dict", "str", "numpy.ndarray", "numpy.float64")
    ),
    ("bitwise_xor", "A power is `**`; `^` means something else in Python."),
    ("for ^", "A power is `**`; `^` means something else in Python."),
    ("singleton tf.Variable", "A variable is made while a step is compiled; `build` is the place to make it, once."),
    ("OptimizeResult", "What SciPy found is its `x`: the array is `result.x`."),
    ("read-only", "It writes into an array that it was only lent."),
    ("took too long", "Is there a loop that does not end?"),
)


def in_words(reason: str, evidence: Evidence) -> str:
    """What a failure means, in a sentence or two; empty if nothing more can be said than the reason itself."""
    code, name = evidence.code, evidence.key.exercise
    if reason == NOT_WRITTEN:  # with words of its own, or where the code has none, it is a library's
        missing = [f"`{part}`" for part in code.unwritten] if code else []
        said = f"Not written yet: {', '.join(missing)}." if code and code.is_class else "It is not written yet."
        return said if missing else ""
    if TRACED.search(reason):
        asks = _asks_for_numbers(code) if code and code.is_class else []
        places = f" (see {' and '.join(asks)})" if asks else ""
        return f"{TRACING}{places}. The functions of `keras.ops` do without."
    if f"'{name}' object has no attribute" in reason:
        return "Is it made, under this name, before it is read: in `__init__`, or in `build`, after `super()` ran?"
    of_its_own = re.search(rf"\b{re.escape(name)}(\.__init__)?\(\)", reason)
    if of_its_own and "argument" in reason:
        return "It must take the arguments that the exercise lists, under these names and in that order."
    if "returned None" in reason and code and code.function and not code.returns():
        return "No `return` in it gives anything back."
    return next((meaning for part, meaning in MEANINGS if part in reason), "")


def _asks_for_numbers(code: Code) -> list[str]:
    """The calls in the methods of a class that ask a tensor for its numbers, or may do so, each with its line."""
    found = []
    for call in code.calls(without=("__init__", "get_config", "from_config")):
        function, numbers = call.func, all(isinstance(arg, ast.Constant) for arg in call.args)
        of_a_tensor = isinstance(function, ast.Attribute) and function.attr in ("numpy", "item", "tolist")
        of_numpy = isinstance(function, ast.Attribute) and ast.unparse(function.value) in ("np", "numpy", "math")
        plain = isinstance(function, ast.Name) and function.id in PLAIN_NUMBERS
        if of_a_tensor or ((of_numpy or plain) and not numbers):
            found.append(str(code.line(call)))
    return list(dict.fromkeys(found))
