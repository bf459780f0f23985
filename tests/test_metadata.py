"""What is said in several files agrees: the version, the Pythons, the licence, the groups of dependencies."""

from __future__ import annotations

import re
import subprocess
import sys
import tomllib
import zipfile
from pathlib import Path
from typing import Any

import pytest
import yaml
from packaging.requirements import Requirement
from packaging.specifiers import SpecifierSet
from packaging.utils import canonicalize_name

import course

ROOT = Path(__file__).resolve().parents[1]
PYTHON = "Programming Language :: Python :: "


def loaded(name: str) -> dict[str, Any]:
    return tomllib.loads((ROOT / name).read_text(encoding="utf-8"))


@pytest.fixture(scope="module", params=[".", "course"], ids=["instructors", "students"])
def wheel(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> list[str]:
    """The files of a wheel, built as it would be handed out."""
    out = tmp_path_factory.mktemp("wheel")
    command = [sys.executable, "-m", "build", "--wheel", "--no-isolation", "--outdir", str(out), request.param]
    subprocess.run(command, cwd=ROOT, check=True, capture_output=True)
    (found,) = out.glob("*.whl")
    with zipfile.ZipFile(found) as archive:
        return archive.namelist()


def test_every_package_of_a_wheel_says_that_it_is_typed_and_carries_the_licence(wheel: list[str]) -> None:
    packages = {name.split("/")[0] for name in wheel if name.endswith("/__init__.py")}
    assert "course" in packages
    assert {f"{package}/py.typed" for package in packages} <= set(wheel)
    assert any(name.endswith(".dist-info/licenses/LICENSE") for name in wheel)


def test_the_student_package_has_the_licence_of_the_project() -> None:
    assert (ROOT / "course" / "LICENSE").read_bytes() == (ROOT / "LICENSE").read_bytes()


def test_version_and_date_agree_with_the_newest_entry_of_the_changelog() -> None:
    text = (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")
    entries = re.findall(r"^## \[(\d+\.\d+\.\d+)\] - (\d{4}-\d\d-\d\d)$", text, re.MULTILINE)
    assert len(entries) == len(re.findall(r"^## ", text, re.MULTILINE)) - 1  # all but Unreleased
    version, date = entries[0]
    citation = yaml.safe_load((ROOT / "CITATION.cff").read_text(encoding="utf-8"))
    assert course.__version__ == version == citation["version"]
    assert citation["date-released"] == date


def test_the_pythons_are_the_same_wherever_they_are_listed() -> None:
    workflow = yaml.safe_load((ROOT / ".github" / "workflows" / "ci.yml").read_text(encoding="utf-8"))
    tested = workflow["jobs"]["test"]["strategy"]["matrix"]["python"]
    for name in ("pyproject.toml", "course/pyproject.toml"):
        project = loaded(name)["project"]
        named = [c.removeprefix(PYTHON) for c in project["classifiers"] if re.match(rf"{PYTHON}\d\.", c)]
        assert named == tested, name
        takes = SpecifierSet(project["requires-python"])
        assert [f"3.{minor}" for minor in range(30) if f"3.{minor}" in takes] == tested, name
    low, high = re.findall(r"\((3, \d+)\)", (ROOT / "Makefile").read_text(encoding="utf-8"))[:2]
    assert [low, high] == [tested[0].replace(".", ", "), f"3, {int(tested[-1].removeprefix('3.')) + 1}"]


def test_the_lock_satisfies_the_groups_of_dependencies() -> None:
    text = (ROOT / "requirements.lock").read_text(encoding="utf-8")
    locked = {canonicalize_name(n): v for n, v in re.findall(r"^([\w.-]+)==([^\s;]+)", text, re.MULTILINE)}
    groups = loaded("pyproject.toml")["dependency-groups"]
    requirements = [Requirement(r) for group in groups.values() for r in group if isinstance(r, str)]
    assert {"pytest", "sphinx"} <= {r.name for r in requirements}
    for requirement in requirements:
        version = locked.get(canonicalize_name(requirement.name))
        assert version is not None, f"{requirement.name} is not in requirements.lock: run `make lock`"
        assert requirement.specifier.contains(version), f"{requirement} but {version} is locked: run `make lock`"


def test_hooks_and_ci_run_the_same_tools() -> None:
    hooks = yaml.safe_load((ROOT / ".pre-commit-config.yaml").read_text(encoding="utf-8"))
    (local,) = [repo for repo in hooks["repos"] if repo["repo"] == "local"]
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    for hook in local["hooks"]:
        assert " ".join(hook["entry"].split()[:2]) in makefile, hook["id"]
