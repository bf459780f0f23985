"""Simulate the yields of `yield_curve.csv` and find the minimiser of `yield_curve.json`.

Run with `python -m course.workshop.data.make_yield_curve`. The numbers are simulated: no market quoted them.
"""

from pathlib import Path

import numpy as np

from course.workshop.data.polish import minimise, write
from course.workshop.problems.yields import least_squares, svensson_curve

SEED = 1994
MATURITIES = (0.25, 0.5, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 12, 15, 20, 25, 30)  # years
# An inverted short end, a trough after one year and a hump around twelve: both decay times leave a mark.
SIMULATED = (1.5, 0.5, -5.0, 6.0, np.log(1.2), np.log(6.0))
NOISE = 0.03  # percent per year: three basis points


def simulate() -> str:
    """The text of the CSV file: maturities in years, yields in percent to a tenth of a basis point."""
    rng = np.random.default_rng(SEED)
    maturities = np.array(MATURITIES)
    yields = svensson_curve(np.array(SIMULATED), maturities) + NOISE * rng.standard_normal(len(maturities))
    rows = [f"{tau:g},{y:.3f}" for tau, y in zip(maturities, yields, strict=True)]
    return "\n".join(["maturity_years,yield_percent", *rows]) + "\n"


def main() -> None:
    """Write both files beside this script."""
    csv = simulate()
    observed = np.loadtxt(csv.splitlines()[1:], delimiter=",")
    _, gradient = least_squares(observed[:, 0], observed[:, 1])
    minimiser = minimise(gradient, np.array(SIMULATED))
    write(
        Path(__file__).parent, "yield_curve", csv, minimiser, f"course/workshop/data/make_yield_curve.py, seed {SEED}"
    )


if __name__ == "__main__":
    main()
