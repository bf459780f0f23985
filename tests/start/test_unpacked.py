"""A learner's folder: everything is in it, every link leads somewhere, and no work is overwritten."""

from __future__ import annotations

import json
import re
import shutil
from pathlib import Path, PureWindowsPath
from types import SimpleNamespace

import nbformat
import pytest

from conftest import built_once
from course.judging import check, sections
from course.start import console, notebooks, unpacked
from course.start.start_page import NAME
from tests.shared import EXERCISES, TP, TPS


@pytest.fixture
def released(once: Path, tmp_path: Path) -> dict[str, Path]:
    """Copies of what `tp build` releases, as the student package holds them."""
    return {id: shutil.copytree(built_once(once, id) / "release" / id, tmp_path / "tps" / id) for id in TPS}


@pytest.fixture
def folder(released: dict[str, Path], tmp_path: Path) -> Path:
    folder = tmp_path / "a folder, mine"
    unpacked.unpack(folder, released)
    return folder


def test_the_folder_holds_all_that_was_released_and_all_lectures(released: dict[str, Path], folder: Path) -> None:
    for id, tp in released.items():
        files = {path.relative_to(tp) for path in tp.rglob("*") if path.is_file()}
        assert {path.relative_to(folder / id) for path in (folder / id).rglob("*")} == files
        notebook, ours = (nbformat.read(root / f"{id}.ipynb", as_version=4) for root in (tp, folder / id))
        assert notebook.cells == ours.cells
    lectures = {path.relative_to(sections.LECTURES).with_suffix("") for path in sections.LECTURES.rglob("*.md")}
    assert {path.relative_to(folder / "lectures").with_suffix("") for path in folder.rglob("lectures/**/*.ipynb")} == (
        lectures
    )


def test_every_link_leads_to_a_cell_of_a_notebook_that_is_there(folder: Path) -> None:
    cells = {path: {cell.id: cell for cell in nbformat.read(path, 4).cells} for path in folder.rglob("*.ipynb")}
    links = {path: 0 for path in cells}
    for path, there in cells.items():
        text = "\n".join(cell.source for cell in there.values() if cell.cell_type == "markdown")
        for target, _, cell in re.findall(r"\]\((?!https?:)([^)#]+)(#cell-id=([^)]+))?\)", text):
            other = (path.parent / target).resolve()
            assert other in cells, (path, target)
            assert not cell or cells[other][cell].source.startswith("#"), (path, target, cell)
            links[path] += 1
    assert links[folder / NAME] > len(TPS) + 10
    assert all(links[folder / id / f"{id}.ipynb"] for id in TPS)


def test_what_the_check_says_to_read_again_is_a_cell_that_begins_with_that_heading(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(folder / TP)
    named = {wrong.section for exercise in EXERCISES[TP] for wrong in exercise.mistakes if wrong.section}
    assert len(named) > 5
    for section in named:
        path, _, cell = (sections.link(section) or "").partition("#cell-id=")
        (found,) = (c for c in nbformat.read(Path(path), as_version=4).cells if c.id == cell)
        assert found.source.splitlines()[0].lstrip("# ") in sections.title(section)


def test_starting_again_keeps_work_and_renews_the_rest(released: dict[str, Path], folder: Path) -> None:
    again = unpacked.unpack(folder, released)
    assert (again.new, again.renewed, again.kept) == ((), (), ())
    mine = [f"{TP}/{TP}.ipynb", next(path for path in sorted(folder.rglob("lectures/**/*.ipynb"))).as_posix()]
    mine[1] = Path(mine[1]).relative_to(folder).as_posix()
    for name in mine:
        (folder / name).write_text("my work", encoding="utf-8")
    again = unpacked.unpack(folder, released)
    assert (again.new, again.renewed, again.kept) == ((), (), ())  # nothing newer is there to be had

    release = released[TP] / f"{TP}.ipynb"
    notebook = nbformat.read(release, as_version=4)
    notebook.cells[0].source += "\n\nMended."
    nbformat.write(notebook, release)
    (released[TP] / "checks.json").write_text("{}", encoding="utf-8")
    (folder / NAME).unlink()
    again = unpacked.unpack(folder, released)
    assert (again.new, again.renewed, again.kept) == ((NAME,), (f"{TP}/checks.json",), (f"{TP}/{TP}.ipynb",))
    assert [(folder / name).read_text(encoding="utf-8") for name in mine] == ["my work"] * 2


def test_another_python_is_no_other_version_of_what_a_learner_has_changed(
    released: dict[str, Path], folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each notebook names the version of Python, and the kernel of whoever opens it writes its own there."""
    mine, untouched = f"{TP}/{TP}.ipynb", "lectures/index.ipynb"
    ours = nbformat.read(folder / untouched, as_version=4)
    ours.metadata.language_info.version = "3.99.0"
    nbformat.write(ours, folder / untouched)
    (folder / mine).write_text((folder / mine).read_text(encoding="utf-8").replace("TP: ", "My "), encoding="utf-8")
    monkeypatch.setattr(notebooks, "sys", SimpleNamespace(version_info=(3, 99, 1)))
    again = unpacked.unpack(folder, released)
    assert (again.new, again.kept) == ((), ())
    assert untouched in again.renewed
    assert mine not in again.renewed
    assert {name for name in again.renewed if not name.endswith(".ipynb")} == set()
    assert nbformat.read(folder / untouched, as_version=4).metadata.language_info.version == "3.99.1"


def test_files_of_another_origin_stay_and_are_named(released: dict[str, Path], tmp_path: Path) -> None:
    folder = tmp_path / "fetched"
    (folder / TP).mkdir(parents=True)
    (folder / TP / f"{TP}.ipynb").write_text("fetched through an exchange", encoding="utf-8")
    assert unpacked.unpack(folder, released).kept == (f"{TP}/{TP}.ipynb",)
    (folder / unpacked.NOTES).write_text("[damaged", encoding="utf-8")
    assert unpacked.unpack(folder, released).kept == (f"{TP}/{TP}.ipynb",)


def test_every_file_can_lie_on_windows_and_macos(folder: Path) -> None:
    """Names that those systems refuse or fold together; the systems themselves are not at hand here."""
    names = [path.relative_to(folder) for path in folder.rglob("*")]
    assert len({str(name).lower() for name in names}) == len(names)
    for name in names:
        assert not PureWindowsPath(name).is_reserved(), name
        assert not re.search(r'[<>:"|?*\\]|[ .]$|[^\x20-\x7e]', name.as_posix()), name
        assert len(name.as_posix()) < 100, name
        assert not (folder / name).is_symlink(), name
        if (folder / name).is_file():
            assert b"\r" not in (folder / name).read_bytes(), name


def test_the_page_puts_each_exercise_behind_its_lecture(folder: Path) -> None:
    text = "\n".join(cell.source for cell in nbformat.read(folder / NAME, as_version=4).cells)
    way = [line for line in text.splitlines() if line.startswith("1. Read [")]
    lectures = sorted(path.stem for path in sections.LECTURES.glob("*/[0-9]*.md"))
    assert [re.findall(r"/(\w+)\.ipynb\)", line)[0] for line in way] == lectures
    adam = next(line for line in way if "06_adam" in line)
    assert re.search(r"Then write \[6\. Adam[^]]*\]\(optimizers/optimizers\.ipynb#cell-id=", adam)


def test_the_command_line_and_the_page_say_how_far_one_is(
    folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("COURSE_PROGRESS", str(folder / "progress.json"))
    monkeypatch.chdir(folder / TP)
    check(EXERCISES[TP][0].name, EXERCISES[TP][0].reference)
    assert console.main(["progress"]) == 0
    points = EXERCISES[TP][0].points
    assert f"{TP}: {points:g} of " in capsys.readouterr().out
    code = [cell.source for cell in nbformat.read(folder / NAME, as_version=4).cells if cell.cell_type == "code"]
    assert any("course.progress()" in source for source in code)


def test_bad_input_gets_one_line(
    released: dict[str, Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "file").write_text("", encoding="utf-8")
    monkeypatch.setattr(unpacked, "TPS", tmp_path / "tps")
    for arguments, code in (([str(tmp_path / "file")], 2), ([str(tmp_path / "file" / "below")], 1)):
        assert console.main(["start", *arguments]) == code
        printed = capsys.readouterr()
        assert (printed.out, printed.err.count("\n")) == ("", 1)
    monkeypatch.setattr(unpacked, "TPS", tmp_path / "none")
    assert console.main(["start", str(tmp_path / "new")]) == 1
    assert "make lab" in capsys.readouterr().err
    assert not (tmp_path / "new").exists()
    assert json.dumps(sorted(released)) == json.dumps(sorted(TPS))
