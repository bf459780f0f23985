"""`tp new`: a small working TP of an instructor's own, in a folder of its own."""

from __future__ import annotations

import tempfile
from pathlib import Path

from autograder.faults import Fault, WrongUsage

TEMPLATE = Path(__file__).with_name("new_tp")
NAME = "NEW_TP"  # what stands for the id in the template


def new(name: str, into: Path) -> Path:
    """Write a TP called `name` into a folder; returns its own folder. Fault, in one line, if it cannot."""
    if not name.isidentifier() or not name.isascii():
        raise WrongUsage(f"{name!r} is no name for a TP: use letters, digits and `_`, as in `my_first_tp`")
    folder = into / name
    if folder.exists():
        raise Fault(f"{folder} exists already: give another name, or remove it")
    into.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=into, prefix=".new-") as part:
        made = Path(part) / name
        for path in sorted(TEMPLATE.rglob("*")):
            if path.is_dir() or path.suffix == ".pyc":
                continue
            to = made / str(path.relative_to(TEMPLATE)).replace("notebook.py", f"{name}.py")
            to.parent.mkdir(parents=True, exist_ok=True)
            to.write_text(path.read_text(encoding="utf-8").replace(NAME, name), encoding="utf-8")
        made.rename(folder)
    return folder
