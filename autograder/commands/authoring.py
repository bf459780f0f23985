"""Writing TPs: new, build, and the proof of their exercises."""

from __future__ import annotations

import argparse
from pathlib import Path

from autograder.commands.arguments import Commands, count
from autograder.commands.terminal import console, note, wide
from autograder.faults import WrongUsage


def add(commands: Commands) -> None:
    """Add these commands."""
    new = commands.add(
        "new",
        _new,
        "Write a small working TP of your own, to be changed into yours.",
        "tp new my_first_tp",
        "tp new my_first_tp --into ~/my_tps",
    )
    new.add_argument("name", help="its id and the name of its folder, such as my_first_tp")
    new.add_argument("--into", type=Path, default=Path(), metavar="DIR", help="where to put the folder (default: here)")
    build = commands.add(
        "build",
        _build,
        "Make the source, the checks and the release of a TP from its text notebook.",
        "tp build optimizers",
        "tp build my_first_tp --sources my_first_tp",
    )
    build.add_argument("tp", nargs="?", help="default: every TP that is found")
    build.add_argument(
        "--self-study",
        action="store_true",
        help="for whoever learns without a class: model answers open in the notebook, once an answer was written",
    )
    build.add_argument(
        "--sources",
        type=Path,
        action="append",
        default=[],
        metavar="DIR",
        help="a folder that is a TP or holds some; the classroom remembers it",
    )
    _add_check_exercises(commands)


def _add_check_exercises(commands: Commands) -> None:
    check = commands.add(
        "check-exercises",
        _check_exercises,
        "Prove that every exercise passes what is right and catches all else.",
        "tp check-exercises optimizers",
        "tp check-exercises log_returns --sources my_first_tp",
        "tp check-exercises optimizers --mutants 1000",
    )
    check.add_argument("names", nargs="*", metavar="NAME", help="exercises or TPs (default: all that are found)")
    check.add_argument("--sources", type=Path, action="append", default=[], metavar="DIR", help="as for `tp build`")
    check.add_argument("--seeds", type=count, help="how many fresh draws (default: 5)")
    check.add_argument("--keys", type=count, help="on how many more draws the marks must be the same (default: 200)")
    check.add_argument(
        "--seed", type=int, action="append", help="draw with this seed instead, for example one that was red"
    )
    other = check.add_mutually_exclusive_group()
    other.add_argument(
        "--catalogue", action="store_true", help="print the mistakes: what was done, its effect, the hint"
    )
    other.add_argument("--counts", action="store_true", help="say how many mistakes and right forms there are")
    other.add_argument("--compare", action="store_true", help="count what checks of other structures would have caught")
    other.add_argument(
        "--mutants",
        type=count,
        metavar="N",
        help="draw N wrong answers of each exercise from its reference, or its solution cell, and print those that "
        "nobody catches; changed are operators, constants, arguments, order, omissions, bounds, memory, shapes and "
        "special cases (autograder/proof/grammar.py says how); one of a Keras class takes a second",
    )
    other.add_argument(
        "--messages",
        type=count,
        metavar="N",
        help="say of which share of single classic mistakes the check says something useful: those of the catalogue, "
        "and N of each exercise that are drawn from its reference (autograder/proof/told.py says what counts)",
    )


def _new(options: argparse.Namespace) -> int:
    from autograder.classroom.handout.new import new

    folder = new(options.name, options.into)
    print(f"{options.name}: written to {folder}")
    print(f"next: tp build {options.name} --sources {folder}; then read {folder / 'README.md'}")
    return 0


def _build(options: argparse.Namespace) -> int:
    from autograder.classroom.handout.build import build, generate
    from autograder.classroom.layout import Classroom
    from autograder.content import finding

    there = Classroom(options.classroom.resolve())
    tps = finding.found([*options.sources, *there.sources])
    if options.tp and options.tp not in tps and not (there.root / "source" / options.tp).is_dir():
        raise WrongUsage(finding.no_such(options.tp, tps))
    if options.self_study and options.tp and options.tp not in tps:
        raise WrongUsage(f"--self-study is for a folder with a tp.toml, {options.tp} has none; leave it out")
    if not tps and not options.tp:
        raise WrongUsage("there is no TP here: a TP is a folder with a tp.toml; `tp new NAME` writes one")
    classroom = Classroom.made_at(options.classroom)
    for folder in options.sources:
        classroom.remember(folder)
    for name in [options.tp] if options.tp else tps:
        with console.status(f"building {name} ..."):
            built = build(classroom, name, tps, options.self_study) if name in tps else generate(classroom, name)
        print(f"{name}: released as {built.release}")
        for told in built.notes:
            note(f"note: {name}: {told}")
    return 0


def _check_exercises(options: argparse.Namespace) -> int:
    from autograder.content import finding
    from autograder.proof import command

    draws = [name for name in ("seed", "seeds", "keys") if getattr(options, name) is not None]
    for mode in ("counts", "catalogue", "compare", "mutants", "messages"):
        takes = ["seed"] if mode in ("mutants", "messages") else []
        if getattr(options, mode) and (idle := [name for name in draws if name not in takes]):
            raise WrongUsage(f"--{mode} does not use --{idle[0]}; leave it out")
    if options.seed and len(draws) > 1:
        raise WrongUsage(f"--seed draws with the seeds that are given and no others; leave out --{draws[1]}")
    if (options.mutants or options.messages) and len(options.seed or []) > 1:
        raise WrongUsage(f"--{'mutants' if options.mutants else 'messages'} draws with one --seed; give one")
    tps = finding.found(options.sources)
    exercises = command.chosen(tps, options.names)
    out = wide()
    if options.counts:
        print(command.counts(exercises))
        return 0
    if options.catalogue:
        return command.catalogue(exercises, out)
    if options.compare:
        return command.compare(exercises, out, console)
    if options.messages:
        seed, *_ = options.seed or command.fresh_seeds(1)
        return command.messages(exercises, options.messages, seed, out, console)
    if options.mutants:
        seed, *_ = options.seed or command.fresh_seeds(1)
        return command.mutants(exercises, options.mutants, seed, out, console, tps.values())
    seeds, keys = (options.seed or command.fresh_seeds(count) for count in (options.seeds or 5, options.keys or 200))
    return command.check_exercises(exercises, seeds, out, console, keys)
