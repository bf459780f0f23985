"""Sections of the lectures as mistakes name them, `06_adam#three-places-for-epsilon`: titles, and links to them."""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path
from urllib.parse import quote

LECTURES = Path(__file__).parent / "lectures"
IN_THE_LAB = Path("..") / "lectures"  # where `tp lab` puts them, seen from the TP's notebook


def title(section: str) -> str:
    """How a section is called in words: `06_adam, "Three places for epsilon"`."""
    lecture, _, slug = section.partition("#")
    return f'{lecture}, "{_heading(lecture, slug)}"' if slug else lecture


def link(section: str) -> str | None:
    """Where the section lies, seen from the notebook that is open in JupyterLab; None if it does not lie there."""
    lecture, _, slug = section.partition("#")
    path = IN_THE_LAB / f"{lecture}.ipynb"
    if not re.fullmatch(r"\w+", lecture) or not path.is_file():
        return None
    # JupyterLab makes the anchor of a heading from its text.
    return path.as_posix() + (f"#{quote(_heading(lecture, slug).replace(' ', '-'))}" if slug else "")


def _heading(lecture: str, slug: str) -> str:
    return _headings(lecture).get(slug, slug.replace("-", " "))


@cache
def _headings(lecture: str) -> dict[str, str]:
    """Slug, as the site's pages have it, -> heading; empty if there is no such lecture."""
    path = LECTURES / f"{lecture}.md"
    if not re.fullmatch(r"\w+", lecture) or not path.is_file():
        return {}
    found = re.findall(r"^#+ +(.+?) *$", path.read_text(encoding="utf-8"), flags=re.MULTILINE)
    # As docutils does: an anchor begins with a letter, so the number of a heading is not part of it.
    return {re.sub(r"[^a-z0-9]+", "-", heading.lower()).lstrip("-0123456789").rstrip("-"): heading for heading in found}
