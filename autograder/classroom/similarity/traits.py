"""The traits of a text that a student wrote: the forms of its statements and functions, and its own words.

A trait stays when variables are renamed and lines that do not depend on each other change places. Where code is no
Python, what can be read of it line by line is.
"""

from __future__ import annotations

import ast
import hashlib
import io
import re
import tokenize
import warnings
from collections.abc import Iterator, Sequence, Set
from dataclasses import dataclass

from autograder.classroom.similarity.normal import Form, Normal
from course.judging.diagnosis.source import without_commands

SMALLEST = 6  # nodes of an expression that can tell anything: `a * b + c` has 5
SMALLEST_WHOLE = 12  # nodes of a function
WORDS = 5  # of a sentence, a comment or a text in code
DIGITS = 3  # of a number that somebody chose
LETTERS = 4  # of a part of a name
LONGEST_LINE = 2000  # characters; a person types less

STATEMENT, WHOLE, NAME, SAID, NUMBER = "statement", "function", "name", "passage", "number"


@dataclass(frozen=True)
class Trait:
    """Something that two texts may share: its kind, such as STATEMENT, and what it is, whatever the names in it."""

    kind: str
    key: str


@dataclass(frozen=True)
class Found:
    """A trait where it was found: from one line to another, counted from 1."""

    trait: Trait
    first: int
    last: int


def of_code(source: str, kept: Set[str] = frozenset()) -> list[Found]:
    """The traits of code. kept: names that are not the student's."""
    source = "\n".join(line if len(line) <= LONGEST_LINE else "" for line in source.split("\n"))
    found = list(_comments(source))
    for start, block in _blocks(source):
        try:
            found += _of_tree(parsed(block), kept, start)
        except (SyntaxError, ValueError, RecursionError, MemoryError):
            for number, line in enumerate(block.split("\n")):
                found += _of_line(line, kept, start + number)
    return found


def too_long(source: str) -> int:
    """How many lines of code are longer than a person types: they are not read."""
    return sum(len(line) > LONGEST_LINE for line in source.split("\n"))


def of_text(source: str) -> list[Found]:
    """The traits of a text in words."""
    found = []
    for number, line in enumerate(source.split("\n"), start=1):
        found += _said(line, number, number)
    return found


def made_by(source: str) -> set[str]:
    """The names of functions, classes and modules that code makes or imports, as far as it is Python."""
    found: set[str] = set()
    for _, block in _blocks(source):
        try:
            tree = parsed(block)
        except (SyntaxError, ValueError, RecursionError, MemoryError):
            continue
        for node in ast.walk(tree):
            if isinstance(node, ast.Import | ast.ImportFrom):
                found |= {(alias.asname or alias.name).partition(".")[0] for alias in node.names}
            elif isinstance(node, ast.FunctionDef | ast.ClassDef):
                found.add(node.name)
    return found


def vocabulary(text: str) -> set[str]:
    """The words of a text, as parts of names are compared with them."""
    return {word.lower() for word in re.findall(rf"[^\W\d_]{{{LETTERS},40}}", text)}


def trait_of(form: Form) -> Trait | None:
    """The trait that an expression is; None if it is too small to tell anything."""
    return Trait(STATEMENT, form.key) if form.size >= SMALLEST else None


def _blocks(source: str) -> Iterator[tuple[int, str]]:
    """The parts of code that begin at its left edge, each with its first line: what is wrong in one spoils no other.

    All of it, where it is Python as it stands.
    """
    whole = without_commands(source)
    try:
        parsed(whole)
        yield 1, whole
        return
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        pass
    lines = whole.split("\n")
    starts = [n for n, line in enumerate(lines) if (line[:1].strip() and line[0] not in ")]}#@") or n == 0]
    for start, end in zip(starts, [*starts[1:], len(lines)], strict=True):
        yield start + 1, "\n".join(lines[start:end])


def parsed(source: str) -> ast.Module:
    """Code as a tree. What `ast.parse` raises, if it is no Python."""
    with warnings.catch_warnings(action="ignore"):  # of what Python thinks of a student's escapes
        return ast.parse(source)


def _of_line(line: str, kept: Set[str], number: int) -> list[Found]:
    bare = line.strip()
    for attempt in (bare, f"{bare} pass", f"if 1: pass\n{bare} pass"):
        try:
            return [Found(one.trait, number, number) for one in _of_tree(parsed(attempt), kept, number)]
        except (SyntaxError, ValueError, RecursionError, MemoryError):
            continue
    return []


def _of_tree(tree: ast.Module, kept: Set[str], start: int) -> list[Found]:
    nodes = list(ast.walk(tree))
    own = {node.attr for node in nodes if isinstance(node, ast.Attribute) and isinstance(node.ctx, ast.Store)}
    normal, before = Normal(kept, own), start - 1
    found = list(_of_body(tree.body, normal, before))
    for node in nodes:
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            found += _whole(node.body, normal, before)
        if isinstance(node, ast.Constant):
            first, last = node.lineno + before, (node.end_lineno or node.lineno) + before
            if isinstance(node.value, str):
                found += _said(node.value, first, last)
            elif key := _chosen(node.value):
                found.append(Found(Trait(NUMBER, key), first, last))
        elif name := _name(node):
            place = getattr(node, "lineno", 1) + before
            found += [Found(Trait(NAME, part), place, place) for part in vocabulary(name)]
    return found


def _of_body(body: Sequence[ast.stmt], normal: Normal, before: int) -> Iterator[Found]:
    """The statements of a block and of the blocks in it; before: lines above."""
    for node in body:
        for value in _values(node):
            if trait := trait_of(normal.form(value)):
                yield Found(trait, value.lineno + before, (value.end_lineno or value.lineno) + before)
        for inner in _inner(node):
            yield from _of_body(inner, normal, before)


def _whole(body: Sequence[ast.stmt], normal: Normal, before: int) -> list[Found]:
    """A function as one trait: what its statements say, in whatever order."""
    forms = [normal.form(value) for node in _flat(body) for value in _values(node)]
    forms = [form for form in forms if form.size > 1]  # a name that is handed on says nothing
    if len(forms) < 2 or sum(form.size for form in forms) < SMALLEST_WHOLE:
        return []
    text = "\n".join(sorted(form.key for form in forms))
    key = hashlib.sha256(text.encode()).hexdigest()[:24]
    return [Found(Trait(WHOLE, key), body[0].lineno + before, (body[-1].end_lineno or body[-1].lineno) + before)]


def _flat(body: Sequence[ast.stmt]) -> Iterator[ast.stmt]:
    for node in body:
        yield node
        for inner in _inner(node):
            yield from _flat(inner)


def _inner(node: ast.stmt) -> Iterator[list[ast.stmt]]:
    for name in ("body", "orelse", "finalbody"):
        if isinstance(part := getattr(node, name, None), list):
            yield part
    for part in (*getattr(node, "handlers", ()), *getattr(node, "cases", ())):
        yield part.body


def _values(node: ast.stmt) -> Iterator[ast.expr]:
    """What a statement computes: each of several results by itself, so that it does not matter where they are named."""
    match node:
        case ast.AugAssign():
            target = ast.Name(node.target.id, ast.Load()) if isinstance(node.target, ast.Name) else node.target
            yield ast.copy_location(ast.BinOp(target, node.op, node.value), node)
        case ast.Expr(ast.Constant()) | ast.Return(None):
            return
        case ast.Assign() | ast.AnnAssign() | ast.Return() | ast.Expr():
            values = [node.value]
            while values:
                value = values.pop(0)
                if isinstance(value, ast.Tuple | ast.List):
                    values = [*value.elts, *values]
                elif value is not None:
                    yield value
        case ast.If() | ast.While() | ast.Assert():
            yield node.test
        case ast.For() | ast.AsyncFor():
            yield node.iter
        case ast.With() | ast.AsyncWith():
            yield from (item.context_expr for item in node.items)
        case ast.Match():
            yield node.subject


def _name(node: ast.AST) -> str:
    """The name that a node gives to something; empty if it gives none."""
    match node:
        case ast.Name(ctx=ast.Store()):
            return node.id
        case ast.arg():
            return node.arg
        case ast.FunctionDef() | ast.AsyncFunctionDef() | ast.ClassDef():
            return node.name
        case ast.Attribute(ctx=ast.Store()):
            return node.attr
    return ""


def _chosen(value: object) -> str:
    """A number that somebody chose, as a key; empty for a round one."""
    if isinstance(value, bool) or not isinstance(value, int | float) or value != value or abs(value) == float("inf"):
        return ""
    digits = f"{abs(value):.12g}".partition("e")[0].replace(".", "").strip("0")
    return f"{value:.12g}" if len(digits) >= DIGITS else ""


def _comments(source: str) -> Iterator[Found]:
    try:
        for token in tokenize.generate_tokens(io.StringIO(source).readline):
            if token.type == tokenize.COMMENT:
                yield from _said(token.string, token.start[0], token.start[0])
    except (tokenize.TokenError, SyntaxError, ValueError):  # of what is no Python from here on
        return


def _said(text: str, first: int, last: int) -> list[Found]:
    """What a text says, in parts as long as a person makes them: between full stops, commas and brackets."""
    found = []
    for number, line in enumerate(text.split("\n")):
        for part in re.split(r"[.,;:!?()\[\]{}]", line):
            words = re.findall(r"\w+", part.lower())
            if len(words) >= WORDS:
                place = min(first + number, last)
                found.append(Found(Trait(SAID, " ".join(words[:60])), place, place))
    return found
