"""`tp` itself: bad input gets one clear line and the right exit code."""

from __future__ import annotations

import re
import shlex
from pathlib import Path

import pytest

from autograder.classroom.layout import Classroom
from autograder.cli import main, parser
from tests.shared import TPS


def failing(capsys: pytest.CaptureFixture[str], *arguments: object) -> tuple[int, str]:
    """Run a command that must fail; its exit code and the one line it printed."""
    try:
        code = main([str(argument) for argument in arguments])
    except SystemExit as left:  # argparse
        code = int(left.code or 0)
    printed = capsys.readouterr().err.strip()
    return code, printed


@pytest.mark.parametrize(
    "command", [["grade"], ["report"], ["feedback"], [], ["grade", "optimizers", "--workers", "0"]]
)
def test_missing_or_senseless_words_are_wrong_usage(command: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    code, printed = failing(capsys, *command)
    assert code == 2
    assert "tp" in printed


@pytest.mark.parametrize(
    ("words", "meant"),
    [
        (["gradde", "optimizers"], "grade"),
        (["grade", "optimizers", "--studnet", "ada"], "--student"),
        (["student", "renmae", "a", "b"], "rename"),
    ],
)
def test_a_typing_error_is_answered_with_the_nearest_word(
    words: list[str], meant: str, capsys: pytest.CaptureFixture[str]
) -> None:
    code, printed = failing(capsys, *words)
    assert code == 2
    assert printed.endswith(f"did you mean {meant}?")


def test_the_help_of_every_command_has_an_example_that_parses(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        main(["--help"])
    commands = re.findall(r"^    ([a-z-]+)", capsys.readouterr().out.partition("COMMAND\n")[2], flags=re.MULTILINE)
    assert {"build", "grade", "student"} <= {*commands}
    for command in commands:
        with pytest.raises(SystemExit):
            main([command, "--help"])
        _, found, examples = capsys.readouterr().out.partition("example")
        assert found, command
        for example in re.findall(r"^  tp (.+)$", examples, flags=re.MULTILINE):
            parsed, unknown = parser().parse_known_args(shlex.split(example))
            assert (parsed.parser.prog.split()[-1], unknown) == (command, []), example


@pytest.mark.parametrize("command", ["grade", "report", "feedback", "return"])
def test_a_tp_that_does_not_exist(command: str, classroom: Classroom, capsys: pytest.CaptureFixture[str]) -> None:
    code, printed = failing(capsys, "--classroom", classroom.root, command, "optimisers")
    assert code == 2
    assert "optimisers is not built" in printed
    assert "\n" not in printed


def test_building_a_tp_that_does_not_exist_names_those_that_do(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    code, printed = failing(capsys, "--classroom", tmp_path / "new", "build", "optimisers")
    assert code == 2
    assert "there is no TP 'optimisers'" in printed
    assert "optimizers" in printed.partition("(")[2]
    assert not (tmp_path / "new").exists()


def test_an_option_that_a_command_would_not_use_is_refused(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "source" / "essay").mkdir(parents=True)
    code, printed = failing(capsys, "--classroom", tmp_path, "build", "essay", "--self-study")
    assert (code, "essay has none; leave it out" in printed, "\n" in printed) == (2, True, False)
    for option in ("--html", "--json", "--beside"):
        code, printed = failing(capsys, "--classroom", tmp_path, "similar", "essay", "--made", "20", option, tmp_path)
        assert (code, f"does not use {option}; leave it out" in printed, "\n" in printed) == (2, True, False)


def test_building_from_a_folder_without_any_tp(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    code, printed = failing(capsys, "--classroom", tmp_path / "new", "build", "--sources", tmp_path)
    assert code == 2
    assert "there is no TP in" in printed
    assert not (tmp_path / "new").exists()


@pytest.mark.parametrize("command", ["grade", "report", "feedback", "return"])
def test_a_folder_that_is_no_classroom(command: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    code, printed = failing(capsys, "--classroom", tmp_path, command, "optimizers")
    assert code == 2
    assert "is not a classroom" in printed
    assert "tp build" in printed


def test_building_into_a_folder_with_other_things(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "thesis.tex").write_text("all my work")
    code, printed = failing(capsys, "--classroom", tmp_path, "build", "optimizers")
    assert code == 2
    assert "not empty" in printed
    assert [p.name for p in tmp_path.iterdir()] == ["thesis.tex"]


def test_an_unknown_student_and_a_class_without_submissions(
    classroom: Classroom, capsys: pytest.CaptureFixture[str]
) -> None:
    code, printed = failing(capsys, "--classroom", classroom.root, "grade", "optimizers")
    assert code == 2
    assert "no submissions for optimizers" in printed
    (classroom.submitted("optimizers", "ada")).mkdir(parents=True)
    code, printed = failing(capsys, "--classroom", classroom.root, "grade", "optimizers", "--student", "adda")
    assert code == 2
    assert "no submission of adda" in printed
    assert "did you mean ada?" in printed
    code, printed = failing(capsys, "--classroom", classroom.root, "student", "remove", "aada")
    assert code == 2
    assert "there is no student aada" in printed
    assert "did you mean ada?" in printed


def test_a_report_or_feedback_before_grading(classroom: Classroom, capsys: pytest.CaptureFixture[str]) -> None:
    classroom.submitted("optimizers", "ada").mkdir(parents=True)
    for command in ("report", "feedback"):
        code, printed = failing(capsys, "--classroom", classroom.root, command, "optimizers")
        assert code == 2
        assert "nothing is graded yet" in printed


def own_tp(folder: Path, notebook: str) -> Path:
    folder.mkdir(parents=True)
    (folder / "tp.toml").write_text('format = 1\nid = "mine"\ntitle = "Mine"\n')
    (folder / "mine.py").write_text(notebook)
    return folder


def test_a_broken_source_notebook_is_a_fault(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    folder = own_tp(tmp_path / "sources" / "mine", "# %%\nx = (\n")
    code, printed = failing(capsys, "--classroom", tmp_path / "c", "build", "mine", "--sources", folder.parent)
    assert code == 1
    assert "cell cell-0, line 1" in printed


def test_a_broken_exercise_is_a_fault_with_its_line(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    folder = own_tp(tmp_path / "mine", "# %%\nx = 1\n")
    (folder / "exercises").mkdir()
    (folder / "exercises" / "double.py").write_text("import numpy as np\n\nexercise = np.no_such_thing\n")
    for command in (["build", "mine"], ["check-exercises"]):
        code, printed = failing(capsys, "--classroom", tmp_path / "c", *command, "--sources", folder)
        assert code == 1
        assert f"{folder / 'exercises' / 'double.py'}, line 3: AttributeError" in printed
        assert "\n" not in printed


def test_json_into_a_folder_that_is_not_there(classroom: Classroom, capsys: pytest.CaptureFixture[str]) -> None:
    classroom.submitted("optimizers", "ada").mkdir(parents=True)
    code, printed = failing(
        capsys, "--classroom", classroom.root, "grade", "optimizers", "--json", "nowhere/at/all.json"
    )
    assert code == 1
    assert "does not exist" in printed


def test_a_broken_configuration_is_a_fault(classroom: Classroom, capsys: pytest.CaptureFixture[str]) -> None:
    (classroom.root / "nbgrader_config.py").write_text("this is not python")
    code, printed = failing(capsys, "--classroom", classroom.root, "build", "optimizers")
    assert code == 1
    assert "nbgrader_config.py cannot be read" in printed


def test_the_exercises_are_counted(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["check-exercises", "--counts", *TPS]) == 0
    assert f"to solve {sum(len(tp.exercises) for tp in TPS.values())} exercises" in capsys.readouterr().out
