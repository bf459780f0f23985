"""Momentum on the ravine: the plane of learning rate and gamma with its rates, and the run of the chosen point."""

from __future__ import annotations

import numpy as np

from course.workshop import problems, unrolled
from course.workshop.live.contract import Picture, Slider, Step, Values
from course.workshop.live.paths import distances, hyper, levels, path
from course.workshop.live.scene import Axis, Field, Mark, Panel, Scene
from course.workshop.problems import Array
from course.workshop.trajectories import follow

STEPS = 80


def matrices(products: Array, gammas: Array) -> Array:
    """One step on (d_t, d_(t-1)) along an eigen-direction: [[1 + gamma - eta lambda, -gamma], [1, 0]]."""
    products, gammas = np.broadcast_arrays(products, gammas)
    zero = np.zeros_like(products)
    return np.stack([np.stack([1 + gammas - products, -gammas], -1), np.stack([zero + 1, zero], -1)], -2)


def predicted(shares: Array, gammas: Array, kappa: float) -> Array:
    """The larger spectral radius of the two eigen-directions, from the eigenvalues of their matrices."""
    radii = [np.abs(np.linalg.eigvals(matrices(np.asarray(s), gammas))).max(-1) for s in (shares, shares / kappa)]
    return np.maximum(*radii)


def measured(share: float, gamma: float, kappa: float) -> float:
    """The mean factor of a step from step 150 to step 300, in the norm of the last two distances."""
    starts = {share / kappa: 4.0, share: 1.0}
    sizes = []
    for t in (150, 300):
        power = [np.linalg.matrix_power(matrices(np.array(p), np.array(gamma)), t) @ [s, s] for p, s in starts.items()]
        sizes.append(float(np.linalg.norm(power)))
    return float((sizes[1] / sizes[0]) ** (1 / 150))


def scene(values: Values) -> Scene:
    """The plane, the distances and the path."""
    share, gamma, kappa = values["share"], values["gamma"], values["kappa"]
    problem = problems.ravine(kappa)
    run = unrolled.momentum(problem, STEPS, share / kappa, gamma=gamma)
    distance = distances(run, problem)
    steps, gammas, q = np.arange(len(distance)), np.linspace(0, 1, 51), np.sqrt(kappa)
    rate, found = float(predicted(np.array(share), np.array(gamma), kappa)), measured(share, gamma, kappa)
    x, y = Axis("θ₁", -5.2, 5.2), Axis("θ₂", -3.2, 3.2)
    rates = predicted(np.linspace(0.02, 4, 61)[None, :], np.linspace(0, 0.99, 61)[:, None], kappa)
    choice = [
        Mark("line", "prediction", 2 + 2 * gammas, gammas, "limit: η λmax = 2 + 2γ"),
        Mark("points", "minimiser", [(2 / (1 / q + 1)) ** 2], [((q - 1) / (q + 1)) ** 2], "best pair"),
        Mark("points", "here", [share], [gamma], "your point"),
    ]
    over_time = [
        Mark("line", "prediction", steps, distance[0] * rate**steps, "predicted: start × rateᵗ"),
        Mark("line", "momentum", steps, distance, "measured"),
    ]
    plane = [path(run, "momentum", "momentum"), Mark("points", "minimiser", [0], [0], "minimiser")]
    end = "The run converges." if rate < 1 else "The run does not converge."
    return Scene(
        [
            Panel(
                "Choose here: the darker, the slower",
                Axis("η λmax", 0.02, 4),
                Axis("γ", 0, 0.99),
                choice,
                Field(rates, 0.5, 1),
                drag=("share", "gamma"),
            ),
            Panel("Distance to the minimiser", Axis("step t", 0, STEPS), Axis("|θ − θ*|", 1e-4, 100, True), over_time),
            Panel("The path", x, y, plane, levels(problem, x, y, 61, -1, 2.5), equal=True),
        ],
        f"η λmax = {share:.2f}, γ = {gamma:.2f}, κ = {kappa:.0f}: the predicted rate is {rate:.3f}, "
        f"the measured one {found:.3f}. {end}",
    )


def yours(values: Values, step: Step) -> list[list[Mark]]:
    """The distances and the path of a learner's rule."""
    problem = problems.ravine(values["kappa"])
    run = follow(step, problem, STEPS, eta=values["share"] / values["kappa"], **hyper(step, gamma=values["gamma"]))
    distance = distances(run, problem)
    return [[], [Mark("line", "yours", np.arange(len(distance)), distance, "yours")], [path(run, "yours", "yours")]]


PICTURE = Picture(
    "plane",
    "Momentum: every pair of learning rate and gamma",
    "A plane of learning rates and values of gamma, shaded by the predicted rate, with the limit of stability and the "
    "best pair; beside it the distance to the minimiser over the steps and the path for the chosen point.",
    (
        Slider("share", "learning rate: η λmax", 0.02, 4, 0.02, 2.0),
        Slider("gamma", "momentum γ", 0, 0.99, 0.01, 0.6),
        Slider("kappa", "condition number κ", 2, 100, 1, 25, 0),
    ),
    scene,
    yours,
)
