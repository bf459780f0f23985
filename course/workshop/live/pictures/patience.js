// Early stopping on a validation curve that is seen with noise: where it stops, what it keeps, what patience costs.
import { uniform } from "../draws.js";
import { axis, mark, panel } from "../rules.js";

const EPOCHS = 120, RUNS = 60, LONGEST = 40;

function sums(parts) {
  return Array.from({ length: RUNS * EPOCHS }, (_, i) => parts.slice(12 * i, 12 * i + 12).reduce((sum, one) => sum + one, -6));
}

// Nearly normal numbers: sums of twelve uniform ones. Kept, since a drag asks again and again.
let numbers = null;
function normals() {
  numbers ??= sums(uniform(RUNS * EPOCHS * 12));
  return numbers;
}

// For each patience 1, ..., LONGEST the epochs [best, last], from 1, of one run as it is seen.
function endsOf(seen, margin) {
  let best = Infinity, at = 0;
  const bests = seen.map((loss, k) => {
    if (loss < best - margin) [best, at] = [loss, k + 1];
    return at;
  });
  return Array.from({ length: LONGEST }, (_, i) => {
    const found = bests.findIndex((one, k) => k + 1 - one >= i + 1);
    const last = found < 0 ? EPOCHS : found + 1;
    return [bests[last - 1], last];
  });
}

export function scene({ patience, margin, noise, turn }) {
  const epochs = Array.from({ length: EPOCHS }, (_, k) => k + 1), draws = normals();
  const truth = epochs.map((k) => 0.3 + Math.exp(-k / 15) + (Math.exp(-turn / 15) / 15) * k);
  const lowest = Math.min(...truth), lost = Array(LONGEST).fill(0), ran = Array(LONGEST).fill(0);
  let first = null;
  for (let run = 0; run < RUNS; run++) {
    const seen = truth.map((loss, k) => loss + noise * draws[run * EPOCHS + k]);
    const ends = endsOf(seen, margin);
    first ??= { seen, ends };
    ends.forEach(([kept, last], i) => {
      lost[i] += (truth[kept - 1] - lowest) / RUNS;
      ran[i] += last / RUNS;
    });
  }
  const here = patience - 1, [kept, last] = first.ends[here];
  return {
    panels: [
      panel("One run", axis("epoch", 0, EPOCHS), axis("validation loss", 0.2, 1.5), [
        mark("points", "grey", epochs.slice(0, last), first.seen.slice(0, last), "as seen"),
        mark("line", "prediction", epochs, truth, "without noise"),
        mark("points", "here", [kept], [first.seen[kept - 1]], "kept"),
        mark("rule", "grey", [last], [], "stopped"),
      ]),
      panel(`Mean of ${RUNS} runs`, axis("epochs run", 0, EPOCHS), axis("loss given away", 0, 0.6), [
        mark("line", "momentum", ran, lost, `patience 1 to ${LONGEST}`),
        mark("points", "here", [ran[here]], [lost[here]], "your patience"),
      ]),
    ],
    says: `Patience ${patience}: this run stops after epoch ${last} and keeps epoch ${kept}; the lowest loss is at epoch ` +
      `${truth.indexOf(lowest) + 1}. Over ${RUNS} runs it takes ${ran[here].toFixed(1)} epochs and gives away ${lost[here].toFixed(4)}.`,
  };
}
