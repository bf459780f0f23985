"""Simulate the returns of `garch_returns.csv` and find the minimiser of `garch_returns.json`.

Run with `python -m course.workshop.data.make_garch_returns`. The numbers are simulated: no market traded them.
"""

from pathlib import Path

import numpy as np

from course.workshop.data.polish import minimise, write
from course.workshop.problems.volatility import likelihood

SEED = 1986
DAYS = 1000
BURN_IN = 500  # days simulated before the first one kept, so that it does not know how the simulation began
LONG_RUN_VARIANCE, ALPHA, BETA = 1.0, 0.10, 0.88  # 1 percent per day is 16 percent per year


def simulate() -> str:
    """The text of the CSV file: daily returns in percent to a hundredth of a basis point."""
    rng = np.random.default_rng(SEED)
    omega = LONG_RUN_VARIANCE * (1 - ALPHA - BETA)
    h = LONG_RUN_VARIANCE
    returns = []
    for z in rng.standard_normal(BURN_IN + DAYS):
        y = np.sqrt(h) * z
        returns.append(f"{y:.4f}")
        h = omega + ALPHA * y**2 + BETA * h
    return "\n".join(["return_percent", *returns[BURN_IN:]]) + "\n"


def main() -> None:
    """Write both files beside this script."""
    csv = simulate()
    _, gradient = likelihood(np.array(csv.split()[1:], dtype=float))
    rest = 1 - ALPHA - BETA
    simulated = np.log([LONG_RUN_VARIANCE, ALPHA / rest, BETA / rest])
    minimiser = minimise(gradient, simulated)
    write(
        Path(__file__).parent,
        "garch_returns",
        csv,
        minimiser,
        f"course/workshop/data/make_garch_returns.py, seed {SEED}",
    )


if __name__ == "__main__":
    main()
