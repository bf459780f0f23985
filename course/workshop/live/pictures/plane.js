// Momentum on the ravine: the plane of learning rate and gamma with its rates, and the run of the chosen point.
import { axis, column, levels, linspace, mark, panel, ravine, run } from "../rules.js";

const STEPS = 80;

// The larger absolute root of z² - (1 + gamma - eta lambda) z + gamma = 0.
function root(product, gamma) {
  const sum = 1 + gamma - product, square = sum * sum - 4 * gamma;
  return square < 0 ? Math.sqrt(gamma) : (Math.abs(sum) + Math.sqrt(square)) / 2;
}

function predicted(share, gamma, kappa) {
  return Math.max(root(share, gamma), root(share / kappa, gamma));
}

// From step 150 to step 300 of a run, each eigen-direction by itself, in the norm of the last two distances.
function measured(share, gamma, kappa) {
  const sizes = [];
  let now = [4, 1], before = [4, 1];
  for (let t = 0; t <= 300; t++) {
    sizes.push(Math.hypot(...now, ...before));
    const next = now.map((one, i) => one - (i ? share : share / kappa) * one + gamma * (one - before[i]));
    [before, now] = [now, next];
  }
  return (sizes[300] / sizes[150]) ** (1 / 150);
}

const planes = new Map();
function rates(kappa) {
  if (!planes.has(kappa)) {
    const [gammas, shares] = [linspace(0, 0.99, 61), linspace(0.02, 4, 61)];
    planes.set(kappa, gammas.map((gamma) => shares.map((share) => predicted(share, gamma, kappa))));
  }
  return planes.get(kappa);
}

export function scene({ share, gamma, kappa }) {
  const problem = ravine(kappa);
  const { thetas } = run("momentum", problem.gradient, problem.start, STEPS, share / kappa, { gamma });
  const distances = thetas.map(([x, y]) => Math.hypot(x, y)).filter((one) => one < 1e6);
  const steps = distances.map((_, t) => t), rate = predicted(share, gamma, kappa), found = measured(share, gamma, kappa);
  const x = axis("θ₁", -5.2, 5.2), y = axis("θ₂", -3.2, 3.2), gammas = linspace(0, 1, 51), q = Math.sqrt(kappa);
  return {
    panels: [
      panel("Choose here: the darker, the slower", axis("η λmax", 0.02, 4), axis("γ", 0, 0.99), [
        mark("line", "prediction", gammas.map((one) => 2 + 2 * one), gammas, "limit: η λmax = 2 + 2γ"),
        mark("points", "minimiser", [(2 / (1 / q + 1)) ** 2], [((q - 1) / (q + 1)) ** 2], "best pair"),
        mark("points", "here", [share], [gamma], "your point"),
      ], { field: { values: rates(kappa), low: 0.5, high: 1, bands: 14 }, drag: ["share", "gamma"] }),
      panel("Distance to the minimiser", axis("step t", 0, STEPS), axis("|θ − θ*|", 1e-4, 100, true), [
        mark("line", "prediction", steps, steps.map((t) => distances[0] * rate ** t), "predicted: start × rateᵗ"),
        mark("line", "momentum", steps, distances, "measured"),
      ]),
      panel("The path", x, y, [
        mark("line", "momentum", column(thetas, 0), column(thetas, 1), "momentum"),
        mark("points", "minimiser", [0], [0], "minimiser"),
      ], { field: { values: levels(problem, x, y, 61), low: -1, high: 2.5, bands: 14 }, equal: true }),
    ],
    says: `η λmax = ${share.toFixed(2)}, γ = ${gamma.toFixed(2)}, κ = ${kappa.toFixed(0)}: the predicted rate is ` +
      `${rate.toFixed(3)}, the measured one ${found.toFixed(3)}. ${rate < 1 ? "The run converges." : "The run does not converge."}`,
  };
}
