// Gradient descent on a parabola whose gradient is seen with noise: the loss stays at a floor.
import { uniform } from "../draws.js";
import { axis, linspace, mark, panel } from "../rules.js";

const STEPS = 200, RUNS = 60;
const BATCHES = { 1: "gradient_descent", 4: "momentum", 16: "rmsprop", 64: "adam" };

// +1 or -1. Kept, since a drag asks again and again.
let coins = null;
function flips() {
  coins ??= uniform(STEPS * RUNS).map((one) => (one < 0.5 ? -1 : 1));
  return coins;
}

function floor(rate, batch, noise) {
  return (rate * noise ** 2) / (2 * batch * (2 - rate));
}

export function scene({ rate, batch, noise }) {
  const size = Number(batch), signs = flips(), steps = Array.from({ length: STEPS + 1 }, (_, t) => t);
  const mean = steps.map(() => 0), expected = [0.5];
  for (let run = 0; run < RUNS; run++) {
    let theta = 1;
    mean[0] += 0.5 / RUNS;
    for (let t = 0; t < STEPS; t++) {
      theta -= rate * (theta + (noise / Math.sqrt(size)) * signs[run * STEPS + t]);
      mean[t + 1] += (0.5 * theta * theta) / RUNS;
    }
  }
  for (let t = 0; t < STEPS; t++) expected.push((1 - rate) ** 2 * expected[t] + (rate * noise) ** 2 / (2 * size));
  const rates = linspace(-2, Math.log10(1.9), 60).map((power) => 10 ** power), here = floor(rate, size, noise);
  const late = mean.slice(STEPS / 2).reduce((sum, one) => sum + one, 0) / (STEPS / 2 + 1);
  return {
    panels: [
      panel("The loss over the steps", axis("step t", 0, STEPS), axis("loss", 1e-5, 10, true), [
        mark("line", "prediction", steps, expected, "expected"),
        mark("line", "gradient_descent", steps, mean, `mean of ${RUNS} runs`),
        mark("rule", "grey", [], [here], "floor"),
      ]),
      panel("The floor for every rate and batch", axis("η λ", 0.01, 2, true), axis("floor", 1e-5, 10, true), [
        ...Object.entries(BATCHES).map(([one, look]) =>
          mark("line", look, rates, rates.map((each) => floor(each, Number(one), noise)), `batch ${one}`)),
        mark("points", "here", [rate], [here], "your point"),
      ]),
    ],
    says: `η λ = ${rate.toFixed(2)}, batch ${size}: the predicted floor is ${here.toFixed(5)}, the mean loss of ${RUNS} runs ` +
      `over the last half is ${late.toFixed(5)}. A step shrinks the distance by the factor ${Math.abs(1 - rate).toFixed(2)}.`,
  };
}
