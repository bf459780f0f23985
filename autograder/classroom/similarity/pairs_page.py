"""The pairs as one HTML page for a person to judge: what two texts share, how rare it is, and both side by side."""

from __future__ import annotations

import html
from collections import Counter
from collections.abc import Mapping, Sequence, Set
from typing import Any

from autograder.classroom.returns.report_page import STYLE as REPORT
from autograder.classroom.returns.report_page import table
from autograder.classroom.similarity import traits
from autograder.classroom.similarity.matches import LINKED, SMALL, Compared, Pair, Shared
from autograder.classroom.similarity.texts import HandedIn, Part
from autograder.counted import counted
from autograder.harmless import CONTROL, whole

MOST_PAIRS = 50  # whose texts are shown
MOST_ROWS = 500  # of the table of pairs
MOST_LINES = 300  # of one text
LONGEST = 200  # characters of a line
SHORTEST = 1e-6  # expected number: what was assumed bears no smaller one

STYLE = """
.sides { display: grid; grid-template-columns: repeat(auto-fit, minmax(min(100%, 30em), 1fr)); gap: 0 1.5em }
.sides h4 { margin: .3em 0 }
pre { font-size: .8em; line-height: 1.4; white-space: pre-wrap; overflow-wrap: anywhere }
pre { background: #f6f6f6; padding: .6em; margin: 0 0 1em }
mark { background: #ffe9a8; color: #1a1a1a }
h2 { margin-top: 2.5em }
@media print { .sides { grid-template-columns: 1fr 1fr } }
"""

MEANING = (
    "This page says what is alike, and how surprising that is. It does not say how it came about: working together "
    "where that is allowed, one tutor, one book, one page on the web or one language model make work alike as well. "
    "What the notebook, the lectures, right solutions and catalogued mistakes hold is left out on both sides. Other "
    "names of variables, and another order of lines that do not depend on each other, hide nothing. Ask both to "
    "explain their code before you conclude anything."
)
KINDS = {
    traits.STATEMENT: "a line of code",
    traits.WHOLE: "a whole function",
    traits.NAME: "part of a name",
    traits.SAID: "words in a comment or a text",
    traits.NUMBER: "a number",
}


def page(tp: str, found: Compared, notes: Sequence[str] = ()) -> str:
    """The pairs as HTML. notes: what could not be compared."""
    title = f"{tp}: hand-ins that are alike"
    links = found.links()[:MOST_PAIRS]
    numbers = {pair: number for number, pair in enumerate(links, start=1)}
    parts = [f"<h1>{html.escape(title)}</h1>", f"<p>{MEANING}</p>"]
    parts += [f"<p>{html.escape(basis(found))}</p>"] * (not found.too_few)
    parts.append(f"<p><strong>{html.escape(conclusion(found))}.</strong></p>")
    if found.pairs:
        heads = ("pair", "hand-in", "hand-in", "by chance alone", "shared")
        rows = [
            (numbers.get(pair, "-"), pair.one.name, pair.other.name, rarity(pair.expected), kinds(pair))
            for pair in found.pairs[:MOST_ROWS]
        ]
        parts.append(table("Pairs, the most surprising first", heads, rows))
        more = len(found.pairs) - len(rows)
        parts += [
            f"<p>{counted(more, 'pair')} more, less surprising, are not listed: `--json` writes them all.</p>"
        ] * bool(more)
        to_texts = ", ".join(f"<a href='#pair-{number}'>{number}</a>" for number in numbers.values())
        left = " These hold each group together." if len(found.pairs) > len(links) else ""
        parts.append(f"<p>Side by side below: pair {to_texts}.{left}</p>")
    if notes:
        items = "".join(f"<li>{html.escape(note)}</li>" for note in notes)
        parts.append(f"<h2>Not compared, or not all of it</h2><ul>{items}</ul>")
    parts += [_pair(pair, number, found.total) for pair, number in numbers.items()]
    return (
        f"<!doctype html>\n<html lang='en'><head><meta charset='utf-8'><title>{html.escape(title)}</title>"
        f"<meta name='viewport' content='width=device-width'><style>{REPORT}{STYLE}</style></head>"
        f"<body><main>{''.join(parts)}</main></body></html>\n"
    )


def conclusion(found: Compared) -> str:
    """What came of it, in one line."""
    if found.too_few:
        return f"{_count(found)}: too few to compare"
    if found.crowded:
        pairs = counted(len(found.pairs), "pair")
        return f"Most hand-ins are nearer to another one than chance would have it; shown: the nearest {pairs}"
    if found.pairs:
        return f"{counted(len(found.pairs), 'pair')} more alike than chance would have it; a person has to judge why"
    return "No two hand-ins are more alike than chance would have it"


def basis(found: Compared) -> str:
    """What the numbers rest on."""
    said = [
        f"{_count(found)}. How surprising a pair is comes from how many here have each of the things that it shares, "
        "as if people chose independently from one exercise to the next; within an exercise, who shares one thing is "
        f"taken to share any other with a chance of 1 in {2**LINKED:g}. It is scaled so that the typical hand-in has a "
        "nearest neighbour as near as chance would have it."
    ]
    if found.scale > 1:
        said.append(f"That makes a chance of 1 in 1,000,000 one of 1 in {_rounded(10 ** (6 / found.scale))} here.")
    if found.crowded:
        said.append(
            "So much scaling is rare. Either the class has a habit in common, from a tutor or a book, or half of it or "
            "more worked together, and then the numbers hide that."
        )
    elif found.usual:
        said.append(
            f"Of {found.usual} of them even a copy of everything would not be shown, since all or nearly all in it is "
            "usual."
        )
    if found.total < SMALL:
        said.append("So few tell little about what is usual.")
    return " ".join(said)


def _count(found: Compared) -> str:
    earlier = found.total - found.submissions
    return counted(found.submissions, "hand-in") + (f", and {counted(earlier, 'earlier one')}" if earlier else "")


def rarity(expected: float) -> str:
    """How often chance alone would give a pair, in words."""
    if expected > 0.5:
        return f"{_rounded(expected)} in each class"
    return f"{'less than ' * (expected < SHORTEST)}one in {_rounded(1 / max(expected, SHORTEST))} classes"


def _rounded(number: float) -> str:
    """A whole number, of which the first digit is meant."""
    return f"{max(1.0, float(f'{number:.1g}')):,.0f}"


def kinds(pair: Pair) -> str:
    """How much of what a pair shares."""
    counts = Counter(shared.trait.kind for shared in pair.shared)
    return ", ".join(counted(number, kind) for kind, number in counts.items())


def as_json(tp: str, found: Compared, notes: Sequence[str]) -> dict[str, Any]:
    """The pairs as plain data."""
    return {
        "format": 1,
        "assignment": tp,
        "submissions": found.submissions,
        "earlier": found.total - found.submissions,
        "scale": found.scale,
        "usual": found.usual,
        "notes": list(notes),
        "pairs": [
            {
                "students": [pair.one.name, pair.other.name],
                "expected": pair.expected,
                "shared": [
                    {
                        "kind": shared.trait.kind,
                        "of": shared.holders,
                        "places": [_places(text, shared) for text in (pair.one, pair.other)],
                    }
                    for shared in pair.shared
                ],
            }
            for pair in found.pairs
        ],
    }


def _places(text: HandedIn, shared: Shared) -> list[dict[str, Any]]:
    return [
        {"part": part.name, "first": one.first, "last": one.last}
        for part in text.parts
        for one in part.found
        if one.trait == shared.trait
    ]


def _pair(pair: Pair, number: int, total: int) -> str:
    numbers = {shared: place for place, shared in enumerate(pair.shared, start=1)}
    one, other = html.escape(pair.one.name), html.escape(pair.other.name)
    rows = [
        (place, KINDS[s.trait.kind], _shown(pair.one, s), _shown(pair.other, s), f"{s.holders} of {total}")
        for s, place in numbers.items()
    ]
    heads = ("shared", "what", pair.one.name, pair.other.name, "have it")
    both = {shared.trait: place for shared, place in numbers.items()}
    names = dict.fromkeys(part.name for text in (pair.one, pair.other) for part in text.parts)
    sides = "".join(_sides(name, pair, both) for name in names)
    return (
        f"<section id='pair-{number}'><h2>{number}. {one} and {other}</h2>"
        f"<p>Pairs so alike by chance alone: {rarity(pair.expected)} like this one.</p>"
        f"{sides}{table('What both have, the rarest first', heads, rows)}</section>"
    )


def _shown(text: HandedIn, shared: Shared) -> str:
    """Where a text has what is shared, and how it stands there."""
    for part in text.parts:
        for found in part.found:
            if found.trait == shared.trait:
                if shared.trait.kind == traits.WHOLE:
                    return f"{part.name}, from line {found.first}"
                lines = part.source.split("\n")[found.first - 1 : found.last]
                if shared.trait.kind in (traits.NAME, traits.NUMBER):
                    lines = [shared.trait.key]
                said = " ".join(" ".join(lines).split())
                said = f"{said[:100]} ..." if len(said) > 100 else said
                return f"{part.name}, line {found.first}: {said}"
    return ""


def _sides(name: str, pair: Pair, both: Mapping[traits.Trait, int]) -> str:
    """One exercise of both, side by side; nothing if neither has a part in what is shared."""
    parts = [next((part for part in text.parts if part.name == name), None) for text in (pair.one, pair.other)]
    if not any(one.trait in both for part in parts if part for one in part.found):
        return ""
    columns = ""
    for text, part in zip((pair.one, pair.other), parts, strict=True):
        shown = _marked(part, both) if part else "(nothing)"
        columns += f"<div><h4>{html.escape(text.name)}{_whole(part, both)}</h4><pre>{shown}</pre></div>"
    return f"<h3>{html.escape(name)}</h3><div class='sides'>{columns}</div>"


def _whole(part: Part | None, both: Mapping[traits.Trait, int]) -> str:
    """That a function is shared as a whole, with its number in the table; nothing if none is."""
    found = part.found if part else ()
    numbers = {both[one.trait] for one in found if one.trait.kind == traits.WHOLE and one.trait in both}
    return f" <mark>the whole function</mark> <sup>{_listed(numbers)}</sup>" if numbers else ""


def _marked(part: Part, both: Mapping[traits.Trait, int]) -> str:
    """The lines of a text, those marked that hold something shared, with its numbers in the table."""
    numbers: dict[int, set[int]] = {}
    for one in part.found:
        if one.trait in both and one.trait.kind != traits.WHOLE:
            for number in range(one.first, min(one.last, one.first + MOST_LINES) + 1):
                numbers.setdefault(number, set()).add(both[one.trait])
    lines = part.source.split("\n")
    shown = []
    for number, text in enumerate(lines[:MOST_LINES], start=1):
        text = html.escape(CONTROL.sub("\N{REPLACEMENT CHARACTER}", whole(text))[:LONGEST])
        if there := numbers.get(number):
            text = f"<mark>{text}</mark> <sup>{_listed(there)}</sup>"
        shown.append(text)
    shown += [f"... {len(lines) - MOST_LINES} more lines"] * (len(lines) > MOST_LINES)
    return "\n".join(shown)


def _listed(numbers: Set[int]) -> str:
    return ", ".join(map(str, sorted(numbers)))
