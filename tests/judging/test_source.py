"""What is read from the text of a learner's code: only what is certain, and in the notebook as in the grader."""

from __future__ import annotations

import gc
import linecache
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from autograder.proof.told import contradicted
from course.judging.diagnosis.source import Code, binds, parsed, text_of

STEP = """import numpy as np
%matplotlib inline
def step(theta, v, grad, eta, gamma=0.9):
    {}
    return theta, v
"""


def step(*lines: str) -> Code:
    return Code(STEP.format("\n    ".join(lines)), "step")


@pytest.mark.parametrize(
    ("line", "unused"),
    [
        ("theta = theta - eta * grad", {"gamma"}),
        ("theta = theta - eta * grad * gamma ** 0", set()),
        ("grad = 0.0", {"grad", "eta", "gamma"}),
        ("grad += 1", {"eta", "gamma"}),
        ("theta = (lambda: theta - eta * gamma * grad)()", set()),
        ("theta = theta - eval('eta * grad')", set()),
    ],
)
def test_an_argument_is_unused_if_nothing_reads_it(line: str, unused: set[str]) -> None:
    code = step(line)
    assert {name for name in ("theta", "v", "grad", "eta", "gamma") if code.unused(name)} == unused


@pytest.mark.parametrize(
    ("lines", "writes"),
    [
        (["theta -= eta * grad"], [(4, "theta", "-=", "")]),
        (["theta[:] = theta - eta * grad"], [(4, "theta", "[...] =", "")]),
        (["theta[0] -= eta"], [(4, "theta", "-=", "")]),
        (["np.subtract(theta, eta * grad, out=theta)"], [(4, "theta", "out=", "")]),
        (["new = theta", "new -= eta * grad"], [(5, "theta", "-=", "new")]),
        (["new = np.asarray(theta)", "new[:] = 0"], [(5, "theta", "[...] =", "new")]),
        (["if eta > 0:", "    v *= gamma"], [(5, "v", "*=", "")]),
        (["new = theta.copy()", "new -= eta * grad"], []),
        (["theta = theta - eta * grad", "theta *= 2"], []),
        (["if eta > 0:", "    theta = theta * 1.0", "theta -= eta * grad"], []),
        (["for _ in range(2):", "    theta -= eta * grad", "    theta = theta * 1.0"], []),
        (["new = theta - 1", "np.copyto(new, v)"], []),
        (["np.copyto(v, grad)"], [(4, "v", "copyto(...)", "")]),
        (["match eta:", "    case 0:", "        theta -= grad"], [(6, "theta", "-=", "")]),
        (["match eta:", "    case 0:", "        theta = theta * 1.0", "theta -= grad"], []),
        (["match grad:", "    case theta:", "        pass", "theta -= grad"], []),
        (["match grad:", "    case [_, *theta] | {**theta}:", "        theta -= 1"], []),
    ],
)
def test_a_line_writes_into_an_argument_only_where_that_is_certain(lines: list[str], writes: list[object]) -> None:
    found = [(w.line.number, w.parameter, w.form, w.alias) for w in step(*lines).writes()]
    assert found == writes


def test_returns_defaults_and_what_was_released() -> None:
    assert step("pass").returns()
    assert not Code("def f(x):\n    g = lambda: 1\n    def h():\n        return x\n    return\n", "f").returns()
    assert step("pass").default("gamma") == 0.9
    assert Code("def f(x, *, k=-2):\n    return x\n", "f").default("k") == -2
    assert Code("def f(x, k=K):\n    return x\n", "f").default("k") is None
    assert Code("def f(x):\n    # YOUR CODE HERE\n    raise NotImplementedError()\n", "f").unwritten
    assert Code("def f(x):\n    raise NotImplementedError\n", "f").unwritten == ["f"]
    methods = "    def a(self):\n        return 1\n    def b(self):\n        raise NotImplementedError()\n"
    assert Code(f"class F:\n{methods}", "F").unwritten == ["b"]
    assert not Code("def f(x):\n    raise NotImplementedError('no complex numbers')\n", "f").unwritten


@pytest.mark.parametrize(
    "text",
    ["def f(x:\n", "f = lambda x: x\n", "def f(x):\n    return x\nf = abs\n", "def g(x):\n    return x\n", "\0", ""],
)
def test_of_what_is_not_one_plain_definition_nothing_is_said(text: str) -> None:
    code = Code(text, "f")
    assert code.node is None
    assert not code.unused("x")
    assert code.writes() == []
    assert code.returns()
    assert not code.unwritten


def test_cells_that_give_a_name_a_value() -> None:
    assert binds("def f(x):\n    return x\n", "f")
    assert binds("%time\nif True:\n    f = abs\n", "f")
    assert binds("f(x) :=", "f")  # no Python: it may
    assert not binds("y = f(2)\n", "f")


def test_the_text_of_a_function_or_class_is_that_of_its_cell() -> None:
    """As IPython does it: the text of each cell is kept in the cache of lines, under a name of its own."""
    cell = "K = 2\nclass Made:\n    def f(self):\n        return K\ndef made(x):\n    return x\n"
    linecache.cache["<cell 7>"] = (len(cell), None, cell.splitlines(keepends=True), "<cell 7>")
    names: dict[str, object] = {}
    exec(compile(cell, "<cell 7>", "exec"), names)
    assert text_of(names["made"], "made") == cell  # type: ignore[arg-type]
    assert text_of(names["Made"], "Made") == cell  # type: ignore[arg-type]
    assert text_of(names["made"], "other") == ""  # type: ignore[arg-type]
    exec("def made(x):\n    return x\n", names)
    assert text_of(names["made"], "made") == ""  # type: ignore[arg-type]


def test_a_line_is_quoted_as_it_stands_there() -> None:
    lines = ['np.subtract(theta, (eta)*grad,  # "uphill`', "            out = theta)"]
    (write,) = step(*lines).writes()
    assert str(write.line) == "line 4, `np.subtract(theta, (eta)*grad, # \"uphill' out = theta)`"
    code = step(*lines)
    message = f"L{str(write.line)[1:]}, writes into theta."
    assert list(contradicted(message, code.text, lambda theta: theta)) == []
    assert list(contradicted(message.replace("(eta)", "eta"), code.text, lambda theta: theta))
    assert code.node is not None
    assert code.line(code.node).text == "def step(theta, v, grad, eta, gamma=0.9):"


CLASS = """class Own:
    def update_step(self, g, variable, rate):
        {}
        v_hat = self.v / (1 - self.beta ** t)
        variable.assign_sub(rate * g / (ops.sqrt(v_hat) + self.eps))
"""


@pytest.mark.parametrize(
    ("line", "adds"),
    [
        ("t = ops.cast(self.iterations, g.dtype); t = t + 1", True),
        ("n = self.iterations.numpy(); t = float(n); t += 1", True),
        ("t = ops.cast(self.iterations + 1, g.dtype)", True),
        ("t = ops.cast(self.iterations, g.dtype)", False),
        ("t = self.iterations", False),
    ],
)
def test_what_is_added_to_another_name_for_it_is_added_to_it(line: str, adds: bool) -> None:
    assert Code(CLASS.format(line), "Own").adds_to("iterations") is adds


@pytest.fixture
def busy_threads() -> Iterator[None]:
    """Threads take turns as often as they can, and garbage is collected all the time, with a word in Python each."""

    def word(phase: str, info: dict[str, Any]) -> None:
        sum(range(50))

    interval, threshold = sys.getswitchinterval(), gc.get_threshold()
    sys.setswitchinterval(1e-6)
    gc.set_threshold(50)
    gc.callbacks.append(word)
    yield
    gc.callbacks.remove(word)
    gc.set_threshold(*threshold)
    sys.setswitchinterval(interval)


@pytest.mark.usefixtures("busy_threads")
def test_threads_that_read_code_at_once_do_not_disturb_each_other() -> None:
    """With `ast.parse` alone a few in a hundred end in SystemError, in Python 3.11."""
    text = "\n".join(f"def f{i}(x):\n    return [a for a in x if (lambda q: q + {i})(a)][{i}:]" for i in range(60))
    with ThreadPoolExecutor(4) as threads:
        assert {len(body) for body in threads.map(parsed, [text] * 80)} == {60}
