"""Facts about a learner's code, read from its text: what is never used, what is written into, what is returned.

Numbers show what a function does, its text shows how. What a message says of the code is read here, never guessed from
numbers; where the text is not at hand, or cannot be read, nothing is said of it.
"""

from __future__ import annotations

import ast
import inspect
import linecache
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from threading import RLock
from typing import Any

Function = ast.FunctionDef | ast.AsyncFunctionDef
Class = ast.ClassDef
Defined = Function | Class

COMMAND = re.compile(r"^(\s*)[%!].*$", re.MULTILINE)  # IPython's own lines, which are no Python
REFLECTING = {"locals", "vars", "eval", "exec", "globals", "dir"}  # whoever calls these may use a name unseen
SAME = {"asarray", "asanyarray"}  # what these return may be the array that they are given
WRITERS = {"fill", "sort", "put", "partition", "itemset", "resize", "__isub__", "__iadd__", "__imul__"}
LONGEST = 60  # characters of a line that is quoted
_PARSING = RLock()


@dataclass(frozen=True)
class Line:
    """A place in the code: its number in the cell, counted from 1, and what stands there."""

    number: int
    text: str

    def __str__(self) -> str:
        return f"line {self.number}, `{self.text}`"


@dataclass(frozen=True)
class Write:
    """A line that writes into an array that the function was given as `parameter`. alias: the other name by which it
    does, and the line that gave it; form: `-=`, `[...] =`, `out=`, or the name of what writes."""

    line: Line
    parameter: str
    form: str
    alias: str = ""
    named: Line | None = None


class Code:
    """The text of a cell, and in it the definition of one function or class."""

    def __init__(self, text: str, name: str) -> None:
        self.text = without_commands(text)
        self.name = name

    @cached_property
    def node(self) -> Defined | None:
        """The last definition of the name; None if there is none or the text is no Python."""
        try:
            body = parsed(self.text)
        except (SyntaxError, ValueError, RecursionError):
            return None
        found = [n for n in body if isinstance(n, Defined) and n.name == self.name]
        return found[-1] if found and len(found) == sum(_binds(n, self.name) for n in body) else None

    @property
    def function(self) -> Function | None:
        """The definition, if it is a function's."""
        return self.node if isinstance(self.node, Function) else None

    def methods(self) -> dict[str, Function]:
        """The methods of a class, by name."""
        return {n.name: n for n in self.node.body if isinstance(n, Function)} if isinstance(self.node, Class) else {}

    @property
    def is_class(self) -> bool:
        """Whether a class is defined."""
        return isinstance(self.node, Class)

    def line(self, node: ast.AST) -> Line:
        """Where a node begins, and what stands there, in one line and not too long; of a compound statement its first
        line."""
        text = ast.get_source_segment(self.text, node) or ast.unparse(node)
        if isinstance(getattr(node, "body", None), list):
            text = text.split("\n")[0]
        text = " ".join(text.split()).replace("`", "'")
        return Line(getattr(node, "lineno", 0), text if len(text) <= LONGEST else f"{text[: LONGEST - 4]} ...")

    def unused(self, parameter: str) -> bool:
        """Whether a function has a parameter that nothing in it reads. False where that is not sure."""
        node = self.function
        if node is None or parameter not in _parameters(node):
            return False
        inside = [part for statement in node.body for part in ast.walk(statement)]
        names = {part.id for part in inside if isinstance(part, ast.Name) and isinstance(part.ctx, ast.Load)}
        changed = any(isinstance(part, ast.AugAssign) and _is_name(part.target, parameter) for part in inside)
        return parameter not in names and not changed and not names & REFLECTING

    def returns(self, method: str = "") -> bool:
        """Whether a function, or a method of a class, returns anything anywhere, or cannot be read."""
        node = self.methods().get(method) if method else self.function
        return node is None or any(isinstance(part, ast.Return) and part.value for part in _own(node))

    @property
    def unwritten(self) -> list[str]:
        """The function, or the methods of the class, in which what was released still stands: `raise
        NotImplementedError`, without words."""
        parts = self.methods() or ({self.name: self.function} if self.function else {})
        return [name for name, part in parts.items() if any(map(_released, ast.walk(part)))]

    def default(self, parameter: str) -> Any:
        """The number that stands as a parameter's default; None if none is written there."""
        node = self.methods().get("__init__") if self.is_class else self.function
        if node is None:
            return None
        args = [*node.args.posonlyargs, *node.args.args]
        pairs = [*zip(args[::-1], node.args.defaults[::-1], strict=False)]
        pairs += [(a, d) for a, d in zip(node.args.kwonlyargs, node.args.kw_defaults, strict=True) if d is not None]
        written = {arg.arg: default for arg, default in pairs}
        try:
            number = ast.literal_eval(written[parameter])
        except (KeyError, ValueError, TypeError, SyntaxError):
            return None
        return number if isinstance(number, int | float) and not isinstance(number, bool) else None

    def calls(self, without: tuple[str, ...] = ()) -> Iterator[ast.Call]:
        """The calls in a function, or in the methods of a class, those named in `without` left out."""
        bodies = [n for name, n in self.methods().items() if name not in without]
        for node in bodies or ([self.function] if self.function else []):
            yield from (part for part in ast.walk(node) if isinstance(part, ast.Call))

    def mentions(self, *names: str) -> bool:
        """Whether one of these names, or attributes, or words stands in the definition."""
        if self.node is None:
            return False
        found = {
            getattr(part, "id", None) or getattr(part, "attr", None) or getattr(part, "arg", None)
            for part in ast.walk(self.node)
        }
        return bool(found & set(names))

    @property
    def bases(self) -> tuple[str, ...]:
        """What a class derives from, as it is written; nothing for a function."""
        return tuple(map(ast.unparse, self.node.bases)) if isinstance(self.node, Class) else ()

    def adds_to(self, name: str) -> bool:
        """Whether something is added to a name or attribute, or to another name for it, by `+` or by a function whose
        name has `add` in it."""
        names = self._named_for(name)
        for part in ast.walk(self.node) if self.node else ():
            adds = isinstance(part, ast.BinOp) and isinstance(part.op, ast.Add)
            adds = adds or (isinstance(part, ast.Call) and "add" in ast.unparse(part.func))
            if (adds or isinstance(part, ast.AugAssign)) and names & {_name_of(inner) for inner in ast.walk(part)}:
                return True
        return False

    def _named_for(self, name: str) -> set[str]:
        """A name or attribute, and the names that are given its value, as it is or through a function."""
        assigned = [n for n in ast.walk(self.node) if isinstance(n, ast.Assign | ast.AnnAssign)] if self.node else []
        names, before = {name}, 0
        while len(names) > before:
            before = len(names)
            for node in (node for node in assigned if _is_value_of(node.value, names)):
                targets = node.targets if isinstance(node, ast.Assign) else [node.target]
                names |= {_name_of(target) for target in targets if _name_of(target)}
        return names

    def writes(self) -> list[Write]:
        """The lines of a function that certainly write into an array that it was given."""
        node = self.function
        if node is None:
            return []
        found: list[Write] = []
        self._followed(node.body, {name: (name, None) for name in _parameters(node)}, found)
        return found

    def _followed(
        self, body: list[ast.stmt], names: dict[str, tuple[str, Line | None]], found: list[Write]
    ) -> dict[str, tuple[str, Line | None]]:
        """Go through statements; `names` are those by which given arrays are known. Returns those known afterwards."""
        for statement in body:
            self._written(statement, names, found)
            inner = [getattr(statement, part, []) for part in ("body", "orelse", "finalbody")]
            inner += [part.body for of in ("handlers", "cases") for part in getattr(statement, of, [])]
            if any(inner) and not isinstance(statement, Defined):
                if isinstance(statement, ast.For | ast.While):  # what a pass binds, the next one finds
                    names = {n: v for n, v in names.items() if not any(_rebinds(s, n) for part in inner for s in part)}
                if isinstance(statement, ast.Match):  # a pattern may have bound its names and not fit
                    patterns = [case.pattern for case in statement.cases]
                    names = {n: v for n, v in names.items() if not any(_binds(p, n) for p in patterns)}
                ends = [self._followed(part, dict(names), found) for part in inner if part]
                names = {name: value for name, value in names.items() if all(e.get(name) == value for e in ends)}
            elif isinstance(statement, ast.Assign | ast.AnnAssign) and statement.value is not None:
                targets = statement.targets if isinstance(statement, ast.Assign) else [statement.target]
                same = self._same(statement.value, names)
                for target in targets:
                    for bound in [getattr(part, "id", "") for part in ast.walk(target) if _stored(part)]:
                        names.pop(bound, None)
                        if same and _is_name(target, bound):
                            names[bound] = (same, self.line(statement))
        return names

    def _same(self, value: ast.expr, names: Mapping[str, tuple[str, Line | None]]) -> str:
        """The parameter whose array an expression is, if it certainly is one."""
        if isinstance(value, ast.Call) and isinstance(value.func, ast.Attribute) and value.func.attr in SAME:
            value = value.args[0] if len(value.args) == 1 and not value.keywords else value
        return names[value.id][0] if isinstance(value, ast.Name) and value.id in names else ""

    def _written(self, statement: ast.stmt, names: dict[str, tuple[str, Line | None]], found: list[Write]) -> None:
        def add(target: ast.expr, form: str, at: ast.AST) -> None:
            while isinstance(target, ast.Subscript):
                target = target.value
            if isinstance(target, ast.Name) and target.id in names:
                parameter, named = names[target.id]
                alias = target.id if target.id != parameter else ""
                found.append(Write(self.line(at), parameter, form, alias, named))

        if isinstance(statement, ast.AugAssign):
            sign = ast.unparse(ast.AugAssign(ast.Name("x"), statement.op, ast.Name("y"))).split()[1]
            add(statement.target, sign, statement)
        if isinstance(statement, ast.Assign):
            for target in statement.targets:
                if isinstance(target, ast.Subscript):
                    add(target, "[...] =", statement)
        if isinstance(statement, ast.Assign | ast.Expr | ast.Return | ast.AnnAssign | ast.AugAssign):
            for call in (part for part in ast.walk(statement) if isinstance(part, ast.Call)):
                for keyword in call.keywords:
                    if keyword.arg == "out":
                        add(keyword.value, "out=", statement)
                function = call.func
                if isinstance(function, ast.Attribute) and function.attr in WRITERS:
                    add(function.value, f".{function.attr}", statement)
                if isinstance(function, ast.Attribute) and function.attr in ("copyto", "put", "place") and call.args:
                    add(call.args[0], f"{function.attr}(...)", statement)


def without_commands(text: str) -> str:
    """A cell with `pass` in the place of each line that is IPython's own."""
    return COMMAND.sub(r"\1pass", text)


def parsed(text: str) -> list[ast.stmt]:
    """The statements of a text; SyntaxError, ValueError or RecursionError if there are none.

    One thread at a time: in Python 3.11 two that parse at once disturb each other if garbage is collected meanwhile
    (SystemError, "AST constructor recursion depth mismatch").
    """
    with _PARSING:
        return ast.parse(text).body


def binds(text: str, name: str) -> bool:
    """Whether a cell may give a name a value: it does so somewhere, or is no Python and has the name in it."""
    if text.isascii() and name not in text:  # else other letters may be read as those of the name
        return False
    try:
        return any(_binds(node, name) for node in parsed(without_commands(text)))
    except (SyntaxError, ValueError, RecursionError):
        return name in text


def text_of(function: Callable[..., Any], name: str) -> str:
    """The text of the cell, or file, that defines a function or class of this name; "" if it is not to be had."""
    if getattr(function, "__name__", "") != name:
        return ""
    found = inspect.unwrap(function)
    codes = [getattr(part, "__code__", None) for part in (found, *vars(found).values())]
    file = next((code.co_filename for code in codes if code is not None), "")
    return "".join(linecache.getlines(file)) if file else ""


def _released(node: ast.AST) -> bool:
    exc = node.exc if isinstance(node, ast.Raise) else None
    bare = exc.func if isinstance(exc, ast.Call) and not exc.args else exc
    return _is_name(bare, "NotImplementedError")


def _parameters(node: Function) -> list[str]:
    args = node.args
    rest = [a for a in (args.vararg, args.kwarg) if a]
    return [a.arg for a in (*args.posonlyargs, *args.args, *args.kwonlyargs, *rest)]


def _own(node: Function) -> Iterator[ast.AST]:
    """The parts of a function that belong to no function or class inside it."""
    waiting: list[ast.AST] = list(node.body)
    while waiting:
        part = waiting.pop()
        yield part
        if not isinstance(part, Defined | ast.Lambda):
            waiting += ast.iter_child_nodes(part)


def _binds(node: ast.AST, name: str) -> bool:
    """Whether a statement gives a name a value, somewhere in it."""
    if isinstance(node, Defined):
        return node.name == name
    return any(
        (_stored(part) and getattr(part, "id", "") == name)
        or (isinstance(part, Defined | ast.MatchAs | ast.MatchStar) and part.name == name)
        or (isinstance(part, ast.MatchMapping) and part.rest == name)
        for part in ast.walk(node)
    )


def _rebinds(node: ast.AST, name: str) -> bool:
    """Whether a statement may make a name another array: `-=` and the like write into the one that it is."""
    added = [part.target for part in ast.walk(node) if isinstance(part, ast.AugAssign) and _is_name(part.target, name)]
    others = [part for part in ast.walk(node) if _stored(part) and part not in added and _is_name(part, name)]
    return bool(others) or (not added and _binds(node, name))


def _is_value_of(value: ast.AST | None, names: set[str]) -> bool:
    """Whether an expression is one of the names, or a function of it: `ops.cast(self.iterations, d)`."""
    while isinstance(value, ast.Call | ast.Attribute) and _name_of(value) not in names:
        value = value.value if isinstance(value, ast.Attribute) else value.args[0] if value.args else value.func
    return value is not None and _name_of(value) in names


def _name_of(node: ast.AST) -> str:
    return node.id if isinstance(node, ast.Name) else node.attr if isinstance(node, ast.Attribute) else ""


def _stored(node: ast.AST) -> bool:
    return isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store)


def _is_name(node: ast.AST | None, name: str = "") -> bool:
    return isinstance(node, ast.Name) and (not name or node.id == name)
