"""What can be said of wrong numbers that have no name: only what holds in every call that was made.

Each function here looks for one thing and returns an observation, with a question that leads on, or None. Observations
speak of the learner's own calls and are read off the numbers; none of them supposes a cause.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from course.judging.diagnosis.degenerate import copy_of
from course.judging.diagnosis.evidence import Evidence, Use
from course.judging.diagnosis.factors import LEAST, Case, by_a_factor, by_a_shift, by_direction
from course.judging.diagnosis.invariants import in_places, missing
from course.judging.diagnosis.nearly import nearly
from course.judging.diagnosis.several import all_right, cases, frozen, one_call, outputs
from course.judging.diagnosis.situations import when
from course.judging.diagnosis.weights import weights
from course.judging.diagnosis.whole import again, failing, length, order, outside, shape
from course.judging.diagnosis.wording import in_calls, listed, verb
from course.judging.scripts import NUMBERS, Asked, Failure
from course.judging.verdict import CLOCK, GRADIENT, POINT, Rungs

MOST = 3  # observations; more than that nobody reads
NOTHING_MORE = "None of the known mistakes gives these numbers."
BY_HAND = "Redo the first wrong call line by line: at which line do your numbers leave the formula?"
NOTHING = Rungs(NOTHING_MORE, BY_HAND)
FIRST_NAN = "Which line is the first that has NaN: 0/0, the root of a negative number, infinity minus infinity?"


def findings(evidence: Evidence) -> list[Rungs]:
    """What is seen, the most telling first."""
    return of_uses(evidence, evidence.numbers)


def of_uses(evidence: Evidence, uses: list[Use], parts: bool = True) -> list[Rungs]:
    """What is seen in some uses, all in the same way. parts: say which of several results is right.

    Results in another order are told first: their shapes may be exchanged with them. What concerns all uses, such as a
    wrong shape, is told alone; if it concerns some, the others are looked at as well.
    Numbers that are right but for zeros or for digits need no more than that. Else come a situation that tells right
    from wrong, or, without one, each result by itself.
    """
    single = [use for use in uses if use.step == 1 and use.results]
    if not single:
        found = failing(evidence, uses)
        return [found] if found else outside(uses) or [NOTHING]
    if exchanged := order(evidence, single):
        return [exchanged]
    whole = [look for look in (failing(evidence, uses), shape(evidence, single)) if look]
    if whole:
        rest = [use for use in single if not use.failure and _as_expected(use)]
        if 2 * len(rest) < len(single) or len(rest) < LEAST:
            return whole
        others = _numbers(evidence, rest, parts) if not all(use.right for use in rest) else []
        return [*whole, *(Rungs(_elsewhere(look), look.question) for look in others)][:MOST]
    if twice := again(evidence, single):
        return [twice]
    if rows := length(evidence, single):
        return [rows, *ignored(evidence, single)][:MOST]
    if near := nearly(evidence, uses, single):
        return [near]
    return [*_numbers(evidence, single, parts), *outside(uses)][:MOST] or [_from_the_start(evidence, single) or NOTHING]


def _elsewhere(look: Rungs) -> str:
    first = look.observation.partition(" ")[0]
    said = look.observation.replace(first, first.lower(), 1) if first in ("Your", "In", "The") else look.observation
    return f"In the others, {said}"


def _as_expected(use: Use) -> bool:
    """Whether all results of a use have the shapes that were expected."""
    return not any(
        isinstance(g, Failure) or isinstance(w, Failure) or g.shape != w.shape for g, w in use.results.values()
    )


def _numbers(evidence: Evidence, single: list[Use], parts: bool) -> list[Rungs]:
    """What is seen in numbers of the right shapes."""
    looks: list[Rungs | None]
    if apart := _apart(evidence, single):
        looks = [apart, _asked(evidence), _row(evidence)]
    else:
        wrong = [name for name in outputs(single) if not all_right([u for u in single if name in u.results], name)]
        looks = [_parts(evidence, single) if parts else None, *ignored(evidence, single)]
        looks += [_asked(evidence), _in_time(evidence, single), *_wild_ones(evidence, single, wrong)]
        looks += [_of_output(evidence, single, name) for name in wrong if not _wild_in(single, name)]
        looks += [_row(evidence), _how_often(evidence, single, wrong)]
    return [look for look in looks if look]


def _apart(evidence: Evidence, uses: list[Use]) -> Rungs | None:
    """A property of the calls that tells the right ones from the wrong ones."""
    right = [use.right for use in uses]
    clock = evidence.key.roles.get(CLOCK, "")
    # Where the gradient is zero, or the time is, almost any formula is right.
    those = when(evidence.key, uses, right) if sum(right) >= LEAST else None  # one or two are right by chance
    if those and those not in ("with a gradient of zeros", f"with {clock} = 0"):
        said = f"Your results are right in the calls {those}, and only there."
        return Rungs(said, "Which part of the formula makes no difference in these calls?")
    if (those := when(evidence.key, uses, [not r for r in right])) and those != f"with {clock} > 0":
        said = f"Your results are wrong in the calls {those}, and only there."
        return Rungs(said, "What does the formula come to in such a call, by hand?")
    return None


def _parts(evidence: Evidence, uses: list[Use]) -> Rungs | None:
    """Which of several results is right."""
    sides: dict[bool, list[str]] = {True: [], False: []}
    for name in outputs(uses):
        sides[all_right(uses, name)].append(name)
    if not sides[True] or not sides[False]:
        return None
    be, be_not = (verb(sides[side], "is", "are") for side in (True, False))
    one = one_call(evidence)
    fits = [[use.fits[name] for use in uses if name in use.fits] for name in sides[False]]
    often = {(sum(those), len(those)) for those in fits}
    how = f"right {in_calls(*often.pop(), one)}" if len(often) == 1 and 2 * sum(fits[0]) > len(fits[0]) else "not"
    said = f"{listed(sides[True])} {be} right in every {one}; {listed(sides[False])} {be_not} {how}."
    return Rungs(said, f"Which line makes your {sides[False][0]}, and from which values?")


def _how_often(evidence: Evidence, uses: list[Use], wrong: list[str]) -> Rungs | None:
    """In how many calls a single result is right, and on which side it is where it is not."""
    if len(wrong) != 1 or len(outputs(uses)) != 1:
        return None
    (name,) = wrong
    one, are = one_call(evidence), verb([name], "is", "are")
    off = [np.asarray(use.results[name][0]) - use.results[name][1] for use in uses if not use.fits[name]]
    right = len(uses) - len(off)
    signs = {float(np.sign(by.sum())) for by in off} if all(by.size == 1 for by in off) and len(off) >= LEAST else set()
    side = {1.0: "large", -1.0: "small"}.get(signs.pop()) if len(signs) == 1 else None
    if right:
        too = f"; elsewhere {verb([name], 'it', 'they')} {are} too {side}" if side else ""
        said = f"Your {name} {are} right {in_calls(right, len(uses), one)}{too}."
        return Rungs(said, "What have the calls in common in which your function is wrong?")
    return Rungs(f"Your {name} {are} too {side} {in_calls(len(off), len(uses), one)}.", BY_HAND) if side else None


def _in_time(evidence: Evidence, uses: list[Use]) -> Rungs | None:
    """Up to which time a schedule is right."""
    row = _times(evidence, uses)
    first = next((use for use in row if not use.right), None)
    if first is None or first is row[0]:
        return None
    clock = evidence.key.roles[CLOCK]
    last = first.given[clock] - 1
    said = f"{_with(first, clock)} your results are right up to {clock} = {last} and wrong at {clock} = {last + 1}."
    return Rungs(said, f"What changes in the formula from {clock} = {last} to {clock} = {last + 1}?")


def _from_the_start(evidence: Evidence, uses: list[Use]) -> Rungs | None:
    """Whether a schedule is wrong at its first time already."""
    row = _times(evidence, uses)
    if not row or row[0].right:
        return None
    clock = evidence.key.roles[CLOCK]
    first = row[0].given[clock]
    said = f"{_with(row[0], clock)} your results are wrong at {clock} = {first} already."
    return Rungs(said, f"What does the formula come to at {clock} = {first}?")


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


def ignored(evidence: Evidence, uses: list[Use]) -> list[Rungs]:
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
            seen = f"Where {name} alone was changed, your results stayed the same, and should not have."
            said.append(Rungs(seen, f"Where does {name} enter the formula?"))
    return said


def _asked(evidence: Evidence) -> Rungs | None:
    """The gradient, or another function, was asked at other points than the rule asks it."""
    wrong = [(read, given, wanted) for read, given, wanted in evidence.wrong(NUMBERS) if isinstance(read, Asked)]
    if not wrong:
        return None
    point = evidence.key.roles.get(POINT, "")
    if not point:
        names = listed(list(dict.fromkeys(read.name for read, _, _ in wrong)))
        away = f"Your function does not ask {names} where it should, or not there alone."
        return Rungs(away, "With which arguments does the formula ask it?")
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
    asks = "At which point does the formula ask the gradient, and which one do you pass?"
    return Rungs(said or "The gradient is not asked at the right point, or not there alone.", asks)


def _of_output(evidence: Evidence, single: list[Use], name: str) -> Rungs | None:
    """How one result is related to the right one."""
    key = evidence.key
    point, gradient = key.roles.get(POINT, ""), key.roles.get(GRADIENT, "")
    single = [use for use in single if name in use.results]
    are = verb([name], "is", "are")
    if source := copy_of(single, name):
        how = f"{source} as it was passed in" if source != name else f"the {name} that was passed in, unchanged"
        return Rungs(f"Your {name} {are} {how}.", f"Which line makes your {name}, and is its result what you return?")
    moves = bool(point)
    raw, steps = cases(single, name, "", moves), cases(single, name, name if name == point else "", moves)
    kept = [
        (use.results[name][0], np.asarray(use.given[name]), use.answers[name]) for use in single if name in use.given
    ]
    if len(kept) >= LEAST and all(key.agree(*one) for one in kept):
        said = f"Your {name} {are} the {name} that was passed in, unchanged."
        return Rungs(said, f"Which line gives {name} its new value, and is it returned?")
    if found := in_places(evidence, single, name) or missing(evidence, single, name):
        return found
    label = f"Your step, new {name} minus old," if name == point else f"Your {name}"
    parts = (name, *key.states, gradient) if name == point else (name, gradient, f"{gradient}^2")
    known = bool(gradient) and (name == point or name in key.states)
    sums = weights(f"your {name}", raw, parts, point, key.outputs) if known else None
    factor = by_a_factor(label, steps) or (by_a_factor(f"Your {name}", raw) if name == point else None)
    looks = (
        (factor, "What stands once too often in your formula, or is left out, so that this factor remains?"),
        (sums, "By what is each part multiplied in the formula?"),
        (by_a_shift(label, steps), "What is added that does not belong there, or left out?"),
        (by_direction(label, steps), "Which factor depends on the size of the inputs, and which does not?"),
    )
    return next((Rungs(said, asks) for said, asks in looks if said), None)


def _wild_in(uses: list[Use], name: str) -> list[bool]:
    """In which of the uses a result is not a number; empty if in none."""
    wild = [_wild(use.results[name][0]) for use in uses if name in use.results]
    return wild if any(wild) else []


def _wild_ones(evidence: Evidence, uses: list[Use], wrong: list[str]) -> list[Rungs]:
    """Results that are NaN or infinite in some calls, and what they are in the others; those alike together."""
    alike: dict[tuple[bool, ...], list[str]] = {}
    for name in wrong:
        if where := _wild_in(uses, name):
            alike.setdefault(tuple(where), []).append(name)
    said = []
    for wild, names in alike.items():
        those = when(evidence.key, uses, wild) if len(wild) == len(uses) else None
        count = in_calls(sum(wild), len(wild), one_call(evidence)) + (f", {those}" if those else "")
        seen = f"Your {listed(names)} {verb(names, 'is', 'are')} NaN or infinite {count}."
        rest = [use for use in uses if not any(_wild(use.results[name][0]) for name in names if name in use.results)]
        fine = [name for name in names if all_right(rest, name)] if rest else names
        if rest and fine:
            seen += f" In the others {listed(fine)} {verb(fine, 'is', 'are')} right."
        off = [name for name in names if name not in fine]
        more = _of_output(evidence, rest, off[0]) if off and len(rest) >= LEAST else None
        said.append(Rungs(seen if not more else f"{seen} {_elsewhere(more)}", FIRST_NAN))
    return said


def _wild(given: Any) -> bool:
    return isinstance(given, np.ndarray) and not np.isfinite(given).all()


def _row(evidence: Evidence) -> Rungs | None:
    """Steps in a row that are right at first."""
    row = {use.step: use for use in evidence.uses.values() if use.step > 1}
    start = [use.before for use in row.values() if use.step == 2 and use.before is not None]
    wrong = sorted(step for step, use in row.items() if not use.right)
    wild = {step for step, use in row.items() if any(_wild(given) for given, _ in use.results.values())}
    steps = POINT in evidence.key.roles
    where, one = ("In a row of steps", "step") if steps else ("Where it is fed with its own results,", "call")
    if wild and min(wild) > 2 and not any(_wild(given) for use in start for given, _ in use.results.values()):
        return Rungs(f"{where} your numbers become NaN or infinite at {one} {min(wild)}.", FIRST_NAN)
    if not wrong or not all(use.right for use in start):
        return None
    first = "the first is" if wrong[0] == 2 else f"the first {wrong[0] - 1} are"
    said = f"{where} {first} right, and it goes wrong from {one} {wrong[0]} on."
    return Rungs(said, f"What does {one} {wrong[0]} get that {one} 1 had as zero, or had not at all?")
