// Schedules that start and end at the same rates, and the expected loss that each gives on a parabola with noise.
import { axis, mark, panel } from "../rules.js";

const STEPS = 200;
const LOOKS = {
  constant: ["gradient_descent", "constant"], step: ["momentum", "step decay"], exponential: ["rmsprop", "exponential"],
  cosine: ["adagrad", "cosine"], warm: ["adam", "warm-up, then cosine"],
};

function rateOf(kind, t, first, end, warm) {
  const share = t / STEPS;
  const cosine = (s) => first * (end + (1 - end) * 0.5 * (1 + Math.cos(Math.PI * s)));
  if (kind === "constant") return first;
  if (kind === "step") return first * end ** (Math.floor(4 * share) / 3);
  if (kind === "exponential") return first * Math.exp(Math.log(end) * share);
  if (kind === "cosine") return cosine(share);
  return share < warm ? (first * (t + 1)) / (warm * STEPS + 1) : cosine((share - warm) / (1 - warm));
}

export function scene({ kind, first, decades, warm, noise }) {
  const end = 10 ** -decades, steps = Array.from({ length: STEPS + 1 }, (_, t) => t);
  const all = Object.keys(LOOKS);
  const rates = all.map((one) => steps.map((t) => rateOf(one, t, first, end, warm)));
  const losses = rates.map((etas) => {
    const found = [0.5];
    for (let t = 0; t < STEPS; t++) {
      found.push((1 - etas[t]) ** 2 * found[t] + 0.5 * (etas[t] * noise) ** 2);
    }
    return found;
  });
  const chosen = all.indexOf(kind), [look, label] = LOOKS[kind];
  const others = (lines) => lines.map((line, i) => mark("line", "grey", steps, line, i === (chosen ? 0 : 1) ? "the others" : ""));
  const without = (lines) => others(lines).filter((_, i) => i !== chosen);
  return {
    panels: [
      panel("The learning rate", axis("step t", 0, STEPS), axis("η", 0, 1.1 * first),
        [...without(rates), mark("line", look, steps, rates[chosen], label)]),
      panel("Expected loss on a parabola with noise", axis("step t", 0, STEPS), axis("expected loss", 1e-5, 1, true),
        [...without(losses), mark("line", look, steps, losses[chosen], label)]),
    ],
    says: `After ${STEPS} steps: ${all.map((one, i) => `${LOOKS[one][1]} ${losses[i].at(-1).toFixed(5)}`).join("; ")}.`,
  };
}
