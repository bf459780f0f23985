"""The TP on Keras, from the build to the feedback, with real Keras in confined processes; and attacks on its use."""

from __future__ import annotations

import json
import re
import shutil
from pathlib import Path
from typing import Any

import nbformat
import pytest
from nbgrader.api import Gradebook
from nbgrader.converters import Autograde

from autograder.classroom import convert
from autograder.classroom.assignment import assignment
from autograder.classroom.intake.reading import read
from autograder.classroom.layout import Classroom, write
from autograder.classroom.returns.feedback import feedback
from autograder.cli import main
from autograder.demo import SAMPLE, filled, hand_in, solutions
from conftest import built_once
from tests.shared import EXERCISES, TPS, expected_wrong, made_once

KERAS = "keras_optimizers"
RIGHT = "amara_okafor"
# Its state is lost when it is saved: a fault that only `saved and loaded` can see.
LAZY = """class LookAheadSGD(keras.optimizers.Optimizer):
    def __init__(self, learning_rate=0.01, momentum=0.9, **kwargs):
        super().__init__(learning_rate=learning_rate, **kwargs)
        self.momentum = momentum

    def update_step(self, gradient, variable, learning_rate):
        import tensorflow as tf
        with tf.init_scope():
            if not hasattr(self, "made"):
                self.made = {}
            key = self._get_variable_index(variable)
            if key not in self.made:
                self.made[key] = keras.Variable(np.zeros(variable.shape, "float32"), trainable=False)
        v = self.made[key]
        v.assign(self.momentum * v + learning_rate * gradient)
        variable.assign(variable - self.momentum * v - learning_rate * gradient)

    def get_config(self):
        return {**super().get_config(), "momentum": self.momentum}
"""
# Nothing of the rule is written: by Keras, in whatever way; or by a loop that is put in the place of all ways of use.
STOCK = """class LookAheadSGD(keras.optimizers.SGD):
    def __init__(self, learning_rate=0.01, momentum=0.9, **kwargs):
        super().__init__(learning_rate, momentum=momentum, **{**kwargs, "nesterov": True})
"""
AGAIN = """import importlib.util, keras.src.optimizers.sgd as sgd
spec = importlib.util.spec_from_file_location("mine", sgd.__file__)
mine = importlib.util.module_from_spec(spec)
spec.loader.exec_module(mine)
"""
LOOP = """import sys
def child():
    frame = sys._getframe()
    while not hasattr(frame.f_locals.get("self"), "_shell"):
        frame = frame.f_back
    return frame.f_locals["self"]
def loop(kind, names, theta, grads, eta, momentum=0.9):
    phi, v, found = np.array(theta, float), 0.0, []
    for g in np.reshape(grads, (-1, len(theta))):
        v = momentum * v + eta * g
        phi = phi - momentum * v - eta * g
        found.append(phi)
    return tuple(found)
import optimizer_ways
child()._ways = ways = dict.fromkeys(optimizer_ways.WAYS, loop)
type(child())._ask.__globals__["_ways"] = lambda *_: iter(ways.items())
LookAheadSGD = None"""
NOT_WRITTEN = {
    "stock": STOCK,
    "stock-loaded-again": f"{AGAIN}{STOCK}\n    update_step = mine.SGD.update_step",
    "loop": LOOP,
}
# Keras' own optimizers beside one's own, and a class that has from Keras' SGD all but the step.
DERIVED = """class LookAheadSGD(keras.optimizers.SGD):
    def __init__(self, learning_rate=0.01, momentum=0.9, **kwargs):
        super().__init__(learning_rate, momentum=momentum, **kwargs)

    def update_step(self, gradient, variable, learning_rate):
        v = self.momentums[self._get_variable_index(variable)]
        self.assign(v, self.momentum * v + learning_rate * gradient)
        self.assign_sub(variable, self.momentum * v + learning_rate * gradient)

for theirs in (keras.optimizers.SGD(0.1, momentum=0.9, nesterov=True), keras.optimizers.Adam(0.1)):
    weight = keras.Variable([1.0])
    theirs.apply([ops.ones(1)], [weight])
    assert float(weight[0]) < 1
"""
ATTACKS = {
    "ways-replaced": "import optimizer_ways as w\nw.WAYS['saved'] = w.WAYS['fit']\nw.saved = w.fitted",
    "way-s-code-replaced": "import optimizer_ways as w\nw.saved.__code__ = w.fitted.__code__",
    "loading-replaced": """import keras
last = []
save = keras.Model.save
keras.Model.save = lambda self, path, **kw: (last.append(self), save(self, path, **kw))[1]
keras.models.load_model = lambda path, **kw: last[-1]""",
    "loading-replaced-when-used": """import keras
class LookAheadSGD(LookAheadSGD):
    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        import optimizer_ways as w
        w.WAYS["saved"] = w.WAYS["fit"]
        w.saved = w.fitted""",
    "perform-replaced": "import course.judging.scripts as c\nc.plain = lambda x: {'error': 'none'}\n"
    "c._call.__code__ = (lambda *a: 0).__code__",
}

WITH_ALL = "perform-replaced"  # who has the other exercises right, so that it is seen that they keep their points


Graded = tuple[Classroom, dict[str, dict[str, Any]]]


@pytest.fixture(scope="module")
def graded(once: Path) -> Graded:
    """The sample class and the attackers, graded by the command, once in a run."""

    def make(root: Path) -> None:
        shutil.copytree(built_once(once, KERAS), root)
        classroom = Classroom.at(root)
        hand_in(classroom, TPS[KERAS])
        release = read(classroom.release(KERAS))
        right = solutions(TPS[KERAS].folder / SAMPLE / f"{RIGHT}.py")
        for name, attack in ATTACKS.items():
            others = right if name == WITH_ALL else {}
            notebook = filled(release, others | {"LookAheadSGD": f"{LAZY}\n{attack}"})
            write(classroom.submitted(KERAS, name) / f"{KERAS}.ipynb", nbformat.writes(notebook))
        for name, source in {**NOT_WRITTEN, "derived": DERIVED}.items():
            notebook = filled(release, {"LookAheadSGD": source})
            write(classroom.submitted(KERAS, name) / f"{KERAS}.ipynb", nbformat.writes(notebook))
        command = ["--classroom", str(root), "grade", KERAS, "--workers", "2", "--json", str(root / "results.json")]
        assert main(command) == 0

    root = made_once(once, "graded-keras", make)
    results = json.loads((root / "results.json").read_text())
    return Classroom.at(root), {result["student"]: result for result in results}


def lost(result: dict[str, Any]) -> set[str]:
    return {e["name"] for e in result["exercises"] if e["score"] < e["max_score"]}


def test_the_sample_class_gets_what_it_earned(graded: Graded) -> None:
    for student, wrong in expected_wrong(KERAS).items():
        result = graded[1][student]
        assert (result["status"], lost(result)) == ("graded", wrong), student
        if not wrong:
            assert result["score"] == sum(exercise.points for exercise in EXERCISES[KERAS])


def test_mistakes_are_named(graded: Graded) -> None:
    named = {e["name"]: e["mistake"] for e in graded[1]["mateo_rivera"]["exercises"]}
    assert (
        named.items()
        >= {
            "LookAheadSGD": "look-ahead-sgd/look-ahead-forgotten",
            "RootEpsilonAdam": "root-epsilon-adam/epsilon-outside",
            "compare_optimizers": "compare-optimizers/diverged-runs-left-out",
        }.items()
    )


@pytest.mark.parametrize("attack", ATTACKS)
def test_what_a_class_is_used_through_cannot_be_replaced(graded: Graded, attack: str) -> None:
    """The honest class loses the points of `saved and loaded`; no attack keeps them."""
    exercise = next(e for e in graded[1][attack]["exercises"] if e["name"] == "LookAheadSGD")
    failed = {c["name"] for c in exercise["criteria"] if not c["passed"]}
    assert failed == {"saved and loaded"}
    if attack == WITH_ALL:
        assert lost(graded[1][attack]) == {"LookAheadSGD"} | expected_wrong(KERAS)[RIGHT]


@pytest.mark.parametrize("name", [*NOT_WRITTEN, "derived"])
def test_what_is_not_written_earns_nothing_and_a_class_may_derive(graded: Graded, name: str) -> None:
    exercise = next(e for e in graded[1][name]["exercises"] if e["name"] == "LookAheadSGD")
    assert exercise["score"] == (exercise["max_score"] if name == "derived" else 0), exercise
    if "stock" in name:
        assert "keras.optimizers.SGD.update_step may not answer in the place of your own code" in exercise["diagnosis"]


def test_nbgrader_s_own_commands_give_the_same(graded: Graded) -> None:
    classroom, by_student = graded
    convert.run(classroom, Autograde, KERAS, force=True)
    with Gradebook(f"sqlite:///{classroom.root / 'gradebook.db'}", "deep-learning-for-finance") as gradebook:
        submission = gradebook.find_submission(KERAS, "mateo_rivera")
        assert submission.score == by_student["mateo_rivera"]["score"]


@pytest.mark.parametrize(
    ("student", "says"),
    [
        ("mateo_rivera", r"You take the new velocity off: that is momentum\."),
        (RIGHT, r"LookAheadSGD: right\. All \d+ criteria are met\."),
    ],
)
def test_feedback_says_why(graded: Graded, student: str, says: str) -> None:
    page = next(page for page in feedback(graded[0], KERAS, student) if page.parts[-3] == student)
    assert re.search(says, page.read_text(encoding="utf-8"))


def test_a_class_in_its_cell_is_run_once(graded: Graded) -> None:
    notebook = read(graded[0].root / "autograded" / "mateo_rivera" / KERAS / f"{KERAS}.ipynb")
    assert sum("class LookAheadSGD" in cell.source for cell in notebook.cells) == 1
    assert graded[1]["mateo_rivera"]["repairs"] == []


def test_points_add_up_to_twenty_with_those_for_the_written_answer(graded: Graded) -> None:
    assert assignment(graded[0], KERAS).max_score == 20
