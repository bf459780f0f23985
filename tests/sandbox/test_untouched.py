"""What a submission has changed in modules is put back before its code is asked."""

from __future__ import annotations

import builtins
import functools
import subprocess
import sys
import types
from collections.abc import Callable, Iterator

import pytest

from autograder.sandbox.inside.untouched import untouched
from course.judging import public

SOURCE = """
import functools, types
SETTING = "as before"
def load(path, safe=True, *, strict=True):
    return path, safe, strict
def wrapped(function):
    @functools.wraps(function)
    def wrapper(*args):
        return function(*args)
    return wrapper
@wrapped
def save(path):
    return path
def calls(thing):
    return callable(thing)
class Model:
    def fit(self): return "fitted"
    @classmethod
    def made(cls): return "made"
    @staticmethod
    def loose(): return "loose"
    @property
    def size(self): return 1
saving = types.ModuleType("framework.saving")
saving.load = load
"""


@pytest.fixture
def framework() -> Iterator[types.ModuleType]:
    module = types.ModuleType("framework")
    sys.modules["framework"] = module
    exec(SOURCE, vars(module))
    sys.modules["framework.saving"] = module.saving
    yield module
    for name in ("framework", "framework.saving"):
        sys.modules.pop(name, None)


def works() -> tuple[object, ...]:
    import framework  # type: ignore[import-not-found]

    model = framework.Model()
    return (
        framework.load("x"), framework.save("x"), framework.saving.load("x"), model.fit(), model.made(), model.loose(),
        model.size, f_calls(framework), sys.modules["framework.saving"] is framework.saving, len([1, 2]),
    )  # fmt: skip


def f_calls(framework: types.ModuleType) -> object:
    return framework.calls(3)


LIE = lambda *args, **options: "a lie"  # noqa: E731
CHANGES: dict[str, Callable[[types.ModuleType], object]] = {
    "a function": lambda f: setattr(f, "load", LIE),
    "its code": lambda f: setattr(f.load, "__code__", (lambda path, safe, strict: 1).__code__),
    "its defaults": lambda f: setattr(f.load, "__defaults__", (False,)),
    "its defaults by name": lambda f: setattr(f.load, "__kwdefaults__", {"strict": False}),
    "the code within a wrapper": lambda f: setattr(f.save.__wrapped__, "__code__", (lambda path: 1).__code__),
    "a class": lambda f: setattr(f, "Model", type("Model", (f.Model,), {"fit": LIE})),
    "a method": lambda f: setattr(f.Model, "fit", LIE),
    "a method's code": lambda f: setattr(f.Model.fit, "__code__", (lambda self: 1).__code__),
    "a class method": lambda f: setattr(f.Model, "made", classmethod(LIE)),
    "a class method's code": lambda f: setattr(f.Model.made.__func__, "__code__", (lambda cls: 1).__code__),
    "a static method": lambda f: setattr(f.Model, "loose", staticmethod(LIE)),
    "a property": lambda f: setattr(f.Model, "size", 2),
    "a property's code": lambda f: setattr(f.Model.size.fget, "__code__", (lambda self: 2).__code__),
    "a part": lambda f: setattr(f, "saving", types.SimpleNamespace(load=LIE)),
    "a part's function": lambda f: setattr(f.saving, "load", LIE),
    "the module": lambda f: sys.modules.update(framework=types.ModuleType("framework")),
    "no module": lambda f: sys.modules.pop("framework.saving"),
    "a built-in in a module": lambda f: setattr(f, "callable", LIE),
    "a built-in": lambda f: setattr(builtins, "len", LIE),
}


@pytest.mark.parametrize("change", CHANGES)
def test_whatever_is_changed_is_put_back(framework: types.ModuleType, change: str) -> None:
    before, put_back = works(), untouched(("framework", "builtins"))
    try:
        CHANGES[change](framework)
    finally:
        put_back()
    assert works() == before


def test_settings_and_what_is_new_stay(framework: types.ModuleType) -> None:
    put_back = untouched(("framework",))
    framework.SETTING, framework.mine = "mine", LIE
    put_back()
    assert (framework.SETTING, framework.mine) == ("mine", LIE)


def test_other_packages_are_left_alone(framework: types.ModuleType) -> None:
    put_back = untouched(("builtins",))
    framework.load = LIE
    put_back()
    assert framework.load is LIE


def test_what_loads_itself_when_looked_at_is_not_looked_at(framework: types.ModuleType) -> None:
    class Lazy:
        def __call__(self) -> None: ...

        def __getattr__(self, name: str) -> object:
            raise RuntimeError("loaded")

    framework.lazy, framework.partial = Lazy(), functools.partial(LIE)
    untouched(("framework",))()


def test_a_public_module_is_made_anew_and_may_hold_a_dataclass() -> None:
    source = (
        "from __future__ import annotations\nfrom dataclasses import dataclass\n"
        "@dataclass\nclass A:\n    x: int\nKEPT = []"
    )
    try:
        first = public.made("a_public_module", source)
        first.KEPT.append(1)
        assert public.load("a_public_module", source) is first
        second = public.made("a_public_module", source)
        assert second.KEPT == []
        assert sys.modules["a_public_module"] is second
        with pytest.raises(ValueError, match=r"a_public_module\.py cannot be loaded \(ZeroDivisionError"):
            public.made("a_public_module", "1 / 0")
        assert sys.modules["a_public_module"] is second
    finally:
        sys.modules.pop("a_public_module", None)


def test_what_refuses_barred_code_is_no_hindrance() -> None:
    """What was not changed is not set: of the functions that refuse barred code nobody may set anything."""
    code = (
        "from course.judging import barred, scripts\n"
        "from autograder.sandbox.inside.untouched import untouched\n"
        "barred.refuse_loading(*barred.known_by(['course.workshop.unrolled']))\n"
        "put_back, before = untouched((), [barred, scripts]), scripts.perform.__code__\n"
        "scripts.perform.__code__ = (lambda: 0).__code__\n"
        "put_back()\n"
        "assert scripts.perform.__code__ is before\n"
    )
    subprocess.run([sys.executable, "-c", code], check=True)
