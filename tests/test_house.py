"""The house: the wall between course and autograder, what a student gets, and files that must agree."""

from __future__ import annotations

import ast
import re
import subprocess
import sys
import tomllib
import zipfile
from pathlib import Path

import pytest
import yaml
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from autograder.exercises import EXERCISES

ROOT = Path(__file__).resolve().parents[1]
FILES = subprocess.run(
    ["git", "ls-files", "--cached", "--others", "--exclude-standard"],
    cwd=ROOT,
    capture_output=True,
    text=True,
    check=True,
).stdout.split()


def imports(source: str) -> set[str]:
    """The first names of all modules that a source imports, wherever in it."""
    found = set()
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            found |= {alias.name.split(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            found.add(node.module.split(".")[0])
    return found


def code_of(lecture: str) -> str:
    cells = re.findall(r"```\{code-cell\}.*?\n(.*?)```", lecture, flags=re.DOTALL)
    return "\n".join(line for cell in cells for line in cell.splitlines() if not line.startswith((":", "---", "%")))


def test_course_never_imports_autograder() -> None:
    seen = 0
    for path in [ROOT / name for name in FILES if name.startswith("course/")]:
        text = path.read_text(encoding="utf-8") if path.suffix in (".py", ".md") else ""
        if path.suffix == ".py":
            assert "autograder" not in imports(text), path
            seen += 1
        assert "import autograder" not in text, path
        assert "from autograder" not in text, path
    assert seen > 10
    assert imports("def f():\n    from autograder.reference import adam_step") == {"autograder"}  # the gate can be red


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The student package, built as it would be handed out."""
    out = tmp_path_factory.mktemp("wheel")
    command = [sys.executable, "-m", "build", "--wheel", "--no-isolation", "--outdir", str(out), str(ROOT / "course")]
    subprocess.run(command, check=True, capture_output=True)
    (found,) = out.glob("*.whl")
    return found


def test_the_student_package_holds_no_grader_and_no_solution(wheel: Path) -> None:
    names = [exercise.name for exercises in EXERCISES.values() for exercise in exercises]
    defines = re.compile(rf"((?:def|class)\s+({'|'.join(names)})\b|({'|'.join(names)})\s*=\s*lambda)")
    with zipfile.ZipFile(wheel) as archive:
        files = archive.namelist()
        assert "course/check.py" in files
        assert "course/lectures/06_adam.md" in files
        assert "course/data/yield_curve.csv" in files
        assert {"course/comparison/claims.toml", "course/comparison/results/dense.json"} <= set(files)
        for name in files:
            assert name.startswith(("course/", "optimizers_course-")), name
            text = archive.read(name).decode("utf-8")
            assert not defines.search(text), name
            assert "BEGIN SOLUTION" not in text, name
    assert defines.search("def adam_step(theta):")  # the gate can be red


def test_the_student_package_works_on_its_own(wheel: Path, tmp_path: Path) -> None:
    """Imported from the wheel alone, in a process that cannot see this checkout, and light."""
    code = (
        "import sys\n"
        "import course.check, course.problems, course.trajectories, course.unrolled\n"
        f"assert course.__file__.startswith({str(wheel)!r}), course.__file__\n"
        "heavy = {'keras', 'tensorflow', 'matplotlib', 'IPython', 'autograder', 'pandas'} & set(sys.modules)\n"
        "assert not heavy, heavy\n"
    )
    command = [sys.executable, "-c", f"import sys; sys.path.insert(0, {str(wheel)!r})\n{code}"]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


def locked() -> dict[str, str]:
    text = (ROOT / "requirements.lock").read_text()
    return {
        canonicalize_name(name): version for name, version in re.findall(r"^([\w.-]+)==([^\s;]+)", text, re.MULTILINE)
    }


def test_the_lock_satisfies_the_project_and_the_environment_uses_the_lock() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    student = tomllib.loads((ROOT / "course" / "pyproject.toml").read_text())["project"]
    extras = [r for group in project["optional-dependencies"].values() for r in group]
    versions = locked()
    for requirement in map(Requirement, [*project["dependencies"], *extras]):
        version = versions.get(canonicalize_name(requirement.name))
        assert version is not None, f"{requirement.name} is not in requirements.lock: run `make lock`"
        assert requirement.specifier.contains(version), f"{requirement} but {version} is locked: run `make lock`"
    assert set(student["dependencies"]) <= set(project["dependencies"])
    environment = yaml.safe_load((ROOT / "environment.yml").read_text())["dependencies"]
    python = next(d for d in environment if isinstance(d, str) and d.startswith("python"))
    assert python.split(maxsplit=1)[1] == project["requires-python"] == student["requires-python"]
    assert next(d for d in environment if isinstance(d, dict))["pip"] == ["--require-hashes", "-r requirements.lock"]


def test_every_locked_package_has_a_hash_and_no_address() -> None:
    text = (ROOT / "requirements.lock").read_text()
    blocks = re.split(r"\n(?=\S)", text.strip())
    assert len(blocks) > 100
    assert all("--hash=sha256:" in block for block in blocks)
    assert "://" not in text


def test_nothing_committed_is_large_generated_or_of_this_machine() -> None:
    for name in FILES:
        path = ROOT / name
        if not path.exists():
            continue
        assert path.stat().st_size < 2**20, name
        assert path.suffix not in (".ipynb", ".html", ".db", ".whl"), name
        if path.suffix in (".py", ".md", ".toml", ".yml", "") and name != "tests/test_house.py":
            text = path.read_text(encoding="utf-8")
            assert str(ROOT) not in text, name
            assert "/root/" not in text, name


def test_the_architecture_names_every_folder_that_there_is() -> None:
    text = (ROOT / "ARCHITECTURE.md").read_text()
    folders = {
        str(Path(name).parent) for name in FILES if name.endswith(".py") and name.startswith(("course", "autogr"))
    }
    for folder in folders:
        assert f"{folder.split('/')[-1]}/" in text, folder
