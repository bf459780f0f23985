# Wrong: eta outside the velocity (the PyTorch form) in momentum_step and nesterov_step. The other six are right.
# expect: {"momentum_step": "wrong", "nesterov_step": "wrong"}
# ruff: noqa
# fmt: off

# %% grade_id="gradient_descent_step"
def gradient_descent_step(theta, grad, eta):
    return theta - eta * grad

# %% grade_id="momentum_step"
def momentum_step(theta, v, grad, eta, gamma=0.9):
    v = gamma * v + grad
    theta = theta - eta * v
    return theta, v

# %% grade_id="nesterov_step"
def nesterov_step(theta, v, grad_fn, eta, gamma=0.9):
    v = gamma * v + grad_fn(theta - eta * gamma * v)
    theta = theta - eta * v
    return theta, v

# %% grade_id="adagrad_step"
def adagrad_step(theta, r, grad, eta, eps=1e-8):
    r = r + grad**2
    theta = theta - eta * grad / np.sqrt(r + eps)
    return theta, r

# %% grade_id="rmsprop_step"
def rmsprop_step(theta, r, grad, eta, rho=0.9, eps=1e-8):
    r = rho * r + (1 - rho) * grad**2
    theta = theta - eta * grad / np.sqrt(r + eps)
    return theta, r

# %% grade_id="adam_step"
def adam_step(theta, m, v, grad, t, eta, beta_1=0.9, beta_2=0.999, eps=1e-8):
    m = beta_1 * m + (1 - beta_1) * grad
    v = beta_2 * v + (1 - beta_2) * grad**2
    m_hat = m / (1 - beta_1**t)
    v_hat = v / (1 - beta_2**t)
    theta = theta - eta * m_hat / np.sqrt(v_hat + eps)
    return theta, m, v

# %% grade_id="step_decay"
def step_decay(t, eta_0, gamma, s):
    return eta_0 * gamma ** (t // s)

# %% grade_id="exponential_decay"
def exponential_decay(t, eta_0, k):
    return eta_0 * np.exp(-k * t)
