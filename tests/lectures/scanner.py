r"""What a lecture shows and what it asserts, read from its text without running it.

A lecture is a MyST Markdown notebook. Shown are the displayed formulas (`{math}` blocks, each with a label) and the
numbers of its prose that have a decimal point, an exponent, a % or at least two digits. Asserted is what code cells
hand to `formula("eq-...", left, right)`, `number("0.818", value)` and `chance("28 %", "15 %", "41 %", "40", spread)`.
`faults` compares the two. A check that cannot fail is a fault, and so is a number from chance without its spread.

Not numbers of the prose: headings, labels, links, code, section numbers ("section 3.5"), versions ("Keras 3.15"), and
years of citations ("Goh 2017", "(Robbins and Monro 1951)").
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from course.workshop.assertions import canonical
from tests.lectures.from_chance import Chance
from tests.lectures.from_literals import Literals


@dataclass
class Lecture:
    """The parts of one lecture: each item with the line where it stands."""

    formulas: list[tuple[str, int]] = field(default_factory=list)  # labels; "" where there is none
    numbers: list[tuple[str, int]] = field(default_factory=list)  # as printed
    code: list[tuple[str, int]] = field(default_factory=list)
    prose: list[tuple[str, int]] = field(default_factory=list)
    faults: list[str] = field(default_factory=list)


FENCE = re.compile(r"^\s*(?P<fence>`{3,}|~{3,}|:{3,})\s*(?:\{(?P<directive>[\w:+-]+)\})?(?P<title>.*)$")
VERBATIM = {"code-block", "code", "literalinclude", "raw", "toctree"}


def parse(text: str) -> Lecture:
    """Split a lecture into prose, code cells and formulas, and find the numbers of the prose."""
    lecture = Lecture()
    lines = text.splitlines()
    if lines and lines[0].strip() == "---":  # the front matter is for machines
        end = next((i for i, line in enumerate(lines[1:], 1) if line.strip() == "---"), 0)
        lines[: end + 1] = [""] * (end + 1)
    _blocks(lines, 1, lecture)
    for prose, line in lecture.prose:
        lecture.numbers += [(shown, line + before) for shown, before in _numbers(prose)]
        for bare in re.finditer(r"\$\$|\\\[|\\begin\{(?:align|equation|gather|multline)", prose):
            where = line + prose.count("\n", 0, bare.start())
            lecture.faults.append(f"line {where}: a displayed formula outside a {{math}} block ({bare[0]})")
    return lecture


def _blocks(lines: list[str], first: int, lecture: Lecture) -> None:
    prose_from = i = 0

    def flush(end: int) -> None:
        if any(line.strip() for line in lines[prose_from:end]):
            lecture.prose.append(("\n".join(lines[prose_from:end]), first + prose_from))

    while i < len(lines):
        opening = FENCE.match(lines[i])
        if opening is None:
            i += 1
            continue
        flush(i)
        fence, directive, title = opening["fence"], opening["directive"], opening["title"]
        closing = re.compile(rf"^\s*{fence[0]}{{{len(fence)},}}\s*$")
        end = next((j for j in range(i + 1, len(lines)) if closing.match(lines[j])), len(lines))
        if end == len(lines):
            lecture.faults.append(f"line {first + i}: this block is not closed")
        options, skipped = _options(lines[i + 1 : end]) if directive else ({}, 0)
        inner, inner_line = lines[i + 1 + skipped : end], first + i + 1 + skipped
        if directive == "code-cell":
            lecture.code.append(("\n".join(inner), inner_line))
        elif directive == "math":
            lecture.formulas.append((options.get("label", ""), first + i))
        elif directive and directive not in VERBATIM:
            if title.strip():
                lecture.prose.append((title, first + i))
            _blocks(inner, inner_line, lecture)
        i = prose_from = end + 1
    flush(len(lines))


def _options(lines: list[str]) -> tuple[dict[str, str], int]:
    """Read a directive's options, `:key: value` lines or a `---` block, and count their lines."""
    if lines and lines[0].strip() == "---":
        end = next((i for i, line in enumerate(lines[1:], 1) if line.strip() == "---"), len(lines) - 1)
        return {}, end + 1
    options = {}
    for count, line in enumerate(lines):
        option = re.match(r"\s*:([\w-]+):\s*(.*)$", line)
        if option is None:
            return options, count
        options[option[1]] = option[2].strip()
    return options, len(lines)


NAME = r"(?:[A-Z][\w'\N{RIGHT SINGLE QUOTATION MARK}-]+|al\.)"
YEAR = r"(?:1[89]|20)\d\d[a-z]?"
EXEMPT = [
    r"<!--.*?-->",
    r"(?m)^\s*%.*$",  # MyST comments
    r"(?m)^\s*\+\+\+.*$",  # borders of cells
    r"(?m)^\s*\#.*$",  # headings
    r"(?m)^\s*\([\w:-]+\)=\s*$",  # labels
    r"(?m)^\s*\[[^\]]+\]:\s.*$",  # link definitions
    r"(?<!`)(?<!\{math\})(`+)(?!`)(?:.|\n(?!\s*\n))+?(?<!`)\1(?!`)",  # code and roles, not {math}`...`
    r"!?\[(?:[^\[\]]|\[[^\]]*\])*\]\([^)\s]*\)",  # links and images
    r"<[a-z]+:[^>\s]*>|\b[a-z]+://[^\s)>]+",
    r"(?m)^\s*\d+[.)](?=\s)",  # list numbers
    r"\b[Ss]ections?\s+\d+\.\d+(?:(?:,\s*|\s*(?:to|and|or|-|\N{EN DASH})\s*)\d+\.\d+)*",
    r"\b(?:Keras|NumPy|TensorFlow|PyTorch|Python|SciPy|pandas|JAX|optax)\s+\d+(?:\.\d+)+",
    rf"\b{NAME},?\s+(?:\(|in\s+)?{YEAR}(?:\s*(?:,|and)\s*{YEAR})*(?=[\s,;:.)\]]|$)(?!\s+(?:steps|seeds|runs|draws))",
    rf"\({YEAR}(?:[,;]\s+{YEAR})*\)",
    rf"\bthe\s+{YEAR}\s+paper\b",
]

# Digits in groups of three are held together by a space or TeX's thin space: 30 000, 30\,000, 30{,}000.
_DIGITS = (
    r"(?:\d{1,3}(?:(?:[ \N{NO-BREAK SPACE}\N{NARROW NO-BREAK SPACE}]|\\,|\{,\})\d{3})+(?![\d.]\d)|\d+\.\d+|\d+|\.\d+)"
)
_POWER = r"10\^(?:\{[-\N{MINUS SIGN}+]?\d+\}|\d)"
NUMBER = re.compile(
    rf"(?<![A-Za-z0-9_.])(?P<digits>{_DIGITS}\s*(?:\\times|\\cdot|\N{{MULTIPLICATION SIGN}})\s*{_POWER}|{_POWER}"
    rf"|{_DIGITS}(?:[eE][-\N{{MINUS SIGN}}+]?\d+)?)(?!\d|\.\d)(?P<percent>(?:\s|\\,)?\\?%)?"
)
BEFORE_UNARY_MINUS = re.compile(r"(?:^|[\s(\[{=<>$,;:/|&])$")


def _numbers(prose: str, digits: int = 2) -> Iterator[tuple[str, int]]:
    """The numbers with a point, an exponent, a % or so many digits, and their lines within the prose."""
    for pattern in EXEMPT:
        prose = re.sub(pattern, lambda found: " " + "\n" * found[0].count("\n"), prose)
    for found in NUMBER.finditer(prose):
        shown = found[0]
        plain = len(re.sub(r"\D", "", shown)) < digits and not re.search(r"[.%^eE]", shown)
        if plain:
            continue
        start = found.start()
        if start and prose[start - 1] in "-\N{MINUS SIGN}" and BEFORE_UNARY_MINUS.search(prose[: start - 1]):
            shown = "-" + shown
        yield shown, prose.count("\n", 0, start)


@dataclass
class Asserted:
    """What the code cells assert, each with the line of the call; numbers are canonical."""

    formulas: dict[str, int] = field(default_factory=dict)
    numbers: set[str] = field(default_factory=set)
    spreads: list[tuple[list[set[str]], int]] = field(default_factory=list)  # the spellings of each of the four numbers


def asserted(lecture: Lecture) -> Asserted:
    """Collect what the code cells assert.

    Only calls that every run of the cell reaches are counted: at its top level or in a `for` or `with` there.
    """
    found, drawn = Asserted(), Chance()
    cells = []
    for source, line in lecture.code:
        try:
            cells.append((ast.parse(source), line))
        except SyntaxError as fault:
            lecture.faults.append(f"line {line}: this cell is not plain Python ({fault.msg})")
    literals = Literals(tree for tree, _ in cells)
    for tree, line in cells:
        drawn.read(tree.body)
        here = Literals([tree])
        for call in _reached(tree.body):
            name = call.func.id if isinstance(call.func, ast.Name) else getattr(call.func, "attr", "")
            if name not in ("formula", "number", "chance"):
                continue
            where = line + call.lineno - 1
            texts = [arg.value for arg in call.args if isinstance(arg, ast.Constant) and isinstance(arg.value, str)]
            if len(texts) < (4 if name == "chance" else 1):
                of = "four arguments of chance" if name == "chance" else f"argument of {name}"
                lecture.faults.append(f"line {where}: the first {of} must be a plain string")
            elif name == "formula":
                found.formulas[texts[0]] = where
                if len(call.args) > 2 and ast.dump(call.args[1]) == ast.dump(call.args[2]):
                    lecture.faults.append(f"line {where}: {texts[0]} is compared with itself")
            else:
                try:
                    spellings = [{canonical(text), canonical(text).rstrip("%")} for text in texts]
                    found.numbers |= {canonical(text) for text in texts}
                except ValueError as fault:
                    lecture.faults.append(f"line {where}: {fault}")
                    continue
                if name == "chance":  # "15 to 41 %" says the unit once
                    found.numbers |= set().union(*spellings[1:])
                    found.spreads.append(([{canonical(texts[0])}, *spellings[1:]], where))
                elif literals.has(call.args[1]) or here.has(call.args[1]):
                    lecture.faults.append(
                        f"line {where}: number({texts[0]!r}) compares a literal, and no run computes it: it cannot fail"
                    )
                elif drawn.has(call.args[1]):
                    lecture.faults.append(
                        f"line {where}: number({texts[0]!r}) comes from chance: print its range and the number of "
                        "seeds beside it, and assert them with chance(...)"
                    )
    return found


def _reached(statements: list[ast.stmt]) -> Iterator[ast.Call]:
    for statement in statements:
        if isinstance(statement, ast.Expr) and isinstance(statement.value, ast.Call):
            yield statement.value
        elif isinstance(statement, ast.For | ast.With):
            yield from _reached(statement.body)


def faults(text: str) -> list[str]:
    """Say in one line each what a lecture shows and does not assert, or asserts and does not show."""
    lecture = parse(text)
    held = asserted(lecture)
    formulas = held.formulas
    found = list(lecture.faults)
    seen: set[str] = set()
    for label, line in lecture.formulas:
        if not label:
            found.append(f"line {line}: a formula without a label")
        elif not label.startswith("eq-"):
            found.append(f"line {line}: the label {label} does not start with eq-")
        elif label in seen:
            found.append(f"line {line}: the label {label} is used twice")
        elif label not in formulas:
            found.append(f'line {line}: {label} is shown; no cell asserts it: formula("{label}", left, right)')
        seen.add(label)
    found += [
        f"line {line}: {label} is asserted and not shown" for label, line in formulas.items() if label not in seen
    ]
    for shown, line in lecture.numbers:
        if canonical(shown) not in held.numbers:
            found.append(f'line {line}: {shown} is printed; no cell asserts it: number("{shown}", value)')
    paragraphs = [part for prose, _ in lecture.prose for part in re.split(r"\n\s*\n", prose)]
    printed = [{canonical(shown) for shown, _ in _numbers(part, digits=1)} for part in paragraphs]
    for four, line in held.spreads:
        if not any(all(spellings & numbers for spellings in four) for numbers in printed):
            found.append(f"line {line}: no paragraph prints this number with its range and the number of seeds")
    return found
