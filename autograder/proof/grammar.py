"""The grammar of mutations: small changes to the source of a right answer, by kind, drawn at random.

    operators   + - * / // % ** for one another, < <= > >= == != too; a sign added or taken away
    constants   a number, a default too, becomes 0, 1, its negative, its neighbours, twice, half, ten times it, a tenth
    arguments   a variable is read where another one should be, or a number stands in its place
    order       the sides of an operator, two arguments, two results, or two lines are exchanged
    omissions   one side of an operator, a call around its argument, a keyword, or a line is left out
    bounds      a value is cut from above or below, rounded, or made positive
    memory      a line writes into the array that it should replace
    shapes      a value becomes a row, at least one-dimensional, a sum or a mean of itself
    special     one of these only where an argument is above, at or below a number, is all zeros, a single number, or a
                matrix; or there the function returns what it was given

A mutant has one of these, every fourth two.
"""

from __future__ import annotations

import ast
import copy
import inspect
import random
import textwrap
import types
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np

KINDS = ("operators", "constants", "arguments", "order", "omissions", "bounds", "memory", "shapes", "special")
OWN = 4  # times as many mutations in the reference itself as in each function that it uses
TWICE = 4  # every so many mutants have two mutations
BINARY: tuple[type[ast.operator], ...] = (ast.Add, ast.Sub, ast.Mult, ast.Div, ast.FloorDiv, ast.Mod, ast.Pow)
COMPARING: tuple[type[ast.cmpop], ...] = (ast.Lt, ast.LtE, ast.Gt, ast.GtE, ast.Eq, ast.NotEq)
BOUNDS = [f"np.{f}({{}}, {c})" for f in ("minimum", "maximum") for c in ("0.0", "1.0", "10.0", "1e-6", "1e3", "-1.0")]
BOUNDS += ["np.abs({})", "np.round({})", "np.floor({})", "np.ceil({})", "np.round({}, 6)"]
SHAPES = ["np.ravel({})", "np.atleast_1d({})", "np.squeeze({})", "np.sum({})", "np.mean({})", "np.sort({})"]
NUMBERS = ("0.0", "1.0", "0.5", "0.9", "0.1", "10", "1e-8")
LIMITS = ("0", "1", "2", "5", "10", "30", "100", "300", "1000", "0.5", "0.1", "0.9", "1e-3", "1e-12")
WHERE = ["np.all({0} > {1})", "np.all({0} < {1})", "np.all({0} == {1})", "not np.any({0})", "np.ndim({0}) == 0"]
WHERE += ["np.ndim({0}) > 1", "np.ndim({0}) > 2", "np.size({0}) == 1"]


@dataclass(frozen=True)
class Mutant:
    """The source of a wrong answer, with the kinds of its mutations."""

    kinds: tuple[str, ...]
    source: str


class Source:
    """The source of a reference, together with the functions of its module that it uses."""

    def __init__(self, reference: Callable[..., Any]) -> None:
        """OSError or TypeError if its source cannot be read."""
        self.name = reference.__name__
        module = inspect.getmodule(reference)
        self.globals = {**vars(module), "np": np} if module else {"np": np}
        self.parts = {self.name: _parsed(reference)}
        waiting = [self.parts[self.name]]
        while waiting:
            for node in ast.walk(waiting.pop()):
                used: Any = self.globals.get(node.id) if isinstance(node, ast.Name) else None
                here = isinstance(used, types.FunctionType) and used.__module__ == reference.__module__
                if here and used.__name__ not in self.parts:
                    self.parts[used.__name__] = _parsed(used)
                    waiting.append(self.parts[used.__name__])

    @property
    def text(self) -> str:
        """The source without docstrings and comments, as mutants have it."""
        return self._unparsed(self.parts)

    def function(self, source: str) -> Any:
        """What a source defines under the reference's name. Raises whatever running it raises."""
        names: dict[str, Any] = dict(self.globals)
        exec(compile(source, "<mutant>", "exec"), names)
        return names[self.name]

    def drawn(self, count: int, seed: int, kinds: tuple[str, ...] = KINDS) -> list[Mutant]:
        """So many different mutants, or as many as the grammar has before they repeat."""
        rng = random.Random(seed)
        found: dict[str, Mutant] = {}
        for attempt in range(20 * count):
            if len(found) == count:
                break
            parts, done = copy.deepcopy(self.parts), []
            for _ in range(2 if attempt % TWICE == 0 else 1):
                kind = rng.choice(kinds)
                tree = parts[rng.choice([*parts, *(OWN * [self.name])])]
                if mutate(tree, kind, rng):
                    done.append(kind)
            source = self._unparsed(parts)
            if done and source != self.text:
                found.setdefault(source, Mutant(tuple(done), source))
        return list(found.values())

    def _unparsed(self, parts: dict[str, Any]) -> str:
        return "\n".join(ast.unparse(ast.fix_missing_locations(tree)) for tree in reversed(parts.values()))


def _parsed(function: Callable[..., Any]) -> Any:
    tree = ast.parse(textwrap.dedent(inspect.getsource(function))).body[0]
    for node in ast.walk(tree):
        body = getattr(node, "body", None)
        if isinstance(body, list) and isinstance(body[0], ast.Expr) and isinstance(body[0].value, ast.Constant):
            body[:] = body[1:] or [ast.Pass()]
    return tree


def mutate(tree: ast.AST, kind: str, rng: random.Random) -> bool:
    """Make one mutation of a kind, in place. False if there is nothing of that kind to change."""
    if kind in ("order", "omissions", "memory", "special") and rng.random() < 0.5 and _line(tree, kind, rng):
        return True
    places = [place for place in _places(tree) if _others(place[0], kind, tree)]
    if not places:
        return False
    node, put = rng.choice(places)
    others = _others(node, kind, tree)
    put(rng.choice(others) if kind != "special" else _sometimes(node, tree, rng))
    return True


def _places(tree: ast.AST) -> Iterator[tuple[Any, Callable[[Any], None]]]:
    """Every expression that is read, with a function that puts another one in its place."""
    for parent in ast.walk(tree):
        if isinstance(parent, ast.FunctionDef):
            fields = [("defaults", parent.args.defaults)]
        else:
            fields = [
                (name, value) for name, value in ast.iter_fields(parent) if name not in ("decorator_list", "annotation")
            ]
        for name, value in fields:
            holder = value if isinstance(value, list) else None
            for place, node in enumerate(holder if holder is not None else [value]):
                if not isinstance(node, ast.expr) or isinstance(getattr(node, "ctx", None), ast.Store | ast.Del):
                    continue
                if isinstance(parent, ast.Call | ast.Attribute) and name in ("func", "value"):
                    continue
                yield node, _putter(parent, name, holder, place)


def _putter(parent: ast.AST, name: str, holder: list[Any] | None, place: int) -> Callable[[Any], None]:
    def put(new: Any) -> None:
        if holder is None:
            setattr(parent, name, new)
        else:
            holder[place] = new

    return put


def _others(node: Any, kind: str, tree: ast.AST) -> list[Any]:
    """What may stand in the place of an expression, by the kind of the mutation."""
    found: list[Any] = []
    number = isinstance(node, ast.Constant) and type(node.value) in (int, float)
    value = isinstance(node, ast.BinOp | ast.Call) or (isinstance(node, ast.Name) and node.id in _variables(tree))
    text = ast.unparse(node)
    if kind == "operators" and isinstance(node, ast.BinOp):
        found = [ast.BinOp(node.left, op(), node.right) for op in BINARY if not isinstance(node.op, op)]
        found.append(ast.UnaryOp(ast.USub(), node))
    elif kind == "operators" and isinstance(node, ast.Compare) and len(node.ops) == 1:
        found = [
            ast.Compare(node.left, [op()], node.comparators) for op in COMPARING if not isinstance(node.ops[0], op)
        ]
    elif kind == "operators" and isinstance(node, ast.UnaryOp):
        found = [node.operand]
    elif kind == "constants" and number:
        c = node.value
        found = [ast.Constant(x) for x in (0, 1, -c, c + 1, c - 1, 2 * c, c / 2, 10 * c, c / 10) if x != c]
    elif kind == "arguments" and isinstance(node, ast.Name) and value:
        found = [ast.Name(name, ast.Load()) for name in sorted(_variables(tree) - {node.id})]
        found += [_expression(number) for number in NUMBERS]
    elif kind == "order" and isinstance(node, ast.BinOp):
        found = [ast.BinOp(node.right, node.op, node.left)]
    elif kind == "order" and isinstance(node, ast.Call) and len(node.args) > 1:
        found = [ast.Call(node.func, [node.args[1], node.args[0], *node.args[2:]], node.keywords)]
    elif kind == "order" and isinstance(node, ast.Tuple) and len(node.elts) > 1:
        found = [ast.Tuple([node.elts[1], node.elts[0], *node.elts[2:]], ast.Load())]
    elif kind == "omissions" and isinstance(node, ast.BinOp):
        found = [node.left, node.right]
    elif kind == "omissions" and isinstance(node, ast.Call):
        found = [*node.args[:1], *(ast.Call(node.func, node.args, node.keywords[1:]) for _ in node.keywords[:1])]
    elif kind in ("bounds", "shapes") and value:
        found = [_expression(form.format(text)) for form in (BOUNDS if kind == "bounds" else SHAPES)]
    elif kind == "special" and value and _parameters(tree):
        found = [node]
    return found


def _sometimes(node: Any, tree: ast.AST, rng: random.Random) -> Any:
    """Another expression, but only in a special case."""
    kinds = [kind for kind in KINDS if kind != "special" and _others(node, kind, tree)]
    other = rng.choice(_others(node, rng.choice(kinds), tree))
    return ast.IfExp(_expression(_case(tree, rng)), other, node)


def _case(tree: ast.AST, rng: random.Random) -> str:
    return rng.choice(WHERE).format(rng.choice(_parameters(tree)), rng.choice(LIMITS))


def _line(tree: ast.AST, kind: str, rng: random.Random) -> bool:
    """A mutation of whole lines, in place."""
    bodies: list[list[Any]] = [
        node.body for node in ast.walk(tree) if isinstance(node, ast.FunctionDef | ast.For | ast.If)
    ]
    body = rng.choice(bodies)
    if kind == "special":
        first = next(node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef))
        names, count = _parameters(tree), _results(first)
        if not names:
            return False
        given = ", ".join(names[:count]) if count > 1 else rng.choice(names)
        first.body.insert(0, ast.parse(f"if {_case(tree, rng)}:\n    return {given}").body[0])
        return True
    lines = [k for k, line in enumerate(body) if isinstance(line, ast.Assign)]
    if kind == "order" and len(lines) > 1:
        k = rng.choice(lines[:-1])
        body[k], body[k + 1] = body[k + 1], body[k]
        return True
    if kind == "omissions" and lines and len(body) > 1:
        del body[rng.choice(lines)]
        return True
    named = [k for k in lines if isinstance(body[k].targets[0], ast.Name)]
    if kind == "memory" and named:
        line = body[rng.choice(named)]
        line.targets = [ast.Subscript(ast.Name(line.targets[0].id, ast.Load()), ast.Constant(...), ast.Store())]
        return True
    return False


def _results(function: ast.FunctionDef) -> int:
    returns = [node.value for node in ast.walk(function) if isinstance(node, ast.Return)]
    last = returns[-1] if returns else None
    return len(last.elts) if isinstance(last, ast.Tuple) else 1


def _parameters(tree: ast.AST) -> list[str]:
    return [node.arg for node in ast.walk(tree) if isinstance(node, ast.arg) and node.arg != "self"]


def _variables(tree: ast.AST) -> set[str]:
    stored = {node.id for node in ast.walk(tree) if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store)}
    return stored | set(_parameters(tree))


def _expression(text: str) -> ast.expr:
    return ast.parse(text, mode="eval").body
