# Gave up half-way; what is there is right but for a pinned rate.
# expect: {"portfolio": "wrong"}
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
    ret, vol = w @ mu, np.sqrt(w @ cov @ w)
    return ret, vol, (ret - 0.02) / vol if vol > 0 else 0.0

# %% grade_id="sharpe_gradient"
def sharpe_gradient(w, mu, cov, rf=0.02):
    excess = mu - rf
    var = w @ cov @ w
    return excess / np.sqrt(var) - (w @ excess) / var ** 1.5 * (cov @ w)
