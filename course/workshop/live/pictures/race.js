// The six rules on a surface, from one start that can be dragged.
import { axis, beale, column, himmelblau, levels, mark, panel, ravine, rosenbrock, run } from "../rules.js";

const STEPS = 150;
const SURFACES = { ravine: ravine(25), rosenbrock, beale, himmelblau };

export function scene({ surface, x0, y0, decades }, { rates, windows, minimisers, labels }) {
  const problem = SURFACES[surface], [left, right, low, high] = windows[surface];
  const start = [left + x0 * (right - left), low + y0 * (high - low)];
  const rules = Object.keys(labels), steps = Array.from({ length: STEPS + 1 }, (_, t) => t);
  const runs = rules.map((rule) => run(rule, problem.gradient, start, STEPS, rates[surface][rule] * 10 ** decades).thetas);
  const gaps = runs.map((thetas) => thetas.map((theta) => problem.value(theta) - problem.minimum).filter((gap) => gap < 1e9));
  const x = axis("θ₁", left, right), y = axis("θ₂", low, high);
  const ends = gaps.map((gap) => (gap.length > STEPS ? gap[STEPS] : Infinity)), first = ends.indexOf(Math.min(...ends));
  return {
    panels: [
      panel("The paths; drag the start", x, y, [
        ...rules.map((rule, i) => mark("line", rule, column(runs[i], 0), column(runs[i], 1), labels[rule])),
        mark("points", "minimiser", minimisers[surface].map(([a]) => a), minimisers[surface].map(([, b]) => b), "minimiser"),
        mark("points", "here", [start[0]], [start[1]], "start"),
      ], { field: { values: levels(problem, x, y, 61), low: -1, high: 3.5, bands: 14 }, drag: ["x0", "y0"] }),
      panel("Loss above the minimum", axis("step t", 0, STEPS), axis("L − L*", 1e-6, 1e3, true),
        rules.map((rule, i) => mark("line", rule, steps.slice(0, gaps[i].length), gaps[i], labels[rule]))),
    ],
    says: `From (${start[0].toFixed(2)}, ${start[1].toFixed(2)}), after ${STEPS} steps ${labels[rules[first]]} is lowest. ` +
      "Another start or other rates give another order.",
  };
}
