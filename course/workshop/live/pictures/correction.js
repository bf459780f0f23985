// Adam's two averages of a gradient that is 1 on average, with the bias correction and without it.
import { axis, mark, panel } from "../rules.js";

const STEPS = 200;

export function scene({ beta_1, beta_2, noise }) {
  const steps = Array.from({ length: STEPS }, (_, i) => i + 1);
  let m = 0, v = 0, weight_1 = 1, weight_2 = 1;
  const [raw, mean, plain, corrected] = [[], [], [], []];
  for (const t of steps) {
    const g = 1 + noise * Math.sign(((t * t + 3 * t) % 7) - 2.5);
    m = beta_1 * m + (1 - beta_1) * g;
    v = beta_2 * v + (1 - beta_2) * g * g;
    weight_1 *= beta_1;
    weight_2 *= beta_2;
    raw.push(m);
    mean.push(m / (1 - weight_1));
    plain.push(m / Math.sqrt(v));
    corrected.push(m / (1 - weight_1) / Math.sqrt(v / (1 - weight_2)));
  }
  const time = axis("step t", 1, STEPS, true), top = Math.max(...plain);
  return {
    panels: [
      panel("The average of the gradients", time, axis("average", 0, 2.2), [
        mark("line", "grey", steps, raw, "m, uncorrected"),
        mark("line", "adam", steps, mean, "m̂, corrected"),
      ]),
      panel("The step in units of η", time, axis("step / η", 0, 1.1 * Math.max(1.5, top)), [
        mark("line", "grey", steps, plain, "without the correction"),
        mark("line", "adam", steps, corrected, "Adam"),
      ]),
    ],
    says: `Without the correction the first step is ${plain[0].toFixed(2)} η and the largest ${top.toFixed(2)} η; ` +
      `Adam's first step is ${corrected[0].toFixed(2)} η.`,
  };
}
