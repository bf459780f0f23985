"""Text that a student wrote, made safe to show: on pages, where it is rendered as Markdown, and in terminals."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path

import course

HERE = f"{Path(course.__file__).resolve().parents[1]}/"
PLACE = re.compile(r"/[^\s'\"<>:]*?/(?:lib/python3(?:\.\d+)?/(?:(?:site|dist)-packages/)?|tp-home-\w+/work-\w+/)")
CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u200e\u200f\u2028-\u202e\u2066-\u2069]")
TAG = re.compile(r"<(?=[A-Za-z/!?])")
CODE_OR_FORMULA = r"```.*?```|~~~.*?~~~|`[^`]*`|\$\$.*?\$\$|\$[^$]*\$|^(?: {4}|\t).*?$"
VERBATIM = re.compile(f"({CODE_OR_FORMULA})", re.DOTALL | re.MULTILINE)
OTHER_FORMULA = re.compile(r"\\(?:\(|\[|begin)")
LINK = re.compile(r"\](?=[(:\[])")
COMMANDS = "href|url|class|cssId|style|require|data|html\\w*|mmlToken|includegraphics|bbox|unicode"
COMMAND = re.compile(rf"\\(?=(?:{COMMANDS})(?![A-Za-z]))")


def whole(text: str) -> str:
    """The text without half characters (lone surrogates), which no file and no page can hold."""
    return text.encode("utf-8", "replace").decode()


def line(text: str) -> str:
    """One line for a person's eyes: no line breaks, nothing that a terminal would obey."""
    return CONTROL.sub("\N{REPLACEMENT CHARACTER}", " ".join(whole(text).split()))


def without_places(text: str) -> str:
    """The text without the folders in which packages, this Python and the submission's own files lie."""
    return PLACE.sub("", text).replace(HERE, "")


def markdown(text: str) -> str:
    """Markdown that renders to no HTML, picture or hidden link of its author's; formulas, code and forms stay.

    A space makes the halves of a link none. MathJax has commands of its own that make links and styles; they lose their
    backslash.
    """
    text = CONTROL.sub("", whole(text).replace("\r\n", "\n").replace("\r", "\n"))
    return COMMAND.sub("", LINK.sub("] ", without_tags(text)))


def without_tags(text: str) -> str:
    """Markdown that holds no HTML of its author's, and shows what was written.

    `&lt;` is shown as `<`, but not in code and formulas; there a space behind `<` makes it no tag. Either is safe, also
    where a parser sees code and formulas elsewhere than we do.
    """
    if OTHER_FORMULA.search(text):  # where these end takes long to find
        return TAG.sub("< ", text)
    parts = VERBATIM.split(text)  # what stands between code and formulas, and these, by turns
    return "".join(TAG.sub("< " if number % 2 else "&lt;", part) for number, part in enumerate(parts))


def pasted(attachments: Mapping[str, object]) -> str:
    """Markdown that shows the pictures of a text cell, whatever its own text says of them."""
    return "".join(f"\n\n![{name}](attachment:{name})" for name in attachments if re.fullmatch(r"picture-\d+", name))
