"""The filter of system calls, read as the kernel reads it, for both machines. The attacks try it on a real kernel."""

from __future__ import annotations

import struct

import pytest

from autograder.sandbox.inside import confine
from autograder.sandbox.inside.confine import ALLOW, ARCHITECTURES, ENOSYS, EPERM, KILL, NOTHING

ORDINARY = {"read": (0, 63), "write": (1, 64), "close": (3, 57), "mmap": (9, 222), "socketpair": (53, 199),
            "openat": (257, 56), "execve": (59, 221), "wait4": (61, 260)}  # fmt: skip
ME, ANOTHER = 4242, 4243


class Filter:
    """A filter for one machine, and what it decides."""

    def __init__(self, machine: str, others_in_reach: bool = False, only: int | None = None) -> None:
        self._audit, self._column = ARCHITECTURES[machine]
        self._lines = [*confine.LINE.iter_unpack(confine.filtering(machine, others_in_reach, only))]

    def __call__(self, numbers: tuple[int, int], *arguments: int) -> int:
        """What is decided on a call, given its numbers on both machines."""
        return self.raw(numbers[self._column], self._audit, *arguments)

    def raw(self, number: int, audit: int, *arguments: int) -> int:
        record = struct.pack("<IIQ6Q", number, audit, 0, *arguments, *[0] * (6 - len(arguments)))
        loaded, at = 0, 0
        while True:
            operation, if_so, if_not, value = self._lines[at]
            at += 1
            if operation == confine.RETURN:
                return value
            if operation == confine.LOAD:
                (loaded,) = struct.unpack_from("<I", record, value)
            else:
                held = {confine.EQUAL: loaded == value, confine.AT_LEAST: loaded >= value,
                        confine.ANY_BIT: loaded & value != 0}[operation]  # fmt: skip
                at += if_so if held else if_not


@pytest.fixture(params=ARCHITECTURES)
def machine(request: pytest.FixtureRequest) -> str:
    return str(request.param)


def test_what_a_notebook_needs_is_allowed_and_the_rest_refused(machine: str) -> None:
    decide = Filter(machine)
    assert {decide(numbers) for numbers in ORDINARY.values()} == {ALLOW}
    there = [numbers for numbers in confine.REFUSED.values() if numbers[ARCHITECTURES[machine][1]] >= 0]
    assert {decide(numbers) for numbers in there} == {EPERM}
    assert decide(confine.CLONE3) == ENOSYS


def test_another_interface_is_no_way_around(machine: str) -> None:
    decide, (audit, _) = Filter(machine), ARCHITECTURES[machine]
    assert decide.raw(0, audit ^ 1) == KILL
    assert decide.raw(confine.X32, audit) == decide.raw(confine.X32 + 39, audit) == KILL


def test_a_call_is_refused_by_what_it_is_asked(machine: str) -> None:
    decide, high = Filter(machine), 1 << 32  # the kernel looks at the low half alone
    for number in (confine.PR_SET_PDEATHSIG, confine.PR_SET_DUMPABLE):
        assert decide(confine.PRCTL, number) == decide(confine.PRCTL, number + high) == EPERM
    assert decide(confine.PRCTL, confine.PR_SET_NO_NEW_PRIVS) == ALLOW
    assert decide(confine.PRLIMIT, 0) == ALLOW
    assert decide(confine.PRLIMIT, ANOTHER) == EPERM
    for command in (confine.TIOCSTI, confine.TIOCLINUX, confine.FIOSETOWN, confine.SIOCSPGRP):
        assert decide(confine.IOCTL, 0, command) == EPERM
    assert decide(confine.IOCTL, confine.TIOCSTI, 0x5401) == ALLOW
    for command in (confine.F_SETOWN, confine.F_SETSIG, confine.F_SETOWN_EX):
        assert decide(confine.FCNTL, 0, command) == EPERM
    assert decide(confine.FCNTL, confine.F_SETOWN, 3) == ALLOW
    for flag in confine.NEW_NAMESPACES.values():
        assert decide(confine.CLONE, flag | 17) == EPERM
    assert decide(confine.CLONE, 0x1200011) == ALLOW  # as fork does


def test_other_processes_are_left_alone_where_they_are_in_reach(machine: str) -> None:
    apart, beside, alone = Filter(machine), Filter(machine, True), Filter(machine, True, ME)
    for numbers in confine.SLOWS_OTHERS.values():
        assert (apart(numbers), beside(numbers)) == (ALLOW, EPERM)
    for numbers in confine.CHANGES_FILES.values():
        if numbers[ARCHITECTURES[machine][1]] >= 0:
            assert (apart(numbers), beside(numbers)) == (ALLOW, NOTHING)
    for numbers in confine.TO_A_PROCESS.values():
        assert (apart(numbers, ANOTHER), beside(numbers, ANOTHER)) == (ALLOW, ALLOW)
        assert (alone(numbers, ANOTHER), alone(numbers, ME)) == (EPERM, ALLOW)


def test_a_machine_that_is_not_known_gets_no_filter(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(confine.platform, "machine", lambda: "riscv64")
    assert not confine.seccomp()
