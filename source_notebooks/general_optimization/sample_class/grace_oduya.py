# Right, with SciPy's interior method, Keras' own Adam, and much that is printed.
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
from scipy.optimize import Bounds, LinearConstraint

def long_only(mu, cov, rf=0.02):
    n = len(mu)
    budget = LinearConstraint(np.ones((1, n)), 1, 1)
    one = minimize(lambda w: -(w @ mu - rf) / np.sqrt(w @ cov @ w), np.full(n, 1 / n), method="trust-constr", bounds=Bounds(0, 1), constraints=budget)
    two = minimize(lambda w: w @ cov @ w / np.trace(cov), np.full(n, 1 / n), method="trust-constr", bounds=Bounds(0, 1), constraints=budget)
    print(one.success, two.success)
    return one.x, two.x

print(long_only(truth.mu, truth.cov, truth.rf))

# %% grade_id="best_by_gradient"
def best_by_gradient(value_and_grad, mu, cov, rf, steps):
    def loss(z):
        w = ops.softmax(z)
        return -(ops.sum(w * mu) - rf) / ops.sqrt(ops.sum(w * ops.matmul(cov, w)))

    g = value_and_grad(loss)
    z = keras.Variable(np.zeros(len(mu)))
    adam = keras.optimizers.Adam(0.1)
    for _ in range(min(steps, 150)):
        value, grad = g(z)
        adam.apply([ops.cast(grad, "float32")], [z])
    w = ops.convert_to_numpy(ops.softmax(z))
    return w, -g(z)[0]
