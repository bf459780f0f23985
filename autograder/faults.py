"""Faults that a person can mend: one line that says what is wrong, where, and what to do."""


class Fault(Exception):
    """The work found a fault; the command ends with exit code 1."""

    exit_code = 1


class WrongUsage(Fault):
    """The command was called with something that does not exist; exit code 2."""

    exit_code = 2
