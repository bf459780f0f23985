"""`tp compare`: what is shown first, what is written, and what a word too many gets."""

from __future__ import annotations

import io
import json
import re
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from matplotlib.image import imread
from rich.console import Console

from autograder.cli import main
from course.experiments.comparison import ahead
from course.experiments.comparison.claims import Answered, Claim
from course.experiments.comparison.experiment import Experiment, Measured, Measurement
from course.experiments.comparison.protocol import Protocol
from course.experiments.comparison.study import study
from course.experiments.comparison.tables import dishonest_table
from course.experiments.studies import EXPERIMENTS
from course.experiments.training import Data, Task, dense

RULES = ("gradient_descent", "adamw")
PROTOCOL = Protocol(
    rates=(0.02, 0.5, 10.0), tuning_seeds=(0,), report_seeds=(5, 6, 7, 8, 9), epochs=4, rounds=1, resolution=30
)


def plan(quick: bool) -> list[tuple[Task, Protocol]]:
    """y = 3 x from x = -1 and 1: gradient descent is there in one step at the rate 0.5."""
    x = np.array([[-1.0], [1.0]])
    return [(Task("line" if quick else "the same line", dense(1, hidden=()), Data(x, 3 * x, x, 3 * x)), PROTOCOL)]


TINY = Experiment("tiny", "One line", plan, RULES)
MEMORY = Measurement(
    "memory",
    "Bytes",
    lambda quick: [Measured("", name, "bytes", (len(name),)) for name in RULES],
    lambda quick: 3 if quick else 400,
)
CLAIMS = [
    Claim("exact", "3.8", "It is there in one step", "tiny", ("gradient_descent",), ("adamw",)),
    Claim("wrong", "3.8", "It is not", "tiny", ("adamw",), ("gradient_descent",)),
    Claim("short", "3.8", "A short name", "memory", ("adamw",), ("gradient_descent",), quantity="bytes"),
]


@pytest.fixture(scope="module")
def out(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("compared") / "new"


@pytest.fixture(scope="module")
def printed(out: Path) -> tuple[str, list[Answered]]:
    console = Console(width=200, record=True, file=io.StringIO())
    answers = study(TINY, CLAIMS, out, console, Console(quiet=True), quick=True)
    answers += study(MEMORY, CLAIMS, out, console, Console(quiet=True), quick=True)
    return console.export_text(), answers


def test_how_long_it_takes_is_said_before_it_runs(printed: tuple[str, list[Answered]]) -> None:
    text, _ = printed
    assert re.match(r"It takes (about [\d.]+|[\d.]+ to [\d.]+) (seconds|minutes) here", text.splitlines()[1])
    after = text[text.index("memory (quick)") :].splitlines()
    assert after[1].strip() == "It takes about 3 seconds here."


def test_the_time_ahead_is_the_work_times_the_rate_that_was_measured() -> None:
    ((task, protocol),) = plan(True)
    ticks = iter([0.0, 5.0, 7.0])
    # Compiling takes 3 s more, for each of two rules; then each has one stack that tunes, one that reports, and if its
    # grid grows a third, of four epochs of 2 s.
    assert ahead.seconds(task, RULES, protocol, clock=lambda: next(ticks)) == (6 + 4 * 8, 6 + 6 * 8)
    ticks = iter([0.0, 5.0, 7.0])  # six runs of each rule, in one stack
    assert ahead.of_sweep(task, RULES, (0.1, 0.2), (0, 1, 2), 4, clock=lambda: next(ticks)) == 2 * (3 + 4 * 2)
    assert ahead.spoken(400, 400) == "about 6.7 minutes"
    assert ahead.spoken(38, 54) == "38 to 54 seconds"
    assert ahead.spoken(400, 5400) == "6.7 to 90.0 minutes"


def test_the_dishonest_ranking_comes_first_and_what_ran_before_it(printed: tuple[str, list[Answered]]) -> None:
    text, _ = printed
    assert text.startswith("tiny (quick): One line. tensorflow on ") or text.startswith(
        "tiny (quick): One line. jax on "
    )
    places = [
        text.index(words) for words in ("NOT like this", "like this: each at its best", "Near the best", "The claims")
    ]
    assert places == sorted(places)
    assert text.index("bytes") > places[-1]
    shown = text[: text.index("Near the best")]
    lines = {line.split("│")[1].strip(): line.split("│") for line in shown.splitlines() if line.startswith("│")}
    assert [cell.split()[0] for cell in lines["1."][2:5]] == ["gradient_descent", "gradient_descent", "adamw"]
    assert lines["gradient_descent"][2].strip() == "0.5"
    assert "3 rates, 8 runs, 32 steps for each optimizer" in text


def test_the_claims_are_answered(printed: tuple[str, list[Answered]]) -> None:
    text, answers = printed
    assert {v.claim.id: v.answer for v in answers} == {"exact": "held", "wrong": "not held", "short": "held"}
    assert "adamw / gradient_descent: 5 / 16, exactly" in text


def test_the_files_hold_what_was_shown(printed: tuple[str, list[Answered]], out: Path) -> None:
    assert sorted(p.name for p in out.iterdir()) == ["memory.json", "runs", "tiny.json", "tiny.png"]
    found: dict[str, Any] = json.loads((out / "tiny.json").read_text())
    assert found["quick"] is True
    assert found["format"] == json.loads((out / "memory.json").read_text())["format"] == 1
    (task,) = found["tasks"]
    assert task["reference"] == "gradient_descent"
    rows = {row["optimizer"]: row for row in task["optimizers"]}
    assert {(row["trials"], row["runs"], row["steps"], row["interior"]) for row in rows.values()} == {(3, 8, 32, True)}
    assert rows["gradient_descent"]["rate"] == 0.5
    assert len(rows["adamw"]["report_losses"]) == 5
    assert {claim["id"]: claim["answer"] for claim in found["claims"]} == {"exact": "held", "wrong": "not held"}
    assert found["profile"]["gradient_descent"] == [1.0] * len(found["profile"]["taus"]), "the best on every seed"
    assert found["profile"]["adamw"] == [0.0] * len(found["profile"]["taus"])
    assert [m["values"] for m in json.loads((out / "memory.json").read_text())["measured"]] == [[16], [5]]
    assert len((out / "runs" / "tiny.csv").read_text().splitlines()) == 2 + 2 * 8
    assert all(len(path.read_bytes()) < 20_000 for path in out.glob("*.json"))


def test_the_picture_has_words_and_ink(printed: tuple[str, list[Answered]], out: Path) -> None:
    said = json.loads((out / "tiny.json").read_text())["picture"]
    assert said.encode() in (out / "tiny.png").read_bytes()
    assert all(name in said for name in RULES)
    pixels = imread(out / "tiny.png")[..., :3]
    for colour in (
        "#000000",
        "#CC79A7",
    ):  # gradient descent, and the look of an optimizer that is no rule of the course
        wanted = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
        assert (np.abs(pixels - wanted).max(axis=-1) < 0.02).sum() > 200


def test_without_a_ranking_nothing_is_drawn() -> None:
    console = Console(width=80, record=True, file=io.StringIO())
    console.print(dishonest_table("line", {}))
    assert not console.export_text().strip()


def test_the_command(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setitem(EXPERIMENTS, "tiny", TINY)
    assert main(["compare", "tiny", "--full", "--out", str(tmp_path / "out")]) == 0
    printed = capsys.readouterr().out
    assert "the same line, NOT like this" in printed
    assert (tmp_path / "out" / "tiny.png").exists()
    (tmp_path / "out" / "runs" / "tiny.csv").write_text("no table\n")
    assert main(["compare", "tiny", "--out", str(tmp_path / "out")]) == 1
    assert "tiny.csv is no table of runs" in capsys.readouterr().err


def test_the_list_names_experiments_and_claims(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["compare", "--list"]) == 0
    printed = capsys.readouterr().out
    assert "dense-any" in printed
    assert all(name in printed for name in EXPERIMENTS)


def test_an_experiment_that_does_not_exist(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["compare", "dence"]) == 2
    assert "there is no experiment 'dence'; did you mean dense? there are dense" in capsys.readouterr().err.replace(
        "\n", " "
    )
