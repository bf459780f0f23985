"""Expressions in a normal form that stays when names are changed, and sides of a sum or a product are exchanged."""

from __future__ import annotations

import ast
import builtins
import hashlib
from collections.abc import Iterable, Iterator, Mapping, Set
from dataclasses import dataclass
from itertools import chain

BUILTINS = frozenset(dir(builtins))
LONGEST = 400  # characters of a shape; a longer one becomes a digest
PLAIN = range(-1, 4)  # numbers that belong to a form; others are filled in
COMMUTING = (ast.Add, ast.Mult, ast.BitAnd, ast.BitOr)
TURNED = {ast.Gt: ast.Lt, ast.GtE: ast.LtE}


@dataclass(frozen=True)
class Form:
    """An expression without its names: its shape, the names in it in order, and how many nodes it has."""

    shape: str
    names: tuple[str, ...]
    size: int

    @property
    def key(self) -> str:
        """The shape, with the first name as 0, the next other one as 1, and so on."""
        numbers: dict[str, int] = {}
        places = [numbers.setdefault(name, len(numbers)) for name in self.names]
        return f"{self.shape} {' '.join(map(str, places))}"


class Normal:
    """Puts expressions into normal form.

    kept: names that are not the student's and stay, `np` for example; those of Python always do. own: attributes that
    the student made. put: forms that stand where a name does.
    """

    def __init__(
        self, kept: Set[str] = frozenset(), own: Set[str] = frozenset(), put: Mapping[str, Form] | None = None
    ) -> None:
        self._kept, self._own, self._put = kept | BUILTINS, own, put or {}

    def form(self, node: ast.AST) -> Form:
        """The form of an expression. RecursionError if it is nested too deeply."""
        if isinstance(node, ast.Name):
            if node.id in self._put:
                return self._put[node.id]
            return Form(node.id, (), 1) if node.id in self._kept else Form("_", (node.id,), 1)
        if isinstance(node, ast.arg):
            return Form("_", (node.arg,), 1)
        if isinstance(node, ast.Constant):
            return Form(_constant(node.value), (), 1)
        if isinstance(node, ast.Attribute) and node.attr in self._own:
            return _joined("Own", [self.form(node.value), Form("_", (f".{node.attr}",), 1)])
        if isinstance(node, ast.BinOp) and isinstance(node.op, COMMUTING):
            sides = map(self.form, _sides(node, type(node.op)))
            return _joined(type(node.op).__name__, sorted(sides, key=lambda form: form.shape))
        if isinstance(node, ast.Compare) and type(node.ops[0]) in TURNED and len(node.ops) == 1:
            turned = TURNED[type(node.ops[0])]()
            node = ast.Compare(node.comparators[0], [turned], [node.left])
        return _joined(_label(node), map(self.form, _children(node)))


def _joined(label: str, parts: Iterable[Form]) -> Form:
    forms = list(parts)
    shape = f"{label}({','.join(form.shape for form in forms)})"
    if len(shape) > LONGEST:
        shape = f"{label}#{hashlib.sha256(shape.encode()).hexdigest()[:24]}"
    return Form(shape, tuple(chain.from_iterable(form.names for form in forms)), 1 + sum(form.size for form in forms))


def _label(node: ast.AST) -> str:
    """The kind of a node with what is no node in it: names of attributes and keywords, operators."""
    words = [type(node).__name__]
    for name, value in ast.iter_fields(node):
        if isinstance(value, ast.operator | ast.unaryop | ast.boolop | ast.cmpop):
            words.append(type(value).__name__)
        elif name == "ops":
            words += [type(op).__name__ for op in value]
        elif name in ("attr", "arg") and isinstance(value, str):
            words.append(value)
    return " ".join(words)


def _children(node: ast.AST) -> Iterator[ast.AST]:
    skipped = ast.expr_context | ast.operator | ast.unaryop | ast.boolop | ast.cmpop
    return (child for child in ast.iter_child_nodes(node) if not isinstance(child, skipped))


def _sides(node: ast.expr, op: type[ast.operator]) -> list[ast.expr]:
    """The sides of a sum of sums, or of a product of products."""
    found, todo = [], [node]
    while todo:
        one = todo.pop()
        if isinstance(one, ast.BinOp) and isinstance(one.op, op):
            todo += [one.right, one.left]
        else:
            found.append(one)
    return found


def _constant(value: object) -> str:
    if isinstance(value, bool) or value is None or value is ...:
        return str(value)
    if isinstance(value, int | float) and value in PLAIN:
        return f"{value:g}"
    return type(value).__name__
