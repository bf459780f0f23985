"""What may not answer raises while an exercise is asked, however it is come by, and works again afterwards."""

from __future__ import annotations

import contextlib
import gc
import importlib
import importlib.util
import inspect
import opcode
import os
import subprocess
import sys
import types
from collections import namedtuple
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import course.judging.barred
from course.judging import scripts
from course.judging.barred import OF_THE_COURSE, REFUSING, MayNotAnswer, barred, known_by
from course.workshop import unrolled

SOURCE = """
import functools
def wrapped(function):
    @functools.wraps(function)
    def wrapper(*args):
        return function(*args)
    return wrapper
@wrapped
def halved(x):
    first, second = x + 1, x - 1
    return (first + second) / 4
class Rule:
    def __init__(self, rate): self.rate = rate
    def step(self, x): return x - self.rate * x / (1 + x * x)
    def twice(self, x): return self.step(self.step(x))
    def damped(self, x): return x - self.rate * x / (1 + x * x) + self.rate * (x - 1) / (2 + x * x) - x * x * x * x / 9
    def asked(self, x): return x.step(self)
class Named(Rule):
    def step(self, x): return super().step(x) * 1.0 + 0.0 * x
def made(rate):
    def inner(x): return x - rate * x / (2 + x * x)
    return inner
"""
LINES = "".join(f"    x = x + {n} * rate if x > rate else x - {n}\n" for n in range(1, 9))
SOURCE += f"def long(x, rate=1.0):\n{LINES}    return x\n"
NAME = "rules_of_a_test"


@pytest.fixture
def rules(tmp_path: Path) -> Iterator[Any]:
    path = tmp_path / f"{NAME}.py"
    path.write_text(SOURCE)
    yield loaded(path)
    sys.modules.pop(NAME, None)


def loaded(path: Path, name: str = NAME) -> types.ModuleType:
    spec = importlib.util.spec_from_file_location(name, path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[NAME] = sys.modules.get(NAME, module)
    spec.loader.exec_module(module)
    return module


def from_text(r: Any) -> Callable[[float], float]:
    found: dict[str, Any] = {}
    exec(inspect.cleandoc(inspect.getsource(r.Rule.step)), found)
    step = found["step"]
    return lambda x: step(r.Rule(0.5), x)


def copied(r: Any) -> Callable[[float], float]:
    step = types.FunctionType(r.Rule.step.__code__, {})
    return lambda x: step(r.Rule(0.5), x)


def derived(r: Any) -> Callable[[float], float]:
    class Mine(r.Rule):  # type: ignore[misc]
        pass

    return lambda x: Mine(0.5).twice(x)


KEPT: dict[str, Callable[[Any], Callable[[float], float]]] = {
    "a function": lambda r: r.halved,
    "what it wraps": lambda r: r.halved.__wrapped__,
    "a method": lambda r: r.Rule(0.5).step,
    "a class that overrides nothing": derived,
    "a method that calls the base": lambda r: r.Named(0.5).step,
    "a function that was made by another": lambda r: r.made(0.5),
    "a copy": copied,
    "the same text once more": from_text,
    "the module once more": lambda r: loaded(Path(r.__file__), "another").halved,
}


@pytest.mark.parametrize("kept", KEPT)
def test_what_was_kept_before_raises_while_it_is_barred_and_only_then(rules: Any, kept: str) -> None:
    function = KEPT[kept](rules)
    before = function(3.0)
    with barred((NAME,)), pytest.raises(MayNotAnswer, match=f"{NAME} may not answer in the place of your own code"):
        function(3.0)
    assert function(3.0) == before


def spelt_otherwise(r: Any) -> Callable[[float], float]:
    """The long function with other names for its variables, as an editor would write it."""
    text = inspect.getsource(r.long).replace("rate", "eta").replace("x", "w")
    found: dict[str, Any] = {}
    exec(text, found)
    return found["long"]


def edited(code: types.CodeType) -> Iterator[Callable[[], types.CodeType]]:
    """Ways to give code another look."""
    yield lambda: code.replace(co_varnames=tuple(f"{name}_" for name in code.co_varnames), co_name="mine")
    yield lambda: code.replace(co_consts=(*code.co_consts, "mine"))
    yield lambda: code.replace(co_code=code.co_code + code.co_code[-2:])
    yield lambda: code.replace(co_code=bytes([opcode.opmap["NOP"], 0]) + code.co_code[2:])


def test_the_instructions_of_a_long_rule_are_known_whatever_its_names_are(rules: Any) -> None:
    function = spelt_otherwise(rules)
    assert function(3.0) == rules.long(3.0)
    with barred((NAME,)), pytest.raises(MayNotAnswer, match=NAME):
        function(3.0)
    assert function(3.0) == rules.long(3.0)


def test_no_new_code_is_made_of_barred_instructions_and_of_one_s_own_it_is(rules: Any) -> None:
    mine = (lambda x, rate: x - rate * x).__code__
    with barred((NAME,)):
        pass  # from now on, also between questions
    for tries in (*edited(rules.Rule.damped.__code__), *edited(rules.long.__code__)):
        with pytest.raises(MayNotAnswer, match=NAME):
            tries()
    assert all(tries() for tries in edited(mine))
    assert all(tries() for tries in edited((lambda a, b: a.step(b)).__code__))  # as short code is anybody's
    with pytest.raises(MayNotAnswer, match="no plain bytes"):
        mine.replace(co_code=type("Bytes", (bytes,), {})(mine.co_code))


def test_a_class_may_derive_and_override_the_step(rules: Any) -> None:
    class Mine(rules.Rule):  # type: ignore[misc]
        def step(self, x: float) -> float:
            return x / 2

    with barred((f"{NAME}.Rule.step",)):
        assert Mine(0.5).twice(4.0) == 1.0
        with pytest.raises(MayNotAnswer, match=r"Rule\.step"):
            rules.Rule(0.5).twice(4.0)


def test_other_functions_work_on(rules: Any) -> None:
    with barred((f"{NAME}.Rule", "a.module.that.is.nowhere", f"{NAME}.nothing")):
        assert rules.halved(2.0) == 1.0
        assert len(inspect.getsource(barred)) > 0
    with barred(()):
        assert rules.Rule(0.5).rate == 0.5


def test_what_the_course_computes_bars_nothing_of_others() -> None:
    """Not even what Python writes into every dataclass and named tuple."""
    for name in OF_THE_COURSE:
        importlib.import_module(name)
    named, plain = namedtuple("named", "x y")(1, 2), dataclass(type("plain", (), {"__annotations__": {"x": int}}))(3)
    with barred(OF_THE_COURSE):
        assert named._replace(x=5)._asdict() == {"x": 5, "y": 2}
        assert repr(plain) == "plain(x=3)"
        with pytest.raises(MayNotAnswer):
            unrolled.momentum(lambda point: point, np.zeros(2), 3, 0.1)


def test_what_was_given_other_code_meanwhile_is_barred_when_that_is_done_again(rules: Any) -> None:
    before = rules.made.__code__
    with barred((NAME,)) as bar:
        rules.made.__code__ = before
        assert rules.made(1.0)(0.0) == 0.0
        bar.lower()
        with pytest.raises(MayNotAnswer):
            rules.made(1.0)
    assert rules.made.__code__ is before


def test_code_that_looks_like_what_refuses_is_barred_like_all_other(rules: Any) -> None:
    with barred((NAME,)):
        pass
    rule = rules.Rule(0.5)
    rules.Rule.step.__code__ = rules.Rule.step.__code__.replace(co_filename=REFUSING)
    with barred((NAME,)), pytest.raises(MayNotAnswer):
        rule.step(3.0)
    assert rule.step(3.0) == 2.85


def test_what_two_names_bar_each_of_them_bars(rules: Any) -> None:
    names = (NAME, f"{NAME}.Rule.step")
    copy, rule = types.FunctionType(rules.Rule.step.__code__, {}), rules.Rule(0.5)
    known = known_by(names)
    for name in names:
        assert {(rules.Rule.step, name), (copy, name)} <= {*known[1]}  # also where no copy is sought any more
        for function in (rules.Rule.step, copy):
            with barred((name,), known), pytest.raises(MayNotAnswer):
                function(rule, 3.0)
            assert function(rule, 3.0) == 2.85


def test_what_is_given_barred_code_is_shown_by_the_garbage_collector_from_then_on(tmp_path: Path) -> None:
    """In a process of its own, since what is hidden and what refuses stays so."""
    (tmp_path / f"{NAME}.py").write_text(SOURCE)
    code = (
        f"import gc, {NAME} as r\n"
        "from course.judging.barred import barred, known_by, refuse_loading\n"
        "def mine(x, rate): return 0.0\n"
        f"known = known_by(['{NAME}'])\n"
        "refuse_loading(*known)\n"
        "gc.freeze()\n"
        "hidden = gc.get_freeze_count()\n"
        "mine.__code__ = (lambda x, rate: 1.0).__code__\n"
        "r.long.__code__ = r.long.__code__\n"
        "assert gc.get_freeze_count() > hidden / 2\n"
        "mine.__code__ = r.long.__code__\n"
        "assert gc.get_freeze_count() == 0\n"
        f"with barred(['{NAME}'], known):\n"
        "    try:\n"
        "        print(mine(1.0, 1.0))\n"
        "    except Exception as error:\n"
        "        print(error)\n"
    )
    ran = subprocess.run([sys.executable, "-c", code], cwd=tmp_path, capture_output=True, text=True, check=False)
    assert ran.stdout.startswith(f"{NAME} may not answer"), ran.stderr


def performed(function: Callable[[], Any]) -> scripts.Value:
    """What a call without arguments answers in a script."""
    script: list[scripts.Operation] = [scripts.Call("y", "f", ()), scripts.Read(scripts.Ref("y"), "answer")]
    return scripts.perform(script, {"f": function})["answer"]


def put_into_another(code: types.CodeType) -> Callable[[float], float]:
    def mine(x: float) -> float:
        return 0.0

    mine.__code__ = code
    return mine


def code_of(r: Any) -> types.CodeType:
    code: types.CodeType = r.halved.__wrapped__.__code__
    return code


GOT: dict[str, Callable[[Any], Callable[[], Any]]] = {
    "of its code": lambda r: partial(lambda code: types.FunctionType(code, {})(3.0), code_of(r)),
    "by its code in another": lambda r: partial(lambda code: put_into_another(code)(3.0), code_of(r)),
    "from its text": lambda r: partial(exec, inspect.getsource(r), {}),
    "from its file": lambda r: partial(loaded, Path(r.__file__), "another"),
}


@pytest.mark.parametrize("got", GOT)
def test_while_something_is_asked_no_barred_function_can_be_made(rules: Any, got: str) -> None:
    ask = GOT[got](rules)
    with barred((NAME,)):
        answer = performed(ask)
        assert isinstance(answer, scripts.Failure)
        assert f"MayNotAnswer: {NAME} may not answer" in answer.reason
        ask()  # a cell may, between questions
    assert not isinstance(performed(lambda: 3.0), scripts.Failure)


def blinded() -> None:
    """What refuses, found among all objects, is given other code; names that it might use, other values."""
    gc.unfreeze()
    functions = [f for f in gc.get_objects() if type(f) is types.FunctionType]
    for hook in [f for f in functions if f.__qualname__ == "refuse_loading.<locals>.hook"]:
        hook.__code__ = (lambda *_, **__: None).__code__


def replaced_names() -> None:
    for name in ("_mark", "_marks", "_performs", "MAKING", "STARTING"):
        vars(course.judging.barred)[name] = ()


@pytest.mark.parametrize("blind", [blinded, replaced_names])
def test_what_refuses_cannot_be_changed(rules: Any, blind: Callable[[], None], monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("_mark", "_marks", "_performs", "MAKING", "STARTING"):
        monkeypatch.setattr(course.judging.barred, name, getattr(course.judging.barred, name))  # put back afterwards

    code = code_of(rules)  # as it is before it is barred

    def tries() -> Any:
        with contextlib.suppress(MayNotAnswer):
            blind()
        return types.FunctionType(code, {})(3.0)

    with barred((NAME,)):
        answer = performed(tries)
    assert isinstance(answer, scripts.Failure)
    assert "may not answer" in answer.reason


@pytest.mark.parametrize("start", [lambda: os.system("true"), lambda: subprocess.run(["true"]).returncode, os.fork])
def test_while_something_is_asked_no_other_process_is_started(rules: Any, start: Callable[[], Any]) -> None:
    with barred((NAME,)):
        answer = performed(start)
    assert isinstance(answer, scripts.Failure)
    assert "another process may not answer" in answer.reason


def test_a_function_of_a_module_that_is_not_imported_is_known_by_its_file(tmp_path: Path) -> None:
    code = (
        "import sys\n"
        "from course.judging.barred import known_by\n"
        "assert 'statistics' not in sys.modules and 'wsgiref' not in sys.modules\n"
        "names = ('statistics.fmean', 'statistics.NormalDist', 'wsgiref.util.shift_path_info', 'statistics.nothing')\n"
        "marks, functions = known_by(names)\n"
        "import statistics, wsgiref.util\n"
        "codes = {name: {mark[0] for mark, of in marks if of == name} for name in names}\n"
        "assert not functions\n"
        "assert statistics.fmean.__code__.co_code in codes[names[0]]\n"
        "assert statistics.NormalDist.cdf.__code__.co_code in codes[names[1]]\n"
        "assert statistics.fmean.__code__.co_code not in codes[names[1]]\n"
        "assert wsgiref.util.shift_path_info.__code__.co_code in codes[names[2]]\n"
        "assert not codes[names[3]]\n"
        "print('so it is')\n"
    )
    ran = subprocess.run([sys.executable, "-c", code], cwd=tmp_path, capture_output=True, text=True, check=False)
    assert ran.stdout == "so it is\n", ran.stderr


def test_what_is_not_imported_is_known_by_its_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    package = tmp_path / "a_package_of_a_test" / "rules"
    package.mkdir(parents=True)
    for folder in (package.parent, package):
        (folder / "__init__.py").touch()
    (package / "more.py").write_text("def halved(x):\n    first, second = x, x - x\n    return (first + second) / 2")
    monkeypatch.syspath_prepend(str(tmp_path))
    name = "a_package_of_a_test.rules"
    with barred((name,)):
        answer = performed(lambda: importlib.import_module(f"{name}.more").halved(3.0))
        assert isinstance(answer, scripts.Failure)
        assert f"{name} may not answer" in answer.reason
    assert importlib.import_module(f"{name}.more").halved(3.0) == 1.5
