// Momentum and NAG from the same point of the ravine, with the same constants.
import { axis, column, levels, mark, panel, ravine, run } from "../rules.js";

const STEPS = 80;
const NAMED = { momentum: "momentum", nesterov: "NAG" };

// The larger absolute root of z² - b z + c = 0.
function larger(b, c) {
  const square = b * b - 4 * c;
  return square < 0 ? Math.sqrt(c) : (Math.abs(b) + Math.sqrt(square)) / 2;
}

function predictedRate(rule, share, gamma, kappa) {
  return Math.max(...[share, share / kappa].map((product) => rule === "momentum"
    ? larger(1 + gamma - product, gamma) : larger((1 + gamma) * (1 - product), gamma * (1 - product))));
}

export function scene({ share, gamma, kappa }) {
  const problem = ravine(kappa), rules = Object.keys(NAMED);
  const runs = rules.map((rule) => run(rule, problem.gradient, problem.start, STEPS, share / kappa, { gamma }).thetas);
  const distances = runs.map((thetas) => thetas.map(([x, y]) => Math.hypot(x, y)).filter((one) => one < 1e6));
  const rates = rules.map((rule) => predictedRate(rule, share, gamma, kappa));
  const x = axis("θ₁", -5.2, 5.2), y = axis("θ₂", -3.2, 3.2);
  return {
    panels: [
      panel("The paths", x, y, [
        ...rules.map((rule, i) => mark("line", rule, column(runs[i], 0), column(runs[i], 1), NAMED[rule])),
        mark("points", "minimiser", [0], [0], "minimiser"),
      ], { field: { values: levels(problem, x, y, 61), low: -1, high: 2.5, bands: 14 }, equal: true }),
      panel("Distance to the minimiser", axis("step t", 0, STEPS), axis("|θ − θ*|", 1e-4, 100, true),
        rules.map((rule, i) => mark("line", rule, distances[i].map((_, t) => t), distances[i], NAMED[rule]))),
    ],
    says: `η λmax = ${share.toFixed(2)}, γ = ${gamma.toFixed(2)}, κ = ${kappa.toFixed(0)}. Predicted rates: momentum ` +
      `${rates[0].toFixed(3)}, NAG ${rates[1].toFixed(3)}. Limits of η λmax: momentum ${(2 + 2 * gamma).toFixed(2)}, ` +
      `NAG ${((2 + 2 * gamma) / (1 + 2 * gamma)).toFixed(2)}.`,
  };
}
