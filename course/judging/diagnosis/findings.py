"""What can be said of wrong numbers that have no name: only what holds in every call that was made.

Each function here looks for one thing and returns a sentence, or None. The sentences speak of the learner's own calls
and are read off the numbers; none of them supposes a cause.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from typing import Any

import numpy as np

from course.judging.diagnosis.evidence import Evidence, Use
from course.judging.diagnosis.exceptions import in_words
from course.judging.diagnosis.factors import LEAST, Case, by_a_factor, by_a_shift, by_direction, digits
from course.judging.diagnosis.situations import when
from course.judging.diagnosis.weights import weights
from course.judging.scripts import NOT_ASKED, NUMBERS, Asked, Failure
from course.judging.verdict import CLOCK, GRADIENT, POINT

MOST = 3  # sentences; more than that nobody reads
NOTHING_MORE = "None of the known mistakes gives these numbers."


def findings(evidence: Evidence) -> list[str]:
    """The sentences, the most telling first."""
    return of_uses(evidence, evidence.numbers)


def of_uses(evidence: Evidence, uses: list[Use], parts: bool = True) -> list[str]:
    """The sentences about some uses, all in the same way. parts: say which of several results is right.

    What concerns all uses, such as a wrong shape, is told alone. Numbers that are right but for zeros or for digits
    need no more than that. Else come a situation that tells right from wrong, or, without one, each result by itself.
    """
    single = [use for use in uses if use.step == 1 and use.results]
    if not single:
        failing = _failing(evidence, uses)
        return [failing] if failing else outside(uses) or [NOTHING_MORE]
    of_all = (
        _order(evidence, single) or _shape(evidence, single) or _failing(evidence, uses) or _again(evidence, single)
    )
    if of_all:
        return [of_all]
    if length := _length(evidence, single):
        return [length, *ignored(evidence, single)][:MOST]
    nearly = _but_for_zeros(evidence, uses) or _nearly(evidence, single)
    if nearly:
        return [nearly]
    if apart := _apart(evidence, single):
        looks = [apart, _asked(evidence), _row(evidence)]
    else:
        looks = [_parts(evidence, single) if parts else None, *ignored(evidence, single)]
        looks += [_asked(evidence), _in_time(evidence, single)]
        looks += [_of_output(evidence, single, output) for output in _outputs(single)]
        looks.append(_row(evidence))
    looks += outside(uses)
    return [look for look in looks if look][:MOST] or [NOTHING_MORE]


def listed(names: list[str]) -> str:
    """a, b and c."""
    return " and ".join([", ".join(names[:-1]), names[-1]] if len(names) > 1 else names)


def outside(uses: list[Use]) -> list[str]:
    """Which results lie outside the bounds that any right one keeps."""
    said = []
    for name in dict.fromkeys(output for use in uses for output in use.bounded):
        seen = [use.bounded[name] for use in uses if name in use.bounded]
        off = [(g, w) for g, w, kept in seen if not kept and isinstance(g, np.ndarray) and isinstance(w, np.ndarray)]
        if not off:
            continue
        calls = f"in {len(off)} of {len(seen)} calls"
        given, wanted = next(((g, w) for g, w in off if g.shape != w.shape), off[0])
        if given.shape != wanted.shape:
            said.append(f"Your {name} has the wrong shape: {given.shape} where {wanted.shape} was expected.")
        elif wild := sum(not np.isfinite(g).all() for g, _ in off):
            said.append(f"Your {name} is NaN or infinite in {wild} of {len(seen)} calls.")
        else:
            said.append(f"Your {name} lies outside what any right result keeps to, {calls}.")
    return said


def _shape(evidence: Evidence, uses: list[Use]) -> str | None:
    """Results of another shape than expected."""
    for name in _outputs(uses):
        pairs = [(g, w) for g, w in _pairs(uses, name) if not isinstance(g, Failure)]
        bad = [(g, w) for g, w in pairs if g.shape != w.shape and not _lengths(g, w)]
        if bad:
            given, wanted = bad[0]
            said = f"Your {name} has the wrong shape: {given.shape} where {wanted.shape} was expected."
            alike = all(g.size == w.size and evidence.key.agree(g.reshape(w.shape), w) for g, w in pairs)
            return said + (" The numbers in it are right." if alike else "")
    return None


def _lengths(given: np.ndarray, wanted: np.ndarray) -> bool:
    """Whether two arrays differ in the number of their rows alone."""
    return given.ndim == wanted.ndim > 0 and given.shape[1:] == wanted.shape[1:] and len(given) != len(wanted)


def _length(evidence: Evidence, uses: list[Use]) -> str | None:
    """More or fewer rows than expected, and whether those that are there are right."""
    for name in _outputs(uses):
        pairs = _pairs(uses, name)
        bad = [(g, w) for g, w in pairs if _lengths(g, w)]
        if bad:
            given, wanted = bad[0]
            rows = "entries" if wanted.ndim == 1 else "rows"
            has = f"{len(given)} where {len(wanted)} {'was' if len(wanted) == 1 else 'were'} expected"
            both = [(g[: len(w)], w[: len(g)]) for g, w in pairs if g.ndim]
            fine = all(evidence.key.agree(g, w) for g, w in both)
            more = f" Those that both have are {'' if fine else 'not always '}right."
            some = any(g.size for g, _ in both)
            said = f"Your {name} has the wrong number of {rows} in {len(bad)} of {len(pairs)} calls: {has}."
            return said + (more if some else "")
    return None


def _failing(evidence: Evidence, uses: list[Use]) -> str | None:
    """Calls that gave nothing: which, and why."""
    reasons = Counter(use.failure.told for use in uses if use.failure)
    if not reasons:
        return None
    count, reason = sum(reasons.values()), max(reasons, key=lambda r: (r != NOT_ASKED, reasons[r]))
    why = f"it {reason.rstrip('.')}. {in_words(reason)}".rstrip()
    if count == len(uses):
        return f"Every call fails: {why}"
    those = when(evidence.key, uses, [use.failure is not None for use in uses])
    return f"{count} of {len(uses)} calls fail{f', those {those}' if those else ''}: {why}"


def _again(evidence: Evidence, uses: list[Use]) -> str | None:
    """The same call with another result."""
    first: dict[Any, Use] = {}
    for use in uses:
        one = first.setdefault((use.passed, _frozen(use.given)), use)
        both = use.results.keys() & one.results.keys()
        if any(not evidence.key.agree(use.results[i][0], one.results[i][0]) for i in both):
            return "The same arguments give another result when asked again: it depends on more than the arguments."
    return None


def _order(evidence: Evidence, uses: list[Use]) -> str | None:
    """Right results in the wrong order."""
    outputs = tuple(_outputs(uses))
    whole = [use.results for use in uses if len(use.results) == len(outputs)]
    if len(whole) < LEAST:
        return None
    fits = {
        (i, j): all(evidence.key.agree(r[i][0], r[j][1]) for r in whole) for i in outputs for j in outputs
    }  # whether what stands in the place of i is j
    order = next(_matched(outputs, fits), outputs)
    if order == outputs or all(fits[name, name] for name in outputs):
        return None
    return f"The results are right, their order is not: you return {', '.join(order)} instead of {', '.join(outputs)}."


def _matched(places: tuple[str, ...], fits: dict[tuple[str, str], bool]) -> Iterator[tuple[str, ...]]:
    """The orders of all names in which each fits its place."""

    def after(order: tuple[str, ...]) -> Iterator[tuple[str, ...]]:
        if len(order) == len(places):
            yield order
            return
        for name in places:
            if name not in order and fits[places[len(order)], name]:
                yield from after((*order, name))

    return after(())


def _apart(evidence: Evidence, uses: list[Use]) -> str | None:
    """A property of the calls that tells the right ones from the wrong ones."""
    right = [use.right for use in uses]
    clock = evidence.key.roles.get(CLOCK, "")
    # Where the gradient is zero, or the time is, almost any formula is right.
    if (those := when(evidence.key, uses, right)) and those not in ("with a gradient of zeros", f"with {clock} = 0"):
        return f"Your results are right in the calls {those}, and only there."
    if those := when(evidence.key, uses, [not r for r in right]):
        return f"Your results are wrong in the calls {those}, and only there." if those != f"with {clock} > 0" else None
    return None


def _parts(evidence: Evidence, uses: list[Use]) -> str | None:
    """Which of several results is right."""
    parts: dict[bool, list[str]] = {True: [], False: []}
    for name in _outputs(uses):
        parts[_all_right(uses, name)].append(name)
    if not parts[True] or not parts[False]:
        return None
    be, be_not = ("is" if len(parts[side]) == 1 else "are" for side in (True, False))
    one = _one(evidence)
    return f"{listed(parts[True])} {be} right in every {one}; {listed(parts[False])} {be_not} not."


def _in_time(evidence: Evidence, uses: list[Use]) -> str | None:
    """Up to which time a schedule is right."""
    clock = evidence.key.roles.get(CLOCK, "")
    if not clock or evidence.key.parameters[0] != clock:
        return None
    rows: dict[Any, list[Use]] = {}
    for use in uses:
        rows.setdefault(_frozen({n: x for n, x in use.given.items() if n != clock}), []).append(use)
    longest: list[Use] = max(rows.values(), key=len)
    row = sorted(longest, key=lambda use: use.given[clock])
    first = next((use for use in row if not use.right), row[0])
    if first.right or first is row[0]:
        return None
    others = ", ".join(f"{name} = {x:.4g}" for name, x in first.given.items() if name != clock)
    last = first.given[clock] - 1
    return f"With {others} your results are right up to {clock} = {last} and wrong at {clock} = {last + 1}."


def ignored(evidence: Evidence, uses: list[Use]) -> list[str]:
    """Arguments whose change alone leaves all results as they are, though it should not."""
    said = []
    complete = [use for use in uses if use.passed == len(evidence.key.parameters)]
    for name in evidence.key.parameters:
        alike: dict[Any, list[Use]] = {}
        for use in complete:
            alike.setdefault(_frozen({n: x for n, x in use.given.items() if n != name}), []).append(use)
        both: list[tuple[tuple[Any, Any], tuple[Any, Any]]] = [
            (group[0].results[i], other.results[i])
            for group in alike.values()
            for other in group[1:]
            for i in group[0].results.keys() & other.results.keys()
        ]
        # Exactly the same: numbers that are both tiny agree, and may still depend on it.
        moves = any(not evidence.key.agree(a[1], b[1]) for a, b in both)
        if moves and all(np.array_equal(a[0], b[0]) for a, b in both):
            said.append(f"Where {name} alone was changed, your results stayed the same: is it used?")
    return said


def _asked(evidence: Evidence) -> str | None:
    """The gradient, or another function, was asked at other points than the rule asks it."""
    wrong = [(read, given, wanted) for read, given, wanted in evidence.wrong(NUMBERS) if isinstance(read, Asked)]
    if not wrong:
        return None
    point = evidence.key.roles.get(POINT, "")
    if not point:
        names = listed(list(dict.fromkeys(read.name for read, _, _ in wrong)))
        return f"Your function does not ask {names} where it should, or not there alone."
    cases = [
        Case(evidence.uses[read.call].given, given, wanted, np.zeros(wanted.shape))
        for read, given, wanted in wrong
        if isinstance(given, np.ndarray) and isinstance(wanted, np.ndarray) and given.shape == wanted.shape
    ]
    said = (
        weights("the point where you ask the gradient", cases, (point, *evidence.key.states), point)
        if len(cases) == len(wrong)
        else None
    )
    return said or "The gradient is not asked at the right point, or not there alone."


def _of_output(evidence: Evidence, uses: list[Use], name: str) -> str | None:
    """How one result is related to the right one."""
    key = evidence.key
    point, gradient = key.roles.get(POINT, ""), key.roles.get(GRADIENT, "")
    single = [use for use in uses if name in use.results]
    if not single or _all_right(single, name):
        return None
    moves = bool(point)
    raw, steps = _cases(single, name, "", moves), _cases(single, name, name if name == point else "", moves)
    if wild := sum(not np.isfinite(case.learner).all() for case in raw):
        return f"Your {name} is NaN or infinite in {wild} of {len(raw)} {_one(evidence)}s."
    kept = [(case.learner, case.given[name]) for case in raw if name in case.given]
    if len(kept) >= LEAST and all(key.agree(given, before) for given, before in kept):
        return f"Your {name} is the {name} that was passed in, unchanged."
    label = f"Your step, new {name} minus old," if name == point else f"Your {name}"
    parts = (name, *key.states, gradient) if name == point else (name, gradient, f"{gradient}^2")
    known = bool(gradient) and (name == point or name in key.states)
    sums = weights(f"your {name}", raw, parts, point, key.outputs) if known else None
    return by_a_factor(label, steps) or sums or by_a_shift(label, steps) or by_direction(label, steps)


def _cases(uses: list[Use], output: str, start: str = "", step: bool = True) -> list[Case]:
    """One result in all calls that gave it; with `start` its change from that argument. step: as in `Case`."""
    found = []
    for use in (use for use in uses if output in use.results):
        given, wanted = (np.asarray(x, dtype=float) for x in use.results[output])
        before = use.given[start] if start else np.zeros(wanted.shape)
        noise = 1e-14 * (np.abs(before) + np.abs(wanted))
        found.append(Case(use.given, given - before, wanted - before, noise, step))
    return found


def _nearly(evidence: Evidence, uses: list[Use]) -> str | None:
    """All results are right to some digit."""
    if all(use.right for use in uses):
        return None
    near = [(name, digits(_cases(uses, name))) for name in _outputs(uses)]
    wrong = [(name, count) for name, count in near if not _all_right(uses, name)]
    if not all(count for _, count in wrong):
        return None
    told = listed([f"{name} to {count}" for name, count in wrong])
    return f"Your numbers are nearly right, {told}: is something rounded, or kept in float32?"


def _but_for_zeros(evidence: Evidence, uses: list[Use]) -> str | None:
    """Results that are right in every coordinate whose gradient was not zero."""
    gradient = evidence.key.roles.get(GRADIENT, "")
    zeros: dict[str, Any] = {}
    wrong = wild = 0
    for use in uses:
        if not isinstance(use.given.get(gradient), np.ndarray):
            return None
        zero = use.given[gradient] == 0
        if use.before is not None:  # what went wrong in a coordinate stays wrong in it
            zero = zero | zeros[use.before.call.key]
        zeros[use.call.key] = zero
        for output, (given, wanted) in use.results.items():
            if isinstance(given, Failure) or isinstance(wanted, Failure) or wanted.shape != zero.shape:
                return None  # its numbers, if there are any, do not belong to coordinates
            if not evidence.key.agree(given[~zero], wanted[~zero]):
                return None
            wrong += int(not use.fits[output])
            wild += int(not np.isfinite(given).all())
    more = " There they are NaN or infinite, as 0/0 is." if wild == wrong else ""
    return f"Your results are right except where the gradient is zero.{more}" if wrong else None


def _row(evidence: Evidence) -> str | None:
    """Steps in a row that are right at first."""
    row = {use.step: use for use in evidence.uses.values() if use.step > 1}
    start = [use.before for use in row.values() if use.step == 2 and use.before is not None]
    wrong = sorted(step for step, use in row.items() if not use.right)
    if not wrong or not all(use.right for use in start):
        return None
    steps = POINT in evidence.key.roles
    where, one = ("In a row of steps", "step") if steps else ("Where it is fed with its own results,", "call")
    first = "the first is" if wrong[0] == 2 else f"the first {wrong[0] - 1} are"
    return f"{where} {first} right, and it goes wrong from {one} {wrong[0]} on."


def _outputs(uses: list[Use]) -> list[str]:
    """The results of calls that were made in the same way, those that were read."""
    return [name for name in uses[0].call.outputs if any(name in use.results for use in uses)]


def _one(evidence: Evidence) -> str:
    """How one call is called: a step, where a point is moved."""
    return "single step" if POINT in evidence.key.roles else "call"


def _all_right(uses: list[Use], output: str) -> bool:
    """Whether one result is right in every call that gave it."""
    return all(use.fits[output] for use in uses if output in use.fits)


def _pairs(uses: list[Use], output: str) -> list[tuple[Any, Any]]:
    return [use.results[output] for use in uses if output in use.results]


def _frozen(given: dict[str, Any]) -> Any:
    return tuple((n, (x.shape, x.tobytes()) if isinstance(x, np.ndarray) else repr(x)) for n, x in given.items())
