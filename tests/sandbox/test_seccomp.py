"""The filter of system calls, read as the kernel reads it, for both machines. The attacks try it on a real kernel."""

from __future__ import annotations

import socket
import struct

import pytest

from autograder.sandbox.inside import calls, confine
from autograder.sandbox.inside.calls import ALLOW, ARCHITECTURES, ENOSYS, EPERM, KILL, NOTHING

ORDINARY = {"read": (0, 63), "write": (1, 64), "close": (3, 57), "mmap": (9, 222), "splice": (275, 76),
            "openat": (257, 56), "execve": (59, 221), "wait4": (61, 260)}  # fmt: skip
ME, ANOTHER = 4242, 4243


class Filter:
    """A filter for one machine, and what it decides."""

    def __init__(self, machine: str, others_in_reach: bool = False, for_signals: bool = False) -> None:
        self._audit, self._column = ARCHITECTURES[machine]
        self._lines = [*calls.LINE.iter_unpack(calls.filtering(machine, ME, others_in_reach, for_signals))]

    def __call__(self, numbers: tuple[int, int], *arguments: int) -> int:
        """What is decided on a call, given its numbers on both machines."""
        return self.raw(numbers[self._column], self._audit, *arguments)

    def raw(self, number: int, audit: int, *arguments: int) -> int:
        record = struct.pack("<IIQ6Q", number, audit, 0, *arguments, *[0] * (6 - len(arguments)))
        loaded, at = 0, 0
        while True:
            operation, if_so, if_not, value = self._lines[at]
            at += 1
            if operation == calls.RETURN:
                return value
            if operation == calls.LOAD:
                (loaded,) = struct.unpack_from("<I", record, value)
            else:
                held = {calls.EQUAL: loaded == value, calls.AT_LEAST: loaded >= value,
                        calls.ANY_BIT: loaded & value != 0}[operation]  # fmt: skip
                at += if_so if held else if_not


@pytest.fixture(params=ARCHITECTURES)
def machine(request: pytest.FixtureRequest) -> str:
    return str(request.param)


def test_what_a_notebook_needs_is_allowed_and_the_rest_refused(machine: str) -> None:
    decide = Filter(machine)
    assert {decide(numbers) for numbers in ORDINARY.values()} == {ALLOW}
    there = [numbers for numbers in calls.REFUSED.values() if numbers[ARCHITECTURES[machine][1]] >= 0]
    assert {decide(numbers) for numbers in there} == {EPERM}
    assert decide(calls.CLONE3) == ENOSYS


def test_another_interface_is_no_way_around(machine: str) -> None:
    decide, (audit, _) = Filter(machine), ARCHITECTURES[machine]
    assert decide.raw(0, audit ^ 1) == KILL
    assert decide.raw(calls.X32, audit) == decide.raw(calls.X32 + 39, audit) == KILL


def test_a_call_is_refused_by_what_it_is_asked(machine: str) -> None:
    decide, high = Filter(machine), 1 << 32  # the kernel looks at the low half alone
    for number in (calls.PR_SET_PDEATHSIG, calls.PR_SET_DUMPABLE):
        assert decide(calls.PRCTL, number) == decide(calls.PRCTL, number + high) == EPERM
    assert decide(calls.PRCTL, confine.PR_SET_NO_NEW_PRIVS) == ALLOW
    assert decide(calls.PRLIMIT, 0) == ALLOW
    assert decide(calls.PRLIMIT, ANOTHER) == EPERM
    for command in (calls.TIOCSTI, calls.TIOCLINUX, calls.FIOSETOWN, calls.SIOCSPGRP):
        assert decide(calls.IOCTL, 0, command) == EPERM
    assert decide(calls.IOCTL, calls.TIOCSTI, 0x5401) == ALLOW
    for command in (calls.F_SETOWN, calls.F_SETSIG, calls.F_SETOWN_EX):
        assert decide(calls.FCNTL, 0, command) == EPERM
    assert decide(calls.FCNTL, calls.F_SETOWN, 3) == ALLOW
    assert decide(calls.SOCKETPAIR, socket.AF_UNIX) == ALLOW
    for family in (socket.AF_UNSPEC, socket.AF_INET, socket.AF_TIPC):
        assert decide(calls.SOCKETPAIR, family) == EPERM
    for flag in confine.NEW_NAMESPACES.values():
        assert decide(calls.CLONE, flag | 17) == EPERM
    assert decide(calls.CLONE, 0x1200011) == ALLOW  # as fork does


def test_other_processes_are_left_alone_where_they_are_in_reach(machine: str) -> None:
    apart, beside, alone = Filter(machine), Filter(machine, True), Filter(machine, True, True)
    for numbers in calls.SLOWS_OTHERS.values():
        assert (apart(numbers), beside(numbers)) == (ALLOW, EPERM)
    for numbers in calls.CHANGES_FILES.values():
        if numbers[ARCHITECTURES[machine][1]] >= 0:
            assert (apart(numbers), beside(numbers)) == (ALLOW, NOTHING)
    for numbers in calls.TO_A_PROCESS.values():
        assert (apart(numbers, ANOTHER), beside(numbers, ANOTHER)) == (ALLOW, ALLOW)
        assert (alone(numbers, ANOTHER), alone(numbers, ME)) == (EPERM, ALLOW)


def test_only_memory_that_can_be_counted_is_given(machine: str) -> None:
    decide = Filter(machine)
    private, shared, anonymous = 0x2, 0x1, 0x20
    assert decide(calls.MMAP, 0, 4096, 3, private | anonymous) == ALLOW
    assert decide(calls.MMAP, 0, 4096, 3, shared) == ALLOW  # of a file
    assert decide(calls.MMAP, 0, 4096, 3, shared | anonymous) == EPERM
    assert decide(calls.MMAP, 0, 4096, 3, 0x3 | anonymous) == EPERM  # MAP_SHARED_VALIDATE
    assert decide(calls.MMAP, 0, 2**21, 3, private | anonymous | calls.MAP_HUGETLB) == EPERM
    for option in (calls.SO_SNDBUF, calls.SO_SNDBUFFORCE):
        assert decide(calls.SETSOCKOPT, 5, calls.SOL_SOCKET, option) == EPERM
        assert decide(calls.SETSOCKOPT, 5, 6, option) == ALLOW
    assert decide(calls.FCNTL, 5, calls.F_SETPIPE_SZ, 2**20) == EPERM


def test_sigkill_to_oneself_is_refused_where_no_namespace_refuses_it(machine: str) -> None:
    apart, beside = Filter(machine), Filter(machine, True)
    own_group, all_of_them, another_group = 0, 2**64 - 1, 2**64 - ANOTHER
    for whom in (ME, own_group, all_of_them, another_group):
        assert beside(calls.KILL_CALL, whom, calls.SIGKILL) == EPERM
        assert beside(calls.KILL_CALL, whom, 15) == apart(calls.KILL_CALL, whom, calls.SIGKILL) == ALLOW
    assert beside(calls.KILL_CALL, ANOTHER, calls.SIGKILL) == ALLOW
    for numbers, place in calls.SENDS_TO_SELF.values():
        arguments = [ME] * place
        assert (apart(numbers, *arguments, 9), beside(numbers, *arguments, 9)) == (ALLOW, EPERM)
        assert beside(numbers, *arguments, 10) == ALLOW
    assert (apart(calls.TIMER_CREATE), beside(calls.TIMER_CREATE)) == (ALLOW, EPERM)


def test_a_machine_that_is_not_known_gets_no_filter(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(calls.platform, "machine", lambda: "riscv64")
    assert not calls.seccomp()
