# All eight right: ufuncs by name (np.add, np.multiply, ...) that write into arrays of the student's own.
# expect: {}
# ruff: noqa
# fmt: off

# %% grade_id="gradient_descent_step"
def gradient_descent_step(theta, grad, eta):
    return np.subtract(theta, np.multiply(eta, grad))

# %% grade_id="momentum_step"
def momentum_step(theta, v, grad, eta, gamma=0.9):
    v = np.add(np.multiply(gamma, v), np.multiply(eta, grad))
    return np.subtract(theta, v), v

# %% grade_id="nesterov_step"
def nesterov_step(theta, v, grad_fn, eta, gamma=0.9):
    kept = np.multiply(gamma, v)
    slope = grad_fn(np.subtract(theta, kept))
    v = np.add(kept, np.multiply(eta, slope))
    return np.subtract(theta, v), v

# %% grade_id="adagrad_step"
def adagrad_step(theta, r, grad, eta, eps=1e-8):
    g = np.array(grad, dtype=np.float64)
    r = np.array(r, dtype=np.float64)
    np.add(r, np.square(g), out=r)
    step = np.empty_like(g)
    np.add(r, eps, out=step)
    np.sqrt(step, out=step)
    np.divide(g, step, out=step)
    np.multiply(step, eta, out=step)
    return np.subtract(theta, step), r

# %% grade_id="rmsprop_step"
def rmsprop_step(theta, r, grad, eta, rho=0.9, eps=1e-8):
    g = np.array(grad, dtype=np.float64)
    r = np.array(r, dtype=np.float64)
    np.multiply(r, rho, out=r)
    np.add(r, np.multiply(np.subtract(1, rho), np.square(g)), out=r)
    step = np.divide(np.multiply(eta, g), np.sqrt(np.add(r, eps)))
    return np.subtract(theta, step), r

# %% grade_id="adam_step"
def adam_step(theta, m, v, grad, t, eta, beta_1=0.9, beta_2=0.999, eps=1e-8):
    theta, m, v = (np.array(a, dtype=np.float64) for a in (theta, m, v))
    g = np.asarray(grad, dtype=np.float64)
    np.multiply(m, beta_1, out=m)
    np.add(m, np.multiply(np.subtract(1, beta_1), g), out=m)
    np.multiply(v, beta_2, out=v)
    np.add(v, np.multiply(np.subtract(1, beta_2), np.power(g, 2)), out=v)
    m_hat = np.divide(m, np.subtract(1, np.power(beta_1, t)))
    v_hat = np.divide(v, np.subtract(1, np.power(beta_2, t)))
    np.subtract(theta, np.divide(np.multiply(eta, m_hat), np.sqrt(np.add(v_hat, eps))), out=theta)
    return theta, m, v

# %% grade_id="step_decay"
def step_decay(t, eta_0, gamma, s):
    return np.multiply(eta_0, np.power(float(gamma), np.floor_divide(t, s)))

# %% grade_id="exponential_decay"
def exponential_decay(t, eta_0, k):
    return np.multiply(eta_0, np.exp(np.negative(np.multiply(k, t))))
