// The problems of the course in two dimensions, and its six rules one step at a time (learning rate inside the velocity,
// epsilon inside the root). A test compares them with course.workshop.problems and course.workshop.unrolled.

// A valley with curvatures 1 and kappa, turned by 20 degrees; the minimiser is 0.
function ravine(kappa) {
  const [c, s] = [Math.cos((20 * Math.PI) / 180), Math.sin((20 * Math.PI) / 180)];
  const [a, b, d] = [c * c + kappa * s * s, (1 - kappa) * c * s, s * s + kappa * c * c];
  return {
    name: `ravine ${kappa}`,
    value: ([x, y]) => 0.5 * (a * x * x + 2 * b * x * y + d * y * y),
    gradient: ([x, y]) => [a * x + b * y, b * x + d * y],
    minimum: 0,
    start: [-4 * c - s, -4 * s + c],
  };
}

const rosenbrock = {
  name: "rosenbrock",
  value: ([x, y]) => (1 - x) ** 2 + 100 * (y - x ** 2) ** 2,
  gradient: ([x, y]) => [-2 * (1 - x) - 400 * x * (y - x ** 2), 200 * (y - x ** 2)],
  minimum: 0,
};

const BEALE = [[1, 1.5], [2, 2.25], [3, 2.625]];
const beale = {
  name: "beale",
  value: ([x, y]) => BEALE.reduce((sum, [i, c]) => sum + (c - x * (1 - y ** i)) ** 2, 0),
  gradient: ([x, y]) => BEALE.reduce(([by_x, by_y], [i, c]) => {
    const residual = c - x * (1 - y ** i);
    return [by_x - 2 * residual * (1 - y ** i), by_y + 2 * residual * x * i * y ** (i - 1)];
  }, [0, 0]),
  minimum: 0,
};

const himmelblau = {
  name: "himmelblau",
  value: ([x, y]) => (x ** 2 + y - 11) ** 2 + (x + y ** 2 - 7) ** 2,
  gradient: ([x, y]) => {
    const a = x ** 2 + y - 11, b = x + y ** 2 - 7;
    return [4 * x * a + 2 * b, 2 * a + 4 * y * b];
  },
  minimum: 0,
};

// Each coordinate by itself: by rule, (theta, state, gradient, step 1, 2, ..., eta, constants) -> [theta, state].
const EPS = 1e-8;
const COORDINATE = {
  gradient_descent: (theta, state, g, t, eta) => [theta - eta * g, []],
  momentum: (theta, [v = 0], g, t, eta, { gamma = 0.9 }) => {
    v = gamma * v + eta * g;
    return [theta - v, [v]];
  },
  adagrad: (theta, [r = 0], g, t, eta) => {
    r += g * g;
    return [theta - (eta * g) / Math.sqrt(r + EPS), [r]];
  },
  rmsprop: (theta, [r = 0], g, t, eta, { rho = 0.9 }) => {
    r = rho * r + (1 - rho) * g * g;
    return [theta - (eta * g) / Math.sqrt(r + EPS), [r]];
  },
  adam: (theta, [m = 0, v = 0], g, t, eta, { beta_1 = 0.9, beta_2 = 0.999 }) => {
    m = beta_1 * m + (1 - beta_1) * g;
    v = beta_2 * v + (1 - beta_2) * g * g;
    return [theta - (eta * m) / (1 - beta_1 ** t) / Math.sqrt(v / (1 - beta_2 ** t) + EPS), [m, v]];
  },
};
COORDINATE.nesterov = COORDINATE.momentum; // with the gradient at the point ahead

// A run of a rule: thetas[t] and states[t] for t = 0, ..., steps. It ends early where it leaves the finite numbers.
function run(rule, gradient, start, steps, eta, constants = {}) {
  const thetas = [start], states = [start.map(() => [])];
  for (let t = 0; t < steps; t++) {
    const theta = thetas[t], state = states[t];
    const ahead = rule === "nesterov" ? theta.map((one, i) => one - (constants.gamma ?? 0.9) * (state[i][0] ?? 0)) : theta;
    const g = gradient(ahead);
    const stepped = theta.map((one, i) => COORDINATE[rule](one, state[i], g[i], t + 1, eta, constants));
    if (!stepped.every(([one]) => Number.isFinite(one))) break;
    thetas.push(stepped.map(([one]) => one));
    states.push(stepped.map(([, kept]) => kept));
  }
  return { thetas, states };
}

// log10 of the loss above the minimum, on a grid of size x size over the panel; kept, since a drag asks again and again.
const grids = new Map();
function levels(problem, x, y, size, floor = 1e-3) {
  const key = JSON.stringify([problem.name, x, y, size, floor]);
  if (!grids.has(key)) grids.set(key, computed(problem, x, y, size, floor));
  return grids.get(key);
}

function computed(problem, x, y, size, floor) {
  const at = (axis, i) => axis.low + (i * (axis.high - axis.low)) / (size - 1);
  return Array.from({ length: size }, (_, i) => Array.from({ length: size }, (_, j) =>
    Math.log10(Math.max(problem.value([at(x, j), at(y, i)]) - problem.minimum, floor))));
}

// The evenly spaced numbers from low to high, both ends included.
function linspace(low, high, count) {
  return Array.from({ length: count }, (_, i) => low + (i * (high - low)) / (count - 1));
}

// A path as it is drawn: it ends at its first point that is far outside.
function column(thetas, i, far = 1e3) {
  const end = thetas.findIndex((theta) => theta.some((one) => Math.abs(one) > far));
  return (end < 0 ? thetas : thetas.slice(0, end)).map((theta) => theta[i]);
}

const axis = (label, low, high, log = false) => ({ label, low, high, log });
const mark = (kind, look, x, y, label = "") => ({ kind, look, x, y, label });
const panel = (title, x, y, marks, { field = null, equal = false, drag = [] } = {}) => ({ title, x, y, marks, field, equal, drag });

export { axis, beale, column, himmelblau, levels, linspace, mark, panel, ravine, rosenbrock, run };
