"""The grammar of mutations: small changes to the source of a right answer, by kind, drawn at random.

    operators   + - * / // % ** for one another, < <= > >= == != too; a sign added or taken away
    constants   a number, a default too, becomes 0, 1, its negative, its neighbours, twice, half, ten times it, a tenth
    arguments   a variable, or an attribute of `self`, is read where another one should be, or a number stands there
    order       the sides of an operator, two arguments, two results, or two lines are exchanged
    omissions   one side of an operator, a call around its argument, a keyword, an entry of a dict, a line, or a method
                is left out
    bounds      a value is cut from above or below, rounded, or made positive
    memory      a line writes into the array that it should replace; or gives a name a value that a call should keep
    shapes      a value becomes a row, at least one-dimensional, a sum or a mean of itself
    special     one of these only where an argument is above, at or below a number, is all zeros, a single number, or a
                matrix; or there the function returns what it was given

A mutant has one of these, every fourth two. In a class a method is changed, the longer ones more often. Where a method
computes with `ops`, on tensors, so does what is put into it.
"""

from __future__ import annotations

import ast
import random
from collections.abc import Callable, Iterator
from typing import Any

KINDS = ("operators", "constants", "arguments", "order", "omissions", "bounds", "memory", "shapes", "special")
OWN = 4  # times as many mutations in the reference itself as in each function that it uses
TWICE = 4  # every so many mutants have two mutations
BINARY: tuple[type[ast.operator], ...] = (ast.Add, ast.Sub, ast.Mult, ast.Div, ast.FloorDiv, ast.Mod, ast.Pow)
COMPARING: tuple[type[ast.cmpop], ...] = (ast.Lt, ast.LtE, ast.Gt, ast.GtE, ast.Eq, ast.NotEq)
BOUNDS = [f"np.{f}({{}}, {c})" for f in ("minimum", "maximum") for c in ("0.0", "1.0", "10.0", "1e-6", "1e3", "-1.0")]
BOUNDS += ["np.abs({})", "np.round({})", "np.floor({})", "np.ceil({})", "np.round({}, 6)"]
SHAPES = ["np.ravel({})", "np.atleast_1d({})", "np.squeeze({})", "np.sum({})", "np.mean({})", "np.sort({})"]
NUMBERS = ("0", "0.0", "1.0", "0.5", "0.9", "0.1", "10", "1e-8")
LIMITS = ("0", "1", "2", "5", "10", "30", "100", "300", "1000", "0.5", "0.1", "0.9", "1e-3", "1e-12")
WHERE = ["np.all({0} > {1})", "np.all({0} < {1})", "np.all({0} == {1})", "not np.any({0})", "np.ndim({0}) == 0"]
WHERE += ["np.ndim({0}) > 1", "np.ndim({0}) > 2", "np.size({0}) == 1"]
WHERE_TENSORS = [f"ops.all(ops.cast({{0}}, 'float32') {compared} {{1}})" for compared in "><"]
WHERE_TENSORS += [form.replace("np.", "ops.") for form in WHERE if form.startswith(("np.ndim", "np.size"))]
LEFT_OUT = 8  # every so many omissions in a class are a whole method


def mutate(tree: ast.AST, kind: str, rng: random.Random) -> bool:
    """Make one mutation of a kind, in place. False if there is nothing of that kind to change."""
    if isinstance(tree, ast.ClassDef):
        methods = [line for line in tree.body if isinstance(line, ast.FunctionDef)]
        method, *_ = rng.choices(methods, [sum(1 for _ in ast.walk(method)) for method in methods])
        if kind == "omissions" and len(methods) > 1 and rng.randrange(LEFT_OUT) == 0:
            tree.body.remove(method)
            return True
        return mutate(method, kind, rng)
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
    text = ast.unparse(node)
    named = isinstance(node, ast.Name | ast.Attribute) and text in _variables(tree)
    value = isinstance(node, ast.BinOp | ast.Call) or named
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
    elif kind == "arguments" and named:
        found = [_expression(name) for name in sorted(_variables(tree) - {text})]
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
    elif kind == "omissions" and isinstance(node, ast.Dict):
        entries = list(zip(node.keys, node.values, strict=True))
        rests = [entries[:place] + entries[place + 1 :] for place in range(len(entries))]
        found = [ast.Dict([key for key, _ in rest], [value for _, value in rest]) for rest in rests]
    elif kind in ("bounds", "shapes") and value:
        forms = BOUNDS if kind == "bounds" else SHAPES
        found = [_expression(form.format(text).replace("np.", f"{_library(tree)}.", 1)) for form in forms]
    elif kind == "special" and value and _parameters(tree):
        found = [node]
    return found


def _sometimes(node: Any, tree: ast.AST, rng: random.Random) -> Any:
    """Another expression, but only in a special case."""
    kinds = [kind for kind in KINDS if kind != "special" and _others(node, kind, tree)]
    other = rng.choice(_others(node, rng.choice(kinds), tree))
    if _library(tree) == "np":
        return ast.IfExp(_expression(_case(tree, rng)), other, node)
    return _expression(f"ops.where({_case(tree, rng)}, {ast.unparse(other)}, {ast.unparse(node)})")


def _case(tree: ast.AST, rng: random.Random) -> str:
    names, forms = _parameters(tree), WHERE
    if _library(tree) == "ops":
        names, forms = [*names, *sorted(_attributes(tree))], WHERE_TENSORS
    return rng.choice(forms).format(rng.choice(names), rng.choice(LIMITS))


def _library(tree: ast.AST) -> str:
    """What a function computes with: NumPy, or Keras' `ops`, on tensors."""
    return "ops" if any(isinstance(node, ast.Name) and node.id == "ops" for node in ast.walk(tree)) else "np"


def _line(tree: ast.AST, kind: str, rng: random.Random) -> bool:
    """A mutation of whole lines, in place."""
    bodies: list[list[Any]] = [
        node.body for node in ast.walk(tree) if isinstance(node, ast.FunctionDef | ast.For | ast.If)
    ]
    body = rng.choice(bodies)
    if kind == "special":
        first = next(node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef))
        names, count = _parameters(tree), _results(first)
        if not names or _library(tree) == "ops":  # which way a tensor goes is not known before it is computed
            return False
        given = ", ".join(names[:count]) if count > 1 else rng.choice(names)
        first.body.insert(0, ast.parse(f"if {_case(tree, rng)}:\n    return {given}").body[0])
        return True
    lines = [k for k, line in enumerate(body) if isinstance(line, ast.Assign | ast.AugAssign | ast.Expr)]
    if kind == "order" and len(lines) > 1:
        k = rng.choice(lines[:-1])
        body[k], body[k + 1] = body[k + 1], body[k]
        return True
    if kind == "omissions" and lines and len(body) > 1:
        del body[rng.choice(lines)]
        return True
    if kind == "memory" and (places := [k for k in lines if _other_memory(body[k])]):
        place = rng.choice(places)
        body[place] = _other_memory(body[place])
        return True
    return False


def _other_memory(line: Any) -> ast.Assign | None:
    """`x = ...` as `x[...] = ...`, and `keep(x, ...)` as `x = ...`."""
    if isinstance(line, ast.Assign) and isinstance(line.targets[0], ast.Name):
        name = ast.Name(line.targets[0].id, ast.Load())
        return ast.Assign([ast.Subscript(name, ast.Constant(...), ast.Store())], line.value)
    call = line.value if isinstance(line, ast.Expr) else None
    if isinstance(call, ast.Call) and len(call.args) == 2 and isinstance(call.args[0], ast.Name):
        return ast.Assign([ast.Name(call.args[0].id, ast.Store())], call.args[1])
    return None


def _results(function: ast.FunctionDef) -> int:
    returns = [node.value for node in ast.walk(function) if isinstance(node, ast.Return)]
    last = returns[-1] if returns else None
    return len(last.elts) if isinstance(last, ast.Tuple) else 1


def _parameters(tree: ast.AST) -> list[str]:
    return [node.arg for node in ast.walk(tree) if isinstance(node, ast.arg) and node.arg != "self"]


def _variables(tree: ast.AST) -> set[str]:
    stored = {node.id for node in ast.walk(tree) if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store)}
    return stored | set(_parameters(tree)) | _attributes(tree)


def _attributes(tree: ast.AST) -> set[str]:
    """The attributes of `self` that are read and not called, as `self.name`."""
    called, read = set(), []
    for node in ast.walk(tree):
        if isinstance(node, ast.Call):
            called.add(id(node.func))
        elif isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name) and node.value.id == "self":
            read.append(node)
    return {f"self.{node.attr}" for node in read if isinstance(node.ctx, ast.Load) and id(node) not in called}


def _expression(text: str) -> ast.expr:
    return ast.parse(text, mode="eval").body
