"""Why a call gave no numbers, in a student's words: what the usual exceptions of these exercises mean."""

from __future__ import annotations

from course.judging.scripts import NOT_WRITTEN

MEANINGS = (
    ("symbolic", "NumPy's functions do not take symbolic tensors; those of `keras.ops` do."),
    ("raised NameError", "A name in it has no value: is it misspelt, or defined in a cell that did not run?"),
    ("raised ModuleNotFoundError", "It imports a package that is not installed where it runs."),
    ("raised UnboundLocalError", "A variable is read before it gets its value inside the function."),
    ("positional argument", "It must take the arguments that the exercise lists, in that order."),
    ("unexpected keyword", "It must take the arguments that the exercise lists, under these names."),
    ("only length-1 arrays", "The functions of `math` take single numbers; NumPy's (`np.sqrt`) take arrays."),
    ("only 0-dimensional arrays", "The functions of `math` take single numbers; NumPy's (`np.sqrt`) take arrays."),
    ("truth value of an array", "`if`, `and`, `max` ask one question of a whole array; use `np.where`, `np.maximum`."),
    ("could not be broadcast", "Two arrays of different shapes meet."),
    ("not aligned", "Two arrays meet in a matrix product, and their shapes do not fit; `*` is the elementwise one."),
    ("matmul", "`@` is the matrix product, and the shapes do not fit; `*` is the elementwise one."),
    ("Cannot cast ufunc", "`x -= ...` cannot write floats into an integer array. Compute a new one, `x = x - ...`."),
    ("not subscriptable", "Something that holds no elements is indexed with `[...]`."),
    ("not callable", "Something that is no function is called with `(...)`."),
    ("unsupported operand type", "An operator stands between two things that it cannot join."),
    ("raised IndexError", "An index is beyond the end: is a shape, or a number of elements, taken for granted?"),
    ("raised KeyError", "A key is looked up that is not there; `d.get(key)` gives None instead."),
    ("raised ZeroDivisionError", "A plain number is divided by zero."),
    ("raised OverflowError", "A number became too large for a float."),
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
    (
        "object has no attribute",
        "Is it made, under this name, before it is read: in `__init__`, or in `build`, after `super()` is called?",
    ),
    ("for ^", "A power is `**`; `^` means something else in Python."),
    ("read-only", "It writes into an array that it was only lent."),
    ("took too long", "Is there a loop that does not end?"),
)


def in_words(reason: str) -> str:
    """What a failure means, in one sentence; empty if nothing more can be said than the reason itself."""
    if reason == NOT_WRITTEN:  # with words of its own, it is a library's
        return "It is not written yet."
    return next((meaning for part, meaning in MEANINGS if part in reason), "")
