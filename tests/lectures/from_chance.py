"""Which names of a lecture hold numbers from chance, read from its cells without running them.

Chance comes in through a generator or through runs of training. It goes on to whatever is assigned from an expression
that mentions a name with chance in it, and to functions that mention one. Sizes do not pass it on: `len(x)`, `x.size`.
"""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator

SOURCES = {"default_rng", "compare", "sweep", "train", "gathered"}
"""Calls that draw, or train from seeds that draw."""

SIZES = {"shape", "size", "ndim", "steps"}
"""Attributes that say how many there are, and nothing of what was drawn."""


class Chance:
    """The names with chance in them, statement by statement in the order of the page."""

    def __init__(self) -> None:
        self.names: set[str] = set()

    def has(self, *parts: ast.AST | None) -> bool:
        """Whether an expression mentions chance."""
        return any(self._mentions(node) for part in parts if part is not None for node in _values(part))

    def read(self, statements: Iterable[ast.stmt]) -> None:
        """Take in what these statements assign."""
        for statement in statements:
            match statement:
                case ast.FunctionDef():
                    outside = Chance()
                    outside.names = self.names - {argument.arg for argument in statement.args.args}
                    self._assign([ast.Name(statement.name)], outside.has(*statement.body))
                case ast.Assign():
                    self._assign(statement.targets, self.has(statement.value))
                case ast.AnnAssign():
                    self._assign([statement.target], self.has(statement.value))
                case ast.AugAssign():
                    self._assign([statement.target], self.has(statement.value, statement.target))
                case ast.Expr(ast.Call(ast.Attribute(holder), arguments)):  # list.append(...), dict.update(...)
                    self._assign([holder], self.has(holder, *arguments))
                case ast.For():
                    self._assign([statement.target], self.has(statement.iter))
                    self.read(statement.body * 2)  # a second time for what comes round the loop
                case ast.With():
                    for item in statement.items:
                        self._assign([item.optional_vars], self.has(item.context_expr))
                    self.read(statement.body)
                case ast.If() | ast.While():
                    self.read([*statement.body, *statement.orelse])

    def _mentions(self, node: ast.AST) -> bool:
        match node:
            case ast.Name(name):
                return name in self.names or name in SOURCES
            case ast.Attribute(_, name):
                return name in SOURCES
        return False

    def _assign(self, targets: Iterable[ast.AST | None], chance: bool) -> None:
        for target in targets:
            match target:
                case ast.Name(name):
                    (self.names.add if chance else self.names.discard)(name)
                case ast.Tuple(parts) | ast.List(parts):
                    self._assign(parts, chance)
                case ast.Starred(part):
                    self._assign([part], chance)
                case ast.Subscript(holder) | ast.Attribute(holder):  # the other entries keep theirs
                    self._assign([holder], chance or self.has(holder))


def _values(node: ast.AST) -> Iterator[ast.AST]:
    """The parts of an expression, without those of which it only asks how many there are."""
    if isinstance(node, ast.Attribute) and node.attr in SIZES:
        return
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "len":
        return
    yield node
    for child in ast.iter_child_nodes(node):
        yield from _values(child)
