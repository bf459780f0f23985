"""The class report as a picture, and as one HTML page that needs nothing else and prints well."""

from __future__ import annotations

import base64
import html
import io
import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence

from autograder.classroom.grading.results import UNREADABLE, Result
from autograder.classroom.returns.report import Made, asked, made, notes, remark, standings, unexplained
from autograder.counted import counted
from autograder.faults import WrongUsage
from autograder.harmless import line
from course.judging import sections
from course.judging.display import words
from course.workshop import figures

MOST = 25  # bars; the table below has them all
LONG = ("hint", "remarks")  # columns of sentences
FORMATS = ("png", "svg")

STYLE = """
body { font: 16px/1.5 system-ui, sans-serif; max-width: 76em; margin: 2em auto; padding: 0 1em; color: #1a1a1a }
table { border-collapse: collapse; width: 100%; margin: 1em 0 2em; font-size: .85em }
p { max-width: 62em }
caption { text-align: left; font-weight: bold; padding: .4em 0 }
th, td { text-align: left; vertical-align: top; padding: .25em .8em .25em 0; border-bottom: 1px solid #ccc }
td.number, th.number { text-align: right }
td.long { min-width: 20em }
img { max-width: 100%; min-width: 32em; height: auto }
.wide { overflow-x: auto }
@media print { body { font-size: 11pt; margin: 0; max-width: none } tr, img { break-inside: avoid }
  .wide { overflow: visible } td.long, img { min-width: 0 }
  thead { display: table-header-group } h2 { break-after: avoid } }
"""


def picture(tp: str, graded: Sequence[Result], format: str) -> bytes | None:
    """Bars: how many students made which mistake; None if none was recognised. WrongUsage if the format is neither png
    nor svg."""
    if format not in FORMATS:
        raise WrongUsage(f"a picture ends in .png or .svg, not in .{format}")
    if not (shown := _commonest(made(graded))):
        return None
    import matplotlib.pyplot as plt

    with plt.rc_context():
        figures.use_style()
        plt.rcParams["svg.hashsalt"] = tp  # the same class, the same file
        fig, ax = plt.subplots(figsize=(8, 1.2 + 0.27 * len(shown)))
        for row, m in enumerate(shown):
            colour = figures.COLOURS.get(m.exercise.removesuffix("_step"), "#666666")
            ax.barh(row, m.students, color=colour, height=0.7)
            ax.annotate(f" {m.students}", (m.students, row), va="center")
        ax.set_yticks(range(len(shown)), [m.mistake for m in shown])
        ax.invert_yaxis()
        ax.locator_params(axis="x", integer=True)
        ax.grid(visible=False, axis="y")
        ax.margins(y=0.02)
        ax.set_xlim(0, max(5.0, 1.1 * max(m.students for m in shown)))  # one student is no mountain
        ax.set(xlabel="students", title=f"{tp}: mistakes recognised in {counted(len(graded), 'submission')}")
        out = io.BytesIO()
        fig.savefig(out, format=format, metadata={"Date": None} if format == "svg" else None)
        plt.close(fig)
    return out.getvalue()


def page(tp: str, graded: Sequence[Result], waits: Mapping[str, int] | None = None) -> str:
    """The report as HTML. waits: as `report.waiting` says."""
    title = f"{tp}: class report"
    standing = [
        (s.exercise, f"{s.average:.2f}", s.points, s.complete, s.students, s.missed[0] if s.missed else "")
        for s in standings(graded)
    ]
    names = [short(exercise.name) for exercise in asked(graded)]
    parts = [
        f"<h1>{html.escape(title)}</h1><p>{_summary(graded)}</p>",
        *(_mistakes(tp, graded) if made(graded) else ["<p>No mistake was recognised by its numbers.</p>"]),
        table("Wrong without a name, or not answered", ("exercise", "students"), unexplained(graded).items()),
        "<h2>Exercises</h2>",
        table("Points", ("exercise", "average", "of", "all points", "students", "most often missed"), standing),
        "<h2>Students</h2>",
        table("Points", ("student", "all", *names, "remarks"), _students(graded)),
        *(f"<p>{html.escape(note)}</p>" for note in notes(graded, waits)),
    ]
    return (
        f"<!doctype html>\n<html lang='en'><head><meta charset='utf-8'><title>{html.escape(title)}</title>"
        f"<meta name='viewport' content='width=device-width'><style>{STYLE}</style></head>"
        f"<body><main>{''.join(parts)}</main></body></html>\n"
    )


def _mistakes(tp: str, graded: Sequence[Result]) -> list[str]:
    """What to teach again, the bars, and the mistakes one by one."""
    found = made(graded)
    image = base64.b64encode(picture(tp, graded, "svg") or b"").decode()
    alt = "; ".join(f"{m.mistake} {m.students}" for m in _commonest(found))
    recognised = [(m.exercise, m.mistake, m.students, sections.title(m.section), m.hint) for m in found]
    return [
        "<h2>What to teach again</h2>",
        table("Sections, by the mistakes that they answer", ("section", "mistakes"), _teach(found)),
        "<h2>Mistakes</h2>",
        f"<p class='wide'><img src='data:image/svg+xml;base64,{image}' "
        f"alt='Bars, students by mistake: {html.escape(alt)}.'></p>",
        table("Recognised by their numbers", ("exercise", "mistake", "students", "section", "hint"), recognised),
    ]


def short(name: str) -> str:
    """The name of an exercise as the head of a column: `jump` for `jump_step`, `my class` for `MyClass`."""
    return (
        re.sub(r"(?<=[a-z])(?=[A-Z])", "_", name).lower().removesuffix("_step").removeprefix("test_").replace("_", " ")
    )


def _commonest(found: Sequence[Made]) -> list[Made]:
    """The MOST that most students made, still in the order of the exercises."""
    least = sorted((m.students for m in found), reverse=True)[:MOST][-1:]
    shown = [m for m in found if m.students > least[0]] if least else []
    ties = [m for m in found if least and m.students == least[0]][: MOST - len(shown)]
    return [m for m in found if m in shown or m in ties]


def _teach(found: Sequence[Made]) -> list[tuple[str, int]]:
    counts: Counter[str] = Counter()
    for m in found:
        counts[m.section] += m.students
    return [(sections.title(section), count) for section, count in counts.most_common()]


def _students(graded: Sequence[Result]) -> list[tuple[object, ...]]:
    rows: list[tuple[object, ...]] = []
    all_asked = asked(graded)
    for result in sorted(graded, key=lambda r: (-r.score, r.student)):
        marks = {name: "" if e["by_hand"] else e["score"] for name, e in result.by_label.items()}
        rows.append((result.student, result.score, *(marks.get(e.name, "") for e in all_asked), remark(result)))
    return rows


def _summary(graded: Sequence[Result]) -> str:
    read = [result.score for result in graded if result.status != UNREADABLE]
    some = counted(len(graded), "submission")
    if len(read) < len(graded):
        some = f"{len(read)} of {some} could be read"
    average, points = sum(read) / max(len(read), 1), sum(exercise.points for exercise in asked(graded))
    return f"{some}; {average:.1f} of {points:g} points on average by the grader. Written answers are not in it."


def table(caption: str, heads: Sequence[str], rows: Iterable[Sequence[object]]) -> str:
    """A table whose first column names its rows; numbers stand to the right. Everything is escaped."""
    body = [[_cell(x) for x in row] for row in rows]
    if not body:
        return ""
    right = [all(is_number for _, is_number in column) for column in zip(*body, strict=True)]
    kind = ["class='number'" if r else "class='long'" if h in LONG else "" for r, h in zip(right, heads, strict=True)]
    head = "".join(f"<th scope='col' {k}>{html.escape(h)}</th>" for h, k in zip(heads, kind, strict=True))
    lines = ""
    for (first, _), *others in body:
        cells = "".join(f"<td {k}>{text}</td>" for (text, _), k in zip(others, kind[1:], strict=True))
        lines += f"<tr><th scope='row'>{first}</th>{cells}</tr>"
    return (
        f"<div class='wide'><table><caption>{html.escape(caption)}</caption><thead><tr>{head}</tr></thead>"
        f"<tbody>{lines}</tbody></table></div>"
    )


def _cell(x: object) -> tuple[str, bool]:
    if isinstance(x, int | float):
        return f"{x:g}", True
    return words(line(str(x))), bool(re.fullmatch(r"[0-9.]*", str(x)))
