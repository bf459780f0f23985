# All eight right: small helpers and closures, defined in the first cells and used in the later ones.
# expect: {}
# ruff: noqa
# fmt: off

# %% grade_id="gradient_descent_step"
def descend(theta, direction):
    return theta - direction


def gradient_descent_step(theta, grad, eta):
    """Returns the new theta."""
    return descend(theta, eta * grad)

# %% grade_id="momentum_step"
def roll(gamma, eta):
    """A function that turns an old velocity and a gradient into the new velocity."""
    def velocity(v, g):
        return gamma * v + eta * g
    return velocity


def momentum_step(theta, v, grad, eta, gamma=0.9):
    """Returns (theta, v)."""
    new_v = roll(gamma, eta)(v, grad)
    return descend(theta, new_v), new_v

# %% grade_id="nesterov_step"
def nesterov_step(theta, v, grad_fn, eta, gamma=0.9):
    """Momentum, with the gradient taken where the old velocity leads."""
    return momentum_step(theta, v, grad_fn(descend(theta, gamma * v)), eta, gamma=gamma)

# %% grade_id="adagrad_step"
def scaled(eps):
    def direction(g, r):
        return g / np.sqrt(r + eps)
    return direction


def adagrad_step(theta, r, grad, eta, eps=1e-8):
    """Returns (theta, r)."""
    new_r = r + np.square(grad)
    return descend(theta, eta * scaled(eps)(grad, new_r)), new_r

# %% grade_id="rmsprop_step"
def ema(keep):
    def update(average, news):
        return keep * average + (1 - keep) * news
    return update


def rmsprop_step(theta, r, grad, eta, rho=0.9, eps=1e-8):
    """Returns (theta, r)."""
    new_r = ema(rho)(r, np.square(grad))
    return descend(theta, eta * scaled(eps)(grad, new_r)), new_r

# %% grade_id="adam_step"
def adam_step(theta, m, v, grad, t, eta, beta_1=0.9, beta_2=0.999, eps=1e-8):
    """Returns (theta, m, v)."""
    def unbiased(average, beta):
        return average / (1 - beta ** t)

    new_m = ema(beta_1)(m, grad)
    new_v = ema(beta_2)(v, np.square(grad))
    return descend(theta, eta * scaled(eps)(unbiased(new_m, beta_1), unbiased(new_v, beta_2))), new_m, new_v

# %% grade_id="step_decay"
from functools import reduce

def step_decay(t, eta_0, gamma, s):
    def drop(rate, _):
        return gamma * rate

    return reduce(drop, range(int(t // s)), eta_0)

# %% grade_id="exponential_decay"
import math

def exponential_decay(t, eta_0, k):
    def discount(rate, time):
        return math.exp(-rate * time)

    return eta_0 * discount(k, t)
