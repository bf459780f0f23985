"""What a stage of a rule computes, as an expression: it is called with symbols, which note what is done to them."""

from __future__ import annotations

import ast
from collections.abc import Callable
from functools import cache
from typing import Any, NoReturn

OPERATORS: dict[str, type[ast.operator]] = {
    "add": ast.Add,
    "sub": ast.Sub,
    "mul": ast.Mult,
    "truediv": ast.Div,
    "floordiv": ast.FloorDiv,
    "mod": ast.Mod,
    "pow": ast.Pow,
    "matmul": ast.MatMult,
}


class Symbol:
    """A value that is not known: each operation on it, NumPy's functions too, gives the symbol of its expression."""

    def __init__(self, node: ast.expr) -> None:
        self._node = node

    def __getattr__(self, name: str) -> Symbol:
        if name.startswith("_"):
            raise AttributeError(name)
        return Symbol(ast.Attribute(self._node, name, ast.Load()))

    def __getitem__(self, key: Any) -> Symbol:
        return Symbol(ast.Subscript(self._node, _node(key), ast.Load()))

    def __call__(self, *args: Any, **keywords: Any) -> Symbol:
        """The symbol of a call."""
        return _call(self._node, args, keywords)

    def __neg__(self) -> Symbol:
        return Symbol(ast.UnaryOp(ast.USub(), self._node))

    def __iter__(self) -> NoReturn:
        raise TypeError("nobody knows how long it is")  # or Python would ask for one element after the other

    def __bool__(self) -> bool:
        raise TypeError("nothing is known of it")

    def __array_ufunc__(self, function: Any, method: str, *args: Any, **keywords: Any) -> Symbol:
        if method != "__call__":
            raise TypeError(method)
        return _call(_numpy(function), args, keywords)

    def __array_function__(self, function: Any, _: Any, args: Any, keywords: Any) -> Symbol:
        return _call(_numpy(function), args, keywords)


def _operators() -> None:
    def forward(op: type[ast.operator]) -> Callable[[Symbol, Any], Symbol]:
        return lambda self, other: Symbol(ast.BinOp(_node(self), op(), _node(other)))

    def backward(op: type[ast.operator]) -> Callable[[Symbol, Any], Symbol]:
        return lambda self, other: Symbol(ast.BinOp(_node(other), op(), _node(self)))

    for name, op in OPERATORS.items():
        setattr(Symbol, f"__{name}__", forward(op))
        setattr(Symbol, f"__r{name}__", backward(op))


_operators()


class _Variables:
    """What a stage is given: every attribute is a variable."""

    def __getattr__(self, name: str) -> Symbol:
        return Symbol(ast.Name(name, ast.Load()))


@cache
def expression(stage: Callable[..., Any]) -> ast.expr | None:
    """What a stage computes from its variables; None if that cannot be told without their values."""
    try:
        return _node(stage(_Variables()))
    except Exception:  # whatever a function makes of values that it does not expect
        return None


def _call(function: ast.expr, args: Any, keywords: Any) -> Symbol:
    named = [ast.keyword(name, _node(value)) for name, value in keywords.items()]
    return Symbol(ast.Call(function, [_node(value) for value in args], named))


def _numpy(function: Any) -> ast.expr:
    return ast.Attribute(ast.Name("np", ast.Load()), function.__name__, ast.Load())


def _node(value: Any) -> ast.expr:
    if isinstance(value, Symbol):
        return value._node
    if isinstance(value, tuple | list):
        return ast.Tuple([_node(one) for one in value], ast.Load())
    if isinstance(value, str | int | float | bool | None):
        return ast.Constant(value)
    raise TypeError(f"{value!r} has no expression")
