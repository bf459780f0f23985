"""Sections of the lectures as mistakes name them, `adam#three-places-for-epsilon`: titles, and links to them.

A lecture is named without its number, so that pages can be numbered anew when one is added.
"""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path

LECTURES = Path(__file__).parents[1] / "lectures"
IN_THE_LAB = Path("..") / "lectures"  # where `course start` puts them, seen from the TP's notebook
LONGEST = 64  # characters that the id of a cell may have


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
    return path.as_posix() + (cell(slug) if slug else "")


def linked(text: str) -> str:
    """Text of a TP with the names of lectures as links to where `course start` puts them.

    Named are `06_adam.md`, and `06_adam.md`, "Three places for epsilon"; what names no lecture stays as it is.
    """
    return re.sub(r'`\d\d_([a-z_]+)\.md`(?:,\s+"([^"]+)")?', _link_of, text)


def _link_of(found: re.Match[str]) -> str:
    page, heading = _page(found[1]), found[2] or ""
    if page is None:
        return found[0]
    path = f"../lectures/{page.relative_to(LECTURES).with_suffix('.ipynb').as_posix()}"
    if not heading:
        return f"[{page.stem}]({path})"
    if slug(heading) in headings(found[1]):
        return f'[{page.stem}, "{heading}"]({path}{cell(slug(heading))})'
    return f'[{page.stem}]({path}), "{heading}"'


def cell(slug: str) -> str:
    """The end of a link that leads to the cell of a section: in the notebooks of the lectures its id is the slug."""
    return f"#cell-id={slug[:LONGEST]}"


def slug(heading: str) -> str:
    """The slug of a heading, as the site's pages have it."""
    # As docutils does: an anchor begins with a letter, so the number of a heading is not part of it.
    return re.sub(r"[^a-z0-9]+", "-", heading.lower()).lstrip("-0123456789").rstrip("-")


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
    return {slug(heading): heading for heading in found}
