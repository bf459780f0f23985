"""Every lecture runs from top to bottom in a fresh kernel: no error, no warning, alt texts, no cell that takes long."""

import re
from pathlib import Path

import jupytext
import nbclient
import nbformat
import pytest

FOLDER = Path(__file__).parents[2] / "course" / "lectures"
LECTURES = sorted(FOLDER.glob("*.md"))

# A lecture is made to run in a few seconds, the one that trains in half a minute, of which Keras takes ten to load; the
# limit leaves room for a machine that is busy with other tests.
SECONDS_PER_CELL = 90


def run(text: str) -> nbformat.NotebookNode:
    """Execute a lecture's text where the lectures lie, in this environment's own kernel."""
    notebook = jupytext.reads(text, fmt="md:myst")
    nbclient.NotebookClient(
        notebook, timeout=SECONDS_PER_CELL, kernel_name="python3", resources={"metadata": {"path": str(FOLDER)}}
    ).execute()
    return notebook


def complaints(notebook: nbformat.NotebookNode) -> list[str]:
    """List what the kernel wrote to stderr (warnings among it), and the figures without a text."""
    found = []
    for number, cell in enumerate(notebook.cells):
        for output in cell.get("outputs", []):
            if output.output_type == "stream" and output.name == "stderr":
                found.append(f"cell {number} wrote to stderr: {output.text.strip()[:200]}")
            images = [mime for mime in output.get("data", {}) if mime.startswith("image/")]
            for mime in images:
                alt = output.metadata.get(mime, {}).get("alt", "")
                if len(alt.split()) < 5:
                    found.append(f"cell {number} shows a figure whose alt text is {alt!r}")
    return found


@pytest.fixture(autouse=True)
def _quiet_jupyter(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("JUPYTER_PLATFORM_DIRS", "1")
    monkeypatch.setenv("PYDEVD_DISABLE_FILE_VALIDATION", "1")


@pytest.mark.parametrize("path", LECTURES, ids=lambda path: path.stem)
def test_a_lecture_runs(path: Path):
    assert complaints(run(path.read_text(encoding="utf-8"))) == []


def test_the_lecture_that_trains_runs_on_jax_too(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("KERAS_BACKEND", "jax")
    notebook = run((FOLDER / "10_training.md").read_text(encoding="utf-8"))
    assert complaints(notebook) == []
    assert "jax on CPU" in str([cell.get("outputs") for cell in notebook.cells])


HEAD = """---
jupytext: {text_representation: {extension: .md, format_name: myst}}
kernelspec: {display_name: Python 3, name: python3}
---

"""


@pytest.mark.parametrize(
    ("claim", "message"),
    [
        ('number("0.82", 9 / 11 + 0.01)', "number('0.82'): the computed value is 0.828"),
        ('formula("eq-planted", [1.0, 2.0], [1.0, 2.1])', "formula('eq-planted'): 2 on the left, 2.1 on the right"),
    ],
)
def test_a_false_claim_stops_the_run(claim: str, message: str):
    text = f"{HEAD}```{{code-cell}} ipython3\nfrom course.claims import formula, number\n\n{claim}\n```\n"
    with pytest.raises(nbclient.exceptions.CellExecutionError, match=re.escape(message)):
        run(text)


def test_warnings_and_bare_figures_are_complaints():
    cells = (
        "import warnings; warnings.warn('planted')",
        "import matplotlib.pyplot as plt; _ = plt.plot([0, 1]); plt.show()",
    )
    text = HEAD + "\n".join(f"```{{code-cell}} ipython3\n{cell}\n```\n" for cell in cells)
    found = complaints(run(text))
    assert len(found) == 2
    assert "planted" in found[0]
    assert "alt text" in found[1]
