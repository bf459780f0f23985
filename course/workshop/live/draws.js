// Numbers that look random and are the same in JavaScript and in Python (draws.py).

// Numbers from 0 to 1: a linear congruential generator. Kept, since a drag asks again and again.
const sequences = new Map();
function uniform(count) {
  if (!sequences.has(count)) {
    let state = 1;
    sequences.set(count, Array.from({ length: count }, () => {
      state = (Math.imul(1664525, state) + 1013904223) >>> 0;
      return state / 2 ** 32;
    }));
  }
  return sequences.get(count);
}

export { uniform };
