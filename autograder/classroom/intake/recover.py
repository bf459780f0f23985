"""Get the cells out of a notebook file, whatever happened to the file: encodings, old formats, merges, a lost end.

Of each cell only what is needed is kept: type, id, metadata, source, and of its outputs what can be shown. Nothing here
trusts the file.
"""

from __future__ import annotations

import hashlib
import json
import re
from typing import Any

from nbformat import NotebookNode

from autograder.classroom.intake import inline, outputs

MOST_CELLS = 5000  # a TP has a hundred
MOST_MERGED = 500  # of each side of a merge: every cell of one is held against every cell of the other
ARCHIVES = (b"PK\x03\x04", b"\x1f\x8b", b"7z\xbc\xaf", b"Rar!")
MARKER = re.compile(r"^(?:<{7}|\|{7}|>{7}|={7}[ \t\r]*$).*\n?", re.MULTILINE)  # of git, a line each
Cell = dict[str, Any]


def recover(data: bytes) -> tuple[NotebookNode, list[str]]:
    """The notebook in a file, and what was wrong with the file. ValueError, with the reason, if it holds no cells."""
    if data.startswith(ARCHIVES):
        raise ValueError("it is an archive; the notebook itself is needed")
    if not data.strip():
        raise ValueError("it is empty")
    told: list[str] = []
    texts = sides(_decoded(data, told))
    if len(texts) > 1:
        told.append("The file held both sides of an unfinished git merge; both were read.")
    found = [_document(text) for text in texts]
    whole = [document for document, complete in found if complete]
    if not whole:
        told.append("The file was damaged; the cells that could be read are graded.")
    documents = whole or [document for document, _ in found]
    cells = [_cells(document, told) for document in documents]
    if not any(cells) and not whole:
        raise ValueError("it is no notebook")
    if len(cells) > 1 and max(map(len, cells)) > MOST_MERGED:
        raise ValueError(f"it has more than {MOST_MERGED} cells")
    _note_kernel(documents[-1], told)
    if len(cells) > 1:
        for cell in (*cells[0], *cells[1]):
            cell.pop("outputs", None)  # two runs of one cell are one cell
    metadata = NotebookNode(_python(documents[-1]))
    notebook = NotebookNode(cells=_union(*cells), metadata=metadata, nbformat=4, nbformat_minor=5)
    return notebook, list(dict.fromkeys(told))


def sides(text: str) -> list[str]:
    """Both sides of a text with git's conflict markers, ours first; the text alone if it has none."""
    ours: list[str] = []
    theirs: list[str] = []
    into, conflicts, place = [ours, theirs], 0, 0  # into what lines go, how often both sides differ, how far it is read
    for marker in MARKER.finditer(text):
        inside, kind = len(into) < 2, marker[0][0]
        if (kind == "<") == inside:
            continue  # of a kind that has no place here: a line like others
        for side in into:
            side.append(text[place : marker.start()])
        into = {"<": [ours], "|": [], "=": [theirs], ">": [ours, theirs]}[kind]
        conflicts, place = conflicts + (kind == ">"), marker.end()
    for side in into:
        side.append(text[place:])
    return ["".join(ours), "".join(theirs)] if conflicts else [text]


def plain(text: object, most: int = 100) -> str:
    """A name from a student's file or folder, fit to be printed in one line."""
    return "".join(c if c.isprintable() else "?" for c in str(text))[:most]


def _decoded(data: bytes, told: list[str]) -> str:
    encoding: str = json.detect_encoding(data)
    try:
        text = data.decode(encoding)
    except UnicodeDecodeError:
        encoding = "cp1252" if encoding.startswith("utf-8") else encoding
        text = data.decode(encoding, "replace")
    if encoding not in ("utf-8", "utf-8-sig"):
        told.append(f"The file was saved as {encoding}, not as UTF-8; it has been converted.")
    return text


def _document(text: str) -> tuple[Any, bool]:
    """What a text holds as JSON, and whether it is complete; if it is not, the cells up to the fault."""
    decoder = json.JSONDecoder(strict=False)
    try:
        return decoder.decode(text), True
    except ValueError:
        start = re.search(r'"cells"\s*:\s*\[', text)
    cells: list[object] = []
    place = start.end() if start else len(text)
    between = re.compile(r"[\s,]*")
    while place < len(text) and len(cells) <= MOST_CELLS:
        try:
            cell, place = decoder.raw_decode(text, between.match(text, place).end())  # type: ignore[union-attr]
        except ValueError:
            break
        cells.append(cell)
    return {"cells": cells}, False


def _cells(document: Any, told: list[str]) -> list[NotebookNode]:
    """The cells of a document in any of Jupyter's formats. ValueError if it is none of them."""
    if not isinstance(document, dict):
        raise ValueError("it is no notebook")
    found = document.get("cells")
    if not isinstance(found, list):
        sheets = document.get("worksheets")
        if not isinstance(sheets, list):
            raise ValueError("it is no notebook: it has no cells")
        found = [c for s in sheets if isinstance(s, dict) and isinstance(s.get("cells"), list) for c in s["cells"]]
        told.append("The notebook was in an old format; it has been converted.")
    if len(found) > MOST_CELLS:
        raise ValueError(f"it has more than {MOST_CELLS} cells")
    cells: list[NotebookNode] = []
    for cell in found:
        if isinstance(cell, dict):
            cells += _nodes(cell, told)
        else:
            told.append("Something that is no cell has been left out.")
    return cells


def _nodes(cell: Cell, told: list[str]) -> list[NotebookNode]:
    """A cell, or two if its source holds both sides of a merge."""
    kind = cell.get("cell_type")
    if kind not in ("code", "markdown", "raw"):  # old formats have headings and html
        kind = "code" if kind is None and ("outputs" in cell or "input" in cell) else "markdown"
    source = cell.get("source", cell.get("input", ""))
    text = "".join(map(str, source)) if isinstance(source, list) else str(source)
    text = text.replace("\r\n", "\n").replace("\r", "\n").encode("utf-8", "replace").decode()
    metadata, identity, attachments = cell.get("metadata"), cell.get("id"), cell.get("attachments")
    head: Cell = {"cell_type": kind, "metadata": metadata if isinstance(metadata, dict) else {}}
    if isinstance(identity, str):
        head["id"] = identity
    if kind == "code" and (shown := outputs.kept(cell.get("outputs"))):
        head["outputs"] = shown
    elif kind != "code":
        there = inline.pictures(text) | (attachments if isinstance(attachments, dict) else {})
        if pictures := outputs.pasted(there):
            head["attachments"] = NotebookNode(pictures)
        if len(pictures) < len(there):
            told.append("A picture in a text is too large, or of a kind that is not shown; it was left out.")
        text = inline.without(text)
    texts = sides(text)
    if len(texts) > 1:
        told.append("A cell held both sides of an unfinished git merge; both were read.")
    return [NotebookNode(head, source=side) for side in texts]


def _note_kernel(document: Any, told: list[str]) -> None:
    metadata = document.get("metadata")
    spec = metadata.get("kernelspec") if isinstance(metadata, dict) else None
    if isinstance(spec, dict):
        words = [str(spec.get(word, "")) for word in ("name", "language", "display_name")]
        if any(words) and not any("python" in word.lower() for word in words):
            told.append(f"The notebook was set to the kernel {plain(words[0] or words[2])}; it runs in Python.")


def _python(document: Any) -> dict[str, str]:
    """The version of Python that the notebook was written with, if it says so."""
    metadata = document.get("metadata")
    info = metadata.get("language_info") if isinstance(metadata, dict) else None
    version = str(info.get("version", "")) if isinstance(info, dict) else ""
    return {"python": version} if re.fullmatch(r"3\.\d{1,3}(\.\d{1,3})?", version) else {}


def _union(ours: list[NotebookNode], theirs: list[NotebookNode] | None = None) -> list[NotebookNode]:
    """The cells of both sides of a merge: one of theirs that is not ours follows ours of the same id."""
    merged = [(cell, _names(cell)) for cell in ours]
    place = 0
    for cell in theirs or ():
        names = _names(cell)
        equal = [i for i, (_, others) in enumerate(merged) if names[0] == others[0]]
        if equal:
            place = equal[0] + 1
            continue
        same = [i for i, (_, others) in enumerate(merged) if not set(names[1:]).isdisjoint(others[1:])]
        place = same[-1] + 1 if same else place
        merged.insert(place, (cell, names))
        place += 1
    return [cell for cell, _ in merged]


def _names(cell: NotebookNode) -> list[str]:
    """What two cells are compared by: all that they hold; their id and nbgrader's data, of which versions share one."""
    versions = {"id": cell.get("id"), "nbgrader": cell.metadata.get("nbgrader")}
    named = [f"{name} {_digest(value)}" for name, value in versions.items() if value]
    return [_digest(cell), *named]


def _digest(value: object) -> str:
    return hashlib.sha256(json.dumps(value, sort_keys=True).encode()).hexdigest()
