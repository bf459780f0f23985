"""What can be said of wrong numbers that have no name: only what holds in every call that was made.

Each function here looks for one thing and returns a sentence, or None. The sentences speak of the learner's own calls
and are read off the numbers; none of them supposes a cause.
"""

from __future__ import annotations

from collections import Counter
from itertools import permutations
from typing import Any

import numpy as np

from course.calls import NOT_ASKED, Failure
from course.diagnosis.evidence import NUMBERS, Call, Evidence
from course.diagnosis.exceptions import in_words
from course.diagnosis.factors import LEAST, Case, by_a_factor, by_direction, digits
from course.diagnosis.situations import when
from course.diagnosis.weights import weights
from course.verdict import agree

MOST = 3  # sentences; more than that nobody reads
NOTHING_MORE = "None of the known mistakes gives these numbers."


def findings(evidence: Evidence) -> list[str]:
    """The sentences, the most telling first."""
    calls = evidence.numbers
    single = [call for call in calls if call.step == 1]
    if not single:
        return [NOTHING_MORE]
    for whole in (_shape, _failing, _again, _order):
        if said := whole(evidence, single if whole is not _failing else calls):
            return [said]
    looks: list[str | None] = [_but_for_zeros(evidence, calls) or _nearly(evidence, single)]
    if not looks[0]:
        looks = [_apart(evidence, single), _asked(evidence), _row(evidence)]
    if not looks[0]:
        looks = [_parts(evidence, single), *_ignored(evidence, single), _asked(evidence), _in_time(evidence, single)]
        looks += [_of_output(evidence, single, output) for output in range(len(evidence.key.outputs))]
        looks.append(_row(evidence))
    return [look for look in looks if look][:MOST] or [NOTHING_MORE]


def listed(names: list[str]) -> str:
    """a, b and c."""
    return " and ".join([", ".join(names[:-1]), names[-1]] if len(names) > 1 else names)


def _shape(evidence: Evidence, calls: list[Call]) -> str | None:
    """Results of another shape than expected."""
    for output, name in enumerate(evidence.key.outputs):
        pairs = [(g, w) for g, w in _pairs(calls, output) if not isinstance(g, Failure)]
        bad = [(g, w) for g, w in pairs if g.shape != w.shape]
        if bad:
            given, wanted = bad[0]
            said = f"Your {name} has the wrong shape: {given.shape} where {wanted.shape} was expected."
            alike = all(g.size == w.size and agree(g.reshape(w.shape), w) for g, w in pairs)
            return said + (" The numbers in it are right." if alike else "")
    return None


def _failing(evidence: Evidence, calls: list[Call]) -> str | None:
    """Calls that gave nothing: which, and why."""
    reasons = Counter(reason for call in calls if (reason := _reason(call)))
    if not reasons:
        return None
    count, reason = sum(reasons.values()), max(reasons, key=lambda r: (r != NOT_ASKED, reasons[r]))
    why = f"it {reason.rstrip('.')}. {in_words(reason)}".rstrip()
    if count == len(calls):
        return f"Every call fails: {why}"
    those = when(evidence.key, calls, [_reason(call) is not None for call in calls])
    return f"{count} of {len(calls)} calls fail{f', those {those}' if those else ''}: {why}"


def _reason(call: Call) -> str | None:
    return next((given.reason for given, _ in call.results.values() if isinstance(given, Failure)), None)


def _again(evidence: Evidence, calls: list[Call]) -> str | None:
    """The same call with another result."""
    first: dict[Any, Call] = {}
    for call in calls:
        one = first.setdefault((call.passed, _frozen(call.given)), call)
        if any(not agree(call.results[i][0], one.results[i][0]) for i in call.results.keys() & one.results.keys()):
            return "The same arguments give another result when asked again: it depends on more than the arguments."
    return None


def _order(evidence: Evidence, calls: list[Call]) -> str | None:
    """Right results in the wrong order."""
    outputs = evidence.key.outputs
    whole = [call.results for call in calls if len(call.results) == len(outputs)]
    for order in list(permutations(range(len(outputs))))[1:]:
        if len(whole) >= LEAST and all(agree(r[i][0], r[j][1]) for r in whole for i, j in enumerate(order)):
            yours = ", ".join(outputs[j] for j in order)
            return f"The results are right, their order is not: you return {yours} instead of {', '.join(outputs)}."
    return None


def _apart(evidence: Evidence, calls: list[Call]) -> str | None:
    """A property of the calls that tells the right ones from the wrong ones."""
    right = [call.right for call in calls]
    # Where the gradient is zero, or t is, almost any formula is right.
    if (those := when(evidence.key, calls, right)) and those not in ("with a gradient of zeros", "with t = 0"):
        return f"Your results are right in the calls {those}, and only there."
    if those := when(evidence.key, calls, [not r for r in right]):
        return f"Your results are wrong in the calls {those}, and only there." if those != "with t > 0" else None
    return None


def _parts(evidence: Evidence, calls: list[Call]) -> str | None:
    """Which of several results is right."""
    parts: dict[bool, list[str]] = {True: [], False: []}
    for output, name in enumerate(evidence.key.outputs):
        parts[all(agree(g, w) for g, w in _pairs(calls, output))].append(name)
    if not parts[True] or not parts[False]:
        return None
    be, be_not = ("is" if len(parts[side]) == 1 else "are" for side in (True, False))
    return f"{listed(parts[True])} {be} right in every single step; {listed(parts[False])} {be_not} not."


def _in_time(evidence: Evidence, calls: list[Call]) -> str | None:
    """Up to which time a schedule is right."""
    if evidence.key.parameters[0] != "t":
        return None
    rows: dict[Any, list[Call]] = {}
    for call in calls:
        rows.setdefault(_frozen({n: x for n, x in call.given.items() if n != "t"}), []).append(call)
    longest: list[Call] = max(rows.values(), key=len)
    row = sorted(longest, key=lambda call: call.given["t"])
    first = next((call for call in row if not call.right), row[0])
    if first.right or first is row[0]:
        return None
    others = ", ".join(f"{name} = {x:.4g}" for name, x in first.given.items() if name != "t")
    return f"With {others} your results are right up to t = {first.given['t'] - 1} and wrong at t = {first.given['t']}."


def _ignored(evidence: Evidence, calls: list[Call]) -> list[str]:
    """Arguments whose change alone leaves all results as they are, though it should not."""
    said = []
    complete = [call for call in calls if call.passed == len(evidence.key.parameters)]
    for name in evidence.key.parameters:
        alike: dict[Any, list[Call]] = {}
        for call in complete:
            alike.setdefault(_frozen({n: x for n, x in call.given.items() if n != name}), []).append(call)
        both: list[tuple[tuple[Any, Any], tuple[Any, Any]]] = [
            (group[0].results[i], other.results[i])
            for group in alike.values()
            for other in group[1:]
            for i in group[0].results.keys() & other.results.keys()
        ]
        # Exactly the same: numbers that are both tiny agree, and may still depend on it.
        if any(not agree(a[1], b[1]) for a, b in both) and all(np.array_equal(a[0], b[0]) for a, b in both):
            said.append(f"Where {name} alone was changed, your results stayed the same: is it used?")
    return said


def _asked(evidence: Evidence) -> str | None:
    """The gradient was asked at other points than the rule asks it."""
    wrong = [(read, given, wanted) for read, given, wanted in evidence.wrong(NUMBERS) if read.output < 0]
    if not wrong:
        return None
    cases = [
        Case(evidence.calls[read.call].given, given, wanted, np.zeros(wanted.shape))
        for read, given, wanted in wrong
        if isinstance(given, np.ndarray) and isinstance(wanted, np.ndarray) and given.shape == wanted.shape
    ]
    said = weights("the point where you ask the gradient", cases, ("theta", "v")) if len(cases) == len(wrong) else None
    return said or "The gradient is not asked at the right point, or not there alone."


def _of_output(evidence: Evidence, calls: list[Call], output: int) -> str | None:
    """How one result is related to the right one."""
    name = evidence.key.outputs[output]
    single = [call for call in calls if output in call.results]
    if all(agree(g, w) for g, w in _pairs(single, output)):
        return None
    raw, steps = _cases(single, output), _cases(single, output, name if name == "theta" else None)
    if wild := sum(not np.isfinite(case.learner).all() for case in raw):
        return f"Your {name} is NaN or infinite in {wild} of {len(raw)} single steps."
    kept = [(case.learner, case.given[name]) for case in raw if name in case.given]
    if len(kept) >= LEAST and all(agree(given, before) for given, before in kept):
        return f"Your {name} is the {name} that was passed in, unchanged."
    label = "Your step, new theta minus old," if name == "theta" else f"Your {name}"
    states = [n for n in evidence.key.outputs if n != "theta"]
    parts = ("theta", *states, "grad") if name == "theta" else (name, "grad", "grad^2")
    sums = weights(f"your {name}", raw, parts, evidence.key.outputs)
    return by_a_factor(label, steps) or sums or by_direction(label, steps)


def _cases(calls: list[Call], output: int, start: str | None = None) -> list[Case]:
    """One result in all calls that gave it; with `start` its change from that argument."""
    found = []
    for call in (call for call in calls if output in call.results):
        given, wanted = (np.asarray(x, dtype=float) for x in call.results[output])
        before = call.given[start] if start else np.zeros(wanted.shape)
        found.append(Case(call.given, given - before, wanted - before, 1e-14 * (np.abs(before) + np.abs(wanted))))
    return found


def _nearly(evidence: Evidence, calls: list[Call]) -> str | None:
    """All results are right to some digit."""
    if all(call.right for call in calls):
        return None
    near = [(name, digits(_cases(calls, output))) for output, name in enumerate(evidence.key.outputs)]
    right = [all(agree(g, w) for g, w in _pairs(calls, output)) for output in range(len(near))]
    wrong = [(name, count) for (name, count), fine in zip(near, right, strict=True) if not fine]
    if not all(count for _, count in wrong):
        return None
    told = listed([f"{name} to {count}" for name, count in wrong])
    return f"Your numbers are nearly right, {told}: is something rounded, or kept in float32?"


def _but_for_zeros(evidence: Evidence, calls: list[Call]) -> str | None:
    """Results that are right in every coordinate whose gradient was not zero."""
    zeros: dict[int, Any] = {}
    wrong = wild = 0
    for call in calls:
        if not isinstance(call.given.get("grad"), np.ndarray):
            return None
        zero = call.given["grad"] == 0
        if call.before is not None:  # what went wrong in a coordinate stays wrong in it
            zero = zero | zeros[call.before]
        zeros[call.index] = zero
        for given, wanted in call.results.values():
            if not agree(given[~zero], wanted[~zero]):  # type: ignore[index]  # nothing failed here
                return None
            wrong += int(not agree(given, wanted))
            wild += int(not np.isfinite(given).all())  # type: ignore[arg-type]
    more = " There they are NaN or infinite, as 0/0 is." if wild == wrong else ""
    return f"Your results are right except where the gradient is zero.{more}" if wrong else None


def _row(evidence: Evidence) -> str | None:
    """Steps in a row that are right at first."""
    row = {call.step: call for call in evidence.calls if call.step > 1}
    start = [evidence.calls[call.before] for call in row.values() if call.step == 2 and call.before is not None]
    wrong = sorted(step for step, call in row.items() if not call.right)
    if not wrong or not all(call.right for call in start):
        return None
    if wrong[0] == 2:
        return "In a row of steps the first is right, and it goes wrong from step 2 on."
    return f"In a row of steps the first {wrong[0] - 1} are right, and it goes wrong from step {wrong[0]} on."


def _pairs(calls: list[Call], output: int) -> list[tuple[Any, Any]]:
    return [call.results[output] for call in calls if output in call.results]


def _frozen(given: dict[str, Any]) -> Any:
    return tuple((n, (x.shape, x.tobytes()) if isinstance(x, np.ndarray) else repr(x)) for n, x in given.items())
