"""The packages as they are handed out, installed, in a folder that holds nothing: no checkout is needed."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import sysconfig
import venv
import zipfile
from pathlib import Path

import nbformat
import pytest

from autograder.demo import filled
from conftest import built_once
from tests.plain.material import hand_in, put_source
from tests.plain.stock import KEPT
from tests.shared import TPS

ROOT = Path(__file__).resolve().parents[1]
RIGHT = "def log_returns(prices):\n    return np.log(prices[1:] / prices[:-1])"
WRONG = "def log_returns(prices):\n    return np.diff(prices) / prices[:-1]"
VOLATILITY = "def annual_volatility(daily):\n    return daily * {}"


@pytest.fixture(scope="module")
def wheels(once: Path, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """What `make wheels` makes, from a copy of the checkout with checks that are drawn; by the name of the package."""
    copy = tmp_path_factory.mktemp("copy")
    listed = ["git", "ls-files", "--cached", "--others", "--exclude-standard"]
    for name in subprocess.run(listed, cwd=ROOT, capture_output=True, text=True, check=True).stdout.splitlines():
        if (ROOT / name).is_file():
            (copy / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(ROOT / name, copy / name)
    for id in TPS:
        shutil.copytree(built_once(once, id) / "source" / id, copy / "build" / "wheels" / "source" / id)
    (copy / ".venv").symlink_to(Path(sys.prefix))
    subprocess.run(["make", "-s", "-o", ".venv/.ready", "wheels"], cwd=copy, check=True, capture_output=True)
    return {path.name.partition("-")[0]: path for path in (copy / "dist").glob("*.whl")}


@pytest.fixture(scope="module")
def installed(wheels: dict[str, Path], tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The `bin` of an environment with the grader's wheel, and with this environment's packages behind it."""
    (grader,) = (path for name, path in wheels.items() if name.endswith("grader"))
    home = tmp_path_factory.mktemp("installed") / "venv"
    return environment_with(grader, home, {"tp": "autograder.cli", "alembic": "alembic.config"})


def environment_with(wheel: Path, home: Path, commands: dict[str, str]) -> Path:
    """The `bin` of a new environment with a wheel, its commands, and this environment's packages behind it."""
    venv.create(home, with_pip=False, symlinks=True)
    site = Path(sysconfig.get_path("purelib", vars={"base": str(home), "platbase": str(home)}))
    with zipfile.ZipFile(wheel) as archive:
        archive.extractall(site)
    (site / "behind.pth").write_text(sysconfig.get_path("purelib") + "\n")
    for name, module in commands.items():  # as an installer writes them
        command = home / "bin" / name
        command.write_text(f"#!{home / 'bin' / 'python'}\nimport sys\nfrom {module} import main\nsys.exit(main())\n")
        command.chmod(0o755)
    return home / "bin"


def tp(installed: Path, folder: Path, *arguments: object) -> subprocess.CompletedProcess[str]:
    """Run the installed `tp` in a folder."""
    environment = {name: value for name, value in os.environ.items() if not name.startswith(("PYTHON", "TP_"))}
    # Where the packages behind keep what is no module, such as nbconvert's templates.
    environment["JUPYTER_PATH"] = str(Path(sys.prefix) / "share" / "jupyter")
    command = [str(installed / "tp"), *map(str, arguments)]
    return subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True, check=False)


def test_the_student_package_holds_the_tps_as_they_are_released(wheels: dict[str, Path]) -> None:
    (student,) = (path for name, path in wheels.items() if not name.endswith("grader"))
    with zipfile.ZipFile(student) as archive:
        files = set(archive.namelist())
        for id, tp in TPS.items():
            assert {f"course/tps/{id}/{id}.ipynb", f"course/tps/{id}/checks.json"} <= files
            assert {f"course/tps/{id}/{name}" for name in tp.public} <= files
            assert "BEGIN SOLUTION" not in archive.read(f"course/tps/{id}/{id}.ipynb").decode()


def test_who_learns_alone_starts_from_the_wheel_and_checks_a_first_step(
    wheels: dict[str, Path], tmp_path: Path
) -> None:
    (student,) = (path for name, path in wheels.items() if not name.endswith("grader"))
    with zipfile.ZipFile(student) as archive:
        (entries,) = (name for name in archive.namelist() if name.endswith("entry_points.txt"))
        assert "course = course.start.console:main" in archive.read(entries).decode()
    programs = environment_with(student, tmp_path / "venv", {"course": "course.start.console"})
    places = {name: value for name, value in os.environ.items() if not name.startswith(("PYTHON", "COURSE_"))}

    def run(*command: object, cwd: Path = tmp_path) -> str:
        done = subprocess.run([*map(str, command)], cwd=cwd, env=places, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stderr
        return done.stdout

    said = run(programs / "course", "start", "my course", "--no-open")
    folder = tmp_path / "my course"
    assert str(folder / "start.ipynb") in said
    assert all((folder / id / f"{id}.ipynb").is_file() for id in TPS)
    first = (
        "import course; from course.judging import check; print(course.__file__)\n"
        "print(check('gradient_descent_step', lambda theta, grad, eta: theta - eta * grad))"
    )
    place, verdict, *_ = run(programs / "python", "-c", first, cwd=folder / "optimizers").splitlines()
    assert Path(place).is_relative_to(tmp_path)
    assert verdict.startswith("gradient_descent_step: right.")
    assert "0 files are new, 0 renewed" in run(programs / "course", "start", "my course", "--no-open")


def test_the_graders_wheel_knows_the_tps_and_is_what_runs(installed: Path, tmp_path: Path) -> None:
    python = installed / "python"
    code = "import autograder, course; print(autograder.__file__); print(course.__file__)"
    places = subprocess.run([python, "-c", code], cwd=tmp_path, capture_output=True, text=True, check=True).stdout
    assert str(ROOT) not in places
    done = tp(installed, tmp_path, "build", "no_such_tp")
    assert done.returncode == 2
    assert all(id in done.stderr for id in TPS)


def test_a_tp_of_ones_own_from_the_first_command_to_the_report(installed: Path, tmp_path: Path) -> None:
    done = tp(installed, tmp_path, "new", "mine", "--into", "teaching")
    assert done.returncode == 0, done.stderr
    folder = tmp_path / "teaching" / "mine"
    done = tp(installed, tmp_path, "build", "mine", "--sources", folder)
    assert done.returncode == 0, done.stderr
    assert "test_annual_volatility" in done.stderr  # no exercise judges it
    done = tp(installed, tmp_path, "check-exercises", "log_returns", "--sources", folder, "--seeds", "2")
    assert done.returncode == 0, done.stdout
    _hand_in(tmp_path, "right", RIGHT, VOLATILITY.format("252**0.5"))
    _hand_in(tmp_path, "wrong", WRONG, VOLATILITY.format("252"))
    _hand_in(tmp_path, "empty")

    done = tp(installed, tmp_path, "grade", "mine", "--json", "marks.json")
    assert done.returncode == 0, done.stderr
    marks = {r["student"]: r for r in json.loads((tmp_path / "marks.json").read_text())}
    points = {who: [e["score"] for e in mark["exercises"]] for who, mark in marks.items()}
    assert points == {"right": [3.0, 2.0], "wrong": [0.0, 0.0], "empty": [0.0, 0.0]}
    assert marks["wrong"]["exercises"][0]["mistake"] == "log-returns/simple-returns"

    assert tp(installed, tmp_path, "feedback", "mine").returncode == 0
    assert "simple returns" in (tmp_path / "classroom" / "feedback" / "wrong" / "mine" / "mine.html").read_text()
    report = tp(installed, tmp_path, "report", "mine")
    assert report.returncode == 0
    assert "can be fooled" in " ".join(report.stdout.split())

    # Another reference, another mark: nothing stale is kept.
    exercise = folder / "exercises" / "log_returns.py"
    exercise.write_text(exercise.read_text().replace("np.diff(np.log(prices))", "np.diff(prices) / prices[:-1]", 1))
    changed = tp(installed, tmp_path, "regrade", "mine", "--dry-run", "--json", "changes.json")
    assert changed.returncode == 0, changed.stderr
    gains = {c["student"]: c["gain"] for c in json.loads((tmp_path / "changes.json").read_text())}
    assert gains["right"] < 0 < gains["wrong"]


def test_an_ordinary_assignment_of_nbgraders_in_a_classroom_without_any_tp(installed: Path, tmp_path: Path) -> None:
    """The scores are those of stock nbgrader."""
    name = "waiting_times"
    put_source(tmp_path / "classroom", name)
    done = tp(installed, tmp_path, "build", name)
    assert done.returncode == 0, done.stderr
    hand_in(tmp_path / "classroom", name)
    done = tp(installed, tmp_path, "grade", name, "--json", "marks.json")
    assert done.returncode == 0, done.stderr
    stock = json.loads(KEPT.read_text(encoding="utf-8"))[name]["scores"]
    expected = {who: sum(cell[2] for cell in cells) for who, cells in stock.items()}
    for who in ("ben_wrong", "fay_noisy"):
        expected[who] += 1  # for a test that wrote to stderr, which costs nothing with us
    assert {r["student"]: r["score"] for r in json.loads((tmp_path / "marks.json").read_text())} == expected
    assert tp(installed, tmp_path, "feedback", name).returncode == 0


def _hand_in(folder: Path, student: str, *sources: str) -> None:
    release = nbformat.read(folder / "classroom" / "release" / "mine" / "mine.ipynb", as_version=4)
    solutions = dict(zip(("log_returns", "annual_volatility"), sources, strict=False))
    place = folder / "classroom" / "submitted" / student / "mine"
    place.mkdir(parents=True)
    nbformat.write(filled(release, solutions), place / "mine.ipynb")
