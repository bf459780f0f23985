# All eight right, noisily: prints, warnings, logging and lines on stderr at every call.
# expect: {}
# ruff: noqa
# fmt: off

# %% grade_id="gradient_descent_step"
import logging
import sys
import warnings

logging.basicConfig(level=logging.DEBUG)
log = logging.getLogger("optimizers")
print("gradient descent ready", file=sys.stderr)

def gradient_descent_step(theta, grad, eta):
    print("theta", theta, "grad", grad)
    return theta - eta * grad

# %% grade_id="momentum_step"
def momentum_step(theta, v, grad, eta, gamma=0.9):
    if eta > 0.1:
        warnings.warn("eta is large, are you sure?")
    v = gamma * v + eta * grad
    log.warning("velocity %s", v)
    return theta - v, v

# %% grade_id="nesterov_step"
def nesterov_step(theta, v, grad_fn, eta, gamma=0.9):
    ahead = theta - gamma * v
    print("looking ahead at", ahead, file=sys.stderr)
    v = gamma * v + eta * grad_fn(ahead)
    return theta - v, v

# %% grade_id="adagrad_step"
def adagrad_step(theta, r, grad, eta, eps=1e-8):
    r = r + grad ** 2
    with np.errstate(all="warn"):
        naive = grad / np.sqrt(r)          # 0/0: NumPy warns here, the number is only logged
    log.debug("without eps: %s", naive)
    return theta - eta * grad / np.sqrt(r + eps), r

# %% grade_id="rmsprop_step"
def rmsprop_step(theta, r, grad, eta, rho=0.9, eps=1e-8):
    r = rho * r + (1 - rho) * grad ** 2
    sys.stderr.write("volatility %s\n" % np.sqrt(r))
    return theta - eta * grad / np.sqrt(r + eps), r

# %% grade_id="adam_step"
def adam_step(theta, m, v, grad, t, eta, beta_1=0.9, beta_2=0.999, eps=1e-8):
    warnings.warn("Adam is a good default", UserWarning)
    m = beta_1 * m + (1 - beta_1) * grad
    v = beta_2 * v + (1 - beta_2) * grad ** 2
    mh = m / (1 - beta_1 ** t)
    vh = v / (1 - beta_2 ** t)
    print(f"step {t}: mh={mh} vh={vh}")
    return theta - eta * mh / np.sqrt(vh + eps), m, v

# %% grade_id="step_decay"
def step_decay(t, eta_0, gamma, s):
    eta = eta_0 * gamma ** (t // s)
    print("eta", eta, file=sys.stderr)
    return eta

# %% grade_id="exponential_decay"
def exponential_decay(t, eta_0, k):
    warnings.warn("deprecated: use step_decay", DeprecationWarning)
    return eta_0 * np.exp(-k * t)

0.25  # a number as the cell's last line
