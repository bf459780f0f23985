"""What an exercise forces, or shows: the traits of the release, the lectures, right forms and known mistakes.

None of it is the student's own, so that two who share it share nothing. Mistakes are declared as stages that are
replaced (`autograder.exercises.variants`); a student writes some of the stages in one line, so that each way of putting
them together counts.
"""

from __future__ import annotations

import ast
import copy
import itertools
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, cast

import course
from autograder.classroom.assignment import Assignment
from autograder.classroom.similarity import traits
from autograder.classroom.similarity.normal import Form, Normal
from autograder.classroom.similarity.symbols import expression
from autograder.classroom.similarity.traits import Trait
from autograder.content import finding
from autograder.exercises.variants import Wrong

LECTURES = Path(course.__file__).parent / "lectures"
CODE = re.compile(r"^```[^\n]*(?:python|code-cell)[^\n]*\n(.*?)^```", re.DOTALL | re.MULTILINE)
MOST_WAYS = 24  # in which the stages of one result are put together


@dataclass
class Forced:
    """Traits that nobody made alone; words that names of everybody's are made of; names that mean the same to all."""

    traits: set[Trait] = field(default_factory=set)
    words: set[str] = field(default_factory=set)
    names: set[str] = field(default_factory=set)

    def holds(self, trait: Trait) -> bool:
        """Whether a trait is forced, or shown to everybody."""
        return trait in self.traits or (trait.kind == traits.NAME and trait.key in self.words)

    def add(self, code: str = "", text: str = "") -> None:
        """Take the traits of code, and of a text."""
        self.traits |= {found.trait for found in [*traits.of_code(code, self.names), *traits.of_text(text)]}
        self.words |= traits.vocabulary(code) | traits.vocabulary(text)


def forced(assignment: Assignment) -> Forced:
    """What the release, the TP and the lectures force and show."""
    cells = [cell for notebook in assignment.notebooks.values() for cell in notebook.cells]
    made = Forced()
    code = [cell.source for cell in cells if cell.cell_type == "code"]
    code += [text.decode("utf-8", "replace") for name, text in assignment.files.items() if name.endswith(".py")]
    made.names = set().union(*map(traits.made_by, code))
    for source in code:
        made.add(code=source)
    for cell in cells:
        made.add(text=cell.source if cell.cell_type != "code" else "")
    for page in sorted(LECTURES.rglob("*.md")):
        _add_page(made, page.read_text(encoding="utf-8"))
    if assignment.tp is not None:
        for id in finding.closure(assignment.tp, assignment.tps):
            tp = assignment.tps[id]
            for name, content in tp.files.items():
                if name.endswith(".py"):
                    made.add(code=(source := content.decode("utf-8", "replace")))
                    made.traits |= set(_of_stages(source, made.names))
            for page in tp.worked.values():
                _add_page(made, page.read_text(encoding="utf-8"))
        for exercise in assignment.exercises.values():
            for wrong in exercise.mistakes:
                made.traits |= set(_of_mistake(wrong, made.names))
    return made


def _add_page(made: Forced, text: str) -> None:
    for block in CODE.findall(text):
        made.add(code=block)
    made.add(text=text)


def _of_stages(source: str, names: set[str]) -> Iterator[Trait]:
    """The traits of all functions of one argument in one line, whose attributes are the variables of a rule."""
    normal = Normal(names)
    for node in ast.walk(traits.parsed(source)):
        if isinstance(node, ast.Lambda) and len(node.args.args) == 1:
            yield from filter(None, [traits.trait_of(normal.form(_with_variables(node)))])


def _of_mistake(wrong: Wrong, names: set[str]) -> Iterator[Trait]:
    """The traits of a mistake, in each way in which its stages can be put together."""
    if wrong.anatomy is None:
        return
    for replaced in ({}, *wrong.also.values()):
        ways = _ways({**wrong.anatomy.stages, **wrong.replaced, **replaced}, names)
        yield from filter(None, map(traits.trait_of, itertools.chain.from_iterable(ways.values())))


def _ways(stages: Mapping[str, Callable[..., Any]], names: set[str]) -> dict[str, list[Form]]:
    """By stage: its forms, with the name of each stage before it, or with what that computes, in its place."""
    ways: dict[str, list[Form]] = {}
    for name, stage in stages.items():
        if (body := expression(stage)) is None:
            continue
        used = sorted({node.id for node in ast.walk(body) if isinstance(node, ast.Name)} & ways.keys())
        choices = [[Form("_", (one,), 1), *(way for way in ways[one] if way.size > 1)] for one in used]
        combined = itertools.islice(itertools.product(*choices), MOST_WAYS)
        forms = [Normal(names, put=dict(zip(used, chosen, strict=True))).form(body) for chosen in combined]
        ways[name] = list({form.key: form for form in forms}.values())
    return ways


def _with_variables(stage: ast.Lambda) -> ast.expr:
    """The body of a stage, in which attributes of its argument are variables."""
    argument = stage.args.args[0].arg

    class Variables(ast.NodeTransformer):
        def visit_Attribute(self, node: ast.Attribute) -> ast.AST:
            if isinstance(node.value, ast.Name) and node.value.id == argument:
                return ast.Name(node.attr, ast.Load())
            return self.generic_visit(node)

    return cast("ast.expr", Variables().visit(copy.deepcopy(stage.body)))
