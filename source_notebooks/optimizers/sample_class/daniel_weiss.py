# Unfinished: nesterov_step and adam_step are still the stub. The other six are right.
# expect: {"nesterov_step": "wrong", "adam_step": "wrong"}
# ruff: noqa
# fmt: off

# %% grade_id="gradient_descent_step"
def gradient_descent_step(theta, grad, eta):
    return theta - eta * grad

# %% grade_id="momentum_step"
def momentum_step(theta, v, grad, eta, gamma=0.9):
    v = gamma * v + eta * grad
    return theta - v, v

# %% grade_id="nesterov_step"
def nesterov_step(theta, v, grad_fn, eta, gamma=0.9):
    """One step of Nesterov's accelerated gradient, in its original variable.

    theta: parameters; v: velocity, same shape; grad_fn: function, grad_fn(point) is the gradient at that point;
    eta: learning rate; gamma: what is kept of the velocity.
    Returns (theta, v).
    """
    # YOUR CODE HERE
    raise NotImplementedError()

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
    """Step number t of Adam.

    theta: parameters; m: average of gradients; v: average of squared gradients; grad: the gradient at theta, all of
    one shape; t: 1, 2, ...; eta: learning rate; beta_1, beta_2: what is kept of m and of v; eps: keeps the root
    away from zero.
    Returns (theta, m, v).
    """
    # YOUR CODE HERE
    raise NotImplementedError()

# %% grade_id="step_decay"
def step_decay(t, eta_0, gamma, s):
    return eta_0 * gamma ** (t // s)

# %% grade_id="exponential_decay"
def exponential_decay(t, eta_0, k):
    return eta_0 * np.exp(-k * t)
