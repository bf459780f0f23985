"""The TP on Keras, from the build to the feedback, with real Keras in confined processes; and attacks on its use."""

from __future__ import annotations

import json
import re
from pathlib import Path

import nbformat
import pytest
from nbgrader.api import Gradebook
from nbgrader.converters import Autograde

from autograder.classroom import convert
from autograder.classroom.build import build
from autograder.classroom.feedback import feedback
from autograder.classroom.layout import SOURCES, Classroom, source, write
from autograder.classroom.reading import read
from autograder.cli import main
from autograder.demo import filled, hand_in, solutions
from autograder.exercises import EXERCISES

KERAS = "keras_optimizers"
CLASS = SOURCES / KERAS / "sample_class"
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
ATTACKS = {
    "ways-replaced": "import course.ways as w\nw.WAYS['saved'] = w.WAYS['fit']\nw.saved = w.fitted",
    "way-s-code-replaced": "import course.ways as w\nw.saved.__code__ = w.fitted.__code__",
    "loading-replaced": """import keras
last = []
save = keras.Model.save
keras.Model.save = lambda self, path, **kw: (last.append(self), save(self, path, **kw))[1]
keras.models.load_model = lambda path, **kw: last[-1]""",
    "loading-replaced-when-used": """import keras
class LookAheadSGD(LookAheadSGD):
    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        import course.ways as w
        w.WAYS["saved"] = w.WAYS["fit"]
        w.saved = w.fitted""",
    "perform-replaced": "import course.calls as c\nc.plain = lambda x: {'error': 'none'}\n"
    "c._call.__code__ = (lambda *a: 0).__code__",
}


@pytest.fixture(scope="module")
def graded(tmp_path_factory: pytest.TempPathFactory) -> tuple[Classroom, dict[str, dict[str, object]]]:
    """The sample class and the attackers, graded by the command."""
    root = tmp_path_factory.mktemp("keras") / "classroom"
    classroom = Classroom.made_at(root)
    release = build(classroom, KERAS, source(KERAS))
    hand_in(classroom, release)
    right = solutions(CLASS / f"{RIGHT}.py")
    for name, attack in ATTACKS.items():
        attacked = right | {"LookAheadSGD": f"{LAZY}\n{attack}"}
        write(classroom.submitted(KERAS, name) / f"{KERAS}.ipynb", nbformat.writes(filled(read(release), attacked)))
    out = root.parent / "results.json"
    assert main(["--classroom", str(root), "grade", KERAS, "--workers", "2", "--json", str(out)]) == 0
    return classroom, {result["student"]: result for result in json.loads(out.read_text())}


def lost(result: dict[str, object]) -> set[str]:
    exercises: list[dict[str, float]] = result["exercises"]  # type: ignore[assignment]
    return {str(e["name"]) for e in exercises if e["score"] < e["max_score"]}


def test_the_sample_class_gets_what_it_earned(graded: tuple[Classroom, dict[str, dict[str, object]]]) -> None:
    for path in CLASS.glob("*.py"):
        expected = re.search(r"^# expect: (\{.*\})$", path.read_text(encoding="utf-8"), flags=re.MULTILINE)
        assert expected
        result = graded[1][path.stem]
        assert (result["status"], lost(result)) == ("graded", set(json.loads(expected[1]))), path.stem
        if not lost(result):
            assert result["score"] == 17  # 3 more are for the written answer, which a person grades


def test_mistakes_are_named(graded: tuple[Classroom, dict[str, dict[str, object]]]) -> None:
    named = {str(e["name"]): e["mistake"] for e in graded[1]["mateo_rivera"]["exercises"]}  # type: ignore[attr-defined]
    assert named == {
        "LookAheadSGD": "look-ahead-sgd/look-ahead-forgotten",
        "RootEpsilonAdam": "root-epsilon-adam/epsilon-outside",
        "compare_optimizers": "compare-optimizers/diverged-runs-left-out",
    }


@pytest.mark.parametrize("attack", ATTACKS)
def test_what_a_class_is_used_through_cannot_be_replaced(
    graded: tuple[Classroom, dict[str, dict[str, object]]], attack: str
) -> None:
    """The honest class loses the points of `saved and loaded`; no attack keeps them."""
    exercise = graded[1][attack]["exercises"][0]  # type: ignore[index]
    failed = {c["name"] for c in exercise["criteria"] if not c["passed"]}
    assert failed == {"saved and loaded"}
    assert lost(graded[1][attack]) == {"LookAheadSGD"}


def test_nbgrader_s_own_commands_give_the_same(graded: tuple[Classroom, dict[str, dict[str, object]]]) -> None:
    classroom, by_student = graded
    convert.run(classroom, Autograde, KERAS, student="mateo_rivera", force=True)
    with Gradebook(f"sqlite:///{classroom.root / 'gradebook.db'}", "deep-learning-for-finance") as gradebook:
        submission = gradebook.find_submission(KERAS, "mateo_rivera")
        assert submission.score == by_student["mateo_rivera"]["score"]


def test_feedback_says_why(graded: tuple[Classroom, dict[str, dict[str, object]]]) -> None:
    pages = {page.parts[-3]: page for page in feedback(graded[0], KERAS)}
    page = Path(pages["mateo_rivera"]).read_text(encoding="utf-8")
    assert "You take the new velocity off: that is momentum." in page
    assert "All 8 criteria are met" in Path(pages[RIGHT]).read_text(encoding="utf-8")


def test_points_add_up_to_seventeen_and_three_for_the_written_answer() -> None:
    assert sum(exercise.points for exercise in EXERCISES[KERAS]) == 17
