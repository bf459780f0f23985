"""Which values of a lecture no run computes, read from its cells without running them.

`20 * 2` is one, and so are `np.sqrt(1600)`, `[39, 40][1]`, and a name that gets such a value and that nothing but its
own check reads, on the page or in the cell of the check. A constant that the page computes with is none, and neither is
what a function of the page, a loop or a sum over a series gives.
"""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator

ARITHMETIC = {"abs", "float", "int", "len", "max", "min", "pow", "round", "str", "sum"}
ARITHMETIC |= {
    "array",
    "asarray",
    "ceil",
    "cos",
    "exp",
    "float64",
    "floor",
    "log",
    "log10",
    "log2",
    "prod",
    "sin",
    "sqrt",
}
"""Functions, of Python, math and NumPy, that make of a literal nothing that could be wrong."""


class Literals:
    """The names of some cells that get nothing but literals and arithmetic of them, and that no computation reads."""

    def __init__(self, cells: Iterable[ast.Module]) -> None:
        statements = [statement for cell in cells for statement in cell.body]
        given = [pair for statement in statements for pair in _assigned(statement)]
        self.names = {name for name, _ in given} - _bound_otherwise(statements)
        while lost := self._computed(given) | self._read(statements):
            self.names -= lost

    def has(self, value: ast.expr) -> bool:
        """Whether a value is arithmetic of literals and of such names."""
        return _is_literal(value, self.names)

    def _computed(self, given: list[tuple[str, ast.expr]]) -> set[str]:
        """The names that get something else."""
        return {name for name, value in given if name in self.names and not self.has(value)}

    def _read(self, statements: list[ast.stmt]) -> set[str]:
        """The names that something else reads than an assert, or the check or the assignment of such a value."""
        found: set[str] = set()
        for statement in statements:
            match statement:
                case ast.Assert():
                    continue
                case ast.Expr(ast.Call(ast.Name("number"), [_, value])) if self.has(value):
                    continue
            if not {name for name, _ in _assigned(statement)} & self.names:
                found |= {n.id for n in ast.walk(statement) if isinstance(n, ast.Name) and isinstance(n.ctx, ast.Load)}
        return found & self.names


def _assigned(statement: ast.stmt) -> Iterator[tuple[str, ast.expr]]:
    """The names of a plain assignment, each with its value."""
    match statement:
        case ast.Assign([ast.Name(name)], value) | ast.AnnAssign(ast.Name(name), _, ast.expr() as value):
            yield name, value
        case ast.Assign([ast.Tuple(targets)], ast.Tuple(values)) if len(targets) == len(values):
            for target, value in zip(targets, values, strict=True):
                if isinstance(target, ast.Name):
                    yield target.id, value


def _bound_otherwise(statements: list[ast.stmt]) -> set[str]:
    """The names that also get a value in a loop or in a function, and lists and dictionaries that take something in."""
    found = set()
    for statement in statements:
        if not list(_assigned(statement)):
            for node in ast.walk(statement):
                match node:
                    case ast.Name(name, ast.Store()) | ast.Expr(ast.Call(ast.Attribute(ast.Name(name)))):
                        found.add(name)
    return found


def _is_literal(value: ast.expr, names: set[str]) -> bool:
    match value:
        case ast.Constant():
            return True
        case ast.Name(name):
            return name in names
        case ast.UnaryOp(_, operand) | ast.Starred(operand):
            return _is_literal(operand, names)
        case ast.BinOp(left, _, right) | ast.Subscript(left, right):
            return _is_literal(left, names) and _is_literal(right, names)
        case ast.Tuple(parts) | ast.List(parts):
            return all(_is_literal(part, names) for part in parts)
        case ast.Attribute(ast.Name("np" | "math"), "pi" | "e"):
            return True
        case ast.Call(ast.Name(name) | ast.Attribute(ast.Name("np" | "math"), name), arguments):
            return name in ARITHMETIC and all(_is_literal(argument, names) for argument in arguments)
    return False
