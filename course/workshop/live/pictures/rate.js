// Gradient descent on the ravine: its path, its distance to the minimiser, and its rate beside the predicted one.
import { axis, column, levels, linspace, mark, panel, ravine, run } from "../rules.js";

const STEPS = 60;

function predicted(share, kappa) {
  return Math.max(Math.abs(1 - share), Math.abs(1 - share / kappa));
}

// From step 50 to step 100 of a run, each eigen-direction by itself: |1 - eta lambda|^t as repeated steps.
function measured(share, kappa) {
  const distances = [];
  let [along, across] = [4, 1];
  for (let t = 0; t <= 100; t++) {
    distances.push(Math.hypot(along, across));
    along -= (share / kappa) * along;
    across -= share * across;
  }
  return (distances[100] / distances[50]) ** (1 / 50);
}

export function scene({ share, kappa }) {
  const problem = ravine(kappa), eta = share / kappa;
  const { thetas } = run("gradient_descent", problem.gradient, problem.start, STEPS, eta);
  const distances = thetas.map(([x, y]) => Math.hypot(x, y)).filter((one) => one < 1e6);
  const steps = distances.map((_, t) => t), rate = predicted(share, kappa);
  const x = axis("θ₁", -5.2, 5.2), y = axis("θ₂", -3.2, 3.2);
  const shares = linspace(0, 2.2, 111), some = linspace(0.1, 2.2, 22);
  const fate = share < 2 ? `It needs ${(Math.log(10) / -Math.log(rate)).toFixed(1)} steps for each decimal digit.`
    : "At 2 and beyond, the distance does not shrink.";
  return {
    panels: [
      panel("The path", x, y, [
        mark("line", "gradient_descent", column(thetas, 0), column(thetas, 1), "gradient descent"),
        mark("points", "gradient_descent", column(thetas, 0), column(thetas, 1)),
        mark("points", "minimiser", [0], [0], "minimiser"),
      ], { field: { values: levels(problem, x, y, 61), low: -1, high: 2.5, bands: 14 }, equal: true }),
      panel("Distance to the minimiser", axis("step t", 0, STEPS), axis("|θ − θ*|", 1e-4, 100, true), [
        mark("line", "prediction", steps, steps.map((t) => distances[0] * rate ** t), "predicted: start × rateᵗ"),
        mark("line", "gradient_descent", steps, distances, "measured"),
      ]),
      panel("Rate: what is left after a step", axis("η λmax", 0, 2.2), axis("rate", 0, 1.3), [
        mark("line", "prediction", shares, shares.map((one) => predicted(one, kappa)), "predicted"),
        mark("rule", "grey", [2], [], "limit: η = 2/λmax"),
        mark("rule", "grey", [], [1]),
        mark("points", "gradient_descent", some, some.map((one) => measured(one, kappa)), "measured"),
        mark("points", "here", [share], [measured(share, kappa)], "your rate"),
      ]),
    ],
    says: `κ = ${kappa.toFixed(0)}, η λmax = ${share.toFixed(2)}: the predicted rate is ${rate.toFixed(4)}, ` +
      `the measured one ${measured(share, kappa).toFixed(4)}. ${fate}`,
  };
}
