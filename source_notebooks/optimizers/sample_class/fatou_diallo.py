# All eight right: plain Python floats in list comprehensions, back to arrays at the end; `from math import *`.
# expect: {}
# ruff: noqa
# fmt: off

# %% grade_id="gradient_descent_step"
def gradient_descent_step(theta, grad, eta):
    pairs = zip(theta.flatten().tolist(), grad.flatten().tolist())
    return np.array([x - eta * g for x, g in pairs], dtype=float).reshape(theta.shape)

# %% grade_id="momentum_step"
def momentum_step(theta, v, grad, eta, gamma=0.9):
    shape = theta.shape
    new_v = [gamma * a + eta * g for a, g in zip(v.flatten().tolist(), grad.flatten().tolist())]
    new_theta = [x - a for x, a in zip(theta.flatten().tolist(), new_v)]
    return np.array(new_theta, dtype=float).reshape(shape), np.array(new_v, dtype=float).reshape(shape)

# %% grade_id="nesterov_step"
def nesterov_step(theta, v, grad_fn, eta, gamma=0.9):
    point = [x - gamma * a for x, a in zip(theta.flatten().tolist(), v.flatten().tolist())]
    point = np.array(point, dtype=float).reshape(theta.shape)
    return momentum_step(theta, v, grad_fn(point), eta, gamma)

# %% grade_id="adagrad_step"
from math import *

def adagrad_step(theta, r, grad, eta, eps=1e-8):
    shape = theta.shape
    g = [float(x) for x in grad.flatten()]
    total = [a + b ** 2 for a, b in zip(r.flatten().tolist(), g)]
    moved = [x - eta * b / sqrt(a + eps) for x, b, a in zip(theta.flatten().tolist(), g, total)]
    return np.array(moved, dtype=float).reshape(shape), np.array(total, dtype=float).reshape(shape)

# %% grade_id="rmsprop_step"
def rmsprop_step(theta, r, grad, eta, rho=0.9, eps=1e-8):
    shape = theta.shape
    g = [float(x) for x in grad.flatten()]
    mean = [rho * a + (1 - rho) * b ** 2 for a, b in zip(r.flatten().tolist(), g)]
    moved = [x - eta * b / sqrt(a + eps) for x, b, a in zip(theta.flatten().tolist(), g, mean)]
    return np.array(moved, dtype=float).reshape(shape), np.array(mean, dtype=float).reshape(shape)

# %% grade_id="adam_step"
from math import *

def adam_step(theta, m, v, grad, t, eta, beta_1=0.9, beta_2=0.999, eps=1e-8):
    shape = theta.shape
    g = [float(x) for x in grad.flatten()]
    first = [beta_1 * a + (1 - beta_1) * b for a, b in zip(m.flatten().tolist(), g)]
    second = [beta_2 * a + (1 - beta_2) * pow(b, 2) for a, b in zip(v.flatten().tolist(), g)]
    first_hat = [a / (1 - pow(beta_1, t)) for a in first]
    second_hat = [a / (1 - pow(beta_2, t)) for a in second]
    moved = [
        x - eta * a / sqrt(b + eps)
        for x, a, b in zip(theta.flatten().tolist(), first_hat, second_hat)
    ]
    return [np.array(out, dtype=float).reshape(shape) for out in (moved, first, second)]

# %% grade_id="step_decay"
from math import *

def step_decay(t, eta_0, gamma, s):
    return eta_0 * pow(gamma, floor(t / s))

# %% grade_id="exponential_decay"
from math import *

def exponential_decay(t, eta_0, k):
    return eta_0 * exp(-k * t)
