"""`tp check-exercises`: hold the gate in fresh randomness, show what kills what, and count beside other checks."""

from __future__ import annotations

import os
import secrets
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence

from rich.console import Console
from rich.markup import escape
from rich.table import Table
from rich.text import Text

from autograder.content import finding
from autograder.content.tp import TP
from autograder.exercises.exercise import Exercise
from autograder.faults import Fault, WrongUsage, did_you_mean
from autograder.processes import in_processes
from autograder.proof.beside import Counted, counted, tables
from autograder.proof.gate import Examination, examine
from autograder.proof.marks import earned
from autograder.proof.mutants import EQUAL, KILLED, SURVIVOR, Subject, Trial, difference, tried
from autograder.proof.mutated import Mutant
from autograder.proof.rivals import NEEDED, comparable
from autograder.proof.told import NAMED, OBSERVED, VAGUELY, Told, catalogued, generated, shares

Exercises = dict[str, Exercise]
WORKERS = os.cpu_count() or 1


def chosen(tps: Mapping[str, TP], names: Sequence[str]) -> Exercises:
    """The exercises of these names, or of the TPs of these names; all if none is named. An exercise that several TPs
    have is `tp/exercise`. WrongUsage for a wrong name."""
    of_tp = {id: finding.ready(tp, tps).exercises for id, tp in tps.items()}
    homes = Counter(name for exercises in of_tp.values() for name in exercises)
    named: dict[str, Exercises] = {
        id: {name if homes[name] == 1 else f"{id}/{name}": exercise for name, exercise in exercises.items()}
        for id, exercises in of_tp.items()
    }
    every: Exercises = {name: exercise for exercises in named.values() for name, exercise in exercises.items()}
    found: Exercises = {}
    for name in names:
        if name not in named and name not in every:
            there = [*named, *every]
            near = f"; {meant}" if (meant := did_you_mean(name, there)) else ""
            raise WrongUsage(f"there is no TP and no exercise {name!r}{near} (there: {', '.join(there)})")
        found |= named.get(name) or {name: every[name]}
    return found or every


def check_exercises(
    exercises: Exercises, seeds: list[int], show: Console, progress: Console, keys: Sequence[int] = ()
) -> int:
    """Hold the gate with each seed, and the marks alone on each of `keys`; print the kill matrices. Returns 0 if all is
    green, 1 if something is red."""
    found = {name: Examination(exercise) for name, exercise in exercises.items()}
    tasks = [(name, seed) for seed in seeds for name in exercises]

    def examined(task: tuple[str, int]) -> tuple[list[str], dict[str, list[str]]]:
        return examine(exercises[task[0]], task[1])

    for (name, seed), (faults, kills) in in_processes(examined, tasks, WORKERS, "the gate", progress):
        found[name].add(seed, faults, kills)
    more = [(name, seed) for seed in keys for name in exercises]

    def marked(task: tuple[str, int]) -> list[tuple[str, str, float]]:
        return earned(exercises[task[0]], task[1])

    for (name, seed), scores in in_processes(marked, more, WORKERS, "marks on more keys", progress):
        found[name].marks.add(seed, scores)
    for examination in found.values():
        show.print(kill_matrix(examination))
        show.print(*_remarks(examination), sep="\n", end="\n\n")
    show.print(
        "x: the mistake does not meet the criterion. o: with some draws only. .: it does. Yellow: killed by one alone. "
        "Last: what it earns, on every key."
    )
    show.print(summary(list(found.values())))
    faults = [f"{name}: {fault}" for name, examination in found.items() for fault in examination.red]
    for fault in faults:
        show.print(f"[red]RED[/red] {escape(fault)}", highlight=False)
    return 1 if faults else 0


def mutants(
    exercises: Exercises, count: int, seed: int, show: Console, progress: Console, tps: Iterable[TP] = ()
) -> int:
    """Draw so many mutants of each right answer, and print those that nobody catches. Returns 0 if all others are equal
    in effect and no marks depend on the draw, else 1. Fault if there is no source to draw from, or if
    what it says is not right itself."""
    tps = list(tps)
    subjects = {
        name: Subject(exercise, next((tp for tp in tps if exercise in tp.exercises.values()), None))
        for name, exercise in exercises.items()
    }
    itself = {name: Mutant((), subject.source.text) for name, subject in subjects.items()}
    tasks = list(itself.items())
    tasks += [(name, mutant) for name, subject in subjects.items() for mutant in subject.source.drawn(count, seed)]

    def run(task: tuple[str, Mutant]) -> Trial:
        return tried(subjects[task[0]], task[1])

    found: dict[str, list[Trial]] = {name: [] for name in exercises}
    for (name, mutant), trial in in_processes(run, tasks, WORKERS, "mutants", progress):
        if mutant is not itself[name]:
            found[name].append(trial)
        elif trial.end != EQUAL:
            raise Fault(f"{name}: its own right answer is {trial.end}, so nothing can be said of mutants")
    for name, trials in found.items():
        for trial in trials:
            if trial.end != SURVIVOR and not trial.drawn:
                continue
            earns = " or ".join(f"{score:g}" for score in sorted(set(trial.scores)))
            said = f"survives; other results at {trial.apart}" if trial.apart else f"{trial.end}, earns {earns}"
            show.print(f"\n{name} ({', '.join(trial.mutant.kinds)}): {said}", highlight=False, markup=False)
            show.print(*difference(subjects[name].source, trial.mutant), sep="\n", highlight=False, markup=False)
    table = Table(title=f"Mutants, drawn with seed {seed}", title_justify="left")
    for column in ("exercise", "drawn", "killed", "equal in effect", "survive", "share", "marks depend on the draw"):
        table.add_column(column, justify="left" if column == "exercise" else "right")
    found["all"] = [trial for trials in found.values() for trial in trials]
    for name, trials in found.items():
        ends = Counter(trial.end for trial in trials)
        share = f"{ends[SURVIVOR] / max(1, len(trials) - ends[EQUAL]):.1%}"
        table.add_row(
            name,
            *(str(n) for n in (len(trials), ends[KILLED], ends[EQUAL], ends[SURVIVOR])),
            share,
            str(sum(trial.drawn for trial in trials)),
        )
    show.print(table)
    return int(any(trial.end == SURVIVOR or trial.drawn for trial in found["all"]))


def messages(exercises: Exercises, count: int, seed: int, show: Console, progress: Console) -> int:
    """Print of which share of single classic mistakes something useful is said. Returns 0, or 1 if something is said of
    code that is not so. Mistakes are drawn from references that can be read and called directly."""
    tasks = list(exercises)

    def run(name: str) -> tuple[list[Told], list[Told]]:
        exercise = exercises[name]
        return list(catalogued(exercise, seed)), [] if exercise.ways else list(generated(exercise, count, seed))

    found = dict(in_processes(run, tasks, WORKERS, "messages", progress))
    table = Table(title=f"What is said of single classic mistakes, drawn with seed {seed}", title_justify="left")
    for column in ("exercise", "of", "asked", NAMED, OBSERVED, VAGUELY, "useful", "untrue"):
        table.add_column(column, justify="left" if column in ("exercise", "of") else "right")
    ends: dict[str, list[Told]] = {"catalogue": [], "generated": []}
    for name, kinds in found.items():
        for kind, told in zip(ends, kinds, strict=True):
            ends[kind] += told
            if told:
                table.add_row(name, kind, *_shares(told))
    table.add_section()
    for kind, told in ends.items():
        table.add_row("all", kind, *_shares(told))
    show.print(table)
    untrue = [(one, said) for told in ends.values() for one in told for said in one.untrue]
    for one, said in untrue:
        show.print(f"UNTRUE: {said}\n{one.verdict.diagnosis}\n{one.source}\n", highlight=False, markup=False)
    return int(bool(untrue))


def _shares(told: list[Told]) -> list[str]:
    found = shares(told)
    useful = f"{(found[NAMED] + found[OBSERVED]) / max(1, len(told)):.1%}"
    numbers = [str(n) for n in (len(told), *(found[end] for end in (NAMED, OBSERVED, VAGUELY)))]
    return [*numbers, useful, str(sum(bool(one.untrue) for one in told))]


def compare(exercises: Exercises, show: Console, progress: Console) -> int:
    """Print the tables that set our gate beside other checks. WrongUsage if no exercise declares rates for them."""
    steps = {name: exercise for name, exercise in exercises.items() if comparable(exercise)}
    if not steps:
        raise WrongUsage(f"no exercise here declares the roles and rates that --compare needs: {', '.join(NEEDED)}")
    tasks = [(name, place) for name, exercise in steps.items() for place in range(len(exercise.mistakes))]

    def run(task: tuple[str, int]) -> Counted:
        return counted(steps[task[0]], task[1])

    for line in tables([count for _, count in in_processes(run, tasks, WORKERS, "other checks", progress)]):
        show.print(line, markup=False, highlight=False, soft_wrap=True)
    return 0


def catalogue(exercises: Exercises, show: Console) -> int:
    """Print every mistake: what was done, what it does, what the student reads and where to read again. Returns 0."""
    for exercise in exercises.values():
        table = Table(
            title=f"{exercise.name}: {len(exercise.mistakes)} mistakes", title_justify="left", show_lines=True
        )
        for column, share in (("mistake", 2), ("what was done, and what it does", 4), ("what the student reads", 4)):
            table.add_column(column, ratio=share, overflow="fold")
        for wrong in exercise.mistakes:
            published = f"\nPublished: {wrong.convention}." if wrong.convention else ""
            others = "".join(f"\nThe same numbers: {words}." for words in wrong.also)
            table.add_row(
                Text(f"{exercise.prefix}/{wrong.id}"),
                Text(f"{wrong.did}\n{wrong.effect}{published}{others}"),
                Text(f"{wrong.hint}\n-> {wrong.section or 'no lecture'}"),
            )
        show.print(table)
    return 0


def counts(exercises: Exercises) -> str:
    """How many mistakes and right forms there are, in one line."""
    wrong = sum(len(exercise.mistakes) for exercise in exercises.values())
    right = sum(len(exercise.equivalents) for exercise in exercises.values())
    return f"{wrong} wrong ways to solve {len(exercises)} exercises, and {right} right ones that look different"


def fresh_seeds(count: int) -> list[int]:
    """Seeds that nobody has seen."""
    return [secrets.randbits(32) for _ in range(count)]


def kill_matrix(found: Examination) -> Table:
    """One row per mistake, one column per criterion: which are not met (x always, o with some seeds only)."""
    table = Table(title=f"{found.exercise.name}: what kills what", title_justify="left", pad_edge=False)
    table.add_column("mistake")
    for number in range(1, len(found.criteria) + 1):
        table.add_column(str(number), justify="center")
    table.add_column("earns", justify="right")
    for mistake, row in found.kills.items():
        marks = ["x" if n == len(found.seeds) else "o" if n else "." for n in row.values()]
        table.add_row(mistake, *marks, found.marks.of(mistake), style="yellow" if mistake in found.lone else "")
    killed = [str(sum(row[name] > 0 for row in found.kills.values())) for name in found.criteria]
    table.add_section()
    table.add_row("mistakes killed", *killed)
    return table


def _remarks(found: Examination) -> Iterator[str]:
    yield "  ".join(f"{number} {name}" for number, name in enumerate(found.criteria, start=1))
    by_criterion: dict[str, list[str]] = {}
    for mistake, criterion in found.lone.items():
        by_criterion.setdefault(criterion, []).append(mistake)
    for criterion, mistakes in by_criterion.items():
        yield f"[yellow]killed by '{criterion}' alone:[/yellow] {', '.join(mistakes)}"


def summary(found: list[Examination]) -> Table:
    """One row per exercise: how many mistakes and right forms, how many were killed and named, on how many draws."""
    table = Table(title="The gate", title_justify="left")
    for column in ("exercise", "mistakes", "other spellings", "right forms", "criteria", "draws", "keys", "faults"):
        table.add_column(column, justify="left" if column == "exercise" else "right")
    rows = [
        (
            len(e.exercise.mistakes),
            sum(len(wrong.also) for wrong in e.exercise.mistakes),
            len(e.exercise.equivalents) + 1,
            len(e.criteria),
            len(e.seeds),
            len(e.marks.seeds),
            len(e.red),
        )
        for e in found
    ]
    for examination, row in zip(found, rows, strict=True):
        table.add_row(examination.exercise.name, *map(str, row), style="red" if examination.red else "")
    table.add_section()
    table.add_row("all", *(str(sum(column)) for column in zip(*rows, strict=True)))
    return table
