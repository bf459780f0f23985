"""The IPython shell that runs a submission's cells, statement by statement: one that fails costs what needs it."""

from __future__ import annotations

import ast
import re
import subprocess
import sys
from collections.abc import Iterator
from typing import Any

from IPython.core.displaypub import DisplayPublisher
from IPython.core.history import HistoryManager
from IPython.core.interactiveshell import InteractiveShell

LONGEST_SHOWN = 2000  # characters of what `display` shows
AROUND = ("time", "capture", "prun")  # cell magics that run the cell as it is
QUICK = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef, ast.Import, ast.ImportFrom)
INSTALLS = re.compile(r"\b(pip3?|conda|mamba|uv|apt|apt-get|brew)\b.*\binstall\b")
GOES_ON = re.compile(r"[)\]}]|(else|elif|except|finally|case)\b")  # of a statement that began above
Failure = tuple[BaseException, list[str]]  # what was raised, and its traceback


class Quiet(DisplayPublisher):
    """Prints the text of what is displayed; pictures are dropped."""

    def publish(self, data: Any, *_: Any, **__: Any) -> None:
        """Print the text."""
        if isinstance(data, dict) and isinstance(data.get("text/plain"), str):
            print(data["text/plain"][:LONGEST_SHOWN])


class Shell(InteractiveShell):
    """A shell without terminal, history or display.

    `failures`: what went wrong in the last cell. With `goes_on` the statements after one that failed run all the same;
    after one that was stopped, only definitions and imports.
    """

    goes_on = True
    failures: list[Failure] = []  # noqa: RUF012  one shell is all there is
    _traceback: list[str] = []  # noqa: RUF012

    def _showtraceback(self, etype: Any, evalue: Any, stb: Any) -> None:
        self._traceback = [str(line) for line in stb]

    def enable_gui(self, gui: Any = None) -> None:
        """Event loops have no place here."""

    def init_history(self) -> None:
        """No history is kept."""
        self.history_manager = HistoryManager(shell=self, parent=self, enabled=False)

    def system(self, cmd: str) -> None:
        """`!command`: as in Jupyter its output is printed, and it raises nothing whatever becomes of it."""
        sys.stdout.flush()
        shell: Any = self
        command = shell.var_expand(cmd, depth=1)
        if INSTALLS.search(command):
            print(f"!{cmd}: nothing can be installed here")
            return
        try:
            done = subprocess.run(command, shell=True, stdin=subprocess.DEVNULL, check=False)
            self.user_ns["_exit_code"] = done.returncode
        except OSError as error:
            print(f"!{command} could not be run: {error.strerror}")
            self.user_ns["_exit_code"] = 127

    async def run_ast_nodes(
        self,
        nodelist: list[ast.stmt],
        cell_name: str,
        interactivity: str = "last_expr",
        compiler: Any = compile,
        result: Any = None,
    ) -> bool:
        """Run the statements of a cell one by one; returns whether one failed. The first failure is the result's."""
        stopped = False
        for node in nodelist:
            if stopped and not isinstance(node, QUICK):
                continue
            how = interactivity if node is nodelist[-1] else "none"
            self._traceback, result.error_before_exec, result.error_in_exec = [], None, None
            if await super().run_ast_nodes([node], cell_name, how, compiler, result):
                error = result.error_before_exec or result.error_in_exec
                self.failures.append((error, self._traceback))
                stopped = stopped or isinstance(error, KeyboardInterrupt)
                if not self.goes_on:
                    break
        if self.failures:
            result.error_before_exec, result.error_in_exec = None, self.failures[0][0]
        return bool(self.failures)

    def run(self, source: str, goes_on: bool = True) -> Any:
        """Run a cell; returns its last value, if it has one and nothing failed. What failed stands in `failures`.

        Of a cell that is no Python the statements run that are.
        """
        self.goes_on, self.failures = goes_on, []
        shell: Any = self
        source = self._without_magic_around(source) if goes_on else source
        result = shell.run_cell(source, store_history=False)
        if not result.success and not self.failures:  # the cell cannot be parsed
            failure = result.error_before_exec or result.error_in_exec, self._traceback
            if goes_on and isinstance(failure[0], SyntaxError):
                for piece in pieces(source):
                    shell.run_cell(piece, silent=True)
            self.failures.insert(0, failure)
        return result.result if not self.failures else None

    def _without_magic_around(self, source: str) -> str:
        """The cell without a magic on top that runs it as it is, or that is not known here."""
        shell: Any = self
        found = re.match(r"\s*%%(\w+).*\n", source)
        if found and (found[1] in AROUND or shell.find_cell_magic(found[1]) is None):
            return "\n" + source[found.end() :]
        return source


def pieces(source: str) -> Iterator[str]:
    """The statements of a text, as far as the lines tell where one begins; each with empty lines before it, so that the
    numbers of its lines stay.
    """
    lines = source.split("\n")
    starts: list[int] = []
    for number, line in enumerate(lines):
        begins = line[:1].strip() and not line.startswith("#") and not GOES_ON.match(line)
        decorated = number and lines[number - 1].startswith("@")
        if begins and not decorated:
            starts.append(number)
    for start, end in zip(starts, [*starts[1:], len(lines)], strict=True):
        yield "\n" * start + "\n".join(lines[start:end])


def new_shell() -> Shell:
    """The one shell of this process, ready for its first cell."""
    shell: Shell = Shell.instance(display_pub_class=Quiet, colors="nocolor", autoindent=False)
    shell.run("None")  # imports, once for all, what the first cell needs
    sys.modules["__main__"] = shell.user_module
    return shell
