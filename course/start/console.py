"""`course`: what a learner types. Exit codes: 0 done, 1 something is in the way, 2 wrong usage."""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
import zipfile
import zlib
from pathlib import Path

import course
from course.judging import checks
from course.start import server, start_page, unpacked

FOLDER = Path("deep-learning-for-finance")


def main(arguments: list[str] | None = None) -> int:
    """Run one command. Returns the exit code."""
    options = _parser().parse_args(arguments)
    try:
        code: int = options.command(options)
        return code
    except OSError as error:  # of the disk or its rights
        print(f"course: {error}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        return 130


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="course", description="Deep Learning for Finance: lectures and exercises.")
    commands = parser.add_subparsers(required=True, metavar="COMMAND")
    about = "Put lectures, exercises and their checks into a folder, and open its start page."
    start = commands.add_parser("start", help=about, description=about)
    start.add_argument("folder", nargs="?", type=Path, default=FOLDER, help=f"default: {FOLDER}; yours stays as it is")
    start.add_argument("--no-open", action="store_true", help="open nothing")
    start.set_defaults(command=_start)
    about = "Put the corrections of a new hand-out into your folder; what you have written stays."
    update = commands.add_parser("update", help=about, description=about)
    update.add_argument("zip", type=Path, help="the new zip, as you got it")
    update.add_argument("folder", nargs="?", type=Path, default=FOLDER, help=f"yours (default: {FOLDER})")
    update.set_defaults(command=_update)
    about = "Say how far you are by the checks, and what comes next."
    commands.add_parser("progress", help=about, description=about).set_defaults(command=_progress)
    return parser


def _start(options: argparse.Namespace) -> int:
    tps, folder = unpacked.tps(), options.folder.expanduser().resolve()
    if not tps:
        print("course: this is a checkout, whose TPs are not built: use `make lab`", file=sys.stderr)
        return 1
    if folder.exists() and not folder.is_dir():
        print(f"course: {folder} is a file, give the name of a folder", file=sys.stderr)
        return 2
    done = unpacked.unpack(folder, tps)
    print(f"{folder}: {len(done.new)} files are new, {len(done.renewed)} renewed")
    for name in done.corrected:
        print(f"{name}: corrected; what you wrote is as it was, and a copy of before is in {unpacked.BEFORE}")
    for name in done.kept:
        print(f"{name}: was changed here and stays; rename it and start again for the one of this version")
    if options.no_open or not server.installed():
        print(f"begin with {folder / start_page.NAME}, in VS Code, Notebook 7, Colab or JupyterLab; it says how")
        return 0
    server.prepare(folder)
    print("JupyterLab opens in your browser; Ctrl+C here ends it")
    return server.serve(folder)


def _update(options: argparse.Namespace) -> int:
    folder = options.folder.expanduser().resolve()
    if not (folder / unpacked.NOTES).is_file():
        print(f"course: {folder} is no folder of the course: give the one with your notebooks", file=sys.stderr)
        return 2
    with tempfile.TemporaryDirectory() as place:
        try:
            with zipfile.ZipFile(options.zip) as archive:
                archive.extractall(place)  # which takes no path out of the folder
        except (zipfile.BadZipFile, FileNotFoundError, RuntimeError, zlib.error):
            print(f"course: {options.zip} is no zip that can be read: download it again", file=sys.stderr)
            return 2
        found = [path for path in Path(place).glob(f"*/{FOLDER}/*/*.ipynb") if path.stem == path.parent.name]
        tps = {path.stem: path.parent for path in found}
        if any(_format(folder / checks.FILE) > checks.FORMAT for folder in tps.values()):
            print(f"course: the checks in {options.zip} need a newer course: install the wheel in it", file=sys.stderr)
            return 2
        done = unpacked.unpack(folder, tps, lectures=False)
    if not tps:
        print(f"course: {options.zip} holds no exercises of the course", file=sys.stderr)
        return 2
    for name in done.corrected:
        print(f"{name}: corrected; what you wrote is as it was, and a copy of before is in {unpacked.BEFORE}")
    for name in done.kept:
        print(f"{name}: was changed here and stays; rename it and do this again for the new one")
    print(f"{folder}: {len(done.new)} files are new, {len(done.renewed)} renewed, {len(done.corrected)} corrected")
    return 0


def _format(path: Path) -> int:
    """The format of a file of checks; 0 if there is none that can be read."""
    try:
        return int(json.loads(path.read_bytes())["format"])
    except (OSError, ValueError, KeyError, TypeError):
        return 0


def _progress(_: argparse.Namespace) -> int:
    print(course.progress())
    return 0
