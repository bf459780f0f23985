"""The learner's own source: the line that an error came from, and whether a function is older than its cell."""

from __future__ import annotations

import ast
import inspect
import linecache
import re
import sys
import textwrap
from types import TracebackType
from typing import Any

LONGEST = 90  # characters of a line that is quoted


def line_of(error: BaseException, function: object) -> str:
    """The last line of the module of `function` through which an error went: "line 3: `v = gama * v`"; else empty.

    Lines are counted from the top of the cell, or of the file. Foreign code may misbehave when it is looked at: then
    nothing is said.
    """
    try:
        own = getattr(function, "__module__", None)
        found = _last_in(own, error)
        if found is None:
            return ""
        text = linecache.getline(found.tb_frame.f_code.co_filename, found.tb_lineno)
        return f"line {found.tb_lineno}{_quoted(text)}"
    except BaseException:
        return ""


def _last_in(module: object, error: BaseException | None) -> TracebackType | None:
    found, at = None, error.__traceback__ if error is not None and isinstance(module, str) else None
    while at is not None:
        if at.tb_frame.f_globals.get("__name__") == module:
            found = at
        at = at.tb_next
    return found


def _quoted(line: str) -> str:
    text = " ".join(line.split()).replace("`", "'")
    return f": `{text if len(text) <= LONGEST else text[:LONGEST] + '...'}`" if text else ""


def outdated(name: str, function: object) -> str:
    """One sentence if the cell that defines `name` was changed and run since, and did not get as far; else empty.

    The function that is judged is then an older one. Known in IPython only, from the cells that were run.
    """
    shell: Any = sys.modules["IPython"].get_ipython() if "IPython" in sys.modules else None
    if shell is None:
        return ""
    defines = re.compile(rf"^\s*(?:def|class)\s+{re.escape(name)}\b", re.MULTILINE)
    cells = [cell for cell in shell.user_ns.get("In", [])[:-1] if isinstance(cell, str) and defines.search(cell)]
    if not cells:
        return ""
    judged = f"What is checked here is the {name} from before." if function is not None else ""
    try:
        ast.parse(shell.transform_cell(cells[-1]))
    except SyntaxError as error:
        line = f" in line {error.lineno}{_quoted(error.text or '')}" if error.lineno else ""
        why = f"The last cell that defines {name} has a SyntaxError{line}, {error.msg}: nothing in it was run."
        return f"{why} {judged}".rstrip()
    try:
        source = inspect.getsource(function)  # type: ignore[arg-type]
    except (OSError, TypeError):
        return ""
    if _plain(source) in _plain(shell.transform_cell(cells[-1])):
        return ""
    return f"The last cell that defines {name} was not run to its end. {judged}".rstrip()


def _plain(source: str) -> str:
    """A source without what its place adds: indentation, and white space at the ends of lines."""
    return "\n".join(line.rstrip() for line in textwrap.dedent(source).strip().split("\n"))
