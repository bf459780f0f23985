"""In which situations a function was called: from zero state, without its optional arguments, at t = 1, ..."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np

from course.diagnosis.evidence import Call
from course.verdict import Key

Property = tuple[str, Callable[[Call], bool]]


def when(key: Key, calls: Sequence[Call], hits: Sequence[bool]) -> str | None:
    """The property that the calls that are hit have and no other one has; None if there is none."""
    if not any(hits) or all(hits):
        return None
    return next((text for text, has in _properties(key) if [has(call) for call in calls] == list(hits)), None)


def _properties(key: Key) -> list[Property]:
    states = [name for name in key.outputs if name != "theta" and name in key.parameters]
    optional = len(key.parameters)

    def zero(*names: str) -> Callable[[Call], bool]:
        return lambda call: bool(names) and all(not np.any(call.given.get(name, 1.0)) for name in names)

    def size(call: Call) -> int:
        return int(np.size(call.given["theta"])) if "theta" in call.given else 0

    found: list[Property] = [
        ("without the optional arguments", lambda call: call.passed < optional),
        ("with all arguments given", lambda call: call.passed == optional),
        ("after the first in a row", lambda call: call.step > 1),
        ("from theta = 0", zero("theta")),
        ("with a gradient of zeros", zero("grad")),
        ("with a single parameter", lambda call: size(call) == 1),
        ("with several parameters", lambda call: size(call) > 1),
    ]
    if states:
        found.append(("from zero state", zero(*states)))
        found.append(("from a state that is not zero", lambda call: not zero(*states)(call)))
    if "t" in key.parameters:
        found += [(f"with t = {n}", lambda call, n=n: call.given.get("t") == n) for n in (0, 1)]  # type: ignore[misc]
        found.append(("with t > 0", lambda call: call.given.get("t", 0) > 0))
        found.append(("with t > 1", lambda call: call.given.get("t", 0) > 1))
    if "s" in key.parameters:
        found.append(("with t < s", lambda call: call.given["t"] < call.given["s"]))
        found.append(("with t >= s", lambda call: call.given["t"] >= call.given["s"]))
        found.append(("with t a multiple of s", lambda call: call.given["t"] % call.given["s"] == 0))
        found.append(("with t no multiple of s", lambda call: call.given["t"] % call.given["s"] != 0))
    return found
