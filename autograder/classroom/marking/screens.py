"""The pages of marking as HTML. Jinja escapes all; what is Markdown is rendered as on feedback pages."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup
from tornado.escape import url_escape

from autograder.classroom.marking.comments import comments
from autograder.classroom.marking.desk import Desk, Pile, Row
from autograder.classroom.marking.entered import Mark
from autograder.classroom.marking.questions import Question
from autograder.classroom.returns.rendering import markdown_to_html
from autograder.faults import Fault

TEMPLATES = Path(__file__).with_name("templates")


def index(desk: Desk, piles: list[Pile]) -> str:
    """All questions, and how far each is."""
    return _rendered("index.html.j2", desk, piles=piles)


def question(desk: Desk, pile: Pile) -> str:
    """All answers to one question."""
    answers = [(row, desk.answer(row, pile.question)) for row in pile.rows]
    return _rendered("question.html.j2", desk, pile=pile, answers=answers)


def answer(desk: Desk, pile: Pile, row: Row, xsrf: str, typed: Mapping[str, str] | None = None, said: str = "") -> str:
    """One answer, with all that helps to mark it.

    typed: the fields of a form that was not saved, as `said` explains.
    """
    of, mark = pile.question, row.mark or Mark(None)
    try:
        used = comments(desk.classroom, desk.tp, of.place)
    except Fault as error:  # marking goes on without
        used, said = [], said or str(error)
    fields = {"comment": mark.comment, "score": exact(mark.score)}
    if [(item.text, item.most) for item in mark.items] == [(item.text, item.points) for item in of.rubric]:
        fields |= {f"item-{number}": exact(item.points) for number, item in enumerate(mark.items)}
    return _rendered(
        "answer.html.j2",
        desk,
        pile=pile,
        row=row,
        answer=desk.answer(row, of),
        fields=fields if typed is None else typed,
        unsaved=typed is not None,
        said=said,
        seen=desk.seen(row, of),
        xsrf=Markup(xsrf),
        comments=used,
    )


def points(number: float | None) -> str:
    """Points as people write them; nothing if there are none."""
    return "" if number is None else f"{number:.6g}"


def exact(number: float | None) -> str:
    """Points in a field, which may be saved as they are."""
    return "" if number is None else f"{number:.12g}"


def message(title: str, text: str) -> str:
    """A page that says why there is no other one; it may be seen by anybody."""
    return _environment().get_template("message.html.j2").render(title=title, text=text)


def welcome(place: str) -> str:
    """The page that a link with the right token leads to: it goes on by itself. The next request is then our own
    page's, which cookies for this site alone come along with."""
    return _environment().get_template("welcome.html.j2").render(place=place)


def link(of: Question, row: Row | None = None) -> str:
    """Where a question lies, or an answer to it."""
    parts = [of.notebook, of.cell, *([row.id] if row else [])]
    return "/".join(["/answers", *(url_escape(part, plus=False) for part in parts)])


def _rendered(template: str, desk: Desk, **names: object) -> str:
    return _environment().get_template(template).render(desk=desk, link=link, **names)


@cache
def _environment() -> Environment:
    loader = FileSystemLoader(TEMPLATES)
    made = Environment(loader=loader, autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True)
    made.filters["markdown"] = lambda text, attachments=None: Markup(markdown_to_html(text, attachments))
    made.filters |= {"points": points, "exact": exact}
    return made
