"""Simulate the prices of `prices.csv` and write what they were simulated with into `prices.json`.

Run with `python -m course.workshop.data.make_prices`. The numbers are simulated: no market traded them.
"""

import json
from pathlib import Path

import numpy as np

SEED = 1952
DAYS, YEAR = 756, 252
RF = 0.02
NAMES = ("bank", "insurer", "lender", "broker", "power", "water", "gas", "chips", "cloud", "games")
SECTORS = (0, 0, 0, 0, 1, 1, 1, 2, 2, 2)
# The share of a stock's variance that the market explains, and the one that its sector does; the rest is its own.
BY_MARKET = np.array([0.42, 0.36, 0.45, 0.48, 0.20, 0.16, 0.25, 0.36, 0.42, 0.30])
BY_SECTOR = np.array([0.25, 0.22, 0.22, 0.20, 0.30, 0.34, 0.25, 0.20, 0.22, 0.18])
VOLATILITY = np.array([0.24, 0.20, 0.30, 0.33, 0.15, 0.13, 0.19, 0.34, 0.38, 0.42])
MEANS = np.array([0.075, 0.070, 0.060, 0.085, 0.055, 0.050, 0.045, 0.115, 0.120, 0.080])


def loadings() -> np.ndarray:
    """(10, 14): on the market, on three sectors, on each stock's own shock; rows of length 1."""
    sectors = np.eye(3)[list(SECTORS)]
    own = np.diag(np.sqrt(1 - BY_MARKET - BY_SECTOR))
    return np.hstack([np.sqrt(BY_MARKET)[:, None], np.sqrt(BY_SECTOR)[:, None] * sectors, own])


def simulate() -> str:
    """The text of the CSV file: prices with two digits, 100 on the day before the first."""
    rng = np.random.default_rng(SEED)
    shocks = rng.standard_normal((DAYS, 14)) @ loadings().T
    returns = MEANS / YEAR + VOLATILITY / np.sqrt(YEAR) * shocks
    path = 100 * np.cumprod(np.vstack([np.ones(len(NAMES)), 1 + returns]), axis=0)
    return "\n".join([",".join(NAMES), *(",".join(f"{price:.2f}" for price in day) for day in path)]) + "\n"


def main() -> None:
    """Write both files beside this script."""
    folder = Path(__file__).parent
    folder.joinpath("prices.csv").write_text(simulate(), encoding="utf-8")
    truth = {
        "names": NAMES,
        "rf": RF,
        "mu": MEANS.tolist(),
        "volatility": VOLATILITY.tolist(),
        "loadings": loadings().round(12).tolist(),
        "made_by": f"course/workshop/data/make_prices.py, seed {SEED}",
    }
    folder.joinpath("prices.json").write_text(json.dumps(truth, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
