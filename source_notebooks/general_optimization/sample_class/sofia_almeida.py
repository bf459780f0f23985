# Cuts the short positions off, and lets Adam begin anew at each step far too slowly.
# expect: {"long_only": "wrong", "best_by_gradient": "wrong"}
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
    def cut(x):
        x = np.maximum(x, 0)
        return x / x.sum()
    return cut(np.linalg.solve(cov, mu - rf)), cut(np.linalg.solve(cov, np.ones(len(mu))))

# %% grade_id="best_by_gradient"
def best_by_gradient(value_and_grad, mu, cov, rf, steps):
    f = value_and_grad(lambda z: -(ops.sum(ops.softmax(z) * mu) - rf) / ops.sqrt(ops.sum(ops.softmax(z) * ops.matmul(cov, ops.softmax(z)))))
    z = np.zeros(len(mu))
    for _ in range(steps):
        _, g = f(z)
        z = z - 0.001 * g
    w = np.exp(z) / np.exp(z).sum()
    return w, (w @ mu - rf) / np.sqrt(w @ cov @ w)
