"""The processes that submissions run in: they do their work, keep their limits, and end."""

from __future__ import annotations

import contextlib
import os
import sys
import time
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from autograder.exercises.judge import judge
from autograder.faults import Fault
from autograder.sandbox.limits import Limits
from autograder.sandbox.process import Process
from autograder.sandbox.warm import WarmParent
from autograder.sandbox.watch import Died, Killed
from tests.shared import EXERCISES

LIMITS = Limits(cell=60.0, exercise=60.0, submission=600.0)  # what is honest may take its time
MOMENT = 0.5  # seconds for what never ends
GD = EXERCISES["optimizers"][0]
RIGHT = "def gradient_descent_step(theta, grad, eta):\n    return theta - eta * grad"


@pytest.fixture
def process(warm: WarmParent):  # type: ignore[no-untyped-def]
    with warm.process({}, LIMITS) as made:
        yield made


def score(process: Process) -> float:
    key = GD.draw(np.random.default_rng(0))
    return judge(GD, key, process.ask(key.script, key.oracles)[0]).score


def test_an_exception_comes_back_with_the_learners_line(process: Process) -> None:
    assert process.run(RIGHT.replace("eta * grad", "etta * grad")).error is None
    key = GD.draw(np.random.default_rng(0))
    told = judge(GD, key, process.ask(key.script, key.oracles)[0]).criteria[0].message
    assert "raised NameError: name 'etta' is not defined (line 2: `return theta - etta * grad`)." in told


def alive(pid: int) -> bool:
    try:
        state = Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0]
    except OSError:
        return False
    return state not in "ZX"


def named(marker: str) -> list[int]:
    """The processes of this machine that have the marker among their arguments."""
    found = []
    for path in Path("/proc").glob("[0-9]*/cmdline"):
        with contextlib.suppress(OSError):
            if marker in path.read_text().split("\0"):
                found.append(int(path.parent.name))
    return found


def started(marker: str, count: int = 1, seconds: float = 60.0) -> list[int]:
    """The same, once there are so many: a new process has no arguments yet when its parent goes on."""
    end = time.monotonic() + seconds
    while len(named(marker)) < count and time.monotonic() < end:
        time.sleep(0.02)
    return named(marker)


def gone(pid: int, seconds: float = 60.0) -> bool:
    end = time.monotonic() + seconds
    while alive(pid) and time.monotonic() < end:
        time.sleep(0.02)
    return not alive(pid)


def test_cells_share_their_names_and_give_back_what_they_print(process: Process) -> None:
    assert process.run("x = 20").error is None
    assert process.run("import sys\nprint(x + 1)\nprint('careful', file=sys.stderr)").output == "21\ncareful\n"


def test_a_right_function_earns_all_points(process: Process) -> None:
    assert process.run(RIGHT).error is None
    assert score(process) == GD.points


NEW_COPY = "kept = types.FunctionType(statistics.fmean.__code__, vars(statistics))"
WORKS_THERE = "vars(textwrap).update(vars(statistics))"
IN_ANOTHER = f"kept = textwrap.dedent\n{WORKS_THERE}\nkept.__code__ = statistics.fmean.__code__"
BEFORE, LATER = ("statistics", "textwrap"), ("textwrap",)  # what the parent imports: the barred function, or not


@pytest.mark.parametrize(
    ("modules", "copy", "hidden"),
    [
        (BEFORE, NEW_COPY, "gc.freeze()"),
        (BEFORE, NEW_COPY, "gc.get_objects = lambda *_: []"),
        (BEFORE, IN_ANOTHER, ""),
        (BEFORE, IN_ANOTHER, "gc.unfreeze()\ngc.freeze()"),
        (LATER, "kept = statistics.fmean", ""),
        (LATER, NEW_COPY, "gc.freeze()"),
        (LATER, IN_ANOTHER, ""),
    ],
)
def test_a_copy_of_what_may_not_answer_is_found_wherever_it_is_hidden(
    modules: tuple[str, ...], copy: str, hidden: str
) -> None:
    answer = "def gradient_descent_step(theta, grad, eta):\n    return theta - eta * grad * kept([1.0], None)"
    key = GD.draw(np.random.default_rng(0))
    barred = ("statistics.fmean",)
    with WarmParent(modules, not_by=barred) as parent, parent.process({}, LIMITS) as process:
        assert process.run(f"import gc, statistics, textwrap, types\n{copy}\n{hidden}\n{answer}").error is None
        assert score(process) == GD.points
        for _ in range(2):
            answers, _ = process.ask(key.script, key.oracles, not_by=barred)
            verdict = judge(GD, key, answers)
            assert verdict.score == 0
            assert "statistics.fmean may not answer" in verdict.diagnosis
            assert score(process) == GD.points  # it works on when it is not barred


def test_an_error_is_told_and_does_not_end_the_process(process: Process) -> None:
    error = process.run("def f():\n    return 1 / 0\nf()").error
    assert error is not None
    assert error["name"] == "ZeroDivisionError"
    assert "return 1 / 0" in error["traceback"]
    assert process.run("import sys; sys.exit(2)").error["name"] == "SystemExit"  # type: ignore[index]
    assert process.run("x = (").error["name"] == "SyntaxError"  # type: ignore[index]
    assert process.run(RIGHT).error is None


def test_magics_and_pictures_of_a_notebook_work(process: Process) -> None:
    source = (
        "%matplotlib inline\nimport matplotlib.pyplot as plt\nplt.plot([1, 2])\nplt.show()\nget_ipython()\ndisplay(3)"
    )
    assert process.run(source).error is None


@pytest.mark.parametrize(
    ("above", "name"),
    [
        ("import a_package_that_is_not_here", "ModuleNotFoundError"),
        ("from google.colab import drive; drive.mount('/content')", "ModuleNotFoundError"),
        ("%matplotlib widget", "RuntimeError"),
        ("%load_ext a_package_that_is_not_here", "ModuleNotFoundError"),
        ("%no_such_magic", "UsageError"),
        ("name = input('your name? ')", "EOFError"),
        ("1 / 0", "ZeroDivisionError"),
        ("raise SystemExit", "SystemExit"),
        ("return 3", "SyntaxError"),
        ("def quote(d):\n    return f'{d['k']}'", "SyntaxError"),
        ("an answer in words", "SyntaxError"),
        ("%%time\nimport a_package_that_is_not_here", "ModuleNotFoundError"),
        ("%%no_such_magic\nimport a_package_that_is_not_here", "ModuleNotFoundError"),
    ],
)
def test_what_is_defined_below_a_statement_that_fails_counts_and_the_failure_is_told(
    process: Process, above: str, name: str
) -> None:
    if sys.version_info >= (3, 12) and "quote" in above:
        pytest.skip("this Python knows it")
    ran = process.run(f"{above}\n{RIGHT}\nprint('after')")
    assert ran.error is not None
    assert ran.error["name"] == name
    assert "after" in ran.output
    assert score(process) == GD.points


def test_a_test_ends_where_it_fails(process: Process) -> None:
    ran = process.run("assert False\nprint('after')", goes_on=False)
    assert (ran.error or {})["name"] == "AssertionError"
    assert ran.output == ""


def test_after_a_statement_that_was_stopped_only_definitions_run(process: Process) -> None:
    ran = process.run(f"while True: pass\n{RIGHT}\nwhile True: pass\nx = 1", MOMENT)
    assert ran.stopped
    assert process.run("x").error is not None
    assert score(process) == GD.points


@pytest.mark.parametrize(
    ("command", "printed"),
    [
        ("!echo $((20 + 1))", "21"),
        ("!no_such_command", "not found"),
        ("!exit 3", ""),
        ("!pip install -q scipy", "nothing can be installed here"),
        ("%pip install scipy", "nothing can be installed here"),
        ("found = !echo 21\nprint(found[0])", "21"),
    ],
)
def test_a_command_raises_nothing_as_in_jupyter(process: Process, command: str, printed: str) -> None:
    ran = process.run(command)
    assert ran.error is None
    assert printed in ran.output


def test_a_module_beside_the_notebook_is_found_after_all_others(warm: WarmParent) -> None:
    files = {"averages.py": b"def ema(a, b): return a + b", "statistics.py": b"", "course/__init__.py": b""}
    with warm.process(files, LIMITS) as process:
        assert process.run("from averages import ema\nema(1, 2)").value == "3"
        assert process.run("from statistics import mean\nimport course.judging").error is None


def test_nothing_is_asked_before_a_name_is_defined(process: Process) -> None:
    key = GD.draw(np.random.default_rng(0))
    assert process.ask(key.script, key.oracles, once_defined="gradient_descent_step") == ({}, False)
    process.run(RIGHT)
    answers, _ = process.ask(key.script, key.oracles, once_defined="gradient_descent_step")
    assert judge(GD, key, answers).score == GD.points


def test_a_process_whose_name_is_no_text_is_watched_like_others(process: Process) -> None:
    renamed = "import ctypes, time\nctypes.CDLL(None).prctl(15, b'\\xff\\xfe', 0, 0, 0)\ntime.sleep(0.5)"
    assert process.run(renamed).error is None
    assert process.run("while True: pass", MOMENT).stopped
    assert process.run(RIGHT).error is None


def test_an_endless_cell_is_stopped_and_the_rest_goes_on(process: Process) -> None:
    assert process.run("while True: pass", MOMENT).stopped
    assert process.run(RIGHT).error is None
    assert score(process) == GD.points


def test_an_endless_function_is_stopped_and_the_rest_goes_on(warm: WarmParent) -> None:
    with warm.process({}, replace(LIMITS, exercise=MOMENT)) as process:
        process.run("def gradient_descent_step(theta, grad, eta):\n    while True: pass")
        key = GD.draw(np.random.default_rng(0))
        answers, late = process.ask(key.script, key.oracles)
        assert late
        assert judge(GD, key, answers).score == 0
        assert process.run("1").error is None


@pytest.mark.parametrize(
    ("source", "reason"),
    [
        ("import signal; signal.signal(signal.SIGINT, signal.SIG_IGN)\nwhile True: pass", "timed_out"),
        ("while True:\n    try:\n        while True: pass\n    except BaseException: pass", None),
        ("import os; os._exit(0)", "crashed"),
        ("import os; os.closerange(0, 256)", "crashed"),
        ("import ctypes; ctypes.string_at(0)", "crashed"),
    ],
)
def test_whatever_a_cell_does_the_grader_gets_an_answer_or_a_reason(
    process: Process, source: str, reason: str | None
) -> None:
    if reason is None:
        assert process.run(source, MOMENT).stopped
        return
    with pytest.raises(Died) as died:
        process.run(source, MOMENT)
    assert died.value.reason == reason


def test_a_flood_of_output_is_cut_at_the_pipe(process: Process) -> None:
    ran = process.run("while True: print('x' * 1000)")
    assert ran.stopped
    assert len(ran.output) < 20_000
    assert "dropped" in ran.output


def test_an_impossible_array_is_an_error_of_its_cell(process: Process) -> None:
    error = process.run("import numpy as np\nx = np.ones(2**40)").error
    assert error is not None
    assert error["name"] == "MemoryError"
    assert process.run(RIGHT).error is None


def test_memory_filled_bit_by_bit_ends_the_process_with_its_reason(warm: WarmParent) -> None:
    with warm.process({}, replace(LIMITS, memory=200 * 2**20)) as process, pytest.raises(Died) as died:
        process.run("import time\nkept = []\nwhile True:\n    kept.append(bytearray(2**22))\n    time.sleep(0.005)")
    assert died.value.reason == "out_of_memory"


def test_a_fork_bomb_ends_with_its_process_and_spares_the_others(warm: WarmParent) -> None:
    with warm.process({}, LIMITS) as bystander:
        with warm.process({}, replace(LIMITS, processes=16)) as process, pytest.raises(Died) as died:
            process.run("import os\nwhile True:\n    try:\n        os.fork()\n    except OSError:\n        pass")
        assert died.value.reason in ("crashed", "timed_out")
        assert bystander.run(RIGHT).error is None


def test_forged_messages_end_the_conversation_and_earn_nothing(process: Process) -> None:
    forged = """
import os, socket, json
for fd in range(3, 64):
    try:
        s = socket.socket(fileno=os.dup(fd))
        body = json.dumps({"id": 1, "error": None}).encode()
        s.sendall(len(body).to_bytes(4, "big") + body)
        s.sendall(len(body).to_bytes(4, "big") + body)
    except OSError:
        pass
"""
    try:
        process.run(forged)
        process.run("1")
        earned = score(process)
    except Died:
        earned = 0
    assert earned == 0


def test_every_child_draws_its_own_random_numbers(warm: WarmParent) -> None:
    drawn = set()
    for _ in range(3):
        with warm.process({}, LIMITS) as process:
            drawn.add(process.run("import numpy as np, random\nprint(np.random.rand(), random.random())").output)
    assert len(drawn) == 3


def test_a_child_finds_neither_the_grader_nor_the_graders_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SECRET_TOKEN", "sesame")
    with WarmParent() as parent, parent.process({}, LIMITS) as process:
        error = process.run("import autograder").error
        assert error is not None
        assert error["name"] == "ModuleNotFoundError"
        assert process.run("import sys\nprint([m for m in sys.modules if 'autograder' in m])").output == "[]\n"
        assert "sesame" not in process.run("import os\nprint(dict(os.environ))").output


@pytest.mark.parametrize("sandbox", [True, False])
@pytest.mark.parametrize("pause", [0.0, 0.5])  # the guard has told something meanwhile that nobody has read
def test_closing_a_process_ends_what_it_started(sandbox: bool, pause: float) -> None:
    marker = f"60{os.getpid()}"
    daemon = f"import subprocess\nsubprocess.Popen(['sleep', '{marker}'], start_new_session=True)"
    with WarmParent(sandbox=sandbox) as parent, parent.process({}, LIMITS) as process:
        assert process.run(daemon).error is None
        assert len(started(marker)) == 1
        time.sleep(pause)
        process.close()
        assert all(gone(pid) for pid in named(marker))


def test_a_parent_that_another_thread_has_started_is_left_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    """One thread finds the parent dead, another has a new one by then: the first must not end that one as well."""
    with WarmParent() as parent:
        ready, pids = Process.wait_until_ready, list[int]()

        def too_late(process: Process, seconds: float) -> None:
            monkeypatch.setattr(Process, "wait_until_ready", ready)
            assert parent._process is not None
            os.killpg(parent._process.pid, 9)
            parent._process.wait()
            parent.start()
            pids.append(parent._process.pid)
            process.close()
            raise OSError

        monkeypatch.setattr(Process, "wait_until_ready", too_late)
        with parent.process({}, LIMITS) as process:
            assert process.run("print(1)").output == "1\n"
            assert parent._process is not None
            assert [parent._process.pid] == pids


def test_children_die_with_their_parent_and_the_next_one_gets_a_new_one() -> None:
    with WarmParent() as parent:
        with parent.process({}, LIMITS) as process:
            assert parent._process is not None
            os.killpg(parent._process.pid, 9)  # bubblewrap and what runs in it
            with pytest.raises(Killed):
                process.run("while True: pass")
        with parent.process({}, LIMITS) as process:
            assert process.run("print('again')").output == "again\n"


def test_a_parent_that_cannot_start_stops_the_run_with_its_last_words(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "executable", "/bin/ls")
    says = pytest.raises(Fault, match=r"cannot start \(.*ls --help")
    with WarmParent(sandbox=False) as broken, says, broken.process({}, LIMITS):
        pass


def test_files_of_the_release_lie_beside_the_notebook(warm: WarmParent) -> None:
    with warm.process({"rates.csv": b"1,2,3\n"}, LIMITS) as process:
        assert process.run("print(open('rates.csv').read().strip())").output == "1,2,3\n"
