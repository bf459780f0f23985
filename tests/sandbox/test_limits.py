"""Limits count what a submission uses, not what the machine does; and who ended a process is known."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import pytest

from autograder.sandbox.inside import usage
from autograder.sandbox.limits import NOTHING, Fund, Limits, Seconds, slowness
from autograder.sandbox.process import Process
from autograder.sandbox.warm import WarmParent
from autograder.sandbox.watch import Died, Killed
from tests.sandbox.test_process import named, started

LIMITS = Limits(cell=60.0, exercise=60.0, submission=600.0)
BUSY = "import time\nbegan = time.process_time()\nwhile time.process_time() < began + {}: pass\nprint('done')"
ENDLESS = "import subprocess, sys\nsubprocess.run([sys.executable, '-c', 'while True: pass'])"


@contextmanager
def busy_machine(count: int = 8) -> Iterator[None]:
    """So many other processes that never rest."""
    others = [subprocess.Popen([sys.executable, "-c", "while True: pass"]) for _ in range(count)]
    try:
        yield
    finally:
        for other in others:
            other.kill()
            other.wait()


def test_what_waits_for_a_processor_is_not_stopped(warm: WarmParent) -> None:
    """Beside eight others this takes more wall time than the limit gives."""
    with warm.process({}, replace(LIMITS, patience=1.0)) as process, busy_machine():
        assert process.run(BUSY.format(0.5), 1.0).output == "done\n"


def test_what_sleeps_has_more_time_than_what_works_and_not_for_ever(warm: WarmParent) -> None:
    with warm.process({}, LIMITS) as process:
        assert not process.run("import time; time.sleep(0.6)", 0.3).stopped
        assert process.run("import time; time.sleep(600)", 0.1).stopped


@pytest.mark.parametrize(
    "source",
    [
        ENDLESS,
        "import os\nfor _ in range(3): os.fork()\nwhile True: pass",
        "import os\nif os.fork() == 0:\n    while True: pass\nimport time; time.sleep(600)",
        "import subprocess, sys\nwhile True: subprocess.run([sys.executable, '-S', '-c', 'sum(range(10**6))'])",
    ],
)
def test_the_time_of_all_processes_counts_together(warm: WarmParent, source: str) -> None:
    with warm.process({}, replace(LIMITS, patience=1000.0)) as process:
        try:
            late = process.run(source, 0.3).stopped
        except Died as death:
            late = death.reason == "timed_out"
        assert late


def test_a_fund_lasts_for_all_cells_together_and_then_leaves_a_little(warm: WarmParent) -> None:
    fund = Fund(Seconds(0.3, 30.0))
    with warm.process({}, replace(LIMITS, least=0.1, patience=100.0)) as process:
        late = [bool(process.run("while True: pass", 0.2, fund).stopped) for _ in range(3)]
        assert late == [True] * 3
        assert fund.left.cpu < 0
        assert process.run("print(1)", 0.2, fund).output == "1\n"
        assert process.run(BUSY.format(0.5), 2.0).output == "done\n"  # what has no fund


def test_a_slower_machine_gives_more_time_and_never_less() -> None:
    assert 1.0 <= slowness() < 20
    twice = Limits().times(2.0)
    assert twice.of(twice.cell) == Seconds(20.0, 40.0)  # who sleeps gets no more
    assert Limits().times(10.0).of(50.0).wall == 50.0  # and whoever works is never stopped for the wall time
    assert NOTHING.fits(twice.of(0.0))
    assert not Seconds(0.1, 0.0).fits(NOTHING)


def child_of(process: Process) -> int:
    """The process in which cells run, as this machine numbers it."""
    marker = f"64{os.getpid()}"
    process.run(f"import subprocess; kept = subprocess.Popen(['sleep', '{marker}'])")
    (helper,) = started(marker)
    return parent_of(helper)


def parent_of(pid: int) -> int:
    return int(Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[1])


@pytest.mark.parametrize("who", ["child", "guard"])
@pytest.mark.parametrize("source", ["while True: pass", "import time; time.sleep(600)"])
def test_a_process_that_somebody_ends_has_not_crashed(warm: WarmParent, who: str, source: str) -> None:
    with warm.process({}, LIMITS) as process:
        child = child_of(process)
        victim = child if who == "child" else parent_of(child)
        killer = subprocess.Popen([sys.executable, "-c", f"import os, time; time.sleep(0.3); os.kill({victim}, 9)"])
        with pytest.raises(Killed):
            process.run(source)
        killer.wait()


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_no_signal_to_the_guard_costs_a_mark(warm: WarmParent, number: signal.Signals) -> None:
    with warm.process({}, LIMITS) as process:
        os.kill(parent_of(child_of(process)), number)
        try:
            assert process.run(BUSY.format(0.3)).output == "done\n"
        except Killed:
            assert number == signal.SIGTERM


def test_what_a_cell_ends_itself_is_its_own_doing(warm: WarmParent) -> None:
    for source in ("import os; os._exit(1)", "import os; os.abort()", "import ctypes; ctypes.string_at(0)"):
        with warm.process({}, LIMITS) as process, pytest.raises(Died, match="ended"):
            process.run(source)


def test_a_process_that_has_just_ended_has_not_hidden_what_it_wrote() -> None:
    """The system lets nobody read that of one that has ended and was not waited for."""
    if (pid := os.fork()) == 0:
        os._exit(0)
    os.waitid(os.P_PID, pid, os.WEXITED | os.WNOWAIT)
    assert usage.written(pid) == 0
    os.waitpid(pid, 0)


def test_many_processes_of_one_submission_stand_back_behind_others(warm: WarmParent) -> None:
    """A pool of a few does not; nor does the process in which cells run."""
    source = "import subprocess\nkept = [subprocess.Popen(['sleep', '{}'], start_new_session=True) for _ in range({})]"
    many, few = f"66{os.getpid()}", f"67{os.getpid()}"
    with warm.process({}, LIMITS) as hog, warm.process({}, LIMITS) as other:
        hog.run(source.format(many, 12))
        other.run(source.format(few, 4))
        (child,) = {parent_of(pid) for pid in started(many)}
        usual = priority(os.getpid())
        end = time.monotonic() + 60
        while sorted(map(priority, named(many))) != [usual] * 4 + [(19, 19)] * 8 and time.monotonic() < end:
            time.sleep(0.05)
        assert sorted(map(priority, named(many))) == [usual] * 4 + [(19, 19)] * 8
        assert [priority(pid) for pid in (child, *named(few))] == [usual] * 5


def priority(pid: int) -> tuple[int, int]:
    """Of a process, and of its session where the system shares out time among sessions."""
    group = Path(f"/proc/{pid}/autogroup")
    own = os.getpriority(os.PRIO_PROCESS, pid)
    share = group.read_text().split() if group.exists() else []
    return own, int(share[-1]) if share else own
