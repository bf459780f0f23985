"""In which situations a function was called: from zero state, without its optional arguments, at t = 1, ..."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np

from course.judging.diagnosis.evidence import Use
from course.judging.verdict import CLOCK, GRADIENT, PERIOD, POINT, Key

Property = tuple[str, Callable[[Use], bool]]


def when(key: Key, uses: Sequence[Use], hits: Sequence[bool]) -> str | None:
    """The property that the calls that are hit have and no other one has; None if there is none."""
    if not any(hits) or all(hits):
        return None
    found = [*_properties(key), *_of_lengths(key, uses)]
    return next((text for text, has in found if [has(use) for use in uses] == list(hits)), None)


def _properties(key: Key) -> list[Property]:
    optional = len(key.parameters)
    found: list[Property] = [
        ("without the optional arguments", lambda use: use.passed < optional),
        ("with all arguments given", lambda use: use.passed == optional),
        ("after the first in a row" if POINT in key.roles else "fed with earlier results", lambda use: use.step > 1),
    ]
    return [*found, *_of_point(key), *_of_state(key), *_of_time(key), *_of_arguments(key)]


def _zero(*names: str) -> Callable[[Use], bool]:
    return lambda use: all(not np.any(use.given.get(name, 1.0)) for name in names)


def _of_point(key: Key) -> list[Property]:
    found: list[Property] = []
    if point := key.roles.get(POINT):
        found.append((f"from {point} = 0", _zero(point)))
    if gradient := key.roles.get(GRADIENT):
        found.append(("with a gradient of zeros", _zero(gradient)))
    if point:

        def size(use: Use) -> int:
            return int(np.size(use.given[point])) if point in use.given else 0

        found += [
            ("with a single parameter", lambda u: size(u) == 1),
            ("with several parameters", lambda u: size(u) > 1),
        ]
    return found


def _of_state(key: Key) -> list[Property]:
    states = key.states
    if not states or POINT not in key.roles:
        return []
    return [
        ("from zero state", _zero(*states)),
        ("from a state that is not zero", lambda use: not _zero(*states)(use)),
    ]


def _of_arguments(key: Key) -> list[Property]:
    """What single arguments are, where the function moves no point: zero, or of length 1."""
    if POINT in key.roles:
        return []

    def single(name: str) -> Callable[[Use], bool]:
        return lambda use: np.shape(use.given.get(name, 0))[:1] == (1,)

    found: list[Property] = []
    for name in key.parameters:
        found += [
            (f"with {name} = 0", _zero(name)),
            (f"with {name} of length 1", single(name)),
        ]
    return found


def _of_lengths(key: Key, uses: Sequence[Use]) -> list[Property]:
    """How a whole number that is passed compares with the lengths of the arrays that are, each length once."""
    if POINT in key.roles:
        return []
    numbers = [name for name in key.parameters if _all(uses, name, lambda x: isinstance(x, int))]
    arrays = [name for name in key.parameters if _all(uses, name, lambda x: isinstance(x, np.ndarray) and x.ndim > 0)]
    lengths = {tuple(len(use.given[name]) for use in uses): name for name in reversed(arrays)}
    found: list[Property] = []
    for p in numbers:
        for q in lengths.values():

            def both(is_so: Callable[[int, int], bool], p: str = p, q: str = q) -> Callable[[Use], bool]:
                return lambda u: is_so(u.given[p], len(u.given[q]))

            found += [
                (f"with {p} > len({q})", both(lambda a, n: a > n)),
                (f"with {p} <= len({q})", both(lambda a, n: a <= n)),
                (f"with {p} a divisor of len({q})", both(lambda a, n: a > 0 and n % a == 0)),
                (f"with {p} no divisor of len({q})", both(lambda a, n: a <= 0 or n % a != 0)),
            ]
    return found


def _all(uses: Sequence[Use], name: str, is_so: Callable[[object], bool]) -> bool:
    """Whether an argument was passed in every use, and is so there."""
    return all(name in use.given and is_so(use.given[name]) for use in uses)


def _of_time(key: Key) -> list[Property]:
    clock, period = key.roles.get(CLOCK), key.roles.get(PERIOD)
    if not clock:
        return []
    found: list[Property] = [
        (f"with {clock} = 0", lambda use: use.given.get(clock) == 0),
        (f"with {clock} = 1", lambda use: use.given.get(clock) == 1),
        (f"with {clock} > 0", lambda use: use.given.get(clock, 0) > 0),
        (f"with {clock} > 1", lambda use: use.given.get(clock, 0) > 1),
    ]
    if period:

        def both(is_so: Callable[[float, float], bool]) -> Callable[[Use], bool]:
            return lambda u: clock in u.given and period in u.given and is_so(u.given[clock], u.given[period])

        found += [
            (f"with {clock} < {period}", both(lambda t, s: t < s)),
            (f"with {clock} >= {period}", both(lambda t, s: t >= s)),
            (f"with {clock} a multiple of {period}", both(lambda t, s: t % s == 0)),
            (f"with {clock} no multiple of {period}", both(lambda t, s: t % s != 0)),
        ]
    return found
