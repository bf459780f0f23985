"""Small data that ships with the course, and how to read it wherever the course is installed."""

import json
from importlib.resources import files
from typing import Any

import numpy as np
from numpy.typing import NDArray


def read_csv(name: str) -> NDArray[Any]:
    """The numbers (rows, columns) of a shipped CSV file with one header line."""
    with files(__name__).joinpath(name).open(encoding="utf-8") as file:
        return np.loadtxt(file, delimiter=",", skiprows=1, ndmin=2)


def read_json(name: str) -> Any:
    """What a shipped JSON file holds."""
    with files(__name__).joinpath(name).open(encoding="utf-8") as file:
        return json.load(file)


def read_minimiser(name: str) -> NDArray[Any]:
    """The minimiser (n,) of a shipped JSON file."""
    return np.array(read_json(name)["minimiser"], dtype=float)
