"""How commands are declared: each with what it does and an example, and typing errors with the word that was meant."""

from __future__ import annotations

import argparse
import os
import re
from collections.abc import Callable
from pathlib import Path
from typing import NoReturn

from autograder.faults import Fault, did_you_mean


class Parser(argparse.ArgumentParser):
    """argparse's, which names the nearest command or option for one that it does not know."""

    def error(self, message: str) -> NoReturn:
        """Say it and leave with 2."""
        unknown = re.search(r"invalid choice: '([^']*)'|unrecognized arguments: (\S+)", message)
        near = did_you_mean(unknown[1] or unknown[2], self._words()) if unknown else ""
        super().error(f"{message}; {near}" if near else message)

    def _words(self) -> list[str]:
        named = [str(choice) for action in self._actions for choice in action.choices or ()]
        return [*named, *self._option_string_actions]


class Commands:
    """The commands of a parser."""

    def __init__(self, parser: Parser) -> None:
        self._commands = parser.add_subparsers(required=True, metavar="COMMAND")

    def add(
        self, name: str, run: Callable[[argparse.Namespace], int], about: str, *examples: str
    ) -> argparse.ArgumentParser:
        """Add a command. `run` gets the options and returns the exit code; `about` is one line."""
        epilog = "\n".join([f"example{'s' * (len(examples) > 1)}:", *(f"  {line}" for line in examples)])
        shape = argparse.RawDescriptionHelpFormatter
        sub = self._commands.add_parser(name, help=about, description=about, epilog=epilog, formatter_class=shape)
        sub.set_defaults(command=run, parser=sub)
        sub.add_argument("--classroom", type=Path, default=argparse.SUPPRESS, help=argparse.SUPPRESS)
        return sub


def workers(command: argparse.ArgumentParser) -> None:
    """Add `--workers` to a command that grades."""
    default = os.cpu_count() or 1
    command.add_argument("--workers", type=count, default=default, help="submissions at a time (default: one per core)")


def count(text: str) -> int:
    """The type of an argument that counts something."""
    if not text.isdecimal() or int(text) < 1:
        raise argparse.ArgumentTypeError(f"{text!r} is not a number of them, give 1 or more")
    return int(text)


def check_folder(option: str, path: Path | None) -> None:
    """Fault if a file cannot be written there: its folder does not exist, or it is a folder itself."""
    if path and not path.resolve().parent.is_dir():
        raise Fault(f"{option} {path}: the folder {path.resolve().parent} does not exist")
    if path and path.is_dir():
        raise Fault(f"{option} {path} is a folder: give a file")
