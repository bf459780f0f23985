"""What a student's own run showed, kept for whoever marks: text and pictures, and nothing that a page would run.

No mark depends on it.
"""

from __future__ import annotations

import base64
import html
import re
from typing import Any

from nbformat import NotebookNode

from autograder.harmless import line, whole

MOST = 20  # outputs of one cell
LONGEST = 4000  # characters of each text
LARGEST = 2**20  # characters of each picture, in base64
WIDEST = 2000  # pixels of a picture's width or height on a page
PICTURES = ("image/png", "image/jpeg")
DRAWN = "image/svg+xml"
OLD = {"image/png": "png", "image/jpeg": "jpeg", DRAWN: "svg", "text/plain": "text"}  # as in format 3
WITHOUT_WORDS = "a picture without a description"
BASE64 = re.compile(r"[A-Za-z0-9+/\s]+={0,2}\s*")
ANSI = re.compile(r"\x1b\[[0-9;?]*[A-Za-z]")


def kept(outputs: object) -> list[NotebookNode]:
    """The outputs of a cell that can be shown."""
    found = (
        [_kept(output) for output in outputs[:MOST] if isinstance(output, dict)] if isinstance(outputs, list) else []
    )
    return [output for output in found if output is not None]


def pasted(attachments: object) -> dict[str, dict[str, str]]:
    """The pictures that were pasted into a text cell, numbered: a name may be anything."""
    if not isinstance(attachments, dict):
        return {}
    found = [_picture(data) for data in list(attachments.values())[:MOST] if isinstance(data, dict)]
    return {f"picture-{number}": data for number, data in enumerate(found, start=1) if data}


def _kept(output: dict[str, Any]) -> NotebookNode | None:
    kind = output.get("output_type")
    if kind == "stream":
        return _stream(_text(output.get("text")))
    if kind in ("error", "pyerr"):
        return _stream(_text(f"{output.get('ename')}: {output.get('evalue')}"))
    data = output.get("data")
    data = data if isinstance(data, dict) else {new: output.get(old) for new, old in OLD.items()}
    text, shown, metadata = _text(data.get("text/plain")), _picture(data), {}
    for picture in shown:
        metadata[picture] = _about(output.get("metadata"), picture, text)
    if not shown and isinstance(data.get(DRAWN), str | list):
        drawing = base64.b64encode(_joined(data[DRAWN]).encode("utf-8", "replace")).decode()
        if len(drawing) <= LARGEST:  # as a picture: a drawing in the page itself could run code
            about = _about(output.get("metadata"), DRAWN, text).items()
            attributes = " ".join(f'{name}="{html.escape(str(value))}"' for name, value in about)
            shown = {"text/html": f'<img {attributes} src="data:{DRAWN};base64,{drawing}">'}
    if not shown and not text:
        return None
    forms = NotebookNode(shown | {"text/plain": text})
    return NotebookNode(output_type="display_data", data=forms, metadata=NotebookNode(metadata))


def _about(metadata: object, kind: str, text: str) -> NotebookNode:
    """What a picture is for those who cannot see it, and how large it stands on the page if its author said so.

    Without words of its author's there is the text that stands for it elsewhere.
    """
    of = metadata if isinstance(metadata, dict) else {}
    of = next((of[name] for name in (kind, OLD[kind]) if isinstance(of.get(name), dict)), of)
    sizes = {name: of.get(name) for name in ("width", "height")}
    alt = line(_text(of.get("alt"))) or line(text) or WITHOUT_WORDS
    return NotebookNode({name: n for name, n in sizes.items() if type(n) is int and 0 < n <= WIDEST} | {"alt": alt})


def _picture(data: dict[str, Any]) -> dict[str, str]:
    for kind in PICTURES:
        picture = _joined(data.get(kind))
        if 0 < len(picture) <= LARGEST and BASE64.fullmatch(picture):
            return {kind: picture}
    return {}


def _stream(text: str) -> NotebookNode | None:
    return NotebookNode(output_type="stream", name="stdout", text=text) if text else None


def _text(value: object) -> str:
    text = ANSI.sub("", whole(_joined(value)))
    return text if len(text) <= LONGEST else f"{text[:LONGEST]}\n[more was left out]"


def _joined(value: object) -> str:
    """A text of a notebook's file, which may be a list of its lines."""
    return "".join(map(str, value)) if isinstance(value, list) else value if isinstance(value, str) else ""
