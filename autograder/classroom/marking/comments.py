"""Comments that are used again: `comments.toml` in the classroom, to which people add by hand or on the page."""

from __future__ import annotations

import json
import tomllib

from autograder.classroom.grading.gradebook import Cell
from autograder.classroom.layout import Classroom, write
from autograder.classroom.marking.entered import alone
from autograder.faults import Fault

FILE, FORMAT = "comments.toml", 1
HEAD = f"# Comments that are used again, by TP and question; yours to edit.\nformat = {FORMAT}\n"


def comments(classroom: Classroom, tp: str, place: Cell) -> list[str]:
    """Those of one question, in their order. Fault, in one line, if the file is broken."""
    path, question = classroom.root / FILE, _question(tp, place)
    try:
        data = tomllib.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return []
    except (OSError, ValueError) as error:
        raise Fault(f"{path} cannot be read: {' '.join(str(error).split())}") from None
    if data.get("format") != FORMAT:
        raise Fault(f"{path}: this version reads format {FORMAT}: write `format = {FORMAT}` in its first line")
    try:
        return [str(comment["text"]) for comment in data.get(tp, {}).get(question, [])]
    except (AttributeError, TypeError, KeyError):
        raise Fault(f'{path}: below [[{tp}.{question}]] stands a line such as `text = "Which numbers?"`') from None


def keep(classroom: Classroom, tp: str, place: Cell, text: str) -> None:
    """Add one at the end of the file, unless it is there; all else in it stays as it was written.

    Fault, in one line, if nothing can be added there.
    """
    path, below = classroom.root / FILE, f"[[{_quoted(tp)}.{_quoted(_question(tp, place))}]]"
    with alone(classroom):
        if text in comments(classroom, tp, place):
            return
        before = path.read_text(encoding="utf-8") if path.exists() else HEAD
        after = f"{before.rstrip()}\n\n{below}\ntext = {_quoted(text)}\n"
        try:
            tomllib.loads(after)
        except ValueError:
            raise Fault(f"{path}: write each comment there below a line {below} of its own, to keep more") from None
        write(path, after)


def _question(tp: str, place: Cell) -> str:
    """What a question is called in the file: its cell, after its notebook if that has another name than the TP."""
    notebook, cell = place
    return cell if notebook == tp else f"{notebook}/{cell}"


def _quoted(text: str) -> str:
    """A text of TOML: JSON's, which also may not hold the character 127."""
    return json.dumps(text, ensure_ascii=False).replace("\x7f", "\\u007f")
