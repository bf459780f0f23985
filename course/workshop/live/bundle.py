"""The HTML of a live picture: a static figure, and one JavaScript module that takes its place where scripts run."""

from __future__ import annotations

import base64
import html
import json
import re
import secrets
from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Any

from course.workshop.live.contract import Picture

FOLDER = Path(__file__).parent
IMPORT = re.compile(r'^import \{[^}]*\} from "\.{1,2}/(\w+)\.js";\n', flags=re.MULTILINE)
EXPORTED = re.compile(r"^export (?:\{[^}]*\};\n|(?=function|const))", flags=re.MULTILINE)


def module(name: str) -> str:
    """A picture's JavaScript and what it imports as one text; `mount` and `scene` are defined in it.

    A page without a server, and a widget, cannot import one file from another. So the files are put one after the
    other, and names at their top level are different.
    """
    texts: dict[str, str] = {}
    waiting = [FOLDER / "stage.js", FOLDER / "pictures" / f"{name}.js"]
    while waiting:
        path = waiting.pop()
        text = path.read_text(encoding="utf-8")
        waiting += [FOLDER / f"{other}.js" for other in IMPORT.findall(text) if other not in texts]
        texts[path.stem] = EXPORTED.sub("", IMPORT.sub("", text))
    return "\n".join(reversed(texts.values()))  # what is imported comes first


def about(picture: Picture, values: Mapping[str, Any]) -> dict[str, Any]:
    """What the JavaScript is told of a picture."""
    controls = [asdict(control) for control in picture.controls]
    return {"title": picture.title, "controls": controls, "values": dict(values), "given": dict(picture.given)}


def page(picture: Picture, values: Mapping[str, Any], png: bytes, says: str) -> str:
    """A figure for a page: static until its module runs, and for good where none does."""
    id = f"live-{picture.name}-{secrets.token_hex(4)}"
    data = base64.b64encode(png).decode()
    alt = html.escape(f"{picture.about} {says}")
    told = json.dumps(about(picture, values)).replace("</", "<\\/")
    start = (
        f'const host = document.getElementById("{id}");\n'
        'const stage = document.createElement("div");\n'
        "host.before(stage);\n"
        "try {\n"
        f"  mount(stage, scene, {told});\n"
        "  host.remove();\n"
        "} catch (fault) {\n"
        "  stage.remove();\n"
        "  console.error(fault);\n"
        "}"
    )
    return (
        f'<figure class="live-picture" style="margin:1em 0"><div id="{id}">'
        f'<img alt="{alt}" style="max-width:100%;height:auto" src="data:image/png;base64,{data}"></div>'
        f"<figcaption>{html.escape(picture.title)}</figcaption>"
        f'<script type="module">\n{module(picture.name)}\n{start}\n</script></figure>'
    )
