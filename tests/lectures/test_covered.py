"""No formula and no number of a lecture is shown without an assertion; the labels of formulas are unique."""

import ast
import builtins
import re
from collections import Counter
from collections.abc import Iterable
from pathlib import Path

import pytest

from tests.lectures.scanner import faults, parse

FOLDER = Path(__file__).parents[2] / "course" / "lectures"
LECTURES = sorted(FOLDER.rglob("*.md"))


@pytest.mark.parametrize("path", LECTURES, ids=lambda path: path.stem)
def test_everything_shown_is_asserted(path: Path):
    found = faults(path.read_text(encoding="utf-8"))
    assert not found, "\n" + "\n".join(f"{path.name} {fault}" for fault in found)


@pytest.mark.parametrize("path", LECTURES, ids=lambda path: path.stem)
def test_a_prediction_is_answered_by_what_was_run_before(path: Path):
    """As soon as a reader has answered, `predict` computes; what it needs must not be defined further below."""
    assert early(code for code, _ in parse(path.read_text(encoding="utf-8")).code) == set()


def test_a_prediction_that_needs_what_comes_later_is_found():
    assert early(["guess = predict('?', ..., lambda: f(x))", "def f(x): return x\nx = 1"]) == {"f", "x"}
    assert early(["def f(x): return x", "guess = predict('?', ..., lambda: round(f(2)))"]) == set()


@pytest.mark.parametrize("path", LECTURES, ids=lambda path: path.stem)
def test_a_prediction_does_not_hold_its_answer(path: Path):
    """What comes out is computed: where it is written down, a reader sees it beside the question."""
    cells = [code for code, _ in parse(path.read_text(encoding="utf-8")).code if "predict(" in code]
    assert [ast.unparse(figure) for code in cells for figure in figures(code) if computes_nothing(figure)] == []


def test_an_answer_beside_its_question_is_found():
    cell = "predict('?', ..., {})"
    for figure in ("0.5", "1 / 3", "'b'", "lambda: 'b'", "lambda: -0.5"):
        assert [computes_nothing(one) for one in figures(cell.format(figure))] == [True]
    for figure in ("lambda: f(2)", "found", "lambda: 'a' if found > 1 else 'b'"):
        assert [computes_nothing(one) for one in figures(cell.format(figure))] == [False]


def figures(cell: str) -> list[ast.expr]:
    """What comes out, of each prediction in a cell."""
    return [call.args[2] for call in predictions(ast.parse(cell))]


def computes_nothing(figure: ast.expr) -> bool:
    return not any(isinstance(node, ast.Name) for node in ast.walk(figure))


def early(cells: Iterable[str]) -> set[str]:
    """The names that predictions use, and that only a later cell defines."""
    bound, found = set(dir(builtins)), set()
    for cell in cells:
        tree = ast.parse(re.sub(r"(?m)^\s*[%!:].*$", "", cell))
        names = [node for node in ast.walk(tree) if isinstance(node, ast.Name)]
        bound |= {node.id for node in names if isinstance(node.ctx, ast.Store)}
        bound |= {node.name for node in ast.walk(tree) if isinstance(node, ast.FunctionDef | ast.ClassDef)}
        bound |= {alias.asname or alias.name.split(".")[0] for node in ast.walk(tree) for alias in imported(node)}
        for node in ast.walk(tree):
            if isinstance(node, ast.Lambda) and any(node in ast.walk(call) for call in predictions(tree)):
                own = {arg.arg for arg in node.args.args}
                used = {n.id for n in ast.walk(node) if isinstance(n, ast.Name) and isinstance(n.ctx, ast.Load)}
                found |= used - bound - own
    return found


def imported(node: ast.AST) -> list[ast.alias]:
    return node.names if isinstance(node, ast.Import | ast.ImportFrom) else []


def predictions(tree: ast.AST) -> list[ast.Call]:
    calls = [node for node in ast.walk(tree) if isinstance(node, ast.Call)]
    return [call for call in calls if isinstance(call.func, ast.Name) and call.func.id == "predict"]


def test_labels_are_unique_over_all_lectures():
    labels = Counter(label for path in LECTURES for label, _ in parse(path.read_text(encoding="utf-8")).formulas)
    assert [label for label, count in labels.items() if count > 1] == []


def test_the_reading_order_is_complete():
    """In the folder of each module the numbers have no gap, and the first page lists the pages in that order."""
    pages = [path.relative_to(FOLDER) for path in LECTURES if path.parent != FOLDER]
    for module in {page.parent for page in pages}:
        numbers = [page.name[:3] for page in pages if page.parent == module]
        first = int(numbers[0][:2])
        assert first in (0, 1), module
        assert numbers == [f"{i:02d}_" for i in range(first, first + len(numbers))], module
    listed = re.findall(r"^(\w+/\w+)$", (FOLDER / "index.md").read_text(encoding="utf-8"), re.MULTILINE)
    assert listed
    assert sorted(listed) == [page.with_suffix("").as_posix() for page in pages]
    for module in {page.parent.as_posix() for page in pages}:
        own = [name for name in listed if name.startswith(f"{module}/")]
        assert own == sorted(own)


LETTERS = {
    r"\\eta ?(L|\\mu)\b|/(L|\\mu)\b|\\sqrt ?(L|\\mu)\b": "L is the loss; curvatures are lambda_max, lambda_min",
    r"\\varphi": "the look-ahead point is phi",
    r"v_\{t\+1\}": "v_t contains the gradient of step t",
    r"\^\{?\\?,? ?h\}? *=": "a half-life is t_{1/2}",
}
"""What would give a letter of the lectures a second meaning, and what the letter means (the table of lecture 9)."""


@pytest.mark.parametrize("path", [path for path in LECTURES if path.parent != FOLDER], ids=lambda path: path.stem)
def test_a_letter_has_one_meaning(path: Path):
    text = path.read_text(encoding="utf-8")
    assert [meaning for pattern, meaning in LETTERS.items() if re.search(pattern, text)] == []
