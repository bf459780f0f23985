"""The learner's own source: the line that an error came from, and whether a function is older than its cell."""

from __future__ import annotations

import ast
import linecache
import re
import sys
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


def outdated(name: str, function: object, source: str) -> str:
    """One sentence if the cell that defines `name` was changed and run since, and did not get as far; else empty.

    The function that is judged is then an older one. source: the text of the cell that it comes from. Known in IPython
    only, from the cells that were run.
    """
    shell: Any = sys.modules["IPython"].get_ipython() if "IPython" in sys.modules else None
    if shell is None or getattr(function, "__module__", "__main__") != "__main__":
        return ""
    defines = re.compile(rf"^\s*(?:def|class)\s+{re.escape(name)}\b", re.MULTILINE)
    cells = [cell for cell in shell.history_manager.input_hist_raw if defines.search(cell)]
    if not cells:
        return ""
    judged = f"What is checked here is the {name} from before." if function is not None else ""
    try:
        ast.parse(shell.transform_cell(cells[-1]))
    except SyntaxError as error:
        line = f" in line {error.lineno}{_quoted(error.text or '')}" if error.lineno else ""
        why = f"The last cell that defines {name} has a SyntaxError{line}, {error.msg}: nothing in it was run."
        return f"{why} {judged}".rstrip()
    *older, last = (_run(shell, cell) for cell in cells)
    if source.strip() == last or source.strip() not in older:
        return ""
    return f"The last cell that defines {name} was not run to its end. {judged}"


def _run(shell: Any, cell: str) -> str:
    """What Python runs of a cell: without a `%%capture` in its first line, and with IPython's own lines put in words
    of Python."""
    try:
        return str(shell.transform_cell(cell.partition("\n")[2] if cell.startswith("%%") else cell)).strip()
    except SyntaxError:
        return ""
