# Right in other words: non-negative least squares, momentum, sums.
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
    ret, var = sum(w * mu), 0.0
    for i in range(len(w)):
        for j in range(len(w)):
            var += w[i] * w[j] * cov[i, j]
    vol = var ** 0.5
    return [ret, vol, (ret - rf) / vol if vol else 0.0]

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
    from scipy.optimize import nnls
    L = np.linalg.cholesky(cov)
    def along(e):
        x, _ = nnls(L.T, np.linalg.solve(L, e))
        return x / x.sum()
    return along(mu - rf), along(np.ones(len(mu)))

# %% grade_id="best_by_gradient"
def best_by_gradient(value_and_grad, mu, cov, rf, steps):
    e = mu - rf
    scale = np.sqrt(np.trace(cov) / len(mu)) / np.abs(e).max()
    g = value_and_grad(lambda z: -scale * ops.sum(ops.softmax(z) * e) / ops.sqrt(ops.sum(cov * ops.outer(ops.softmax(z), ops.softmax(z)))))
    z = v = np.zeros(len(mu))
    for _ in range(steps):
        v = 0.9 * v + 2.0 * g(z)[1]
        z = z - v
    w = np.exp(z) / np.sum(np.exp(z))
    return w, (w @ e) / np.sqrt(w @ cov @ w)
