"""Faults that a person can mend: one line that says what is wrong, where, and what to do."""

from __future__ import annotations

import difflib
from collections.abc import Iterable


class Fault(Exception):
    """The work found a fault; the command ends with exit code 1."""

    exit_code = 1


class WrongUsage(Fault):
    """The command was called with something that does not exist; exit code 2."""

    exit_code = 2


def did_you_mean(name: str, there: Iterable[str]) -> str:
    """The question whether the nearest of some names was meant; empty if none is near."""
    small = {one.lower(): one for one in there}
    near = difflib.get_close_matches(name.lower(), small, n=1)
    return f"did you mean {small[near[0]]}?" if near else ""
