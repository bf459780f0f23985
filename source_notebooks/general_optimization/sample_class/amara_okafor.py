# Right, as the text suggests.
# expect: {}
# ruff: noqa
# fmt: off

# %% grade_id="annual_sharpe"
def annual_sharpe(returns, rf=0.02, periods=252):
    r = np.asarray(returns) - rf / periods
    return r.mean() / r.std(ddof=1) * np.sqrt(periods)

# %% grade_id="covariance"
def covariance(loadings, volatility):
    unit = loadings / np.linalg.norm(loadings, axis=1, keepdims=True)
    corr = unit @ unit.T
    D = np.diag(volatility)
    return corr, D @ corr @ D

# %% grade_id="portfolio"
def portfolio(w, mu, cov, rf=0.02):
    ret = np.dot(w, mu)
    vol = np.sqrt(np.dot(w, np.dot(cov, w)))
    if vol == 0:
        return ret, vol, 0
    return ret, vol, (ret - rf) / vol

# %% grade_id="sharpe_gradient"
def sharpe_gradient(w, mu, cov, rf=0.02):
    excess = mu - rf
    var = w @ cov @ w
    return excess / np.sqrt(var) - (w @ excess) / var ** 1.5 * (cov @ w)

# %% grade_id="softmax_step"
def softmax_step(z, grad_w):
    e = np.exp(z - np.max(z))
    w = e / np.sum(e)
    jacobian = np.diag(w) - np.outer(w, w)
    return w, jacobian @ grad_w

# %% grade_id="tangency"
def tangency(mu, cov, rf=0.02):
    x = np.linalg.inv(cov) @ (mu - rf)
    if np.sum(x) > 0:
        return x / np.sum(x)
    return x / np.sum(np.abs(x))

# %% grade_id="long_only"
def long_only(mu, cov, rf=0.02):
    n = len(mu)
    cons = {"type": "eq", "fun": lambda w: np.sum(w) - 1}
    opts = {"ftol": 1e-12, "maxiter": 1000}
    x0 = np.ones(n) / n
    best = minimize(lambda w: -(w @ mu - rf) / np.sqrt(w @ cov @ w), x0, method="SLSQP", bounds=[(0, 1)] * n, constraints=cons, options=opts)
    calm = minimize(lambda w: 1e4 * (w @ cov @ w), x0, method="SLSQP", bounds=[(0, 1)] * n, constraints=cons, options=opts)
    return np.clip(best.x, 0, 1), np.clip(calm.x, 0, 1)

# %% grade_id="best_by_gradient"
def best_by_gradient(value_and_grad, mu, cov, rf, steps):
    def loss(z):
        w = ops.softmax(z)
        return -(ops.dot(w, mu) - rf) / ops.sqrt(ops.dot(w, ops.matmul(cov, w)))

    g = value_and_grad(loss)
    z = np.zeros(len(mu))
    m = np.zeros(len(mu))
    v = np.zeros(len(mu))
    for t in range(1, steps + 1):
        value, grad = g(z)
        m = 0.9 * m + 0.1 * grad
        v = 0.999 * v + 0.001 * grad ** 2
        z = z - 0.15 * m / (1 - 0.9 ** t) / (np.sqrt(v / (1 - 0.999 ** t)) + 1e-12)
    value, _ = g(z)
    w = np.exp(z) / np.exp(z).sum()
    return w, -value
