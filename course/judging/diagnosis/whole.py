"""What is wrong with results as a whole: none came, they have another shape, length or order, or lie outside bounds."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from typing import Any

import numpy as np

from course.judging.diagnosis.evidence import Evidence, Use
from course.judging.diagnosis.exceptions import in_words
from course.judging.diagnosis.factors import LEAST
from course.judging.diagnosis.several import frozen, outputs, pairs_of
from course.judging.diagnosis.situations import when
from course.judging.diagnosis.wording import in_calls, verb
from course.judging.scripts import NOT_ASKED, Failure
from course.judging.verdict import Rungs

IN_ITS_LINE = "`print` the names in that line, and their shapes, just before it: which one is not what you thought?"
HANDED_BACK = "What does your `return` hand back, and of which kind is each part?"


def failing(evidence: Evidence, uses: list[Use]) -> Rungs | None:
    """Calls that gave nothing: which, and why."""
    failures = [use.failure for use in uses if use.failure]
    if not failures:
        return None
    often = Counter(failure.told for failure in failures)
    most = max(failures, key=lambda failure: (failure.reason != NOT_ASKED, often[failure.told]))
    why = f"it {most.told.rstrip('.')}. {in_words(most.reason, evidence)}".rstrip()
    question = IN_ITS_LINE if most.line else HANDED_BACK if most.reason.startswith("returned") else ""
    count = len(failures)
    if count == len(uses):
        return Rungs(f"Every call fails: {why}", question)
    those = when(evidence.key, uses, [use.failure is not None for use in uses])
    fail = f"{count} of {len(uses)} calls {'fails' if count == 1 else 'fail'}"
    return Rungs(f"{fail}{f', {_those(count)} {those}' if those else ''}: {why}", question)


def _those(count: int) -> str:
    return "that" if count == 1 else "those"


def shape(evidence: Evidence, uses: list[Use]) -> Rungs | None:
    """Results of another shape than expected."""
    for name in outputs(uses):
        pairs = [(g, w, answer) for g, w, answer in pairs_of(uses, name) if not isinstance(g, Failure)]
        bad = [(g, w) for g, w, _ in pairs if g.shape != w.shape and not _lengths(g, w)]
        if bad:
            given, wanted = bad[0]
            has = f"Your {name} {verb([name], 'has', 'have')} the wrong shape"
            which = "" if len(bad) == len(pairs) else f" {in_calls(len(bad), len(pairs))}"
            said = f"{has}{which}: {given.shape} where {wanted.shape} was expected."
            alike = all(g.size == w.size and evidence.key.agree(g.reshape(w.shape), w, a) for g, w, a in pairs)
            return Rungs(said + (" The numbers in it are right." if alike else ""), _shaping(given, wanted))
    return None


def _shaping(given: np.ndarray, wanted: np.ndarray) -> str:
    """What may make such a shape."""
    if given.ndim == 2 and wanted.ndim == 1:
        return "A column of shape (n, 1) and a row of shape (n,) make a matrix: where do two of these meet?"
    if given.ndim < wanted.ndim:
        return "Which line sums, or takes one, where an axis should stay?"
    return "`print` the shapes on the way: which line makes this one?"


def _lengths(given: np.ndarray, wanted: np.ndarray) -> bool:
    """Whether two arrays differ in the number of their rows alone."""
    return given.ndim == wanted.ndim > 0 and given.shape[1:] == wanted.shape[1:] and len(given) != len(wanted)


def length(evidence: Evidence, uses: list[Use]) -> Rungs | None:
    """More or fewer rows than expected, and whether those that are there are right."""
    for name in outputs(uses):
        pairs = [(g, w, answer) for g, w, answer in pairs_of(uses, name) if not isinstance(g, Failure)]
        bad = [(g, w) for g, w, _ in pairs if _lengths(g, w)]
        if bad:
            given, wanted = bad[0]
            rows = "entries" if wanted.ndim == 1 else "rows"
            count = f"{len(given)} where {len(wanted)} {'was' if len(wanted) == 1 else 'were'} expected"
            both = [(g[: len(w)], w[: len(g)], answer) for g, w, answer in pairs if g.ndim]
            fine = all(evidence.key.agree(g, w, answer) for g, w, answer in both)
            more = f" Those that both have are {'' if fine else 'not always '}right."
            some = any(g.size for g, _, _ in both)
            has = f"Your {name} {verb([name], 'has', 'have')} the wrong number of {rows}"
            said = f"{has} {in_calls(len(bad), len(pairs))}: {count}."
            question = "At which place does your loop begin, at which does it end, and by how much does it go on?"
            return Rungs(said + (more if some else ""), question)
    return None


def again(evidence: Evidence, uses: list[Use]) -> Rungs | None:
    """The same call with another result."""
    first: dict[Any, Use] = {}
    for use in uses:
        one = first.setdefault((use.passed, frozen(use.given)), use)
        both = use.results.keys() & one.results.keys()
        if any(not evidence.key.agree(use.results[i][0], one.results[i][0], use.answers[i]) for i in both):
            return Rungs(
                "The same arguments give another result when asked again: it depends on more than the arguments.",
                "Which variable does your function read that is made outside of it, or kept from one call to the next?",
            )
    return None


def order(evidence: Evidence, uses: list[Use]) -> Rungs | None:
    """Right results in the wrong order, in the calls whose results are all known. Of the others nothing is said."""
    names = tuple(outputs(uses))
    whole = [use for use in uses if len(use.results) == len(names)]
    if len(whole) < LEAST:
        return None
    fits = {
        (i, j): all(evidence.key.agree(use.results[i][0], use.results[j][1], use.answers[j]) for use in whole)
        for i in names
        for j in names
    }  # whether what stands in the place of i is j
    found = next(_matched(names, fits), names)
    if found == names or all(fits[name, name] for name in names):
        return None
    seen, you = "The results are right, their order is not.", "You"
    if len(whole) < len(uses):
        often = f"in {len(whole)} of {len(uses)} calls"
        seen = f"Where all results are looked at, {often}, they are right, but in another order."
        you = "There you"
    return Rungs(
        seen,
        "Which result comes first?",
        mend=f"{you} return {', '.join(found)} instead of {', '.join(names)}.",
    )


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


def outside(uses: list[Use]) -> list[Rungs]:
    """Which results lie outside the bounds that any right one keeps."""
    said = []
    for name in dict.fromkeys(output for use in uses for output in use.bounded):
        seen = [use.bounded[name] for use in uses if name in use.bounded]
        off = [(g, w) for g, w, kept in seen if not kept and isinstance(g, np.ndarray) and isinstance(w, np.ndarray)]
        if not off:
            continue
        given, wanted = next(((g, w) for g, w in off if g.shape != w.shape), off[0])
        wild = sum(not np.isfinite(g).all() for g, _ in off)
        if given.shape != wanted.shape:
            found = f"{verb([name], 'has', 'have')} the wrong shape: {given.shape} where {wanted.shape} was expected"
        elif wild:
            found = f"{verb([name], 'is', 'are')} NaN or infinite {in_calls(wild, len(seen))}"
        else:
            found = (
                f"{verb([name], 'lies', 'lie')} outside what any right result keeps to, {in_calls(len(off), len(seen))}"
            )
        said.append(Rungs(f"Your {name} {found}.", "Between which bounds must it lie, and which line keeps it there?"))
    return said
