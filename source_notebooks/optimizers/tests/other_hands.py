"""Functions written from the text of the TP alone, by somebody who had not seen the catalogue.

Right ones in unusual styles, and wrong ones beyond the usual mistakes with the name that they must get; an empty name
where the catalogue has none: then nothing may be named.
"""

RIGHT: dict[str, dict[str, str]] = {
    "gradient_descent_step": {
        "lambda": "gradient_descent_step = lambda theta, grad, eta: theta - grad * eta",
        "add neg": """
def gradient_descent_step(theta, grad, eta):
    return np.add(theta, np.multiply(-eta, grad))
""",
        "copy inplace": """
def gradient_descent_step(theta, grad, eta):
    new = np.array(theta, dtype=float, copy=True)
    new -= eta * np.asarray(grad)
    return new
""",
        "einsum": """
def gradient_descent_step(theta, grad, eta):
    step = np.einsum("...,->...", np.asarray(grad, dtype=float), float(eta))
    return theta - step
""",
        "listcomp": """
def gradient_descent_step(theta, grad, eta):
    theta, grad = np.asarray(theta), np.asarray(grad)
    return np.array([p - eta * g for p, g in zip(theta.ravel(), grad.ravel())], dtype=float).reshape(theta.shape)
""",
        "class call": """
class GradientDescent:
    def __call__(self, theta, grad, eta):
        return theta - eta * grad

gradient_descent_step = GradientDescent()
""",
        "typed": """
def gradient_descent_step(theta: np.ndarray, grad: np.ndarray, eta: float) -> np.ndarray:
    theta_new: np.ndarray = theta - (step := eta * grad)
    return theta_new
""",
        "vectorize": """
@np.vectorize
def _one(p, g, eta):
    return float(p - eta * g)

def gradient_descent_step(theta, grad, eta):
    return _one(theta, grad, eta)
""",
        "subtract out": """
def gradient_descent_step(theta, grad, eta):
    out = np.empty(np.shape(theta))
    np.multiply(grad, eta, out=out)
    np.subtract(theta, out, out=out)
    return out
""",
        "nditer": """
def gradient_descent_step(theta, grad, eta):
    out = np.zeros(np.shape(theta))
    for i in np.ndindex(out.shape):
        out[i] = theta[i] - eta * grad[i]
    return out
""",
    },
    "momentum_step": {
        "expanded": """
def momentum_step(theta, v, grad, eta, gamma=0.9):
    return theta - gamma * v - eta * grad, gamma * v + eta * grad
""",
        "partial helper": """
import functools

def _decay(v, push, keep):
    return keep * v + push

def momentum_step(theta, v, grad, eta, gamma=0.9):
    velocity = functools.partial(_decay, keep=gamma)(v, eta * grad)
    return (theta - velocity, velocity)
""",
        "namedtuple": """
from collections import namedtuple
State = namedtuple("State", "theta v")

def momentum_step(theta, v, grad, eta, gamma=0.9):
    v = gamma * v + eta * grad
    return State(theta=theta - v, v=v)
""",
        "list": """
def momentum_step(theta, v, grad, eta, gamma=0.9):
    v = gamma * v + eta * grad
    return [theta - v, v]
""",
        "copy inplace": """
def momentum_step(theta, v, grad, eta, gamma=0.9):
    v = v.astype(float)
    v *= gamma
    v += eta * grad
    theta = theta.astype(float)
    theta -= v
    return theta, v
""",
        "kwonly extra": """
def momentum_step(theta, v, grad, eta, gamma=0.9, *, nesterov=False, weight_decay=0.0):
    grad = grad + weight_decay * theta
    v = gamma * v + eta * grad
    return theta - v, v
""",
        "negated": """
def momentum_step(theta, v, grad, eta, gamma=0.9):
    displacement = -(gamma * v) - eta * grad
    return theta + displacement, -displacement
""",
        "dot": """
def momentum_step(theta, v, grad, eta, gamma=0.9):
    v = np.tensordot(np.array([gamma, eta]), np.stack([v, grad]), axes=1)
    return np.asarray(theta - v), np.asarray(v)
""",
        "decorated": """
import functools

def as_float(step):
    @functools.wraps(step)
    def wrapped(*args, **kwargs):
        args = [np.array(a, dtype=np.float64) if isinstance(a, np.ndarray) else a for a in args]
        kwargs = {k: np.array(a, dtype=np.float64) if isinstance(a, np.ndarray) else a for k, a in kwargs.items()}
        return step(*args, **kwargs)
    return wrapped

@as_float
def momentum_step(theta, v, grad, eta, gamma=0.9):
    v *= gamma
    v += eta * grad
    theta -= v
    return theta, v
""",
    },
    "nesterov_step": {
        "walrus": """
def nesterov_step(theta, v, grad_fn, eta, gamma=0.9):
    return theta - (new := gamma * v + eta * grad_fn(theta - gamma * v)), new
""",
        "phi": """
def nesterov_step(theta, v, grad_fn, eta, gamma=0.9):
    # step from the look-ahead point: same thing
    drift = gamma * v
    ahead = theta - drift
    kick = eta * np.asarray(grad_fn(ahead))
    return ahead - kick, drift + kick
""",
        "difference": """
def nesterov_step(theta, v, grad_fn, eta, gamma=0.9):
    ahead = theta - gamma * v
    after = ahead - eta * grad_fn(ahead.copy())
    return after, theta - after
""",
        "negative v": """
def nesterov_step(theta, v, grad_fn, eta, gamma=0.9):
    u = -v
    u = gamma * u - eta * grad_fn(theta + gamma * u)
    return theta + u, -u
""",
        "closure": """
def _make():
    def look(theta, v, gamma):
        return theta - gamma * v
    def nesterov_step(theta, v, grad_fn, eta, gamma=0.9):
        g = grad_fn(look(theta, v, gamma))
        v = gamma * v + eta * g
        return theta - v, v
    return nesterov_step

nesterov_step = _make()
""",
    },
    "adagrad_step": {
        "power": """
def adagrad_step(theta, r, grad, eta, eps=1e-8):
    r = np.add(r, np.power(grad, 2.0))
    return theta - eta * grad * (r + eps) ** -0.5, r
""",
        "where": """
def adagrad_step(theta, r, grad, eta, eps=1e-8):
    total = r + grad * grad
    scale = np.sqrt(total + eps)
    step = np.divide(eta * grad, scale, out=np.zeros_like(scale), where=scale > 0)
    return theta - step, total
""",
        "hypot": """
def adagrad_step(theta, r, grad, eta, eps=1e-8):
    r = np.hypot(np.sqrt(r), grad) ** 2
    return theta - eta * grad / np.hypot(np.sqrt(r), np.sqrt(eps)), r
""",
        "reciprocal": """
def adagrad_step(theta, r, grad, eta, eps=1e-8):
    r = r + np.square(grad, dtype=float)
    rates = eta * np.reciprocal(np.sqrt(r + eps))
    return theta - rates * grad, r
""",
        "diag matrix": """
def adagrad_step(theta, r, grad, eta, eps=1e-8):
    shape = np.shape(theta)
    g = np.ravel(grad).astype(float)
    r = np.ravel(r) + g * g
    G = np.diag(1 / np.sqrt(r + eps))
    return np.ravel(theta).reshape(shape) - eta * (G @ g).reshape(shape), r.reshape(shape)
""",
        "exp log": """
def adagrad_step(theta, r, grad, eta, eps=1e-8):
    r = r + grad**2
    return theta - eta * grad * np.exp(-0.5 * np.log(r + eps)), r
""",
        "math loop": """
import math

def adagrad_step(theta, r, grad, eta, eps=1e-8):
    shape = np.shape(theta)
    thetas, rs = [], []
    for p, s, g in zip(np.ravel(theta), np.ravel(r), np.ravel(grad)):
        s = float(s) + float(g) ** 2
        thetas.append(p - eta * g / math.sqrt(s + eps))
        rs.append(s)
    return np.array(thetas, dtype=float).reshape(shape), np.array(rs, dtype=float).reshape(shape)
""",
    },
    "rmsprop_step": {
        "incremental": """
def rmsprop_step(theta, r, grad, eta, rho=0.9, eps=1e-8):
    r = r + (1 - rho) * (grad**2 - r)
    return theta - eta * grad / np.sqrt(r + eps), r
""",
        "average": """
def rmsprop_step(theta, r, grad, eta, rho=0.9, eps=1e-8):
    r = np.average(np.stack([r, np.square(grad)]), axis=0, weights=[rho, 1 - rho])
    return np.asarray(theta - eta * grad / np.sqrt(r + eps)), np.asarray(r)
""",
        "ravel": """
def rmsprop_step(theta, r, grad, eta, rho=0.9, eps=1e-8):
    shape = theta.shape
    th, s, g = theta.ravel().astype(float), r.ravel().astype(float), grad.ravel().astype(float)
    s = rho * s + (1 - rho) * g * g
    th = th - eta * g / np.sqrt(s + eps)
    return th.reshape(shape), s.reshape(shape)
""",
        "dict helper": """
def ema(old, new, *, keep):
    return keep * old + (1.0 - keep) * new

def normalise(g, power, floor):
    return g / np.sqrt(power + floor)

def rmsprop_step(theta, r, grad, eta, rho=0.9, eps=1e-8):
    state = {"r": ema(r, grad**2, keep=rho)}
    return theta - eta * normalise(grad, state["r"], eps), state["r"]
""",
        "method": """
class RMSprop:
    def __init__(self, eta, rho, eps):
        self.eta, self.rho, self.eps = eta, rho, eps
    def step(self, theta, r, grad):
        r = self.rho * r + (1 - self.rho) * grad**2
        return theta - self.eta * grad / np.sqrt(r + self.eps), r

def rmsprop_step(theta, r, grad, eta, rho=0.9, eps=1e-8):
    return RMSprop(eta, rho, eps).step(theta, r, grad)
""",
        "star args": """
def rmsprop_step(theta, r, grad, *args, **kwargs):
    names = ("eta", "rho", "eps")
    hyper = {"rho": 0.9, "eps": 1e-8} | dict(zip(names, args)) | kwargs
    r = hyper["rho"] * r + (1 - hyper["rho"]) * grad**2
    return theta - hyper["eta"] * grad / np.sqrt(r + hyper["eps"]), r
""",
    },
    "adam_step": {
        "lr folded": """
def adam_step(theta, m, v, grad, t, eta, beta_1=0.9, beta_2=0.999, eps=1e-8):
    m = beta_1 * m + (1 - beta_1) * grad
    v = beta_2 * v + (1 - beta_2) * grad**2
    c2 = 1 - beta_2**t
    rate = eta * np.sqrt(c2) / (1 - beta_1**t)
    return theta - rate * m / np.sqrt(v + eps * c2), m, v
""",
        "incremental": """
def adam_step(theta, m, v, grad, t, eta, beta_1=0.9, beta_2=0.999, eps=1e-8):
    m = m + (1 - beta_1) * (grad - m)
    v = v + (1 - beta_2) * (grad * grad - v)
    return theta - eta * (m / (1 - beta_1**t)) / np.sqrt(v / (1 - beta_2**t) + eps), m, v
""",
        "geometric sum": """
def adam_step(theta, m, v, grad, t, eta, beta_1=0.9, beta_2=0.999, eps=1e-8):
    m = beta_1 * m + (1 - beta_1) * grad
    v = beta_2 * v + (1 - beta_2) * grad**2
    w1 = (1 - beta_1) * sum(beta_1**i for i in range(t))
    w2 = (1 - beta_2) * sum(beta_2**i for i in range(t))
    return theta - eta * (m / w1) / np.sqrt(v / w2 + eps), m, v
""",
        "exp log": """
def adam_step(theta, m, v, grad, t, eta, beta_1=0.9, beta_2=0.999, eps=1e-8):
    m = beta_1 * m + (1 - beta_1) * grad
    v = beta_2 * v + (1 - beta_2) * grad**2
    with np.errstate(divide="ignore"):
        b1t = np.exp(t * np.log(beta_1))
        b2t = np.exp(t * np.log(beta_2))
    return theta - eta * (m / (1 - b1t)) / np.sqrt(v / (1 - b2t) + eps), m, v
""",
        "expm1": """
def adam_step(theta, m, v, grad, t, eta, beta_1=0.9, beta_2=0.999, eps=1e-8):
    m = beta_1 * m + (1 - beta_1) * grad
    v = beta_2 * v + (1 - beta_2) * grad**2
    with np.errstate(divide="ignore"):
        m_hat = m / -np.expm1(t * np.log(beta_1))
        v_hat = v / -np.expm1(t * np.log(beta_2))
    return theta - eta * m_hat / np.sqrt(v_hat + eps), m, v
""",
        "math pow": """
import math

def adam_step(theta, m, v, grad, t, eta, beta_1=0.9, beta_2=0.999, eps=1e-8):
    theta, m, v, grad = (np.array(x, dtype=np.float64) for x in (theta, m, v, grad))
    m *= beta_1
    m += (1 - beta_1) * grad
    v *= beta_2
    v += (1 - beta_2) * grad * grad
    denominator = np.sqrt(v / (1 - math.pow(beta_2, t)) + eps)
    theta -= (eta / (1 - math.pow(beta_1, t))) * m / denominator
    return theta, m, v
""",
        "dataclass": """
from dataclasses import dataclass

@dataclass(frozen=True)
class Moments:
    m: object
    v: object

    def after(self, grad, b1, b2):
        return Moments(b1 * self.m + (1 - b1) * grad, b2 * self.v + (1 - b2) * grad**2)

    def corrected(self, t, b1, b2):
        return Moments(self.m / (1 - b1**t), self.v / (1 - b2**t))

def adam_step(theta, m, v, grad, t, eta, beta_1=0.9, beta_2=0.999, eps=1e-8):
    raw = Moments(m, v).after(grad, beta_1, beta_2)
    hat = raw.corrected(t, beta_1, beta_2)
    return theta - eta * hat.m / np.sqrt(hat.v + eps), raw.m, raw.v
""",
        "list of arrays": """
def adam_step(theta, m, v, grad, t, eta, beta_1=0.9, beta_2=0.999, eps=1e-8):
    betas = [beta_1, beta_2]
    moments = [b * s + (1 - b) * grad ** (k + 1) for k, (b, s) in enumerate(zip(betas, [m, v]))]
    hats = [s / (1 - b**t) for b, s in zip(betas, moments)]
    return (theta - eta * hats[0] / np.sqrt(hats[1] + eps), *moments)
""",
        "squares moved": """
def adam_step(theta, m, v, grad, t, eta, beta_1=0.9, beta_2=0.999, eps=1e-8):
    m = beta_1 * m + (1 - beta_1) * grad
    v = beta_2 * v + (1 - beta_2) * grad**2
    # multiply fraction by sqrt(1 - beta_2**t)
    return theta - eta * np.sqrt(1 - beta_2**t) * m / ((1 - beta_1**t) * np.sqrt(v + (1 - beta_2**t) * eps)), m, v
""",
        "reduce": """
from functools import reduce
import operator

def adam_step(theta, m, v, grad, t, eta, beta_1=0.9, beta_2=0.999, eps=1e-8):
    p1 = reduce(operator.mul, [beta_1] * t, 1.0)
    p2 = reduce(operator.mul, [beta_2] * t, 1.0)
    m, v = beta_1 * m + (1 - beta_1) * grad, beta_2 * v + (1 - beta_2) * grad**2
    return theta - eta * (m / (1 - p1)) / (v / (1 - p2) + eps) ** 0.5, m, v
""",
        "logspace": """
def adam_step(theta, m, v, grad, t, eta, beta_1=0.9, beta_2=0.999, eps=1e-8):
    b = np.array([beta_1, beta_2], dtype=np.float64)
    c1, c2 = 1 - b**t
    m = b[0] * m + (1 - b[0]) * grad
    v = b[1] * v + (1 - b[1]) * grad**2
    return theta - eta * (m / c1) / np.sqrt(v / c2 + eps), m, v
""",
    },
    "step_decay": {
        "int div": """
def step_decay(t, eta_0, gamma, s):
    return eta_0 * gamma ** (t // s)
""",
        "loop": """
def step_decay(t, eta_0, gamma, s):
    eta = eta_0
    for i in range(1, int(t) + 1):
        if i % s == 0:
            eta = eta * gamma
    return eta
""",
        "recursion": """
def step_decay(t, eta_0, gamma, s):
    return eta_0 if t < s else gamma * step_decay(t - s, eta_0, gamma, s)
""",
        "divmod": """
def step_decay(t, eta_0, gamma, s):
    drops, _ = divmod(t, s)
    return eta_0 * np.power(float(gamma), drops)
""",
        "exp log": """
import math

def step_decay(t, eta_0, gamma, s):
    return eta_0 * math.exp(math.floor(t / s) * math.log(gamma))
""",
        "mod": """
def step_decay(t, eta_0, gamma, s):
    k = (t - t % s) / s
    return np.float64(eta_0) * gamma**k
""",
        "prod": """
import math

def step_decay(t, eta_0, gamma, s):
    return math.prod([gamma] * int(t // s), start=eta_0)
""",
        "while": """
def step_decay(t, eta_0, gamma, s):
    eta = eta_0
    while t >= s:
        eta *= gamma
        t -= s
    return eta
""",
        "0d": """
def step_decay(t, eta_0, gamma, s):
    return np.asarray(eta_0 * gamma ** np.floor_divide(t, s))
""",
        "searchsorted": """
def step_decay(t, eta_0, gamma, s):
    milestones = np.arange(1, t // s + 2) * s
    return eta_0 * gamma ** np.searchsorted(milestones, t, side="right")
""",
        "trunc": """
def step_decay(t, eta_0, gamma, s):
    return eta_0 * gamma ** np.trunc(t / s)
""",
    },
    "exponential_decay": {
        "math": """
import math

def exponential_decay(t, eta_0, k):
    return eta_0 / math.exp(k * t)
""",
        "e power": """
import math

def exponential_decay(t, eta_0, k):
    return eta_0 * math.e ** (-k * t)
""",
        "power of factor": """
def exponential_decay(t, eta_0, k):
    return eta_0 * np.exp(-k) ** t
""",
        "cached": """
import functools, math

@functools.lru_cache(maxsize=None)
def exponential_decay(t, eta_0, k):
    return eta_0 * math.exp(-k * t)
""",
        "log": """
def exponential_decay(t, eta_0, k):
    return np.exp(np.log(eta_0) - k * t)
""",
        "hyperbolic": """
def exponential_decay(t, eta_0, k):
    x = k * t
    return eta_0 * (np.cosh(x) - np.sinh(x)) if abs(x) < 0.5 else eta_0 * np.exp(-x)
""",
        "loop": """
def exponential_decay(t, eta_0, k):
    factor = np.exp(-k)
    for _ in range(int(t)):
        eta_0 = eta_0 * factor
    return eta_0
""",
        "array1": """
def exponential_decay(t, eta_0, k):
    return (eta_0 * np.exp(-k * np.array([t])))[0]
""",
        "decimal free lambda": """
exponential_decay = lambda t, eta_0, k, base=np.e: eta_0 * base ** (-k * t)
""",
    },
}

WRONG: dict[str, dict[str, tuple[str, str]]] = {
    "gradient_descent_step": {
        "in place": (
            "gradient-descent/theta-in-place",
            """
def gradient_descent_step(theta, grad, eta):
    theta -= eta * grad
    return theta
""",
        ),
        "return forgotten": (
            "gradient-descent/nothing-returned",
            """
def gradient_descent_step(theta, grad, eta):
    theta = theta - eta * grad
""",
        ),
        "half step": (
            "gradient-descent/halved",
            """
def gradient_descent_step(theta, grad, eta):
    return theta - 0.5 * eta * grad
""",
        ),
        "int(eta)": (
            "",
            """
def gradient_descent_step(theta, grad, eta):
    return theta - int(eta) * grad
""",
        ),
        "rounds": (
            "",
            """
def gradient_descent_step(theta, grad, eta):
    return np.round(theta - eta * grad, 6)
""",
        ),
        "matmul raises": (
            "",
            """
def gradient_descent_step(theta, grad, eta):
    return theta - eta @ grad
""",
        ),
        "returns a list (not an array)": (
            "gradient-descent/list-returned",
            """
def gradient_descent_step(theta, grad, eta):
    return [p - eta * g for p, g in zip(theta, grad)]
""",
        ),
        "two steps": (
            "gradient-descent/doubled",
            """
def gradient_descent_step(theta, grad, eta):
    theta = theta - eta * grad
    return theta - eta * grad
""",
        ),
        "returns tuple": (
            "gradient-descent/tuple-returned",
            """
def gradient_descent_step(theta, grad, eta):
    return theta - eta * grad, grad
""",
        ),
        "alias at zero step": (
            "manners/shared",
            """
def gradient_descent_step(theta, grad, eta):
    return theta if not np.any(grad) else theta - eta * grad
""",
        ),
        "flattened": (
            "gradient-descent/flattened",
            """
def gradient_descent_step(theta, grad, eta):
    return theta.ravel() - eta * grad.ravel()
""",
        ),
        "1-D only": (
            "",
            """
def gradient_descent_step(theta, grad, eta):
    out = np.zeros(len(theta))
    for i in range(len(theta)):
        out[i] = theta[i] - eta * grad[i]
    return out
""",
        ),
        "theta used as gradient": (
            "",
            """
def gradient_descent_step(theta, grad, eta):
    return theta - eta * theta
""",
        ),
        "theta and grad swapped": (
            "gradient-descent/theta-and-gradient-exchanged",
            """
def gradient_descent_step(theta, grad, eta):
    return grad - eta * theta
""",
        ),
        "divides by eta": (
            "gradient-descent/divided-by-rate",
            """
def gradient_descent_step(theta, grad, eta):
    return theta - grad / eta
""",
        ),
    },
    "momentum_step": {
        "gamma and eta swapped": (
            "momentum/rate-and-gamma-exchanged",
            """
def momentum_step(theta, v, grad, eta, gamma=0.9):
    v = eta * v + gamma * grad
    return theta - v, v
""",
        ),
        "nesterov's Keras form": (
            "momentum/nesterov",
            """
def momentum_step(theta, v, grad, eta, gamma=0.9):
    v = gamma * v + eta * grad
    return theta - gamma * v - eta * grad, v
""",
        ),
        "global state": (
            "momentum/own-state",
            """
def momentum_step(theta, v, grad, eta, gamma=0.9):
    global _v
    try:
        _v = gamma * _v + eta * grad
    except NameError:
        _v = gamma * v + eta * grad
    return theta - _v, _v
""",
        ),
        "state in function attribute": (
            "",
            """
def momentum_step(theta, v, grad, eta, gamma=0.9):
    state = momentum_step.__dict__.setdefault('v', np.zeros_like(theta))
    if state.shape != theta.shape:
        state = np.zeros_like(theta)
    state = gamma * state + eta * grad
    momentum_step.v = state
    return theta - state, state
""",
        ),
        "sqrt gamma": (
            "momentum/gamma-root",
            """
def momentum_step(theta, v, grad, eta, gamma=0.9):
    v = np.sqrt(gamma) * v + eta * grad
    return theta - v, v
""",
        ),
        "pair: ema + ascent": (
            "",  # three stages at once: the check in the notebook does not hold such pairs, so the grader names none
            """
def momentum_step(theta, v, grad, eta, gamma=0.9):
    v = gamma * v + (1 - gamma) * grad
    return theta + eta * v, v
""",
        ),
        "pair: in place + outside": (
            "",  # a habit and two stages, likewise; that the array is changed is told, with the line
            """
def momentum_step(theta, v, grad, eta, gamma=0.9):
    v *= gamma
    v += grad
    return theta - eta * v, v
""",
        ),
        "pair: hard-coded + ema": (
            "momentum/ema + momentum/gamma-fixed",
            """
def momentum_step(theta, v, grad, eta, gamma=0.9):
    v = 0.9 * v + 0.1 * eta * grad
    return theta - v, v
""",
        ),
        "divides by 1-gamma": (
            "momentum/divided-by-one-minus-gamma",
            """
def momentum_step(theta, v, grad, eta, gamma=0.9):
    v = gamma * v + eta * grad
    return theta - v / (1 - gamma), v
""",
        ),
        "gamma around both": (
            "momentum/gamma-on-gradient",
            """
def momentum_step(theta, v, grad, eta, gamma=0.9):
    v = gamma * (v + eta * grad)
    return theta - v, v
""",
        ),
        "gamma theta": (
            "",
            """
def momentum_step(theta, v, grad, eta, gamma=0.9):
    v = gamma * v + eta * grad
    return gamma * theta - v, v
""",
        ),
    },
    "nesterov_step": {
        "asks twice": (
            "nesterov/asked-too-often",
            """
def nesterov_step(theta, v, grad_fn, eta, gamma=0.9):
    g0 = grad_fn(theta)
    v = gamma * v + eta * grad_fn(theta - gamma * v)
    return theta - v, v
""",
        ),
        "v in place": (
            "nesterov/state-in-place",
            """
def nesterov_step(theta, v, grad_fn, eta, gamma=0.9):
    v *= gamma
    v += eta * grad_fn(theta - v)
    return theta - v, v
""",
        ),
        "theta overwritten and restored (rounding) while asking": (
            "",
            """
def nesterov_step(theta, v, grad_fn, eta, gamma=0.9):
    theta -= gamma * v
    new = gamma * v + eta * grad_fn(theta)
    theta += gamma * v
    return theta - new, new
""",
        ),
        "full look-ahead": (
            "nesterov/look-after-a-whole-step",
            """
def nesterov_step(theta, v, grad_fn, eta, gamma=0.9):
    look = theta - gamma * v - eta * grad_fn(theta)
    v = gamma * v + eta * grad_fn(look)
    return theta - v, v
""",
        ),
        "ema outside": (
            "nesterov/ema-rate-outside",
            """
def nesterov_step(theta, v, grad_fn, eta, gamma=0.9):
    v = gamma * v + (1 - gamma) * grad_fn(theta - gamma * v)
    return theta - eta * v, v
""",
        ),
        "grad_fn treated as an array": (
            "",
            """
def nesterov_step(theta, v, grad_fn, eta, gamma=0.9):
    v = gamma * v + eta * (grad_fn - gamma * v)
    return theta - v, v
""",
        ),
        "eta in look-ahead": (
            "nesterov/look-scaled-by-rate",
            """
def nesterov_step(theta, v, grad_fn, eta, gamma=0.9):
    v = gamma * v + eta * grad_fn(theta - eta * v)
    return theta - v, v
""",
        ),
        "theta - gamma v_new": (
            "",
            """
def nesterov_step(theta, v, grad_fn, eta, gamma=0.9):
    vn = gamma * v + eta * grad_fn(theta - gamma * v)
    return theta - gamma * vn, vn
""",
        ),
        "opposite sign of velocity: consistent": (
            "nesterov/velocity-negated",
            """
def nesterov_step(theta, v, grad_fn, eta, gamma=0.9):
    v = gamma * v - eta * grad_fn(theta + gamma * v)
    return theta + v, v
""",
        ),
        "outside but look-ahead without eta": (
            "nesterov/rate-outside-but-not-in-the-look",
            """
def nesterov_step(theta, v, grad_fn, eta, gamma=0.9):
    v = gamma * v + grad_fn(theta - gamma * v)
    return theta - eta * v, v
""",
        ),
    },
    "adagrad_step": {
        "no eps": (
            "adagrad/epsilon-not-used",
            """
def adagrad_step(theta, r, grad, eta, eps=1e-8):
    r = r + grad**2
    return theta - eta * grad / np.sqrt(r), r
""",
        ),
        "eps accumulated in r": (
            "adagrad/epsilon-in-the-accumulator",
            """
def adagrad_step(theta, r, grad, eta, eps=1e-8):
    r = r + grad**2 + eps
    return theta - eta * grad / np.sqrt(r), r
""",
        ),
        "eps twice": (
            "adagrad/epsilon-inside-and-outside",
            """
def adagrad_step(theta, r, grad, eta, eps=1e-8):
    r = r + grad**2
    return theta - eta * grad / (np.sqrt(r + eps) + eps), r
""",
        ),
        "root stored as the state": (
            "adagrad/root-kept",
            """
def adagrad_step(theta, r, grad, eta, eps=1e-8):
    r = np.sqrt(r + grad**2 + eps)
    return theta - eta * grad / r, r
""",
        ),
        "max(r, eps)": (
            "adagrad/epsilon-as-a-maximum-in-the-root",
            """
def adagrad_step(theta, r, grad, eta, eps=1e-8):
    r = r + grad**2
    return theta - eta * grad / np.sqrt(np.maximum(r, eps)), r
""",
        ),
        "norm": (
            "",
            """
def adagrad_step(theta, r, grad, eta, eps=1e-8):
    r = r + grad**2
    return theta - eta * grad / np.linalg.norm(np.sqrt(r + eps)), r
""",
        ),
        "no eps with nan_to_num": (
            "adagrad/zero-by-zero-repaired",
            """
def adagrad_step(theta, r, grad, eta, eps=1e-8):
    r = r + grad**2
    return theta - np.nan_to_num(eta * grad / np.sqrt(r)), r
""",
        ),
        "pair: in place + outside": (
            "adagrad/epsilon-outside + adagrad/state-in-place",
            """
def adagrad_step(theta, r, grad, eta, eps=1e-8):
    r += grad**2
    return theta - eta * grad / (np.sqrt(r) + eps), r
""",
        ),
        "eps squared inside": (
            "adagrad/epsilon-squared",
            """
def adagrad_step(theta, r, grad, eta, eps=1e-8):
    r = r + grad**2
    return theta - eta * grad / np.sqrt(r + eps**2), r
""",
        ),
        "grad*2 instead of **2": (
            "",
            """
def adagrad_step(theta, r, grad, eta, eps=1e-8):
    r = r + grad * 2
    return theta - eta * grad / np.sqrt(abs(r) + eps), r
""",
        ),
        "dot product (1-D scalar, else matrix)": (
            "adagrad/one-sum-for-all",
            """
def adagrad_step(theta, r, grad, eta, eps=1e-8):
    r = r + grad @ grad
    return theta - eta * grad / np.sqrt(r + eps), r
""",
        ),
    },
    "rmsprop_step": {
        "centred": (
            "",
            """
def rmsprop_step(theta, r, grad, eta, rho=0.9, eps=1e-8):
    r = rho * r + (1 - rho) * (grad - grad.mean())**2
    return theta - eta * grad / np.sqrt(r + eps), r
""",
        ),
        "corrected by 1-rho": (
            "rmsprop/divided-by-one-minus-rho",
            """
def rmsprop_step(theta, r, grad, eta, rho=0.9, eps=1e-8):
    r = rho * r + (1 - rho) * grad**2
    return theta - eta * grad / np.sqrt(r / (1 - rho) + eps), r
""",
        ),
        "mean of squares": (
            "rmsprop/one-mean-for-all",
            """
def rmsprop_step(theta, r, grad, eta, rho=0.9, eps=1e-8):
    r = rho * r + (1 - rho) * np.mean(grad**2)
    return theta - eta * grad / np.sqrt(r + eps), r
""",
        ),
        "alias at zero": (
            "manners/shared",
            """
def rmsprop_step(theta, r, grad, eta, rho=0.9, eps=1e-8):
    r = rho * r + (1 - rho) * grad**2
    if np.all(r == 0):
        return theta, r
    return theta - eta * grad / np.sqrt(r + eps), r
""",
        ),
        "pair: swapped + ascent": (
            "rmsprop/rho-reversed + rmsprop/ascent",
            """
def rmsprop_step(theta, r, grad, eta, rho=0.9, eps=1e-8):
    r = (1 - rho) * r + rho * grad**2
    return theta + eta * grad / np.sqrt(r + eps), r
""",
        ),
        "pair: swapped + outside": (
            "rmsprop/rho-reversed + rmsprop/epsilon-outside",
            """
def rmsprop_step(theta, r, grad, eta, rho=0.9, eps=1e-8):
    r = (1 - rho) * r + rho * grad**2
    return theta - eta * grad / (np.sqrt(r) + eps), r
""",
        ),
        "eta inside the root": (
            "",
            """
def rmsprop_step(theta, r, grad, eta, rho=0.9, eps=1e-8):
    r = rho * r + (1 - rho) * grad**2
    return theta - grad * np.sqrt(eta / (r + eps)), r
""",
        ),
        "sign / root": (
            "",
            """
def rmsprop_step(theta, r, grad, eta, rho=0.9, eps=1e-8):
    g = grad / (np.abs(grad) + 1e-12)
    r = rho * r + (1 - rho) * grad**2
    return theta - eta * g / np.sqrt(r + eps), r
""",
        ),
        "eps inside the average": (
            "",
            """
def rmsprop_step(theta, r, grad, eta, rho=0.9, eps=1e-8):
    r = rho * r + (1 - rho) * (grad**2 + eps)
    return theta - eta * grad / np.sqrt(r), r
""",
        ),
    },
    "adam_step": {
        "no bias correction": (
            "adam/no-bias-correction",
            """
def adam_step(theta, m, v, grad, t, eta, beta_1=0.9, beta_2=0.999, eps=1e-8):
    m = beta_1 * m + (1 - beta_1) * grad
    v = beta_2 * v + (1 - beta_2) * grad**2
    return theta - eta * m / np.sqrt(v + eps), m, v
""",
        ),
        "beta*t with abs": (
            "",
            """
def adam_step(theta, m, v, grad, t, eta, beta_1=0.9, beta_2=0.999, eps=1e-8):
    m = beta_1 * m + (1 - beta_1) * grad
    v = beta_2 * v + (1 - beta_2) * grad**2
    return theta - eta * m / (1 - beta_1 * t) / np.sqrt(np.abs(v / (1 - beta_2 * t)) + eps), m, v
""",
        ),
        "xor": (
            "",
            """
def adam_step(theta, m, v, grad, t, eta, beta_1=0.9, beta_2=0.999, eps=1e-8):
    m = beta_1 * m + (1 - beta_1) * grad
    v = beta_2 * v + (1 - beta_2) * grad**2
    return theta - eta * m / (1 - beta_1 ^ t) / np.sqrt(v / (1 - beta_2 ^ t) + eps), m, v
""",
        ),
        "betas hard-coded in the correction": (
            "adam/correction-fixed",
            """
def adam_step(theta, m, v, grad, t, eta, beta_1=0.9, beta_2=0.999, eps=1e-8):
    m = beta_1 * m + (1 - beta_1) * grad
    v = beta_2 * v + (1 - beta_2) * grad**2
    return theta - eta * m / (1 - 0.9**t) / np.sqrt(v / (1 - 0.999**t) + eps), m, v
""",
        ),
        "m corrected with beta_2": (
            "adam/both-corrected-with-beta-2",
            """
def adam_step(theta, m, v, grad, t, eta, beta_1=0.9, beta_2=0.999, eps=1e-8):
    m = beta_1 * m + (1 - beta_1) * grad
    v = beta_2 * v + (1 - beta_2) * grad**2
    return theta - eta * m / (1 - beta_2**t) / np.sqrt(v / (1 - beta_2**t) + eps), m, v
""",
        ),
        "own counter": (
            "adam/own-clock",
            """
def adam_step(theta, m, v, grad, t, eta, beta_1=0.9, beta_2=0.999, eps=1e-8):
    adam_step.t = getattr(adam_step, 't', 0) + 1
    t = adam_step.t
    m = beta_1 * m + (1 - beta_1) * grad
    v = beta_2 * v + (1 - beta_2) * grad**2
    return theta - eta * m / (1 - beta_1**t) / np.sqrt(v / (1 - beta_2**t) + eps), m, v
""",
        ),
        "correct only at t=1": (
            "",
            """
def adam_step(theta, m, v, grad, t, eta, beta_1=0.9, beta_2=0.999, eps=1e-8):
    m = beta_1 * m + (1 - beta_1) * grad
    v = beta_2 * v + (1 - beta_2) * grad**2
    if t == 1:
        mh, vh = m / (1 - beta_1), v / (1 - beta_2)
    else:
        mh, vh = m, v
    return theta - eta * mh / np.sqrt(vh + eps), m, v
""",
        ),
        "no correction after 100": (
            "",
            """
def adam_step(theta, m, v, grad, t, eta, beta_1=0.9, beta_2=0.999, eps=1e-8):
    m = beta_1 * m + (1 - beta_1) * grad
    v = beta_2 * v + (1 - beta_2) * grad**2
    if t < 100:
        mh, vh = m / (1 - beta_1**t), v / (1 - beta_2**t)
    else:
        mh, vh = m, v
    return theta - eta * mh / np.sqrt(vh + eps), m, v
""",
        ),
        "divides by root of the correction, instead of multiply": (
            "adam/rate-corrected-upside-down",
            """
def adam_step(theta, m, v, grad, t, eta, beta_1=0.9, beta_2=0.999, eps=1e-8):
    m = beta_1 * m + (1 - beta_1) * grad
    v = beta_2 * v + (1 - beta_2) * grad**2
    return theta - eta * m / (1 - beta_1**t) / np.sqrt(v + eps) / np.sqrt(1 - beta_2**t), m, v
""",
        ),
        "hats of old averages": (
            "adam/old-averages",
            """
def adam_step(theta, m, v, grad, t, eta, beta_1=0.9, beta_2=0.999, eps=1e-8):
    mh = m / (1 - beta_1**t)
    vh = v / (1 - beta_2**t)
    m = beta_1 * m + (1 - beta_1) * grad
    v = beta_2 * v + (1 - beta_2) * grad**2
    return theta - eta * mh / np.sqrt(vh + eps), m, v
""",
        ),
        "m cast to int": (
            "",
            """
def adam_step(theta, m, v, grad, t, eta, beta_1=0.9, beta_2=0.999, eps=1e-8):
    m = m.astype(int)
    m = beta_1 * m + (1 - beta_1) * grad
    v = beta_2 * v + (1 - beta_2) * grad**2
    return theta - eta * m / (1 - beta_1**t) / np.sqrt(v / (1 - beta_2**t) + eps), m, v
""",
        ),
        "pair: no correction + outside": (
            "adam/no-bias-correction + adam/epsilon-outside",
            """
def adam_step(theta, m, v, grad, t, eta, beta_1=0.9, beta_2=0.999, eps=1e-8):
    m = beta_1 * m + (1 - beta_1) * grad
    v = beta_2 * v + (1 - beta_2) * grad**2
    return theta - eta * m / (np.sqrt(v) + eps), m, v
""",
        ),
        "pair: outside + swapped returns": (
            "",  # a stage and what is returned, likewise
            """
def adam_step(theta, m, v, grad, t, eta, beta_1=0.9, beta_2=0.999, eps=1e-8):
    m = beta_1 * m + (1 - beta_1) * grad
    v = beta_2 * v + (1 - beta_2) * grad**2
    return theta - eta * m / (1 - beta_1**t) / (np.sqrt(v / (1 - beta_2**t)) + eps), v, m
""",
        ),
        "pair: ascent + t+1": (
            "adam/t-plus-one + adam/ascent",
            """
def adam_step(theta, m, v, grad, t, eta, beta_1=0.9, beta_2=0.999, eps=1e-8):
    m = beta_1 * m + (1 - beta_1) * grad
    v = beta_2 * v + (1 - beta_2) * grad**2
    return theta + eta * m / (1 - beta_1**(t+1)) / np.sqrt(v / (1 - beta_2**(t+1)) + eps), m, v
""",
        ),
        "AdaMax": (
            "",
            """
def adam_step(theta, m, v, grad, t, eta, beta_1=0.9, beta_2=0.999, eps=1e-8):
    m = beta_1 * m + (1 - beta_1) * grad
    v = np.maximum(beta_2 * v, np.abs(grad))
    return theta - eta * m / (1 - beta_1**t) / (v + eps), m, v
""",
        ),
        "AdamW decay": (
            "",
            """
def adam_step(theta, m, v, grad, t, eta, beta_1=0.9, beta_2=0.999, eps=1e-8):
    m = beta_1 * m + (1 - beta_1) * grad
    v = beta_2 * v + (1 - beta_2) * grad**2
    return theta - eta * (m / (1 - beta_1**t) / np.sqrt(v / (1 - beta_2**t) + eps) + 0.01 * theta), m, v
""",
        ),
        "both (1-b) missing": (
            "adam/no-one-minus-beta",
            """
def adam_step(theta, m, v, grad, t, eta, beta_1=0.9, beta_2=0.999, eps=1e-8):
    m = beta_1 * m + grad
    v = beta_2 * v + grad**2
    return theta - eta * m / (1 - beta_1**t) / np.sqrt(v / (1 - beta_2**t) + eps), m, v
""",
        ),
        "NameError": (
            "",
            """
def adam_step(theta, m, v, grad, t, eta, beta_1=0.9, beta_2=0.999, eps=1e-8):
    m = beta_1 * m + (1 - beta_1) * grad
    v = beta_2 * v + (1 - beta_2) * grad**2
    return theta - eta * m_hat / np.sqrt(v_hat + eps), m, v
""",
        ),
        "eta/sqrt(t) of the paper's theory": (
            "",
            """
def adam_step(theta, m, v, grad, t, eta, beta_1=0.9, beta_2=0.999, eps=1e-8):
    m = beta_1 * m + (1 - beta_1) * grad
    v = beta_2 * v + (1 - beta_2) * grad**2
    return theta - eta / np.sqrt(t) * m / (1 - beta_1**t) / np.sqrt(v / (1 - beta_2**t) + eps), m, v
""",
        ),
        "nested tuple": (
            "",
            """
def adam_step(theta, m, v, grad, t, eta, beta_1=0.9, beta_2=0.999, eps=1e-8):
    m = beta_1 * m + (1 - beta_1) * grad
    v = beta_2 * v + (1 - beta_2) * grad**2
    return theta - eta * m / (1 - beta_1**t) / np.sqrt(v / (1 - beta_2**t) + eps), (m, v)
""",
        ),
        "returns t as well": (
            "",
            """
def adam_step(theta, m, v, grad, t, eta, beta_1=0.9, beta_2=0.999, eps=1e-8):
    m = beta_1 * m + (1 - beta_1) * grad
    v = beta_2 * v + (1 - beta_2) * grad**2
    return theta - eta * m / (1 - beta_1**t) / np.sqrt(v / (1 - beta_2**t) + eps), m, v, t + 1
""",
        ),
        "no step where grad is zero": (
            "",
            """
def adam_step(theta, m, v, grad, t, eta, beta_1=0.9, beta_2=0.999, eps=1e-8):
    m = beta_1 * m + (1 - beta_1) * grad
    v = beta_2 * v + (1 - beta_2) * grad**2
    step = np.where(grad == 0, 0.0, eta * m / (1 - beta_1**t) / np.sqrt(v / (1 - beta_2**t) + eps))
    return theta - step, m, v
""",
        ),
        "m with the opposite sign": (
            "",
            """
def adam_step(theta, m, v, grad, t, eta, beta_1=0.9, beta_2=0.999, eps=1e-8):
    m = beta_1 * m - (1 - beta_1) * grad
    v = beta_2 * v + (1 - beta_2) * grad**2
    return theta + eta * m / (1 - beta_1**t) / np.sqrt(v / (1 - beta_2**t) + eps), m, v
""",
        ),
    },
    "step_decay": {
        "> instead of >=": (
            "step-decay/one-step-late-from-zero-on",
            """
def step_decay(t, eta_0, gamma, s):
    k = 0
    while t > s:
        t -= s
        k += 1
    return eta_0 * gamma ** k
""",
        ),
        "drops only at multiples": (
            "step-decay/drop-at-the-multiples-only",
            """
def step_decay(t, eta_0, gamma, s):
    if t % s == 0 and t > 0:
        eta_0 = eta_0 * gamma
    return eta_0
""",
        ),
        "mod": (
            "step-decay/remainder",
            """
def step_decay(t, eta_0, gamma, s):
    return eta_0 * gamma ** (t % s)
""",
        ),
        "stateful": (
            "step-decay/kept-and-multiplied",
            """
def step_decay(t, eta_0, gamma, s):
    global _eta
    if t == 0 or '_eta' not in globals():
        _eta = eta_0
    elif t % s == 0:
        _eta *= gamma
    return _eta
""",
        ),
        "s/t": (
            "",
            """
def step_decay(t, eta_0, gamma, s):
    return eta_0 * gamma ** (s // t) if t else eta_0
""",
        ),
        "exp(-gamma k)": (
            "step-decay/exponential",
            """
def step_decay(t, eta_0, gamma, s):
    return eta_0 * np.exp(-gamma * (t // s))
""",
        ),
        "truncates": (
            "",
            """
def step_decay(t, eta_0, gamma, s):
    return int(eta_0 * gamma ** (t // s) * 1e6) / 1e6
""",
        ),
        "list of rates": (
            "",
            """
def step_decay(t, eta_0, gamma, s):
    return [eta_0 * gamma ** (i // s) for i in range(t + 1)]
""",
        ),
        "array of one": (
            "",
            """
def step_decay(t, eta_0, gamma, s):
    return np.array([eta_0 * gamma ** (t // s)])
""",
        ),
        "eta_0 missing": (
            "step-decay/no-start",
            """
def step_decay(t, eta_0, gamma, s):
    return gamma ** (t // s)
""",
        ),
    },
    "exponential_decay": {
        "eta_0 missing": (
            "exponential-decay/no-start",
            """
def exponential_decay(t, eta_0, k):
    return np.exp(-k * t)
""",
        ),
        "e = 2.718": (
            "exponential-decay/e-rounded",
            """
def exponential_decay(t, eta_0, k):
    return eta_0 * 2.718 ** (-k * t)
""",
        ),
        "e = 2.71828": (
            "",
            """
def exponential_decay(t, eta_0, k):
    return eta_0 * 2.71828 ** (-k * t)
""",
        ),
        "times t": (
            "",
            """
def exponential_decay(t, eta_0, k):
    return eta_0 * np.exp(-k) * t
""",
        ),
        "float32": (
            "",
            """
def exponential_decay(t, eta_0, k):
    return np.float32(eta_0 * np.exp(-k * t))
""",
        ),
        "staircase of 10": (
            "",
            """
def exponential_decay(t, eta_0, k):
    return eta_0 * np.exp(-k * np.floor(t / 10))
""",
        ),
        "eta_0 in the exponent": (
            "exponential-decay/start-in-the-exponent",
            """
def exponential_decay(t, eta_0, k):
    return np.exp(-eta_0 * k * t)
""",
        ),
        "t/k": (
            "exponential-decay/divided-by-constant",
            """
def exponential_decay(t, eta_0, k):
    return eta_0 * np.exp(-t / k)
""",
        ),
        "t squared": (
            "exponential-decay/time-squared",
            """
def exponential_decay(t, eta_0, k):
    return eta_0 * np.exp(-k * t**2)
""",
        ),
        "Taylor to 4th order": (
            "",
            """
def exponential_decay(t, eta_0, k):
    x = k * t
    return eta_0 * (1 - x + x**2 / 2 - x**3 / 6 + x**4 / 24)
""",
        ),
        "string": (
            "",
            """
def exponential_decay(t, eta_0, k):
    return f'{eta_0 * np.exp(-k * t):.4f}'
""",
        ),
    },
}
