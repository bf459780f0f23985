"""Names and counts in sentences: lists, verbs that fit, in how many of the calls."""

from __future__ import annotations

import re
from collections.abc import Sequence

SEVERAL = {"call": "calls", "single step": "single steps"}


def listed(names: Sequence[str]) -> str:
    """a, b and c."""
    return " and ".join([", ".join(names[:-1]), names[-1]] if len(names) > 1 else names)


def plural(name: str) -> bool:
    """Whether a name, such as `best weights` or `weights after step 1`, is one of several things."""
    noun = re.split(r",| of | by | after | from | at | in | run$", name)[0].split()[-1]
    return noun == "they" or re.search("[^suia]s$", noun) is not None


def verb(names: Sequence[str], one: str, more: str) -> str:
    """The verb that fits these names."""
    return more if len(names) > 1 or plural(names[0]) else one


def in_calls(count: int, of: int, one: str = "call") -> str:
    """In how many of the calls: in the one call, in every call, in 3 of 14 calls."""
    if of == 1:
        return f"in the one {one}"
    return f"in every {one}" if count == of else f"in {count} of {of} {SEVERAL[one]}"
