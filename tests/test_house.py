"""The house: the wall between course and autograder, what a student gets, and files that must agree."""

from __future__ import annotations

import ast
import json
import re
import shutil
import subprocess
import sys
import tomllib
import zipfile
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest
import yaml
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from autograder.content.tp import TP
from conftest import built_once
from tests.shared import ALL, EXERCISES, TPS

ROOT = Path(__file__).resolve().parents[1]
FILES = [
    name
    for name in subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    ).stdout.splitlines()
    if (ROOT / name).is_file()
]
NAMES = "|".join(sorted({exercise.name for exercise in ALL}))
# The text of a function, a class or a shorthand for one that answers in an exercise's place.
DEFINES = re.compile(rf"((?:def|class)\s+({NAMES})\b|\b({NAMES})\s*=\s*lambda)")


def code(folder: str) -> dict[str, str]:
    """The modules of a folder with their text."""
    names = [name for name in FILES if name.startswith(f"{folder}/") and name.endswith(".py")]
    return {name: (ROOT / name).read_text(encoding="utf-8") for name in names}


def imports(source: str) -> set[str]:
    """The first names of all modules that a source imports, wherever in it."""
    found = set()
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            found |= {alias.name.split(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            found.add(node.module.split(".")[0])
    return found


def constants(source: str) -> Iterator[str]:
    """The texts in a source, without docstrings and the letters between the values of an f-string."""
    tree = ast.parse(source)
    words = {id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Expr)}
    words |= {id(part) for node in ast.walk(tree) if isinstance(node, ast.JoinedStr) for part in node.values}
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in words:
            yield node.value


def solution_lines(tp: TP) -> set[str]:
    """The lines of code between the solution marks of a TP, but for those that are too short to tell anything."""
    text = tp.notebook.read_text(encoding="utf-8")
    blocks = re.findall(r"### BEGIN SOLUTION\n(.*?)### END SOLUTION", text, flags=re.DOTALL)
    return {line.strip() for block in blocks for line in block.splitlines() if len(line.strip()) > 12} | explained(tp)


def explained(tp: TP) -> set[str]:
    """The long lines of prose with which the solutions of a TP are explained."""
    found = [path.read_text(encoding="utf-8") for path in tp.worked.values()]
    prose = [re.sub("```.*?```", "", text, flags=re.DOTALL) for text in found]
    return {line for text in prose for line in text.splitlines() if len(line) > 60}


def outside(command: list[str], folder: Path) -> str:
    """What Python prints in another folder, where it cannot see this checkout by chance."""
    done = subprocess.run([sys.executable, *command], cwd=folder, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_course_imports_neither_the_grader_nor_a_tp() -> None:
    assert len(code("course")) > 10
    for name, text in code("course").items():
        assert not {"autograder", "tps", "source_notebooks"} & imports(text), name
    for name in FILES:
        if name.startswith("course/") and name.endswith(".md"):
            text = (ROOT / name).read_text(encoding="utf-8")
            assert not re.search(r"^\s*(import|from) (autograder|tps)\b", text, flags=re.MULTILINE), name
    assert imports("def f():\n    from autograder.demo import demo") == {"autograder"}  # the gate can be red


def test_the_engine_imports_no_tp() -> None:
    for name, text in code("autograder").items():
        assert not {"tps", "source_notebooks", "tests"} & imports(text), name


def test_the_engine_knows_no_tp_no_exercise_and_no_mistake() -> None:
    # Names that are nothing else: a word alone, or two with a hyphen, may stand for many things.
    names = {exercise.name for exercise in ALL if re.search(r"_|[a-z][A-Z]", exercise.name)}
    names |= {f"{exercise.prefix}/{wrong.id}" for exercise in ALL for wrong in exercise.mistakes}
    names |= {wrong.id for exercise in ALL for wrong in exercise.mistakes if wrong.id.count("-") > 1}
    known = re.compile(rf"(?<![\w-])({'|'.join(map(re.escape, sorted(names)))})(?![\w-])")
    assert known.search("as in `adam_step`")  # the gate can be red
    tps = {"optimizers", *(id for id in TPS if "_" in id)}
    for name, text in code("autograder").items():
        assert not (found := known.search(text)), f"{name}: {found and found[0]}"
        of_tp = [word for word in constants(text) if word.split("/")[0].split(".")[0] in tps]
        assert of_tp == ([] if name != "autograder/bench.py" else ["optimizers"]), name  # what the bench is made of


def test_the_engine_calls_no_parameter_by_its_name() -> None:
    """What it must know of a parameter is its role. These are the names that students type in the first TP."""
    names = {"theta", "grad", "grad_fn", "eta", "eta_0", "gamma", "beta_1", "beta_2", "rho", "eps"}
    names |= {"t", "s", "k", "m", "v", "r"}
    assert names == {name for exercise in EXERCISES["optimizers"] for name in exercise.parameters} & names
    for folder in ("course/judging", "autograder/exercises"):
        for name, text in code(folder).items():
            assert not (found := names & set(constants(text))), f"{name}: {sorted(found)}"


def test_no_two_modules_of_the_engine_and_the_course_have_one_name() -> None:
    names = Counter(Path(name).name for folder in ("autograder", "course") for name in code(folder))
    del names["__init__.py"]
    assert [name for name, count in names.items() if count > 1] == []


def test_what_runs_in_the_sandbox_brings_nothing_else_of_the_grader(tmp_path: Path) -> None:
    code = (
        "import sys, pkgutil, importlib\n"
        f"sys.path.insert(0, {str(ROOT)!r})\n"
        "import autograder.sandbox.inside as inside\n"
        "for found in pkgutil.iter_modules(inside.__path__):\n"
        "    importlib.import_module(f'{inside.__name__}.{found.name}')\n"
        "print(*sorted(name for name in sys.modules if name.partition('.')[0] in ('autograder', 'tps')))"
    )
    loaded = outside(["-c", code], tmp_path).split()
    assert {"autograder.sandbox.inside.__main__", "autograder.sandbox.inside.child"} <= set(loaded)
    rest = [name for name in loaded if not name.startswith("autograder.sandbox.inside")]
    assert rest == ["autograder", "autograder.sandbox"]
    for package in rest:  # which are empty
        start = (ROOT / package.replace(".", "/") / "__init__.py").read_text(encoding="utf-8")
        assert [type(node) for node in ast.parse(start).body] == [ast.Expr]


@pytest.fixture(scope="module")
def released(once: Path) -> dict[str, Path]:
    """The release of each TP."""
    return {id: built_once(once, id) / "release" / id for id in TPS}


def test_released_notebooks_and_public_parts_hold_no_solution(released: dict[str, Path]) -> None:
    seen = 0
    for id, folder in released.items():
        lines, files = solution_lines(TPS[id]), [path for path in folder.rglob("*") if path.is_file()]
        assert lines
        assert {path.name for path in files} == {f"{id}.ipynb", "checks.json", *TPS[id].public}
        for path in files:
            text = path.read_text(encoding="utf-8")
            if path.suffix == ".ipynb":
                cells = json.loads(text)["cells"]
                text = "\n".join("".join(cell["source"]) for cell in cells)
                for cell in cells:  # what stands there under the name of an exercise is a stub
                    if DEFINES.search("".join(cell["source"])):
                        assert "raise NotImplementedError" in "".join(cell["source"]), path
                        seen += 1
            else:
                assert not DEFINES.search(text), path
            assert "SOLUTION" not in text, path
            assert "autograder" not in text, path
            for line in lines:
                assert line not in text, f"{path}: {line}"
    assert seen == len(ALL)


@pytest.fixture(scope="module")
def wheel(released: dict[str, Path], tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The student package, built as `make wheels` does it, with the TPs as students get them."""
    copy = tmp_path_factory.mktemp("wheel")
    for name in FILES:
        if name.startswith("course/"):
            (copy / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(ROOT / name, copy / name)
    for id, folder in released.items():
        shutil.copytree(folder, copy / "course" / "tps" / id)
    command = [sys.executable, "-m", "build", "--wheel", "--no-isolation", "--outdir", str(copy), str(copy / "course")]
    subprocess.run(command, check=True, capture_output=True)
    (found,) = copy.glob("*.whl")
    return found


def test_the_student_package_holds_no_grader_no_solution_and_no_mistake(wheel: Path, released: dict[str, Path]) -> None:
    lectures = {name for name in FILES if name.startswith("course/lectures/") and name.endswith(".md")}
    modules = set(code("course")) - {"course/lectures/conf.py"}
    tps = {f"course/tps/{id}/{path.name}" for id, folder in released.items() for path in folder.iterdir()}
    with zipfile.ZipFile(wheel) as archive:
        files = {name for name in archive.namelist() if ".dist-info/" not in name}
        assert {name.split("/")[0] for name in files} == {"course"}
        assert lectures | modules | tps <= files
        assert "course/workshop/data/yield_curve.csv" in files
        assert {"course/experiments/comparison/claims.toml", "course/experiments/results/dense.json"} <= files
        assert {name for name in files if name.startswith("course/tps/")} == tps
        for name in files - tps:
            text = archive.read(name).decode("utf-8")
            assert not DEFINES.search(text), name
            assert "SOLUTION" not in text, name
        lines = {line for tp in TPS.values() for line in explained(tp)}
        assert lines
        for name in files:
            assert not [line for line in lines if line.encode() in archive.read(name)], name
        hidden = {
            content for tp in TPS.values() for name, content in tp.files.items() if not name.startswith("public/")
        }
        assert not [name for name in files if archive.read(name).strip() and archive.read(name) in hidden]
        for name in files:  # a stage of a mistake, or the anatomy of a rule
            assert not re.search(r"\blambda s:|\bAnatomy\(", archive.read(name).decode("utf-8")), name
    assert DEFINES.search("def adam_step(theta):")  # the gate can be red


def test_the_student_package_works_on_its_own_and_is_light(wheel: Path, tmp_path: Path) -> None:
    """Imported from the wheel alone, in a process that cannot see this checkout; its modules are looked at."""
    for modules in ("course", "course.judging", "course.workshop.problems, course.workshop.trajectories"):
        code = (
            f"import sys; sys.path.insert(0, {str(wheel)!r})\n"
            f"import {modules}\n"
            f"assert course.__file__.startswith({str(wheel)!r}), course.__file__\n"
            "heavy = {'keras', 'tensorflow', 'jax', 'matplotlib', 'IPython', 'autograder', 'pandas', 'scipy'}\n"
            "print(*heavy & set(sys.modules))"
        )
        assert outside(["-c", code], tmp_path).strip() == "", modules


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
