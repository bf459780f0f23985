"""Sections of the lectures as mistakes name them, `adam#three-places-for-epsilon`: titles, and links to them.

A lecture is named without its number, so that pages can be numbered anew when one is added.
"""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path
from urllib.parse import quote

LECTURES = Path(__file__).parents[1] / "lectures"
IN_THE_LAB = Path("..") / "lectures"  # where `tp lab` puts them, seen from the TP's notebook


def title(section: str) -> str:
    """How a section is called in words: `06_adam, "Three places for epsilon"`."""
    lecture, _, slug = section.partition("#")
    page = _page(lecture)
    name = page.stem if page else lecture
    return f'{name}, "{_heading(lecture, slug)}"' if slug else name


def link(section: str) -> str | None:
    """Where the section lies, seen from the notebook that is open in JupyterLab; None if it does not lie there."""
    lecture, _, slug = section.partition("#")
    page = _page(lecture)
    if page is None:
        return None
    path = IN_THE_LAB / page.relative_to(LECTURES).with_suffix(".ipynb")
    if not path.is_file():
        return None
    # JupyterLab makes the anchor of a heading from its text.
    return path.as_posix() + (f"#{quote(_heading(lecture, slug).replace(' ', '-'))}" if slug else "")


@cache
def _page(lecture: str) -> Path | None:
    """The page of a lecture; None if there is none of that name."""
    if not re.fullmatch(r"[a-z_]+", lecture):
        return None
    return next(iter(sorted(LECTURES.glob(f"*/[0-9][0-9]_{lecture}.md"))), None)


def _heading(lecture: str, slug: str) -> str:
    return headings(lecture).get(slug, slug.replace("-", " "))


@cache
def headings(lecture: str) -> dict[str, str]:
    """Slug, as the site's pages have it, -> heading; empty if there is no such lecture."""
    page = _page(lecture)
    if page is None:
        return {}
    found = re.findall(r"^#+ +(.+?) *$", page.read_text(encoding="utf-8"), flags=re.MULTILINE)
    # As docutils does: an anchor begins with a letter, so the number of a heading is not part of it.
    return {re.sub(r"[^a-z0-9]+", "-", heading.lower()).lstrip("-0123456789").rstrip("-"): heading for heading in found}
