# ---
# jupyter:
#   jupytext:
#     text_representation:
#       extension: .py
#       format_name: percent
#       format_version: '1.3'
#   kernelspec:
#     display_name: Python 3 (ipykernel)
#     language: python
#     name: python3
# ---

# %% [markdown]
# # TP: a framework as an optimizer
#
# A deep-learning framework is a machine that differentiates and goes downhill. It does not know that networks are meant. Here you give it a
# portfolio: which weights have the most return for their risk? You write the problem and its slope by hand, solve it in closed form, with
# SciPy and with a framework, and find out when which of them is right. 20 points, two to two and a half hours.
#
# Read first: `13_general_optimization.md`. It derives every formula that stands here.
#
# An exercise has four cells after its text: **your code**, a **check** that says in words what holds and what does not, a **picture** in which your
# code is at work (change its numbers; nothing there is graded), and a locked **graded cell**. The grader asks your functions with fresh numbers.
#
# What holds for all of them:
#
# - `mu` (n,) holds mean returns, `cov` (n, n) the covariance, `rf` the riskless rate, all of them for the same time: a year, or a day. Weights are
#   called `w` (n,).
# - the functions are **pure**: they leave their inputs as they were, and the same inputs give the same result.
# - arrays are NumPy arrays of floats. Use NumPy as you like, and SciPy where you want it.

# %% nbgrader={"schema_version": 3, "grade": false, "grade_id": "setup", "locked": true, "solution": false, "task": false, "cell_type": "code"}
import matplotlib.pyplot as plt
import numpy as np
from scipy.optimize import minimize

from course.experiments.training import backend, value_and_grad
from course.judging import check
from course.workshop import figures
from course.workshop.problems import market, prices

keras = backend.load()  # as `import keras`, without the notes that TensorFlow writes
from keras import ops

figures.use_style()
BLUE, ORANGE, GREEN, GREY = "#0072B2", "#D55E00", "#009E73", "#777777"
print(backend.where())

# %% [markdown]
# ## The data: ten stocks
#
# Three years of daily prices of ten stocks. They are **simulated**, so there is a truth behind them, `truth`: what means, volatilities and loadings
# the prices were drawn with. Nobody has that of a real market, and it will be worth a lot at the end.

# %% nbgrader={"schema_version": 3, "grade": false, "grade_id": "data", "locked": true, "solution": false, "task": false, "cell_type": "code"}
truth = market()
returns = prices()[1:] / prices()[:-1] - 1  # simple returns (756, 10), per day


def waiting(*names):
    """Say which functions a picture still waits for."""
    print(f"waiting for {' and '.join(names)}: write it above, run that cell, then run this one again.")


def bars(weights, title):
    """Weights of the ten stocks side by side. weights: name -> (10,)."""
    fig, ax = plt.subplots(figsize=(9, 3.4))
    for k, ((name, w), colour) in enumerate(zip(weights.items(), (BLUE, ORANGE, GREEN, GREY), strict=False)):
        ax.bar(
            np.arange(10) + (k - (len(weights) - 1) / 2) * 0.8 / len(weights),
            w,
            0.8 / len(weights),
            color=colour,
            label=name,
        )
    ax.axhline(0, color="black", linewidth=0.8)
    ax.set(xticks=np.arange(10), xticklabels=truth.names, ylabel="weight", title=title)
    ax.legend()
    figures.show(fig, f"{title}: bars of the weights of ten stocks for {', '.join(weights)}.")


# %% [markdown]
# ## 1. A year of returns (1 point)
#
# The Sharpe ratio says how much more than the riskless rate is earned per unit of risk. Returns come per day, per week or per month, `rf` comes **per year**:
#
# $$S = \sqrt{P}\; \frac{\operatorname{mean}(r_t - \mathrm{rf}/P)}{\operatorname{std}(r_t - \mathrm{rf}/P)}$$
#
# with $P$ periods a year, and the standard deviation of a **sample**, with $T - 1$.
#
# **Return** the ratio, a number. `returns` (T,) holds simple returns per period.


# %% nbgrader={"schema_version": 3, "grade": false, "grade_id": "annual_sharpe", "locked": false, "solution": true, "task": false, "cell_type": "code"}
def annual_sharpe(returns, rf=0.02, periods=252):
    """The Sharpe ratio per year of returns per period; rf is per year."""
    ### BEGIN SOLUTION
    excess = returns - rf / periods
    return np.sqrt(periods) * excess.mean() / excess.std(ddof=1)
    ### END SOLUTION


# %% tags=["check"]
from course.judging import check

check("annual_sharpe")

# %% [markdown]
# Ratios of the ten stocks over three years, and the truth. Which of the differences would you have believed? A ratio that is measured over $Y$ years has a standard
# deviation of about $1/\sqrt{Y}$.

# %% tags=["picture"]
try:
    measured = np.array([annual_sharpe(stock, truth.rf, 252) for stock in returns.T])
    fig, ax = plt.subplots(figsize=(9, 3.4))
    ax.errorbar(
        np.arange(10) - 0.1,
        measured,
        yerr=1 / np.sqrt(3),
        fmt="o",
        color=BLUE,
        capsize=3,
        label="three years of prices",
    )
    ax.plot(np.arange(10) + 0.1, (truth.mu - truth.rf) / truth.volatility, "^", color=ORANGE, label="truth")
    ax.set(xticks=np.arange(10), xticklabels=truth.names, ylabel="Sharpe ratio per year", title="What three years tell")
    ax.legend()
    figures.show(
        fig,
        "Sharpe ratios of ten stocks, measured over three years with bars of one standard deviation, beside the true ones.",
    )
except NotImplementedError:
    waiting("annual_sharpe")

# %% nbgrader={"schema_version": 3, "grade": true, "grade_id": "test_annual_sharpe", "locked": true, "points": 1, "solution": false, "task": false, "cell_type": "code"}
from course.judging import check

check("annual_sharpe").required()

# %% [markdown]
# ## 2. A covariance (2 points)
#
# Numbers between -1 and 1, symmetric, with ones on the diagonal: is that a correlation matrix? Nearly never. A correlation comes from something:
# each asset loads on shocks that it shares with others. With the loadings $A$ (n, k), a row for each asset,
#
# $$R_{ij} = \frac{(A A^\top)_{ij}}{\sqrt{(A A^\top)_{ii}\,(A A^\top)_{jj}}}, \qquad C_{ij} = \sigma_i\, R_{ij}\, \sigma_j$$
#
# **Return** the correlation `R` and the covariance `C`, in this order. `volatility` (n,) holds the $\sigma_i$.


# %% nbgrader={"schema_version": 3, "grade": false, "grade_id": "covariance", "locked": false, "solution": true, "task": false, "cell_type": "code"}
def covariance(loadings, volatility):
    """Correlation and covariance (n, n) of assets with loadings (n, k) and volatilities (n,)."""
    ### BEGIN SOLUTION
    gram = loadings @ loadings.T
    length = np.sqrt(np.diag(gram))
    correlation = gram / np.outer(length, length)
    return correlation, correlation * np.outer(volatility, volatility)
    ### END SOLUTION


# %% tags=["check"]
from course.judging import check

check("covariance")

# %% [markdown]
# The correlation of the ten stocks, from their true loadings and from three years of prices. You see the sectors. **Predict** before you run: in how many of
# 1000 random symmetric matrices of size `n` (off the diagonal uniform between -1 and 1) are all eigenvalues positive, as a correlation's must be?

# %% tags=["picture"]
n = 4
try:
    correlation, _ = covariance(truth.loadings, truth.volatility)
    fig, axes = plt.subplots(1, 2, figsize=(9, 4))
    for ax, matrix, title in (
        (axes[0], correlation, "from the loadings"),
        (axes[1], np.corrcoef(returns.T), "from three years of prices"),
    ):
        image = ax.imshow(matrix, vmin=-1, vmax=1, cmap="RdBu_r")
        ax.set(xticks=np.arange(10), yticks=np.arange(10), yticklabels=truth.names, title=title)
        ax.set_xticklabels(truth.names, rotation=90)
        ax.grid(visible=False)
    fig.colorbar(image, ax=axes, shrink=0.8)
    figures.show(
        fig,
        "Two maps of correlations of ten stocks, from loadings and from prices, which look alike: blocks of the three sectors stand out.",
    )
    rng = np.random.default_rng(0)
    drawn = [np.triu(rng.uniform(-1, 1, (n, n)), 1) for _ in range(1000)]
    print(
        sum(np.linalg.eigvalsh(m + m.T + np.eye(n)).min() > 0 for m in drawn),
        f"of 1000 matrices of size {n} are correlations",
    )
except NotImplementedError:
    waiting("covariance")

# %% nbgrader={"schema_version": 3, "grade": true, "grade_id": "test_covariance", "locked": true, "points": 2, "solution": false, "task": false, "cell_type": "code"}
from course.judging import check

check("covariance").required()

# %% [markdown]
# ## 3. A portfolio (2 points)
#
# The weights sum to 1; some may be negative (sold short). Then
#
# $$\text{return} = w^\top \mu, \qquad \text{volatility} = s = \sqrt{w^\top C\, w}, \qquad S = \frac{w^\top \mu - \mathrm{rf}}{s}$$
#
# **Return** the three numbers in this order. Where there is no volatility at all the ratio is 0.


# %% nbgrader={"schema_version": 3, "grade": false, "grade_id": "portfolio", "locked": false, "solution": true, "task": false, "cell_type": "code"}
def portfolio(w, mu, cov, rf=0.02):
    """Return, volatility and Sharpe ratio of weights (n,) with sum 1."""
    ### BEGIN SOLUTION
    mean = w @ mu
    risk = np.sqrt(w @ cov @ w)
    return mean, risk, (mean - rf) / risk if risk > 0 else 0.0
    ### END SOLUTION


# %% tags=["check"]
from course.judging import check

check("portfolio")

# %% [markdown]
# Two thousand random portfolios without short positions, and the ten stocks. The slope of a line from the riskless rate is a Sharpe ratio. Where would you look for the
# best one? And what becomes of the cloud if the covariance is replaced by the correlation (`cov = truth.correlation`), as some courses do?

# %% tags=["picture"]
cov = truth.cov
try:
    rng = np.random.default_rng(1)
    drawn = np.array([portfolio(w, truth.mu, cov, truth.rf) for w in rng.dirichlet(np.full(10, 0.5), 2000)])
    single = np.array([portfolio(w, truth.mu, cov, truth.rf) for w in np.eye(10)])
    fig, ax = plt.subplots(figsize=(8, 4.2))
    dots = ax.scatter(drawn[:, 1], drawn[:, 0], c=drawn[:, 2], s=9, cmap="viridis")
    ax.plot(single[:, 1], single[:, 0], "x", color=ORANGE)
    for name, (mean, risk, _) in zip(truth.names, single, strict=True):
        ax.annotate(name, (risk, mean), xytext=(4, 4), textcoords="offset points", fontsize=8.5)
    ax.plot(0, truth.rf, "ks")
    best = drawn[drawn[:, 2].argmax()]
    ax.plot([0, 2 * best[1]], [truth.rf, 2 * best[0] - truth.rf], color=GREY, linewidth=1)
    fig.colorbar(dots, label="Sharpe ratio")
    ax.set(xlabel="volatility per year", ylabel="mean return per year", xlim=(0, None), title="Risk and return")
    figures.show(
        fig,
        "Return against volatility of two thousand random portfolios, coloured by their Sharpe ratio, and of ten stocks, with the line from the riskless rate to the best of them.",
    )
except NotImplementedError:
    waiting("portfolio")

# %% nbgrader={"schema_version": 3, "grade": true, "grade_id": "test_portfolio", "locked": true, "points": 2, "solution": false, "task": false, "cell_type": "code"}
from course.judging import check

check("portfolio").required()

# %% [markdown]
# ## 4. The slope of the ratio (3 points)
#
# Let all weights be free: nothing holds their sum. With the excess returns $e = \mu - \mathrm{rf}$ of the assets and $s = \sqrt{w^\top C w}$ the ratio is $S(w) = w^\top e / s$,
# and it does not change if all weights are multiplied by the same number. Its gradient is
#
# $$\nabla S = \frac{e}{s} - \frac{(w^\top e)\; C w}{s^3}$$
#
# Derive it once yourself: it is a product of two factors, and $\partial s / \partial w = C w / s$.
#
# **Return** the gradient (n,). Write the formula: a difference quotient has few right digits.


# %% nbgrader={"schema_version": 3, "grade": false, "grade_id": "sharpe_gradient", "locked": false, "solution": true, "task": false, "cell_type": "code"}
def sharpe_gradient(w, mu, cov, rf=0.02):
    """The gradient (n,) of w'e / sqrt(w'C w) by w, with e = mu - rf."""
    ### BEGIN SOLUTION
    e = mu - rf
    cw = cov @ w
    s = np.sqrt(w @ cw)
    return e / s - (w @ e) * cw / s**3
    ### END SOLUTION


# %% tags=["check"]
from course.judging import check

check("sharpe_gradient")

# %% [markdown]
# Climbing along your gradient from equal weights. Nothing normalises the weights, yet the ratio arrives. The right panel shows the length of `w`. Why can it only grow?
# What does that do to the steps?

# %% tags=["picture"]
eta, steps = 0.3, 400
try:
    w = np.full(10, 0.1)
    ratios, lengths = [], []
    for _ in range(steps):
        ratios.append(w @ (truth.mu - truth.rf) / np.sqrt(w @ truth.cov @ w))
        lengths.append(np.linalg.norm(w))
        w = w + eta * sharpe_gradient(w, truth.mu, truth.cov, truth.rf)
    fig, (left, right) = plt.subplots(1, 2, figsize=(10, 3.6))
    left.plot(ratios, color=BLUE)
    left.axhline(
        np.sqrt((truth.mu - truth.rf) @ np.linalg.solve(truth.cov, truth.mu - truth.rf)),
        color=GREY,
        linestyle="--",
        label="the highest there is",
    )
    left.set(xlabel="step", ylabel="Sharpe ratio", title="The ratio")
    left.legend()
    right.plot(lengths, color=ORANGE)
    right.set(xlabel="step", ylabel="length of w", title="The length of the weights")
    figures.show(
        fig,
        "Left, the Sharpe ratio over the steps of gradient ascent rises towards the highest there is; right, the length of the weights grows.",
    )
except NotImplementedError:
    waiting("sharpe_gradient")

# %% nbgrader={"schema_version": 3, "grade": true, "grade_id": "test_sharpe_gradient", "locked": true, "points": 3, "solution": false, "task": false, "cell_type": "code"}
from course.judging import check

check("sharpe_gradient").required()

# %% [markdown]
# ## 5. Weights that stay weights (2 points)
#
# Without short positions weights are positive and sum to 1. The softmax makes such weights of any numbers $z$, so that an optimizer may move $z$ freely:
#
# $$w_i = \frac{e^{z_i}}{\sum_j e^{z_j}}, \qquad \frac{\partial L}{\partial z_i} = w_i\, (g_i - w^\top g) \quad\text{with}\quad g = \frac{\partial L}{\partial w}$$
#
# `grad_w` is the gradient by `w` of **any** goal, not only of the Sharpe ratio.
#
# **Return** the weights and the gradient by `z`. For $z$ of 1000 the exponential is infinite. What can be taken out of all $z$ without a change of the weights?


# %% nbgrader={"schema_version": 3, "grade": false, "grade_id": "softmax_step", "locked": false, "solution": true, "task": false, "cell_type": "code"}
def softmax_step(z, grad_w):
    """softmax(z) (n,), and the gradient by z (n,) of what has the gradient grad_w (n,) by the weights."""
    ### BEGIN SOLUTION
    exps = np.exp(z - z.max())
    w = exps / exps.sum()
    return w, w * (grad_w - w @ grad_w)
    ### END SOLUTION


# %% tags=["check"]
from course.judging import check

check("softmax_step")

# %% [markdown]
# Gradient ascent on `z`, with your two functions. Some weights go to zero, and take their time: near zero their own weight stands in front of the slope. On a log-log
# scale they fall like 1/t. What does `eta = 20` do?

# %% tags=["picture"]
eta, steps = 2.0, 3000
try:
    z, history = np.zeros(10), []
    for _ in range(steps):
        w, _ = softmax_step(z, z)
        history.append(w)
        z = z + eta * softmax_step(z, sharpe_gradient(w, truth.mu, truth.cov, truth.rf))[1]
    fig, ax = plt.subplots(figsize=(8, 4))
    for name, path, line in zip(truth.names, np.array(history).T, ["-", "--", ":", "-."] * 3, strict=False):
        ax.loglog(np.arange(1, steps + 1), path, line, label=name)
    ax.set(xlabel="step", ylabel="weight", title="Ten weights on their way", ylim=(1e-5, 1))
    ax.legend(ncols=2, loc="lower left")
    figures.show(
        fig,
        "Ten weights over the steps of gradient ascent on z, log-log: some settle, others fall along straight lines of slope minus one.",
    )
except NotImplementedError:
    waiting("sharpe_gradient", "softmax_step")

# %% nbgrader={"schema_version": 3, "grade": true, "grade_id": "test_softmax_step", "locked": true, "points": 2, "solution": false, "task": false, "cell_type": "code"}
from course.judging import check

check("softmax_step").required()

# %% [markdown]
# ## 6. In closed form (2 points)
#
# With short positions no optimizer is needed. The gradient of the ratio is zero exactly where $C w$ is along $e$, so the best weights go along $x = C^{-1} e$. It remains to give them a sum:
#
# - if $\sum_i x_i > 0$, **divide by the sum**;
# - else divide by $\sum_i |x_i|$. Division by a negative number would turn every sign, and make of the best portfolio the worst.
#
# **Return** the weights (n,).


# %% nbgrader={"schema_version": 3, "grade": false, "grade_id": "tangency", "locked": false, "solution": true, "task": false, "cell_type": "code"}
def tangency(mu, cov, rf=0.02):
    """The weights (n,) of the highest Sharpe ratio, short positions allowed."""
    ### BEGIN SOLUTION
    x = np.linalg.solve(cov, mu - rf)
    return x / x.sum() if x.sum() > 0 else x / np.abs(x).sum()
    ### END SOLUTION


# %% tags=["check"]
from course.judging import check

check("tangency")

# %% [markdown]
# The best portfolio of the truth, the one that solves with the correlation instead, and the one of three years of prices. What does each of them earn **in truth**? And
# what did the third one promise?

# %% tags=["picture"]
try:
    sample_mu, sample_cov = returns.mean(axis=0) * 252, np.cov(returns.T) * 252
    chosen = {
        "truth": tangency(truth.mu, truth.cov, truth.rf),
        "correlation for covariance": tangency(truth.mu, truth.correlation, truth.rf),
        "three years of prices": tangency(sample_mu, sample_cov, truth.rf),
    }
    bars(chosen, "Tangency portfolios")
    for name, w in chosen.items():
        print(f"{name:28s} Sharpe ratio in truth {portfolio(w, truth.mu, truth.cov, truth.rf)[2]:6.3f}")
    promised = portfolio(chosen["three years of prices"], sample_mu, sample_cov, truth.rf)[2]
    print(f"{'three years of prices':28s} promised              {promised:6.3f}")
except NotImplementedError:
    waiting("portfolio", "tangency")

# %% nbgrader={"schema_version": 3, "grade": true, "grade_id": "test_tangency", "locked": true, "points": 2, "solution": false, "task": false, "cell_type": "code"}
from course.judging import check

check("tangency").required()

# %% [markdown]
# ## 7. No short positions, by SciPy (3 points)
#
# Now every weight is at least zero, and they sum to 1. There is no closed form. SciPy's `minimize` takes bounds and constraints (`method="SLSQP"` is the usual choice), and other
# routes of SciPy or of your own are as welcome.
#
# **Return** two arrays (n,): the weights of the **highest Sharpe ratio**, and those of the **lowest variance**. They are right if the first are within 0.01 of the best weights, and the second within 0.03.
#
# The function gets figures per year, and figures **per day**: means and covariances then are 252 times smaller, and the best weights are the same. Look at what comes
# out, not at `success`: an optimizer that sees nothing to gain gives its start back and is content. For daily figures your second portfolio has to be within 0.005.


# %% nbgrader={"schema_version": 3, "grade": false, "grade_id": "long_only", "locked": false, "solution": true, "task": false, "cell_type": "code"}
def long_only(mu, cov, rf=0.02):
    """The weights (n,) of the highest Sharpe ratio, and those of the lowest variance; none negative, each with sum 1."""
    ### BEGIN SOLUTION
    n = len(mu)
    unit = np.mean(np.diag(cov))  # the objectives are of the order of 1, whatever the unit of time

    def best(goal):
        budget = {"type": "eq", "fun": lambda w: w.sum() - 1}
        found = minimize(
            goal, np.full(n, 1 / n), method="SLSQP", bounds=[(0, 1)] * n, constraints=budget, options={"ftol": 1e-10}
        )
        w = np.maximum(found.x, 0)
        return w / w.sum()

    ratio = best(lambda w: -(w @ mu - rf) / np.sqrt(w @ cov @ w))
    return ratio, best(lambda w: w @ cov @ w / unit)
    ### END SOLUTION


# %% tags=["check"]
from course.judging import check

check("long_only")

# %% [markdown]
# Your two portfolios between the random ones of exercise 3, and what the tangency portfolio would be with its short positions cut off. How much is lost by cutting?

# %% tags=["picture"]
try:
    best, calm = long_only(truth.mu, truth.cov, truth.rf)
    cut = np.maximum(tangency(truth.mu, truth.cov, truth.rf), 0)
    bars(
        {"highest ratio": best, "lowest variance": calm, "tangency, cut off": cut / cut.sum()},
        "Without short positions",
    )
    for name, w in {"highest ratio": best, "lowest variance": calm, "tangency, cut off": cut / cut.sum()}.items():
        mean, risk, ratio = portfolio(w, truth.mu, truth.cov, truth.rf)
        print(f"{name:20s} return {mean:6.2%}  volatility {risk:6.2%}  Sharpe ratio {ratio:.4f}")
except NotImplementedError:
    waiting("portfolio", "tangency", "long_only")

# %% nbgrader={"schema_version": 3, "grade": true, "grade_id": "test_long_only", "locked": true, "points": 3, "solution": false, "task": false, "cell_type": "code"}
from course.judging import check

check("long_only").required()

# %% [markdown]
# ## 8. No short positions, by a framework (3 points)
#
# A framework differentiates what you write with its operations. You write a **loss** $f(z)$ with `ops` (`ops.softmax`, `ops.sum`, `ops.matmul`, `ops.sqrt`, ...), and `value_and_grad` compiles it:
#
# ```python
# compiled = value_and_grad(f)        # f takes a tensor z (n,) of float64 and returns one number
# value, gradient = compiled(z)       # a float, and an array (n,)
# ```
#
# Then an optimizer goes down on $z$: a few lines of NumPy (your Adam of the TP `optimizers`, say), or one of Keras', which takes about ten times as long when it is not compiled.
#
# **Write** `best_by_gradient(value_and_grad, mu, cov, rf, steps)`. It **returns** the weights (n,) with the highest Sharpe ratio of all that are not negative and sum to 1, and that **ratio**.
# It gets 400 steps, or 60, and calls the compiled function at most once a step, and once more at the end if it likes. With 400 steps weights have to be within 0.01 of the best and
# the ratio within a hundredth of itself, for figures per year and per day.


# %% nbgrader={"schema_version": 3, "grade": false, "grade_id": "best_by_gradient", "locked": false, "solution": true, "task": false, "cell_type": "code"}
def best_by_gradient(value_and_grad, mu, cov, rf, steps):
    """The weights (n,) of the highest Sharpe ratio without short positions, and that ratio, by gradients of a framework."""

    ### BEGIN SOLUTION
    def f(z):
        w = ops.softmax(z)
        return -(ops.sum(w * mu) - rf) / ops.sqrt(ops.sum(w * ops.matmul(cov, w)))

    slope_at = value_and_grad(f)
    z = m = v = np.zeros(len(mu))
    for t in range(1, steps + 1):
        _, gradient = slope_at(z)
        m = 0.9 * m + 0.1 * gradient
        v = 0.999 * v + 0.001 * gradient**2
        z = z - 0.1 * (m / (1 - 0.9**t)) / np.sqrt(v / (1 - 0.999**t) + 1e-16)
    w = np.exp(z - z.max())
    w = w / w.sum()
    return w, (w @ mu - rf) / np.sqrt(w @ cov @ w)
    ### END SOLUTION


# %% tags=["check"]
from course.judging import check

check("best_by_gradient")

# %% [markdown]
# How far your search is from the best after so many calls of the gradient, beside SciPy's SLSQP and plain gradient descent. Then the seconds: who is faster, and is that the
# same question?

# %% tags=["picture"]
import time

budgets = [10, 20, 50, 100, 200, 500]
try:
    top = portfolio(long_only(truth.mu, truth.cov, truth.rf)[0], truth.mu, truth.cov, truth.rf)[2]
    gaps, seconds = [], []
    for budget in budgets:
        began = time.perf_counter()
        w, _ = best_by_gradient(value_and_grad, truth.mu, truth.cov, truth.rf, budget)
        seconds.append(time.perf_counter() - began)
        gaps.append(max(top - portfolio(w, truth.mu, truth.cov, truth.rf)[2], 1e-16))
    z, plain = np.zeros(10), []
    for _ in range(budgets[-1]):
        w, _ = softmax_step(z, z)
        plain.append(max(top - portfolio(w, truth.mu, truth.cov, truth.rf)[2], 1e-16))
        z = z + 2.0 * softmax_step(z, sharpe_gradient(w, truth.mu, truth.cov, truth.rf))[1]
    began = time.perf_counter()
    long_only(truth.mu, truth.cov, truth.rf)
    by_scipy = time.perf_counter() - began
    fig, ax = plt.subplots(figsize=(7.5, 4))
    ax.loglog(budgets, gaps, "o-", color=BLUE, label="best_by_gradient")
    ax.loglog(np.arange(1, budgets[-1] + 1), plain, "--", color=GREY, label="plain gradient descent, rate 2")
    ax.set(xlabel="calls of the gradient", ylabel="Sharpe ratio below the best", title="What a call buys")
    ax.legend()
    figures.show(
        fig,
        "How far the Sharpe ratio is below the best against the calls of the gradient, log-log: your search falls much faster than plain gradient descent.",
    )
    print(
        f"{budgets[-1]} calls: {seconds[-1]:.2f} s, of which compiling takes about {seconds[0]:.2f} s; SciPy, both portfolios: {by_scipy:.3f} s"
    )
except NotImplementedError:
    waiting("portfolio", "sharpe_gradient", "softmax_step", "long_only", "best_by_gradient")

# %% nbgrader={"schema_version": 3, "grade": true, "grade_id": "test_best_by_gradient", "locked": true, "points": 3, "solution": false, "task": false, "cell_type": "code"}
from course.judging import check

check("best_by_gradient").required()

# %% [markdown]
# ## 9. What may be said? (2 points)
#
# The cell below makes numbers for your answer. Answer in a few sentences each, with numbers from your own runs. One point each.
#
# 1. SciPy and your search solve the same problem. Compare them: calls or steps, seconds, how close they come, what had to be known (bounds, scale, rate). When would you take which? Say what
#    changes if there are 5000 assets, or if the ratio is replaced by a goal that a network computes.
# 2. The portfolio that is best on three years of prices promised a Sharpe ratio, and has another one in truth. Say both numbers. Then look at what is promised on returns
#    that have **no skill in them at all** (the histogram), and say what a backtest of a best portfolio is worth.

# %%
rng = np.random.default_rng(7)
try:
    promised = []
    for _ in range(500):
        noise = rng.normal(0.0, 0.04, size=(60, 10))  # 60 months of 10 assets, excess returns without any mean
        mu_hat, cov_hat = noise.mean(axis=0), np.cov(noise.T)
        w = tangency(mu_hat, cov_hat, 0.0)
        promised.append(annual_sharpe(noise @ w, rf=0.0, periods=12))
    fig, ax = plt.subplots(figsize=(7, 3.4))
    ax.hist(promised, 30, color=BLUE)
    ax.axvline(0, color=ORANGE, linestyle="--", label="the truth")
    ax.set(
        xlabel="Sharpe ratio per year of the best portfolio on its own data",
        ylabel="of 500 samples",
        title="Promises of pure noise",
    )
    ax.legend()
    figures.show(
        fig,
        "Histogram of the yearly Sharpe ratios that best portfolios have on samples of pure noise: all are far above the true value, zero.",
    )
    print(f"mean {np.mean(promised):.2f}, from {np.min(promised):.2f} to {np.max(promised):.2f}")
except NotImplementedError:
    waiting("annual_sharpe", "tangency")

# %% [markdown] nbgrader={"schema_version": 3, "grade": true, "grade_id": "written_comparison", "locked": false, "points": 2, "solution": true, "task": false, "cell_type": "markdown"}
# ### BEGIN SOLUTION
# **Marking guide.** One point per question; half a point where the right claim stands without a number or a reason.
#
# 1. For the best portfolio SLSQP evaluates the ratio about 140 times, in some milliseconds. The search is 0.0005 below the best after 100 calls of the gradient and still
#    0.00006 after 500; that is a few tenths of a second, and as long again to compile.
#    SLSQP ends closer to the best if the goal has a sensible size, and gives its start back, with `success=True`, where it has not (a daily variance). The search needs a rate, not a scale (Adam), and no
#    constraint, since the softmax holds it; weights of zero it only approaches. For ten assets SciPy. For thousands SLSQP's dense quadratic programs cost n^3 a step, and its
#    difference quotients n calls a gradient: then a framework, or a solver for quadratic programs. If a network computes the goal only the framework has its gradient. Full marks need numbers, a reason for each side, and a case for each.
# 2. On the given prices the tangency portfolio promises 3.00 and has 0.29 in truth, where 0.40 is possible. Pure noise promises about 1.5 a year on average (60 months, 10 assets). The same data chose
#    the weights and judged them; with 10 weights free, luck is enough. A backtest of a portfolio that was chosen on the same data says nothing about the future; data that took no part in the choice may.
#
# (Figures of a run on a CPU; seconds differ from machine to machine.)
# ### END SOLUTION

# %% [markdown]
# Before you hand it in: save the notebook, then run this. It says which of the numbers you quote your own runs gave, and of which parts
# of the question no word was found. Whether the answer is right a person says.

# %% tags=["check"]
from course.judging import check

check("written_comparison")

# %% [markdown]
# ## If you want to go on
#
# Nothing here is graded.
#
# - **Real prices.** Save daily closing prices of some stocks as a CSV file, one column a stock, with dividends if you can (adjusted closes). `np.loadtxt("my_prices.csv", delimiter=",", skiprows=1)` reads them, and everything above runs on
#   them, but for what needs the truth. Choose weights on the first half, and judge them on the second.
# - **Half of the truth.** Use the true covariance with the means of the sample, and the other way round. Which of the two costs more?
# - **A network as a goal.** Let $f$ hold a cost for trading, $c \sum_i |w_i - w_i^{\text{old}}|$. What does SLSQP make of the kink, and what does Adam?
