"""Mutants: the grammar changes what it says, and what nobody catches is shown."""

from __future__ import annotations

import dataclasses
import io
import itertools
from pathlib import Path
from typing import Any

import pytest
from rich.console import Console

from autograder.content import finding
from autograder.exercises import probes
from autograder.exercises.exercise import Check, Exercise
from autograder.faults import Fault
from autograder.proof import command, grammar, mutants
from autograder.proof.grammar import KINDS
from autograder.proof.mutants import EQUAL, KILLED, SURVIVOR, Subject, Trial, source_of, tried
from autograder.proof.mutated import Mutant, Source
from tests.exercises.made import SMALL
from tests.shared import ALL, TPS

ADAM = next(exercise for exercise in ALL if exercise.name == "adam_step")
HEAD = "def line(x, t, shift=1.0):\n    "


def trial(body: str, exercise: Exercise = SMALL) -> Trial:
    return tried(Subject(exercise), Mutant(("written",), HEAD + body))


@pytest.mark.parametrize("kind", KINDS)
def test_each_kind_that_the_grammar_names_changes_something(kind: str) -> None:
    assert f"\n    {kind} " in (grammar.__doc__ or "")
    source = source_of(ADAM)
    drawn = source.drawn(20, 1, (kind,))
    assert len({mutant.source for mutant in drawn}) == len(drawn) > 3
    assert source.text not in {mutant.source for mutant in drawn}
    assert {name for mutant in drawn for name in mutant.kinds} == {kind}


def test_the_same_seed_draws_the_same_mutants() -> None:
    one, again, other = (source_of(ADAM).drawn(30, seed) for seed in (1, 1, 2))
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


KERAS = TPS["keras_optimizers"]
CLASS = Source.typed(KERAS, "LookAheadSGD")


@pytest.mark.parametrize(
    ("kind", "count", "changed"),
    [
        (
            "omissions",
            25,
            ("    def get_config(self):", "super().build(variables)", "self.assign(v, self.momentum * v"),
        ),
        ("arguments", 40, ("super().__init__(learning_rate=learning_rate", "self.momentum * v + pull")),
        ("constants", 8, ("momentum=0.9",)),
        ("memory", 2, ("self.assign(v, self.momentum * v + pull)",)),
        ("special", 25, ("self.assign_sub(variable, self.momentum * v + pull)",)),
    ],
    ids=lambda x: x if isinstance(x, str) else "",
)
def test_of_a_class_every_method_is_changed_and_lines_that_keep_something(
    kind: str, count: int, changed: tuple[str, ...]
) -> None:
    drawn = [mutant.source for mutant in CLASS.drawn(count, 1, (kind,))]
    for line in changed:
        assert line in CLASS.text
        assert any(line not in source for source in drawn), line


def test_what_is_put_into_a_method_that_computes_with_tensors_is_of_tensors() -> None:
    steps = [m.source.partition("def update_step")[2] for m in CLASS.drawn(30, 1, ("bounds", "shapes", "special"))]
    assert not any("np." in step.partition("def get_config")[0] for step in steps)
    assert any("ops.where(" in step for step in steps)


def test_what_is_used_in_ways_is_drawn_from_the_notebook_and_really_used() -> None:
    tps = finding.found([Path("tests/attacks/attacked")])
    tp = finding.ready(tps["attacked"], tps)
    subject = Subject(tp.exercises["Average"], tp)

    def end(old: str = "", new: str = "") -> str:
        assert old in subject.source.text
        return tried(subject, Mutant(("written",), subject.source.text.replace(old, new, 1))).end

    assert tried(Subject(ADAM, KERAS), Mutant((), source_of(ADAM).text)).end == EQUAL  # which is called directly
    assert end() == EQUAL
    assert end("self.total / self.count", "self.total * (1 / self.count)") == EQUAL
    assert end("self.total / self.count", "self.total * self.count") == KILLED
    assert end("state['total']", "0.0") == KILLED
    assert end("self.total + number", "self.total + min(number, 100.0)") == SURVIVOR


CALLS = itertools.count()


def restless(x: Any, t: float, shift: float = 1.0) -> Any:
    return t * x + shift + next(CALLS)


def test_a_right_answer_that_is_not_right_itself_is_one_clear_line() -> None:
    with pytest.raises(Fault, match="restless: its own right answer is killed"):
        run(dataclasses.replace(SMALL, reference=restless))


def test_a_reference_without_a_source_is_one_clear_line() -> None:
    made: dict[str, object] = {}
    exec("def line(x, t, shift=1.0): return t * x + shift", made)
    with pytest.raises(Fault, match="line: the source of its reference cannot be read"):
        run(dataclasses.replace(SMALL, reference=made["line"]))
