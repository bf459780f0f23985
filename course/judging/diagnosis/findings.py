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
from course.judging.diagnosis.factors import LEAST, Case, by_a_factor, by_a_shift, by_direction
from course.judging.diagnosis.nearly import nearly
from course.judging.diagnosis.several import all_right, cases, frozen, listed, one_call, outputs, pairs_of
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
    if near := nearly(evidence, uses, single):
        return [near]
    if apart := _apart(evidence, single):
        looks = [apart, _asked(evidence), _row(evidence)]
    else:
        looks = [_parts(evidence, single) if parts else None, *ignored(evidence, single)]
        looks += [_asked(evidence), _in_time(evidence, single)]
        looks += [_of_output(evidence, single, output) for output in outputs(single)]
        looks.append(_row(evidence))
    looks += outside(uses)
    found = [look for look in looks if look][:MOST]
    return found or [_from_the_start(evidence, single) or NOTHING_MORE]


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
    for name in outputs(uses):
        pairs = [(g, w, answer) for g, w, answer in pairs_of(uses, name) if not isinstance(g, Failure)]
        bad = [(g, w) for g, w, _ in pairs if g.shape != w.shape and not _lengths(g, w)]
        if bad:
            given, wanted = bad[0]
            said = f"Your {name} has the wrong shape: {given.shape} where {wanted.shape} was expected."
            alike = all(g.size == w.size and evidence.key.agree(g.reshape(w.shape), w, a) for g, w, a in pairs)
            return said + (" The numbers in it are right." if alike else "")
    return None


def _lengths(given: np.ndarray, wanted: np.ndarray) -> bool:
    """Whether two arrays differ in the number of their rows alone."""
    return given.ndim == wanted.ndim > 0 and given.shape[1:] == wanted.shape[1:] and len(given) != len(wanted)


def _length(evidence: Evidence, uses: list[Use]) -> str | None:
    """More or fewer rows than expected, and whether those that are there are right."""
    for name in outputs(uses):
        pairs = pairs_of(uses, name)
        bad = [(g, w) for g, w, _ in pairs if _lengths(g, w)]
        if bad:
            given, wanted = bad[0]
            rows = "entries" if wanted.ndim == 1 else "rows"
            has = f"{len(given)} where {len(wanted)} {'was' if len(wanted) == 1 else 'were'} expected"
            both = [(g[: len(w)], w[: len(g)], answer) for g, w, answer in pairs if g.ndim]
            fine = all(evidence.key.agree(g, w, answer) for g, w, answer in both)
            more = f" Those that both have are {'' if fine else 'not always '}right."
            some = any(g.size for g, _, _ in both)
            said = f"Your {name} has the wrong number of {rows} in {len(bad)} of {len(pairs)} calls: {has}."
            return said + (more if some else "")
    return None


def _failing(evidence: Evidence, uses: list[Use]) -> str | None:
    """Calls that gave nothing: which, and why."""
    failures = [use.failure for use in uses if use.failure]
    if not failures:
        return None
    often = Counter(failure.told for failure in failures)
    most = max(failures, key=lambda failure: (failure.reason != NOT_ASKED, often[failure.told]))
    why = f"it {most.told.rstrip('.')}. {in_words(most.reason, evidence)}".rstrip()
    count = len(failures)
    if count == len(uses):
        return f"Every call fails: {why}"
    those = when(evidence.key, uses, [use.failure is not None for use in uses])
    return f"{count} of {len(uses)} calls fail{f', those {those}' if those else ''}: {why}"


def _again(evidence: Evidence, uses: list[Use]) -> str | None:
    """The same call with another result."""
    first: dict[Any, Use] = {}
    for use in uses:
        one = first.setdefault((use.passed, frozen(use.given)), use)
        both = use.results.keys() & one.results.keys()
        if any(not evidence.key.agree(use.results[i][0], one.results[i][0], use.answers[i]) for i in both):
            return "The same arguments give another result when asked again: it depends on more than the arguments."
    return None


def _order(evidence: Evidence, uses: list[Use]) -> str | None:
    """Right results in the wrong order."""
    names = tuple(outputs(uses))
    whole = [use for use in uses if len(use.results) == len(names)]
    if len(whole) < LEAST:
        return None
    fits = {
        (i, j): all(evidence.key.agree(use.results[i][0], use.results[j][1], use.answers[j]) for use in whole)
        for i in names
        for j in names
    }  # whether what stands in the place of i is j
    order = next(_matched(names, fits), names)
    if order == names or all(fits[name, name] for name in names):
        return None
    return f"The results are right, their order is not: you return {', '.join(order)} instead of {', '.join(names)}."


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
    those = when(evidence.key, uses, right) if sum(right) >= LEAST else None  # one or two are right by chance
    if those and those not in ("with a gradient of zeros", f"with {clock} = 0"):
        return f"Your results are right in the calls {those}, and only there."
    if those := when(evidence.key, uses, [not r for r in right]):
        return f"Your results are wrong in the calls {those}, and only there." if those != f"with {clock} > 0" else None
    return None


def _parts(evidence: Evidence, uses: list[Use]) -> str | None:
    """Which of several results is right."""
    parts: dict[bool, list[str]] = {True: [], False: []}
    for name in outputs(uses):
        parts[all_right(uses, name)].append(name)
    if not parts[True] or not parts[False]:
        return None
    be, be_not = ("is" if len(parts[side]) == 1 else "are" for side in (True, False))
    one = one_call(evidence)
    return f"{listed(parts[True])} {be} right in every {one}; {listed(parts[False])} {be_not} not."


def _in_time(evidence: Evidence, uses: list[Use]) -> str | None:
    """Up to which time a schedule is right."""
    row = _times(evidence, uses)
    first = next((use for use in row if not use.right), None)
    if first is None or first is row[0]:
        return None
    clock = evidence.key.roles[CLOCK]
    last = first.given[clock] - 1
    return f"{_with(first, clock)} your results are right up to {clock} = {last} and wrong at {clock} = {last + 1}."


def _from_the_start(evidence: Evidence, uses: list[Use]) -> str | None:
    """Whether a schedule is wrong at its first time already."""
    row = _times(evidence, uses)
    if not row or row[0].right:
        return None
    clock = evidence.key.roles[CLOCK]
    return f"{_with(row[0], clock)} your results are wrong at {clock} = {row[0].given[clock]} already."


def _times(evidence: Evidence, uses: list[Use]) -> list[Use]:
    """The longest row of calls of a schedule that differ in the time alone, in the order of time."""
    clock = evidence.key.roles.get(CLOCK, "")
    if not clock or evidence.key.parameters[0] != clock:
        return []
    rows: dict[Any, list[Use]] = {}
    for use in uses:
        rows.setdefault(frozen({n: x for n, x in use.given.items() if n != clock}), []).append(use)
    longest: list[Use] = max(rows.values(), key=len)
    return sorted(longest, key=lambda use: use.given[clock])


def _with(use: Use, clock: str) -> str:
    return f"With {', '.join(f'{name} = {x:.4g}' for name, x in use.given.items() if name != clock)}"


def ignored(evidence: Evidence, uses: list[Use]) -> list[str]:
    """Arguments whose change alone leaves all results as they are, though it should not."""
    said = []
    complete = [use for use in uses if use.passed == len(evidence.key.parameters)]
    for name in evidence.key.parameters:
        alike: dict[Any, list[Use]] = {}
        for use in complete:
            alike.setdefault(frozen({n: x for n, x in use.given.items() if n != name}), []).append(use)
        both: list[tuple[tuple[Any, Any], tuple[Any, Any], str]] = [
            (group[0].results[i], other.results[i], other.answers[i])
            for group in alike.values()
            for other in group[1:]
            for i in group[0].results.keys() & other.results.keys()
        ]
        # Exactly the same: numbers that are both tiny agree, and may still depend on it.
        moves = any(not evidence.key.agree(a[1], b[1], answer) for a, b, answer in both)
        if evidence.code and evidence.code.unused(name):
            continue  # said already, and more plainly
        if moves and all(np.array_equal(a[0], b[0]) for a, b, _ in both):
            said.append(f"Where {name} alone was changed, your results stayed the same, and should not have.")
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
    if not single or all_right(single, name):
        return None
    moves = bool(point)
    raw, steps = cases(single, name, "", moves), cases(single, name, name if name == point else "", moves)
    if wild := sum(not np.isfinite(case.learner).all() for case in raw):
        return f"Your {name} is NaN or infinite in {wild} of {len(raw)} {one_call(evidence)}s."
    kept = [
        (use.results[name][0], np.asarray(use.given[name]), use.answers[name]) for use in single if name in use.given
    ]
    if len(kept) >= LEAST and all(key.agree(*one) for one in kept):
        return f"Your {name} is the {name} that was passed in, unchanged."
    label = f"Your step, new {name} minus old," if name == point else f"Your {name}"
    parts = (name, *key.states, gradient) if name == point else (name, gradient, f"{gradient}^2")
    known = bool(gradient) and (name == point or name in key.states)
    sums = weights(f"your {name}", raw, parts, point, key.outputs) if known else None
    of_itself = by_a_factor(f"Your {name}", raw) if name == point else None
    return by_a_factor(label, steps) or of_itself or sums or by_a_shift(label, steps) or by_direction(label, steps)


def _wild(given: Any) -> bool:
    return isinstance(given, np.ndarray) and not np.isfinite(given).all()


def _row(evidence: Evidence) -> str | None:
    """Steps in a row that are right at first."""
    row = {use.step: use for use in evidence.uses.values() if use.step > 1}
    start = [use.before for use in row.values() if use.step == 2 and use.before is not None]
    wrong = sorted(step for step, use in row.items() if not use.right)
    wild = {step for step, use in row.items() if any(_wild(given) for given, _ in use.results.values())}
    steps = POINT in evidence.key.roles
    where, one = ("In a row of steps", "step") if steps else ("Where it is fed with its own results,", "call")
    if wild and min(wild) > 2 and not any(_wild(given) for use in start for given, _ in use.results.values()):
        return f"{where} your numbers become NaN or infinite at {one} {min(wild)}."
    if not wrong or not all(use.right for use in start):
        return None
    first = "the first is" if wrong[0] == 2 else f"the first {wrong[0] - 1} are"
    return f"{where} {first} right, and it goes wrong from {one} {wrong[0]} on."
