"""A made class, to see what the comparison finds and what it finds in vain: right forms, changed, and planted copies.

Each student takes one of the known forms of each exercise, writes it in another way here and there, and may make a
mistake from the grammar of mutations. A copy is another student's work with other names, without its comments, and with
lines exchanged that do not depend on each other; half a copy is that in every second exercise.
"""

from __future__ import annotations

import ast
import random
from collections.abc import Sequence
from dataclasses import dataclass

from autograder.classroom.assignment import Assignment
from autograder.classroom.handout.build import from_text
from autograder.classroom.intake.cells import defines
from autograder.classroom.similarity.forced import Forced
from autograder.classroom.similarity.matches import Compared
from autograder.classroom.similarity.texts import HandedIn, compared
from autograder.classroom.similarity.traits import parsed
from autograder.content.tp import TP
from autograder.demo import sample, solutions
from autograder.exercises.solution import BLOCK
from autograder.faults import WrongUsage
from autograder.proof.grammar import KINDS, mutate

OTHERWISE: dict[type[ast.operator], list[str]] = {
    ast.Add: ["np.add({0}, {1})", "({0}) - (-({1}))", "sum([{0}, {1}])"],
    ast.Sub: ["np.subtract({0}, {1})", "({0}) + (-({1}))", "-(({1}) - ({0}))", "({0}) + (-1) * ({1})"],
    ast.Mult: ["np.multiply({0}, {1})", "({0}) / (1 / ({1}))"],
    ast.Div: ["np.divide({0}, {1})", "({0}) * (1 / ({1}))", "({0}) * ({1}) ** -1"],
    ast.Pow: ["np.power({0}, {1})", "pow({0}, {1})"],
}
WRONG = 0.25  # of all solutions
REWRITTEN = 3  # places of a solution that are written differently, at most
COPIES = 0.02  # of the class have copied everything, and as many half


@dataclass(frozen=True)
class Made:
    """A made class. whole, half: the places of who copied and of whom."""

    texts: tuple[HandedIn, ...]
    whole: tuple[tuple[int, int], ...]
    half: tuple[tuple[int, int], ...]

    def outcome(self, found: Compared) -> Outcome:
        """What a comparison found of it."""
        places = {text: place for place, text in enumerate(self.texts)}
        pairs = {frozenset((places[pair.one], places[pair.other])) for pair in found.pairs}
        whole, half = ({frozenset(one) for one in copies} for copies in (self.whole, self.half))
        return Outcome(len(pairs & whole), len(whole), len(pairs & half), len(half), in_vain=len(pairs - whole - half))


@dataclass(frozen=True)
class Outcome:
    """How many planted copies were found, of how many, and how many pairs were that are none."""

    whole: int
    of_whole: int
    half: int
    of_half: int
    in_vain: int


def made_class(assignment: Assignment, own: Forced, count: int, seed: int) -> Made:
    """A class of so many. own: what the exercise forces, as `forced` says."""
    if assignment.tp is None:
        raise WrongUsage(f"{assignment.name} is no TP: nothing is known of right forms that a class could be made of")
    rng = random.Random(seed)
    known = forms(assignment.tp, sorted(exercise.name for exercise in assignment.exercises.values()))
    written = [{name: _written(rng.choice(there), rng) for name, there in known.items()} for _ in range(count)]
    places = rng.sample(range(count), 4 * max(1, int(COPIES * count)))
    pairs = list(zip(places[::2], places[1::2], strict=True))
    whole, half = pairs[: len(pairs) // 2], pairs[len(pairs) // 2 :]
    for copies, step in ((whole, 1), (half, 2)):
        for here, there in copies:
            written[here] |= {name: disguised(written[there][name], rng) for name in [*known][::step]}
    texts = [
        HandedIn(f"student {n}", compared([(name, text, True) for name, text in one.items()], own))
        for n, one in enumerate(written)
    ]
    return Made(tuple(texts), tuple(whole), tuple(half))


def forms(tp: TP, names: Sequence[str]) -> dict[str, list[str]]:
    """By exercise: the right and wrong forms that are written out, in solutions and in the sample class."""
    blocks = [cell.source for cell in from_text(tp)[0].cells if cell.cell_type == "code"]
    blocks += [block for page in tp.worked.values() for block in BLOCK.findall(page.read_text(encoding="utf-8"))]
    blocks += [block for path in sample(tp) for block in solutions(path).values()]
    found = {name: [block for block in blocks if defines(block, name) and _parses(block)] for name in names}
    return {name: list(dict.fromkeys(there)) for name, there in found.items() if there}


def disguised(source: str, rng: random.Random) -> str:
    """The same with other names, without comments, and with lines exchanged that do not depend on each other."""
    tree = ast.parse(source)
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef):
            _rename(node, rng)
            for place in range(len(node.body) - 1):
                one, other = node.body[place : place + 2]
                if rng.random() < 0.5 and _independent(one, other):
                    node.body[place : place + 2] = other, one
    return ast.unparse(tree)


def _parses(source: str) -> bool:
    try:
        parsed(source)
    except SyntaxError:
        return False
    return True


def _written(source: str, rng: random.Random) -> str:
    """A form as one student writes it, perhaps with a mistake."""
    tree = ast.parse(source)
    functions = [node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef)]
    for _ in range(rng.randint(0, REWRITTEN) if functions else 0):
        places = [node for function in functions for node in ast.walk(function)]
        _Otherwise(rng.choice(places), rng).visit(tree)
    if functions and rng.random() < WRONG:
        mutate(rng.choice(functions), rng.choice(KINDS), rng)
    for function in functions:
        _rename(function, rng)
    return ast.unparse(ast.fix_missing_locations(tree))


class _Otherwise(ast.NodeTransformer):
    """Writes one place in another way that gives the same numbers, where it knows one."""

    def __init__(self, place: ast.AST, rng: random.Random) -> None:
        self._place, self._rng = place, rng

    def generic_visit(self, node: ast.AST) -> ast.AST:
        node = super().generic_visit(node)
        if node is not self._place or not isinstance(node, ast.BinOp | ast.Name | ast.Call):
            return node
        if isinstance(getattr(node, "ctx", None), ast.Store | ast.Del):
            return node
        parts: list[ast.expr] = [node]
        ways = ["np.asarray({0}, dtype=float)", "({0}) + 0.0", "1.0 * ({0})", "np.array({0})"]
        if isinstance(node, ast.BinOp) and type(node.op) in OTHERWISE:
            ways, parts = OTHERWISE[type(node.op)], [node.left, node.right]
        return ast.parse(self._rng.choice(ways).format(*map(ast.unparse, parts)), mode="eval").body


def _rename(function: ast.FunctionDef, rng: random.Random) -> None:
    """Give the variables of a function, but for its parameters, names that the class has not agreed on."""
    parameters = {node.arg for node in ast.walk(function) if isinstance(node, ast.arg)}
    names = {node.id for node in ast.walk(function) if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store)}
    others = {name: f"{rng.choice('abcdfghpquwxyz')}_{rng.randint(1, 99)}" for name in sorted(names - parameters)}
    for node in ast.walk(function):
        if isinstance(node, ast.Name):
            node.id = others.get(node.id, node.id)


def _independent(one: ast.stmt, other: ast.stmt) -> bool:
    """Whether two statements can change places: both name what they compute, and neither reads or names the other's."""
    if not isinstance(one, ast.Assign) or not isinstance(other, ast.Assign):
        return False
    made, used = zip(*(_made_and_used(line) for line in (one, other)), strict=True)
    return not made[0] & (made[1] | used[1]) and not made[1] & used[0]


def _made_and_used(line: ast.stmt) -> tuple[set[str], set[str]]:
    names = [node for node in ast.walk(line) if isinstance(node, ast.Name)]
    return {n.id for n in names if isinstance(n.ctx, ast.Store)}, {n.id for n in names if isinstance(n.ctx, ast.Load)}
