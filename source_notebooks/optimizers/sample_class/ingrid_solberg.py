# All eight right: explicit loops over the coordinates with np.ndindex, scalars only inside.
# expect: {}
# ruff: noqa
# fmt: off

# %% grade_id="gradient_descent_step"
def gradient_descent_step(theta, grad, eta):
    new = np.zeros(np.shape(theta))
    for i in np.ndindex(np.shape(theta)):
        new[i] = theta[i] - eta * grad[i]
    return new

# %% grade_id="momentum_step"
def momentum_step(theta, v, grad, eta, gamma=0.9):
    new_theta = np.zeros(np.shape(theta))
    new_v = np.zeros(np.shape(theta))
    for i in np.ndindex(np.shape(theta)):
        new_v[i] = gamma * v[i] + eta * grad[i]
        new_theta[i] = theta[i] - new_v[i]
    return new_theta, new_v

# %% grade_id="nesterov_step"
def nesterov_step(theta, v, grad_fn, eta, gamma=0.9):
    ahead = np.zeros(np.shape(theta))
    for i in np.ndindex(np.shape(theta)):
        ahead[i] = theta[i] - gamma * v[i]
    grad = grad_fn(ahead)
    new_theta = np.zeros(np.shape(theta))
    new_v = np.zeros(np.shape(theta))
    for i in np.ndindex(np.shape(theta)):
        new_v[i] = gamma * v[i] + eta * grad[i]
        new_theta[i] = theta[i] - new_v[i]
    return new_theta, new_v

# %% grade_id="adagrad_step"
def adagrad_step(theta, r, grad, eta, eps=1e-8):
    new_theta = np.zeros(np.shape(theta))
    new_r = np.zeros(np.shape(theta))
    for i in np.ndindex(np.shape(theta)):
        new_r[i] = r[i] + grad[i] * grad[i]
        new_theta[i] = theta[i] - eta * grad[i] / (new_r[i] + eps) ** 0.5
    return new_theta, new_r

# %% grade_id="rmsprop_step"
def rmsprop_step(theta, r, grad, eta, rho=0.9, eps=1e-8):
    new_theta = np.zeros(np.shape(theta))
    new_r = np.zeros(np.shape(theta))
    for i in np.ndindex(np.shape(theta)):
        new_r[i] = rho * r[i] + (1 - rho) * grad[i] * grad[i]
        new_theta[i] = theta[i] - eta * grad[i] / (new_r[i] + eps) ** 0.5
    return new_theta, new_r

# %% grade_id="adam_step"
def adam_step(theta, m, v, grad, t, eta, beta_1=0.9, beta_2=0.999, eps=1e-8):
    new_theta = np.zeros(np.shape(theta))
    new_m = np.zeros(np.shape(theta))
    new_v = np.zeros(np.shape(theta))
    for i in np.ndindex(np.shape(theta)):
        new_m[i] = beta_1 * m[i] + (1 - beta_1) * grad[i]
        new_v[i] = beta_2 * v[i] + (1 - beta_2) * grad[i] * grad[i]
        m_hat = new_m[i] / (1 - beta_1**t)
        v_hat = new_v[i] / (1 - beta_2**t)
        new_theta[i] = theta[i] - eta * m_hat / (v_hat + eps) ** 0.5
    return new_theta, new_m, new_v

# %% grade_id="step_decay"
def step_decay(t, eta_0, gamma, s):
    eta = eta_0
    drops = int(t / s)
    while drops > 0:
        eta = eta * gamma
        drops = drops - 1
    return eta

# %% grade_id="exponential_decay"
def exponential_decay(t, eta_0, k):
    return eta_0 * np.exp(-k) ** t
