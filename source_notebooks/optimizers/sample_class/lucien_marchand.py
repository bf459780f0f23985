# All eight right: averages moved towards the news (m + (1 - beta)(g - m)), the bias correction folded into rate and eps.
# expect: {}
# ruff: noqa
# fmt: off

# %% grade_id="gradient_descent_step"
def gradient_descent_step(theta, grad, eta):
    return -eta * grad + theta

# %% grade_id="momentum_step"
def momentum_step(theta, v, grad, eta, gamma=0.9):
    # v - (1-gamma) v + eta g : the velocity decays towards what the slope asks for
    v = v + (eta * grad - (1 - gamma) * v)
    return theta - v, v

# %% grade_id="nesterov_step"
def nesterov_step(theta, v, grad_fn, eta, gamma=0.9):
    # coast first, correct afterwards
    coasted = theta - gamma * v
    correction = eta * grad_fn(coasted)
    return coasted - correction, gamma * v + correction

# %% grade_id="adagrad_step"
def adagrad_step(theta, r, grad, eta, eps=1e-8):
    r = grad * grad + r
    return theta - (eta * (r + eps) ** -0.5) * grad, r

# %% grade_id="rmsprop_step"
def rmsprop_step(theta, r, grad, eta, rho=0.9, eps=1e-8):
    r = r + (1 - rho) * (grad * grad - r)
    return theta - (eta * (r + eps) ** -0.5) * grad, r

# %% grade_id="adam_step"
def adam_step(theta, m, v, grad, t, eta, beta_1=0.9, beta_2=0.999, eps=1e-8):
    m = m + (1 - beta_1) * (grad - m)
    v = v + (1 - beta_2) * (grad * grad - v)
    c1 = 1 - beta_1 ** t
    c2 = 1 - beta_2 ** t
    # m/c1 / sqrt(v/c2 + eps) = sqrt(c2)/c1 * m / sqrt(v + c2*eps)
    rate = eta * c2 ** 0.5 / c1
    return theta - rate * m / (v + c2 * eps) ** 0.5, m, v

# %% grade_id="step_decay"
def step_decay(t, eta_0, gamma, s):
    return eta_0 * gamma ** (t // s)

# %% grade_id="exponential_decay"
def exponential_decay(t, eta_0, k):
    return eta_0 / np.exp(k * t)
