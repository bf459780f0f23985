"""The Dockerfiles, as far as that can be told without Docker: what they copy, run and start is there."""

from __future__ import annotations

import re
import subprocess
import tomllib
from fnmatch import fnmatch
from pathlib import Path

import pytest
from packaging.specifiers import SpecifierSet

ROOT = Path(__file__).resolve().parents[1]
FILES = sorted((ROOT / "docker").glob("*.Dockerfile"))
WHEELS = {"grader": "deep_learning_for_finance_grader-0.1.0-py3-none-any.whl"}
WHEELS["student"] = WHEELS["grader"].replace("_grader", "")


def lines(file: Path, word: str) -> list[str]:
    return re.findall(rf"^{word} (.*?)$", file.read_text().replace("\\\n", ""), flags=re.MULTILINE)


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)
def test_an_image_takes_what_the_checkout_has_and_ends_as_an_ordinary_user(file: Path) -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    (python,) = re.findall(r"python:([\d.]+)-slim", lines(file, "FROM")[0])
    assert SpecifierSet(project["requires-python"]).contains(python)
    sources = [name for line in lines(file, "COPY") for name in line.split()[:-1]]
    made = {f"dist/{wheel}" for wheel in WHEELS.values()}
    own = f"dist/{WHEELS[file.stem.partition('.')[0]]}"
    assert [{one for one in made if fnmatch(one, name)} for name in sources if "*" in name] == [{own}]
    assert all((ROOT / name).is_file() for name in sources if "*" not in name)
    kept = [line[1:] for line in (ROOT / ".dockerignore").read_text().splitlines() if line.startswith("!")]
    assert all(any(fnmatch(name, one) for one in kept) for name in [own, *(s for s in sources if "*" not in s)])
    assert lines(file, "USER")[-1] in file.read_text().partition("useradd")[2].partition("\n")[0]
    assert lines(file, "USER")[-1] != "root"


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)
def test_the_first_thing_installed_is_uv_from_the_lock_with_its_hash(file: Path) -> None:
    (command,) = re.findall(r"(awk '.*?') /tmp/requirements.lock", file.read_text())
    found = subprocess.run(
        f"{command} requirements.lock", shell=True, cwd=ROOT, capture_output=True, text=True, check=True
    )
    assert re.match(r"uv==[\d.]+ \\\n +--hash=sha256:", found.stdout)
    assert found.stdout.count("==") == 1


def test_both_images_start_programs_of_the_packages() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    student = tomllib.loads((ROOT / "course" / "pyproject.toml").read_text())["project"]
    grader, learner = (ROOT / "docker" / f"{name}.Dockerfile" for name in ("grader", "student"))
    assert lines(grader, "ENTRYPOINT") == ['["tp"]']
    assert "tp" in project["scripts"]
    assert lines(learner, "RUN")[-1].split()[0] in student["scripts"]
    extras = re.findall(r"\.whl\)\[([\w,]+)\]", learner.read_text())[0].split(",")
    assert set(extras) <= student["optional-dependencies"].keys()
