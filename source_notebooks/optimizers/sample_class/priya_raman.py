# All eight right: one-liners, lambdas bound to the names, einsum, no def at all.
# expect: {}
# ruff: noqa
# fmt: off

# %% grade_id="gradient_descent_step"
gradient_descent_step = lambda theta, grad, eta: theta - np.einsum("...,->...", grad, eta)

# %% grade_id="momentum_step"
momentum_step = lambda theta, v, grad, eta, gamma=0.9: (theta - (w := gamma * v + eta * grad), w)

# %% grade_id="nesterov_step"
nesterov_step = lambda theta, v, grad_fn, eta, gamma=0.9: (
    lambda w: (theta - w, w)
)(np.einsum("i,i...->...", [gamma, eta], np.stack([v, grad_fn(theta - gamma * v)])))

# %% grade_id="adagrad_step"
adagrad_step = lambda theta, r, grad, eta, eps=1e-8: (
    lambda q: (theta - eta * grad / np.sqrt(q + eps), q)
)(r + np.einsum("...,...->...", grad, grad))

# %% grade_id="rmsprop_step"
rmsprop_step = lambda theta, r, grad, eta, rho=0.9, eps=1e-8: (
    lambda q: (theta - eta * grad / np.sqrt(q + eps), q)
)(np.einsum("i,i...->...", [rho, 1 - rho], np.stack([r, grad * grad])))

# %% grade_id="adam_step"
adam_step = lambda theta, m, v, grad, t, eta, beta_1=0.9, beta_2=0.999, eps=1e-8: (
    lambda a, b: (theta - eta * (a / (1 - beta_1**t)) / np.sqrt(b / (1 - beta_2**t) + eps), a, b)
)(beta_1 * m + (1 - beta_1) * grad, beta_2 * v + (1 - beta_2) * grad * grad)

# %% grade_id="step_decay"
step_decay = lambda t, eta_0, gamma, s: np.prod([eta_0] + [gamma] * int(t // s))

# %% grade_id="exponential_decay"
exponential_decay = lambda t, eta_0, k: eta_0 * np.e ** (-k * t)
