"""For an appeal: what was asked, answered and expected, what that earned, by which versions, and what people changed.

The inputs are drawn again from the classroom's secret, and what was handed in answers them again in the sandbox. The
marks shown are those on record; where they no longer fit what is drawn and answered now, a line says so.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from autograder.classroom.appeals.replayed import calls
from autograder.classroom.assignment import assignment, test_sources
from autograder.classroom.collect.collect import members
from autograder.classroom.grading import gradebook as books
from autograder.classroom.grading.batch import LIMITS
from autograder.classroom.grading.grade import Asked, asked_again
from autograder.classroom.grading.gradebook import Given, Held, OfNotebook
from autograder.classroom.grading.prepare import prepared
from autograder.classroom.grading.results import GRADED, UNREADABLE, Result, kept
from autograder.classroom.grading.versions import versions
from autograder.classroom.grading.worker import warm_parent
from autograder.classroom.intake.reading import Unreadable
from autograder.classroom.layout import Classroom
from autograder.classroom.marking.entered import Noted, noted, standing
from autograder.faults import WrongUsage, did_you_mean
from autograder.harmless import line
from course.judging.failing import beside
from course.judging.scripts import NOT_ANSWERED, Failure
from course.judging.verdict import Expectation, Key, Verdict, broken

INDENT = "    "
Again = dict[tuple[str, str], Asked]


def explain(
    classroom: Classroom, tp: str, student: str, exercise: str | None = None, *, sandbox: bool = True
) -> list[str]:
    """The lines that explain a student's marks in a TP, in one exercise or in all. Changes nothing.

    student: of a folder in submitted/, or a member of a group that has one. exercise: its name, or that of its graded
    cell. WrongUsage if nothing is on record, or not this exercise.
    """
    student = _hand_in(classroom, tp, student)
    record = kept(classroom, tp, student)
    if record is None:
        raise WrongUsage(f"nothing is on record of {student}: run `tp grade {tp} --student {student}` first")
    with books.opened(classroom) as gradebook:
        held = books.held(gradebook, tp).get(student)
        pages = books.shown_on_pages(gradebook, tp, student).get(student, {})
        sources = test_sources(gradebook, tp)
    wanted, by_hand = _wanted(record, pages, exercise), noted(classroom, tp, student)
    again, here, unfit = _again(classroom, record, sources, sandbox)
    told = _head(record, here, held, members(classroom, tp, student))
    told += [f"note: {line(said)}" for said in [*unfit, *record.repairs]]
    for cell, name in wanted.items():
        told += ["", *_of_cell(cell, name, record, again, pages.get(cell[0]), by_hand.get(cell))]
    return [*told, *([] if exercise else ["", *_penalties(pages)])]


def _hand_in(classroom: Classroom, tp: str, student: str) -> str:
    """The name of the folder in submitted/ that is the student's, or the group's."""
    there = classroom.handed_in(tp)
    if student not in there:
        there = [name for name in there if student in members(classroom, tp, name)] or [student]
        return classroom.submissions(tp, there[0])[0]
    return student


def _wanted(record: Result, pages: Mapping[str, OfNotebook], exercise: str | None) -> dict[tuple[str, str], str]:
    """The graded cells to be explained, with the names of their exercises; those that people mark have their own."""
    cells = {(e["notebook"], e["cell"]): label for label, e in record.by_label.items()}
    cells |= {(n, cell): cell for n, page in pages.items() for cell in page.grades if (n, cell) not in cells}
    if exercise is None:
        return cells
    found = {cell: name for cell, name in cells.items() if exercise in (name, *cell[1:])}
    if not found:
        meant = f"; {near}" if (near := did_you_mean(exercise, cells.values())) else ""
        raise WrongUsage(f"{record.assignment} has no exercise {exercise}{meant} (there: {', '.join(cells.values())})")
    return found


def _again(
    classroom: Classroom, record: Result, sources: Mapping[str, Mapping[str, str]], sandbox: bool
) -> tuple[Again, dict[str, str], list[str]]:
    """What each exercise is asked and answers again, the versions here, and in lines what of the record no longer fits.

    What was handed in since is not asked: the record is not its.
    """
    known = assignment(classroom, record.assignment)
    here = versions(known.version)
    try:
        job, _ = prepared(classroom, known, record.student, LIMITS, sources if known.plain else {})
    except Unreadable as error:
        return {}, here, [] if record.status == UNREADABLE else [f"what is handed in can no longer be read: {error}"]
    (code, _, release), (code_now, _, release_now) = record.key.partition("-"), job.key.partition("-")
    if code != code_now:
        return {}, here, ["another hand-in has come since this was graded: calls and answers cannot be shown"]
    changed = release != release_now
    unfit = ["the release or the grader has changed since this was graded: what is asked may differ"] * changed
    parent = warm_parent(job.modules, job.guarded, job.not_by, sandbox)
    again = asked_again(job, known.exercises, parent, record.key)
    for label, exercise in record.by_label.items():
        asked = again.get((exercise["notebook"], exercise["cell"]))
        if asked and not _fits(exercise, asked[2]):
            unfit.append(f"{label}: graded now it has {asked[2].score:g} points and other words than on record")
    return again, here, unfit


def _fits(exercise: Mapping[str, Any], now: Verdict) -> bool:
    was = [(c["name"], c["passed"], c["points"], c["message"]) for c in exercise["criteria"]]
    return was == [(c.name, c.passed, c.points, c.message) for c in now.criteria]


def _head(record: Result, here: Mapping[str, str], held: Held | None, of: tuple[str, ...]) -> list[str]:
    """Whose marks these are, when it was handed in, and by which versions it was graded."""
    told = [f"{record.assignment}, {line(record.student)}: {record.score:g} points by the grader"]
    if of != (record.student,):
        told.append(f"of {', '.join(map(line, of))}")
    if held and held.handed_in:
        late = f", {held.seconds_late / 3600:.1f} hours late" if held.seconds_late > 0 else ""
        told.append(f"handed in {held.handed_in:%Y-%m-%d %H:%M:%S} UTC{late}")
    if record.status != GRADED:
        told.append(f"status: {record.status.replace('_', ' ')}")
    code, _, release = record.key.partition("-")
    told.append(f"result of code {code[:12]}, release and grader {release[:12]}")
    if not record.versions:
        return [*told, "graded before versions were kept", f"here: {_list(here)}"]
    differ = {name: text for name, text in here.items() if record.versions.get(name) != text}
    return [*told, f"graded by {_list(record.versions)}", f"here: {_list(differ) if differ else 'the same versions'}"]


def _list(found: Mapping[str, str]) -> str:
    return ", ".join(f"{name} {text or '-'}" for name, text in found.items())


def _of_cell(
    cell: tuple[str, str],
    name: str,
    record: Result,
    again: Again,
    page: OfNotebook | None,
    by_hand: Noted | None,
) -> Iterator[str]:
    """One graded cell: its criteria, what shows that they are not met, and what the gradebook holds."""
    exercise = next((e for e in record.exercises if (e["notebook"], e["cell"]) == cell), None)
    if exercise is None:
        yield f"{name}: a person marks it"
    else:
        yield f"{name}: {exercise['score']:g} of {exercise['max_score']:g} points by the grader"
        for outcome in exercise["criteria"]:
            yield from _of_criterion(outcome, again.get(cell))
        if exercise["diagnosis"]:
            yield f"  diagnosis: {line(exercise['diagnosis'])}"
    yield _in_gradebook(page.given.get(cell[1]) if page else None, by_hand)
    places = [cell[1], *([exercise["name"]] if exercise else [])]  # people write below the solution, too
    comments = [page.comments.get(place) for place in places] if page else []
    for comment in dict.fromkeys(filter(None, comments)):
        yield f"  comment: {line(comment)}"


def _of_criterion(outcome: Mapping[str, Any], asked: Asked | None) -> Iterator[str]:
    met = "met" if outcome["passed"] else "missed"
    said = f": {line(outcome['message'])}" if outcome["message"] else ""
    yield f"  {met} {outcome['earned']:g} of {outcome['points']:g}, {outcome['name']}{said}"
    if outcome["passed"] or asked is None:
        return
    key, answers, _ = asked
    criterion = next((c for c in key.criteria if c.name == outcome["name"]), None)
    wrong = criterion and broken(criterion, key, answers)
    if criterion and wrong:
        yield from (INDENT + line(said) for said in _shown(wrong, key, asked))


def _shown(wrong: Expectation, key: Key, asked: Asked) -> list[str]:
    """The calls that lead to a wrong answer, the answer, and what was expected."""
    answers = asked[1]
    given, expected = answers.get(wrong.answer, NOT_ANSWERED), key.expected[wrong.answer]
    lines = calls(key, {wrong.answer, *([wrong.like] if wrong.like else [])})
    label = wrong.answer.partition(": ")[2]
    like = answers.get(wrong.like, NOT_ANSWERED) if wrong.like else None
    where = ""
    if wrong.like and like is not None and not isinstance(like, Failure):
        times = "" if wrong.times == 1 else f"{wrong.times:g} times "
        expected, where = wrong.times * like, f" ({times}the student's own {wrong.like.partition(': ')[2]})"
    yours, theirs = beside(given, expected)
    if wrong.bounded:
        low, high = wrong.bounds
        theirs = f"between {low:g} and {high:g}"
    return [*lines, f"{label}, answered: {yours}", f"{label}, expected: {theirs}{where}"]


def _in_gradebook(given: Given | None, by_hand: Noted | None) -> str:
    """What counts of a cell, and what a person changed, and who that was, if it is known of the mark that stands."""
    if given is None:
        return "  gradebook: nothing"
    counts, mark = books.points(given.auto, given.by_hand, given.extra), standing(given, by_hand)
    marked = given.auto is not None or given.by_hand is not None
    parts = [f"{counts:g} of {given.most:g} points count" if marked else "no mark yet"]
    if mark and mark.score is not None:
        who = f"{line(mark.who)} ({line(mark.when)})" if mark.who else "a person"
        before = "none" if given.auto is None else f"{given.auto:g}"
        parts.append(f"{who} gave {mark.score:g}, the grader {before}")
    if marked and given.extra:
        parts.append(f"extra credit {given.extra:g}")
    if given.waits:
        parts.append("waits for a person")
    return f"  gradebook: {'; '.join(parts)}"


def _penalties(pages: Mapping[str, OfNotebook]) -> list[str]:
    """What counts of all, and what lateness took off."""
    points = sum(points for page in pages.values() for points, _, _ in page.grades.values())
    penalty = sum(page.penalty for page in pages.values())
    most = sum(most for page in pages.values() for _, most, _ in page.grades.values())
    told = [f"penalty for handing in late: {penalty:g}"] if penalty else ["no penalty for handing in late"]
    told.append(f"in all: {max(0.0, points - penalty):g} of {most:g} points")
    return [*told, "who gave a mark is known of those by `tp mark`; `tp backup` keeps the gradebook as it stands"]
