// Numbers that look random and are the same in JavaScript and in Python (draws.py).

// Numbers from 0 to 1: a linear congruential generator.
function uniform(count) {
  let state = 1;
  return Array.from({ length: count }, () => {
    state = (Math.imul(1664525, state) + 1013904223) >>> 0;
    return state / 2 ** 32;
  });
}

export { uniform };
