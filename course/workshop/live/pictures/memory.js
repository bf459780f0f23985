// What each rule stores: one parameter is shown a series of gradients, and the rule's memory and step are drawn over it.
import { axis, mark, panel, run } from "../rules.js";

const STEPS = 100;
const SIGNALS = {
  constant: () => 1,
  alternating: (t) => (t % 2 ? -1 : 1),
  rare: (t) => (t % 20 === 5 ? 1 : 0),
  storm: (t) => (t >= 30 && t < 45 ? 3 : 0.3) * (t % 3 === 1 ? -1 : 1),
};
const STORED = {
  momentum: ["v: steps, discounted"], nesterov: ["v: steps, discounted"], adagrad: ["√r: root of the sum of g²"],
  rmsprop: ["√r: root of the average of g²"], adam: ["m: average of g", "√v: root of the average of g²"],
};

export function scene({ rule, signal, keep }) {
  const gradients = Array.from({ length: STEPS }, (_, t) => SIGNALS[signal](t));
  const constants = { gamma: keep, rho: keep, beta_1: keep, beta_2: 0.999 };
  let asked = 0;
  const { thetas, states } = run(rule, () => [gradients[asked++]], [0], STEPS, 0.1, constants);
  const steps = gradients.map((_, t) => t), root = STORED[rule].map((label) => label.startsWith("√"));
  const stored = root.map((under, i) => steps.map((t) => {
    const kept = states[t + 1][0][i];
    return under ? Math.sqrt(kept) : kept;
  }));
  const moved = steps.map((t) => thetas[t][0] - thetas[t + 1][0]);
  const time = axis("step t", 0, STEPS), top = Math.max(...stored.flat()), low = Math.min(0, ...stored.flat());
  const reach = Math.max(...moved.map(Math.abs)) * 1.1;
  const looks = [rule, "grey"].slice(0, root.length).reverse();
  return {
    panels: [
      panel("The gradients it sees", time, axis("g", -3.3, 3.3), [mark("line", "gradient_descent", steps, gradients, "gradient")]),
      panel("What it stores", time, axis("stored", 1.1 * low, 1.1 * top),
        stored.map((kept, i) => mark("line", looks[i], steps, kept, STORED[rule][i]))),
      panel("The step it takes (η = 0.1)", time, axis("θ before − after", -reach, reach),
        [mark("line", rule, steps, moved, "step")]),
    ],
    says: `The largest step is ${Math.max(...moved.map(Math.abs)).toFixed(3)}, the last one ` +
      `${Math.abs(moved.at(-1)).toFixed(3)}; with η = 0.1, gradient descent would take ${Math.abs(0.1 * gradients.at(-1)).toFixed(3)} there.`,
  };
}
