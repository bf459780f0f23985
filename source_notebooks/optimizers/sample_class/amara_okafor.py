# All eight right: the formulas, line by line, with the docstrings of the stubs kept.
# expect: {}
# ruff: noqa
# fmt: off

# %% grade_id="gradient_descent_step"
def gradient_descent_step(theta, grad, eta):
    """One step of gradient descent.

    theta: parameters; grad: the gradient there, same shape; eta: learning rate.
    Returns the new theta.
    """
    return theta - eta * grad

# %% grade_id="momentum_step"
def momentum_step(theta, v, grad, eta, gamma=0.9):
    """One step of momentum (the heavy ball).

    theta: parameters; v: velocity; grad: the gradient at theta, all of one shape; eta: learning rate;
    gamma: what is kept of the velocity.
    Returns (theta, v).
    """
    v_new = gamma * v + eta * grad
    theta_new = theta - v_new
    return theta_new, v_new

# %% grade_id="nesterov_step"
def nesterov_step(theta, v, grad_fn, eta, gamma=0.9):
    """One step of Nesterov's accelerated gradient, in its original variable.

    theta: parameters; v: velocity, same shape; grad_fn: function, grad_fn(point) is the gradient at that point;
    eta: learning rate; gamma: what is kept of the velocity.
    Returns (theta, v).
    """
    look_ahead = theta - gamma * v
    v_new = gamma * v + eta * grad_fn(look_ahead)
    theta_new = theta - v_new
    return theta_new, v_new

# %% grade_id="adagrad_step"
def adagrad_step(theta, r, grad, eta, eps=1e-8):
    """One step of AdaGrad.

    theta: parameters; r: sum of squared gradients so far; grad: the gradient at theta, all of one shape;
    eta: learning rate; eps: keeps the root away from zero.
    Returns (theta, r).
    """
    r_new = r + grad**2
    theta_new = theta - eta * grad / np.sqrt(r_new + eps)
    return theta_new, r_new

# %% grade_id="rmsprop_step"
def rmsprop_step(theta, r, grad, eta, rho=0.9, eps=1e-8):
    """One step of RMSprop.

    theta: parameters; r: average of squared gradients; grad: the gradient at theta, all of one shape;
    eta: learning rate; rho: what is kept of the average; eps: keeps the root away from zero.
    Returns (theta, r).
    """
    r_new = rho * r + (1 - rho) * grad**2
    theta_new = theta - eta * grad / np.sqrt(r_new + eps)
    return theta_new, r_new

# %% grade_id="adam_step"
def adam_step(theta, m, v, grad, t, eta, beta_1=0.9, beta_2=0.999, eps=1e-8):
    """Step number t of Adam.

    theta: parameters; m: average of gradients; v: average of squared gradients; grad: the gradient at theta, all of
    one shape; t: 1, 2, ...; eta: learning rate; beta_1, beta_2: what is kept of m and of v; eps: keeps the root
    away from zero.
    Returns (theta, m, v).
    """
    m_new = beta_1 * m + (1 - beta_1) * grad
    v_new = beta_2 * v + (1 - beta_2) * grad**2
    m_hat = m_new / (1 - beta_1**t)
    v_hat = v_new / (1 - beta_2**t)
    theta_new = theta - eta * m_hat / np.sqrt(v_hat + eps)
    return theta_new, m_new, v_new

# %% grade_id="step_decay"
def step_decay(t, eta_0, gamma, s):
    """The learning rate of step t under step decay.

    t: 0, 1, ...; eta_0: the rate at the start; gamma: the factor; s: steps from one drop to the next.
    Returns the rate, a number.
    """
    return eta_0 * gamma ** np.floor(t / s)

# %% grade_id="exponential_decay"
def exponential_decay(t, eta_0, k):
    """The learning rate of step t under exponential decay.

    t: 0, 1, ...; eta_0: the rate at the start; k: the rate of decay per step.
    Returns the rate, a number.
    """
    return eta_0 * np.exp(-k * t)
