"""Mutants: the grammar changes what it says, and what nobody catches is shown."""

from __future__ import annotations

import dataclasses
import io

import pytest
from rich.console import Console

from autograder.exercises import probes
from autograder.exercises.exercise import Check, Exercise
from autograder.faults import Fault, WrongUsage
from autograder.proof import command, grammar, mutants
from autograder.proof.grammar import KINDS, Mutant, Source
from autograder.proof.mutants import EQUAL, KILLED, SURVIVOR, Trial, tried
from tests.exercises.made import SMALL
from tests.shared import ALL

ADAM = next(exercise for exercise in ALL if exercise.name == "adam_step")
HEAD = "def line(x, t, shift=1.0):\n    "


def trial(body: str, exercise: Exercise = SMALL) -> Trial:
    return tried(exercise, Mutant(("written",), HEAD + body))


@pytest.mark.parametrize("kind", KINDS)
def test_each_kind_that_the_grammar_names_changes_something(kind: str) -> None:
    assert f"\n    {kind} " in (grammar.__doc__ or "")
    source = Source(ADAM.reference)
    drawn = source.drawn(20, 1, (kind,))
    assert len({mutant.source for mutant in drawn}) == len(drawn) > 3
    assert source.text not in {mutant.source for mutant in drawn}
    assert {name for mutant in drawn for name in mutant.kinds} == {kind}


def test_the_same_seed_draws_the_same_mutants() -> None:
    one, again, other = (Source(ADAM.reference).drawn(30, seed) for seed in (1, 1, 2))
    assert one == again != other


@pytest.mark.parametrize(
    ("body", "end"),
    [
        ("return t * x + 2 * shift", KILLED),
        ("return t * x + no_such_name", KILLED),
        ("return = 3", KILLED),
        ("return shift + x * t", EQUAL),
        ("return t * x + min(shift, 50.0)", EQUAL),
        ("return x if t == 1 else t * x + shift", SURVIVOR),
        ("return x if not x.any() else t * x + shift", SURVIVOR),
    ],
)
def test_a_mutant_is_killed_equal_in_effect_or_survives(body: str, end: str) -> None:
    assert trial(body).end == end


def test_a_survivor_comes_with_an_input_that_tells_it_apart() -> None:
    assert "t = 1," in trial("return x if t == 1 else t * x + shift").apart


def test_a_mutant_that_never_ends_is_stopped(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(mutants, "SECONDS", 0.2)
    assert trial("while True: pass").end == KILLED


def test_what_overwrites_its_input_is_not_equal_in_effect() -> None:
    """The small exercise asks for no manners: its criteria let this pass."""
    found = trial("x *= t\n    x += shift\n    return x.copy()")
    assert (found.end, found.scores) == (SURVIVOR, (4.0, 4.0, 4.0))


WEAK = dataclasses.replace(SMALL, checks=(Check("slope", 1.0, "y grows by t.", probes.calls(fixed={"shift": 0.0})),))


def run(exercise: Exercise) -> tuple[int, str]:
    show = Console(record=True, width=150, file=io.StringIO())
    code = command.mutants({exercise.name: exercise}, 150, 1, show, Console(file=io.StringIO()))
    return code, show.export_text()


def test_the_command_shows_what_a_weak_exercise_lets_pass() -> None:
    """Nobody asks for a shift that is not 0: then it can be left out. The whole exercise catches that."""
    left_out = "-    return t * x + shift\n+    return t * x\n"
    code, printed = run(WEAK)
    assert code == 1
    assert left_out in printed
    assert "line (omissions): survives; other results at x of shape" in printed
    assert left_out not in run(SMALL)[1]


USED = dataclasses.replace(SMALL, ways={"used": SMALL.reference})


def test_nothing_is_drawn_for_what_is_used_in_ways() -> None:
    """The reference of a class is put together from stages: its source is not what anybody would write."""
    with pytest.raises(WrongUsage, match="nothing is drawn for line"):
        run(USED)
    show = Console(record=True, width=150, file=io.StringIO())
    command.mutants({"LookAhead": USED, "line": SMALL}, 5, 1, show, Console(file=io.StringIO()))
    printed = show.export_text()
    assert "nothing is drawn for LookAhead\n" in printed
    assert "LookAhead " not in printed  # it has no row


def test_a_reference_without_a_source_is_one_clear_line() -> None:
    made: dict[str, object] = {}
    exec("def line(x, t, shift=1.0): return t * x + shift", made)
    with pytest.raises(Fault, match="line: the source of its reference cannot be read"):
        run(dataclasses.replace(SMALL, reference=made["line"]))
