"""What the course gives to its students for this assignment."""

import csv
import logging
import sys
import warnings


def load(path):
    """The rows of a table, numbers as floats."""
    with open(path, newline="", encoding="utf-8") as file:
        return [{k: v if k == "country" else float(v) for k, v in row.items()} for row in csv.DictReader(file)]


def total(values):
    """The sum; an old name that warns."""
    warnings.warn("total is called sum now", DeprecationWarning, stacklevel=2)
    return sum(values)


def announce(text):
    """Say something where programs say what goes on."""
    logging.getLogger("growth").warning(text)


def bar(done, of):
    """A progress bar, as many libraries draw one."""
    print(f"\r{done}/{of}", end="", file=sys.stderr)
