"""Accidents that happen to the notebook of one of the class, `RIGHT`: what else is handed in, by the student's name."""

from __future__ import annotations

import copy
from collections.abc import Callable

from nbformat import NotebookNode
from nbformat.v4 import new_code_cell

RIGHT = "amara_okafor"
Accident = Callable[[NotebookNode], NotebookNode | str]


def _place(notebook: NotebookNode, grade_id: str) -> int:
    ids = [cell.metadata.get("nbgrader", {}).get("grade_id") for cell in notebook.cells]
    return ids.index(grade_id)


def _deleted_test(notebook: NotebookNode) -> NotebookNode:
    del notebook.cells[_place(notebook, "test_adam_step")]
    return notebook


def _doubled_solution(notebook: NotebookNode) -> NotebookNode:
    place = _place(notebook, "momentum_step")
    draft = copy.deepcopy(notebook.cells[place])
    draft.id = "a-copy-made-in-jupyterlab"  # which copies the metadata, but not the id
    draft.source = "def momentum_step(theta, v, grad, eta, gamma=0.9):\n    return theta, v  # first try"
    notebook.cells.insert(place, draft)
    return notebook


def _endless_cell(notebook: NotebookNode) -> NotebookNode:
    notebook.cells.insert(_place(notebook, "rmsprop_step"), new_code_cell("while True:\n    pass"))
    return notebook


def _endless_function(notebook: NotebookNode) -> NotebookNode:
    notebook.cells[
        _place(notebook, "adagrad_step")
    ].source = (
        "def adagrad_step(theta, r, grad, eta, eps=1e-8):\n    while r.min() < np.inf:\n        r = r + grad**2 * 0"
    )
    return notebook


def _leaves(notebook: NotebookNode) -> NotebookNode:
    notebook.cells[_place(notebook, "step_decay")].source = "import os\n\nos._exit(0)"
    return notebook


ACCIDENTS: dict[str, Accident] = {
    "zz_deleted_a_test": _deleted_test,
    "zz_doubled_a_cell": _doubled_solution,
    "zz_endless_cell": _endless_cell,
    "zz_endless_function": _endless_function,
    "zz_left_early": _leaves,
    "zz_sent_something_else": lambda _: "Dear Sir or Madam, please find my solution attached.\n",
}
