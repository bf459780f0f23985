"""What a learner's function may use while it is checked, and what is said of one that does not end."""

from __future__ import annotations

import contextlib
import signal
import sys
import threading
import time
import weakref
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from course.judging import scripts, watched
from course.judging.checks import check
from course.judging.scripts import Call, Failure, Read, Ref
from course.judging.watched import Limits
from tests.shared import TP

Function = Callable[[], Any]
SCRIPT = [op for n in range(3) for op in (Call(f"y{n}", "f", ()), Read(Ref(f"y{n}"), f"case {n}"))]
SHORT = 0.2  # seconds


def asked(function: Function, seconds: float = SHORT, memory: int = watched.MEMORY) -> list[str]:
    """What three calls of a function come to within limits, in words."""
    with Limits(seconds, memory) as limits:
        answers = scripts.perform(SCRIPT, {"f": function}, within=limits.call)
    return [answer.told if isinstance(answer, Failure) else str(answer) for answer in answers.values()]


def endless() -> None:
    while True:
        pass


def deaf() -> None:
    while True:
        with contextlib.suppress(BaseException):
            sum(range(1000))


def waiting() -> None:
    threading.Event().wait()


@pytest.mark.parametrize("function", [endless, deaf, waiting])
def test_what_does_not_end_is_stopped_with_its_line_and_not_asked_again(function: Function) -> None:
    before = signal.getsignal(signal.SIGINT)
    first, *others = asked(function)
    assert first.startswith("took too long and was stopped (line ")
    assert others == [scripts.NOT_ASKED] * 2
    assert signal.getsignal(signal.SIGINT) is before


def test_in_a_thread_that_sees_no_signals_a_loop_is_stopped_too() -> None:
    found: list[str] = []
    thread = threading.Thread(target=lambda: found.extend(asked(endless)))
    thread.start()
    thread.join(timeout=120)
    assert found[0].startswith("took too long and was stopped (line ")


def test_who_waits_has_more_time_than_who_works() -> None:
    assert asked(lambda: time.sleep(0.1) or 1.0, seconds=20.0) == ["1.0"] * 3


def test_who_waits_for_the_processor_is_not_stopped() -> None:
    assert watched.too_long(used=10.1, passed=10.1, seconds=10.0)
    assert watched.too_long(used=0.5, passed=41.0, seconds=10.0)
    assert not watched.too_long(used=9.0, passed=41.0, seconds=10.0)  # the machine is busy with something else
    assert not watched.too_long(used=0.5, passed=39.0, seconds=10.0)


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux refuses memory beforehand")
def test_a_giant_array_is_refused_before_it_takes_memory(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(watched, "OWN_MEMORY", ())  # whatever another test has imported

    import resource

    before = resource.getrlimit(resource.RLIMIT_DATA)

    def giant() -> np.ndarray:
        return np.zeros((20_000, 20_000))

    first, *others = asked(giant, seconds=60.0)
    assert first.startswith("used too much memory and was stopped (line ")
    assert "`return np.zeros((20_000, 20_000))`" in first
    assert others == [scripts.NOT_ASKED] * 2
    assert resource.getrlimit(resource.RLIMIT_DATA) == before


def test_memory_that_grows_is_seen_where_the_system_refuses_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    @contextlib.contextmanager
    def nothing(_: int) -> Iterator[None]:
        yield

    monkeypatch.setattr(watched, "_refused_beyond", nothing)

    def grows() -> None:
        kept = []
        while True:
            kept.append(np.ones(2**17))

    assert asked(grows, seconds=60.0, memory=2**28)[0].startswith("used too much memory and was stopped (line ")


def test_an_answer_that_nobody_reads_is_not_kept() -> None:
    made: list[weakref.ref[np.ndarray]] = []

    def big() -> np.ndarray:
        array = np.zeros(scripts.LARGEST + 1)
        made.append(weakref.ref(array))
        return array

    assert asked(big, seconds=60.0)[0] == "returned an array of 4097 elements, at most 4096 are read"
    assert [ref() for ref in made] == [None] * 3


def test_the_learners_own_interrupt_is_one_line(built: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(built / "release" / TP)

    def interrupted(*_: object) -> None:
        signal.raise_signal(signal.SIGINT)

    with pytest.raises(watched.Interrupted, match="You interrupted the check of adam_step") as raised:
        check("adam_step", interrupted)
    assert raised.value._render_traceback_() == [str(raised.value)]  # which IPython shows in the place of a traceback
    assert raised.value.__suppress_context__
