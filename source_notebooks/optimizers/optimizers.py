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
# # TP: optimizers
#
# You write the six update rules of sections 3.5 and 3.6 and the two schedules of section 3.7, watch your own rules at
# work, and compare them on the fit of a yield curve. 20 points, about two hours. Each exercise names the lecture that it
# belongs to, and derives nothing again.
#
# An exercise has four cells after its text.
#
# 1. **Your function.** Put your code in place of `# YOUR CODE HERE` and `raise NotImplementedError()`.
# 2. **Check.** Says in words which property holds and which does not. Run it as often as you like; it costs nothing.
# 3. **Picture.** Your own rule at work. Change its numbers and run it again; nothing there is graded.
# 4. **Graded cell.** Locked. It says in one line whether your check passes; where nbgrader is installed, the button
#    *Validate* runs all of these cells at once. The grader then asks your function for the same properties with fresh inputs.
#
# What holds for every rule:
#
# - the parameters, the state and the gradient are NumPy arrays of one shape, and it can be any shape. Return arrays of
#   that shape. (For the shape `()` a NumPy number will do.)
# - the arrays may hold integers. The result is the one that the same numbers would give as floats.
# - every product, square and root is elementwise.
# - a function makes **one** step, from whatever state it is given. It can be called many times in a row and from any
#   state, not only from the start.
# - it uses the hyper-parameters that it is given; the values in the signature are only the defaults.
# - it returns the new parameters first, then the new state, in the order of the docstring.

# %% nbgrader={"schema_version": 3, "grade": false, "grade_id": "setup", "locked": true, "solution": false, "task": false, "cell_type": "code"}
import matplotlib.pyplot as plt
import numpy as np

from course.workshop import figures, problems
from course.judging import check
from course.workshop.trajectories import follow

figures.use_style()


def unwritten(what, names):
    """Say which functions a picture still waits for."""
    if names:
        print(f"{what}: waiting for {', '.join(names)}. Write it above, run that cell, then run this one again.")


def runs(problem, steps, rules):
    """Run every rule that is written; say which ones are not. rules: name -> (step function, its hyper-parameters)."""
    followed, missing = {}, []
    for name, (step, hyper) in rules.items():
        try:
            followed[name] = follow(step, problem, steps, **hyper)
        except NotImplementedError:
            missing.append(name)
        except ValueError as error:  # for example a state that is not returned; the other rules still run
            print(f"{name}: {error}")
    unwritten(problem.name, missing)
    return followed


def picture(problem, steps, rules):
    """The paths of your rules on a two-dimensional problem (left) and their losses (right)."""
    followed = runs(problem, steps, rules)
    if followed:
        fig, (left, right) = plt.subplots(1, 2, figsize=(10, 4.2), width_ratios=[1.3, 1])
        figures.paths(problem, followed, ax=left)
        figures.losses(problem, followed, ax=right)
        right.set_title("Distance to the minimum")
        handles, labels = left.get_legend_handles_labels()
        left.get_legend().remove()
        right.get_legend().remove()
        fig.legend(handles, labels, loc="outside lower center", ncols=len(labels))
        names = ", ".join(followed)
        figures.show(fig, f"{problem.name}: paths of {names} over the contours (left), their losses (right).")


def picture_of_schedules(steps, schedules):
    """The learning rate over t = 0, 1, ..., steps. schedules: name -> (function, its constants)."""
    t = np.arange(steps + 1)
    rates, missing = {}, []
    for name, (schedule, constants) in schedules.items():
        try:
            rates[name] = [schedule(int(n), **constants) for n in t]
        except NotImplementedError:
            missing.append(name)
    unwritten("schedules", missing)
    if rates:
        fig, ax = plt.subplots(figsize=(7, 3.6))
        for (name, eta), marker in zip(rates.items(), "os^v", strict=False):
            ax.plot(t, eta, marker=marker, markersize=4, linewidth=1, label=name)
        ax.set(xlabel="step t", ylabel=r"learning rate $\eta_t$", ylim=(0, None))
        ax.legend()
        figures.show(fig, f"The learning rate over {steps} steps: {', '.join(rates)}.")


# %% [markdown]
# ## 1. Gradient descent (1 point)
#
# We can ask for the gradient of a loss but cannot see its landscape. Gradient descent takes the one direction that we know
# goes down, and a step in proportion to the slope. Lecture: `01_gradient_descent.md`.
#
# $$\theta_{t+1} = \theta_t - \eta\, g_t, \qquad g_t = \nabla L(\theta_t)$$
#
# **Return** the new `theta`. **State**: none.
#
# The function must be **pure**, and so must all the others: it leaves its inputs exactly as they were, what it returns
# shares no memory with them (not even when the step is zero), and it keeps nothing from one call to the next. The same
# inputs then give the same step, and a path drawn from the steps shows where the rule really went.


# %% nbgrader={"schema_version": 3, "grade": false, "grade_id": "gradient_descent_step", "locked": false, "solution": true, "task": false, "cell_type": "code"}
def gradient_descent_step(theta, grad, eta):
    """One step of gradient descent.

    theta: parameters; grad: the gradient there, same shape; eta: learning rate.
    Returns the new theta.
    """
    ### BEGIN SOLUTION
    return theta - eta * grad
    ### END SOLUTION


# %% tags=["check"]
from course.judging import check

check("gradient_descent_step")

# %% [markdown]
# Your rule on a ravine, twenty-five times as steep across as along, and on Rosenbrock's curved valley. What happens in
# the ravine at `eta` 0.079, at 0.081? The lecture says where the edge is.

# %% tags=["picture"]
picture(problems.ravine(), 60, {"gradient_descent": (gradient_descent_step, {"eta": 0.07})})
picture(problems.rosenbrock(), 1000, {"gradient_descent": (gradient_descent_step, {"eta": 0.001})})

# %% nbgrader={"schema_version": 3, "grade": true, "grade_id": "test_gradient_descent_step", "locked": true, "points": 1, "solution": false, "task": false, "cell_type": "code"}
# Says whether your function keeps its promises on public inputs; the grader asks the same about fresh ones.
from course.judging import check

check("gradient_descent_step").required()

# %% [markdown]
# ## 2. Momentum (2 points)
#
# In a ravine the gradient points across rather than along: gradient descent zigzags between the walls and creeps along
# the floor. Momentum keeps a velocity, in which the pushes across cancel and the pushes along add up. Lecture:
# `02_momentum.md`.
#
# $$v_t = \gamma v_{t-1} + \eta\, g_t, \qquad \theta_{t+1} = \theta_t - v_t$$
#
# **Return** `(theta, v)`, both new. **State**: the velocity, `v = 0` at the start. Note where the learning rate stands: it is
# part of the velocity (`09_conventions.md` tells which libraries do otherwise).


# %% nbgrader={"schema_version": 3, "grade": false, "grade_id": "momentum_step", "locked": false, "solution": true, "task": false, "cell_type": "code"}
def momentum_step(theta, v, grad, eta, gamma=0.9):
    """One step of momentum (the heavy ball).

    theta: parameters; v: velocity; grad: the gradient at theta, all of one shape; eta: learning rate;
    gamma: what is kept of the velocity.
    Returns (theta, v).
    """
    ### BEGIN SOLUTION
    v = gamma * v + eta * grad
    return theta - v, v
    ### END SOLUTION


# %% tags=["check"]
from course.judging import check

check("momentum_step")

# %% [markdown]
# The same rate for both in the ravine. Then try `gamma` 0.9 there: more memory is not always better.

# %% tags=["picture"]
picture(
    problems.ravine(),
    60,
    {
        "gradient_descent": (gradient_descent_step, {"eta": 0.07}),
        "momentum": (momentum_step, {"eta": 0.07, "gamma": 0.6}),
    },
)
picture(
    problems.rosenbrock(),
    1000,
    {
        "gradient_descent": (gradient_descent_step, {"eta": 0.001}),
        "momentum": (momentum_step, {"eta": 0.0005, "gamma": 0.9}),
    },
)

# %% nbgrader={"schema_version": 3, "grade": true, "grade_id": "test_momentum_step", "locked": true, "points": 2, "solution": false, "task": false, "cell_type": "code"}
# Says whether your function keeps its promises on public inputs; the grader asks the same about fresh ones.
from course.judging import check

check("momentum_step").required()

# %% [markdown]
# ## 3. Nesterov's accelerated gradient (3 points)
#
# Momentum learns of a new slope only after it has moved there, so it overshoots. Nesterov asks for the slope at the point
# where the velocity is about to carry it, and brakes in time. Lecture: `03_nesterov.md`.
#
# $$v_t = \gamma v_{t-1} + \eta\, \nabla L(\theta_t - \gamma v_{t-1}), \qquad \theta_{t+1} = \theta_t - v_t$$
#
# This function is given no gradient. It is given `grad_fn`, which takes an array of the shape of `theta` and returns the
# gradient at that point. Ask it once per step, at the point in the formula and nowhere else.
#
# **Return** `(theta, v)`, both new; `theta` is the parameter of the formula, not the point where the gradient was asked.
# **State**: the velocity, `v = 0` at the start.


# %% nbgrader={"schema_version": 3, "grade": false, "grade_id": "nesterov_step", "locked": false, "solution": true, "task": false, "cell_type": "code"}
def nesterov_step(theta, v, grad_fn, eta, gamma=0.9):
    """One step of Nesterov's accelerated gradient, in its original variable.

    theta: parameters; v: velocity, same shape; grad_fn: function, grad_fn(point) is the gradient at that point;
    eta: learning rate; gamma: what is kept of the velocity.
    Returns (theta, v).
    """
    ### BEGIN SOLUTION
    v = gamma * v + eta * grad_fn(theta - gamma * v)
    return theta - v, v
    ### END SOLUTION


# %% tags=["check"]
from course.judging import check

check("nesterov_step")

# %% [markdown]
# Momentum and Nesterov at the same `eta` and `gamma`. Count how often each of the two crosses the floor of the ravine.

# %% tags=["picture"]
same = {"eta": 0.02, "gamma": 0.9}
picture(problems.ravine(), 60, {"momentum": (momentum_step, same), "nesterov": (nesterov_step, same)})
same = {"eta": 0.0005, "gamma": 0.95}
picture(problems.rosenbrock(), 600, {"momentum": (momentum_step, same), "nesterov": (nesterov_step, same)})

# %% nbgrader={"schema_version": 3, "grade": true, "grade_id": "test_nesterov_step", "locked": true, "points": 3, "solution": false, "task": false, "cell_type": "code"}
# Says whether your function keeps its promises on public inputs; the grader asks the same about fresh ones.
from course.judging import check

check("nesterov_step").required()

# %% [markdown]
# ## 4. AdaGrad (2 points)
#
# One learning rate for all parameters fits badly when their gradients differ in size: a rate that is safe for the steep
# directions leaves the others almost still. AdaGrad divides each coordinate's step by the root of the sum of its own squared
# gradients so far. Lecture: `04_adagrad.md`.
#
# $$r_t = r_{t-1} + g_t^2, \qquad \theta_{t+1} = \theta_t - \frac{\eta\, g_t}{\sqrt{r_t + \epsilon}}$$
#
# **Return** `(theta, r)`, both new. **State**: the sum of squares, `r = 0` at the start. Note where $\epsilon$ stands: inside the
# root. With it, a coordinate that has only seen zero gradients stays where it is, and no `nan` appears.


# %% nbgrader={"schema_version": 3, "grade": false, "grade_id": "adagrad_step", "locked": false, "solution": true, "task": false, "cell_type": "code"}
def adagrad_step(theta, r, grad, eta, eps=1e-8):
    """One step of AdaGrad.

    theta: parameters; r: sum of squared gradients so far; grad: the gradient at theta, all of one shape;
    eta: learning rate; eps: keeps the root away from zero.
    Returns (theta, r).
    """
    ### BEGIN SOLUTION
    r = r + grad**2
    return theta - eta * grad / np.sqrt(r + eps), r
    ### END SOLUTION


# %% tags=["check"]
from course.judging import check

check("adagrad_step")

# %% [markdown]
# Read the length of AdaGrad's first step off the pictures. On Rosenbrock it is far too long, in the ravine it is fine, and
# the gradient has nothing to do with it. Why?

# %% tags=["picture"]
picture(
    problems.ravine(),
    60,
    {
        "gradient_descent": (gradient_descent_step, {"eta": 0.07}),
        "adagrad": (adagrad_step, {"eta": 1.0}),
    },
)
picture(
    problems.rosenbrock(),
    1000,
    {
        "gradient_descent": (gradient_descent_step, {"eta": 0.001}),
        "adagrad": (adagrad_step, {"eta": 0.5}),
    },
)

# %% nbgrader={"schema_version": 3, "grade": true, "grade_id": "test_adagrad_step", "locked": true, "points": 2, "solution": false, "task": false, "cell_type": "code"}
# Says whether your function keeps its promises on public inputs; the grader asks the same about fresh ones.
from course.judging import check

check("adagrad_step").required()

# %% [markdown]
# ## 5. RMSprop (2 points)
#
# AdaGrad never forgets: its sum only grows, so its steps shrink even when there is still far to go. RMSprop puts an
# exponentially weighted average of the squares in place of the sum, which forgets; it is the RiskMetrics estimate of a
# variance, and a step is a bet scaled to recent volatility. Lecture: `05_rmsprop.md`.
#
# $$r_t = \rho\, r_{t-1} + (1 - \rho)\, g_t^2, \qquad \theta_{t+1} = \theta_t - \frac{\eta\, g_t}{\sqrt{r_t + \epsilon}}$$
#
# **Return** `(theta, r)`, both new. **State**: the average of squares, `r = 0` at the start. Zero gradients must not give `nan`.


# %% nbgrader={"schema_version": 3, "grade": false, "grade_id": "rmsprop_step", "locked": false, "solution": true, "task": false, "cell_type": "code"}
def rmsprop_step(theta, r, grad, eta, rho=0.9, eps=1e-8):
    """One step of RMSprop.

    theta: parameters; r: average of squared gradients; grad: the gradient at theta, all of one shape;
    eta: learning rate; rho: what is kept of the average; eps: keeps the root away from zero.
    Returns (theta, r).
    """
    ### BEGIN SOLUTION
    r = rho * r + (1 - rho) * grad**2
    return theta - eta * grad / np.sqrt(r + eps), r
    ### END SOLUTION


# %% tags=["check"]
from course.judging import check

check("rmsprop_step")

# %% [markdown]
# RMSprop is the first to arrive in the ravine, and then it does not settle. What sets the height at which it stays?

# %% tags=["picture"]
picture(
    problems.ravine(),
    120,
    {"adagrad": (adagrad_step, {"eta": 0.5}), "rmsprop": (rmsprop_step, {"eta": 0.1})},
)
picture(
    problems.rosenbrock(),
    1000,
    {"adagrad": (adagrad_step, {"eta": 0.5}), "rmsprop": (rmsprop_step, {"eta": 0.01})},
)

# %% nbgrader={"schema_version": 3, "grade": true, "grade_id": "test_rmsprop_step", "locked": true, "points": 2, "solution": false, "task": false, "cell_type": "code"}
# Says whether your function keeps its promises on public inputs; the grader asks the same about fresh ones.
from course.judging import check

check("rmsprop_step").required()

# %% [markdown]
# ## 6. Adam (4 points)
#
# RMSprop scales each step but still follows every single gradient, noise included; and an average that starts at zero is too
# small at first. Adam averages the gradient as well, and corrects both averages for their start. Lecture: `06_adam.md`.
#
# $$m_t = \beta_1 m_{t-1} + (1 - \beta_1)\, g_t, \qquad v_t = \beta_2 v_{t-1} + (1 - \beta_2)\, g_t^2$$
#
# $$\hat m_t = \frac{m_t}{1 - \beta_1^t}, \qquad \hat v_t = \frac{v_t}{1 - \beta_2^t}, \qquad
# \theta_{t+1} = \theta_t - \frac{\eta\, \hat m_t}{\sqrt{\hat v_t + \epsilon}}$$
#
# `t` is the number of this step and starts at 1; the caller counts, so the function can be asked for any `t`.
#
# **Return** `(theta, m, v)`, all new: $m_t$ and $v_t$ of the first line, without the hats. **State**: `m = 0` and `v = 0` at the
# start. Zero gradients must not give `nan`.


# %% nbgrader={"schema_version": 3, "grade": false, "grade_id": "adam_step", "locked": false, "solution": true, "task": false, "cell_type": "code"}
def adam_step(theta, m, v, grad, t, eta, beta_1=0.9, beta_2=0.999, eps=1e-8):
    """Step number t of Adam.

    theta: parameters; m: average of gradients; v: average of squared gradients; grad: the gradient at theta, all of
    one shape; t: 1, 2, ...; eta: learning rate; beta_1, beta_2: what is kept of m and of v; eps: keeps the root
    away from zero.
    Returns (theta, m, v).
    """
    ### BEGIN SOLUTION
    m = beta_1 * m + (1 - beta_1) * grad
    v = beta_2 * v + (1 - beta_2) * grad**2
    m_hat = m / (1 - beta_1**t)
    v_hat = v / (1 - beta_2**t)
    return theta - eta * m_hat / np.sqrt(v_hat + eps), m, v
    ### END SOLUTION


# %% tags=["check"]
from course.judging import check

check("adam_step")

# %% [markdown]
# Which part of Adam lets it come to rest where RMSprop cannot?

# %% tags=["picture"]
picture(
    problems.ravine(),
    120,
    {"rmsprop": (rmsprop_step, {"eta": 0.1}), "adam": (adam_step, {"eta": 0.2})},
)
picture(
    problems.rosenbrock(),
    1000,
    {"rmsprop": (rmsprop_step, {"eta": 0.01}), "adam": (adam_step, {"eta": 0.05})},
)

# %% nbgrader={"schema_version": 3, "grade": true, "grade_id": "test_adam_step", "locked": true, "points": 4, "solution": false, "task": false, "cell_type": "code"}
# Says whether your function keeps its promises on public inputs; the grader asks the same about fresh ones.
from course.judging import check

check("adam_step").required()

# %% [markdown]
# ## 7. Step decay (2 points)
#
# A rate that is right at the start is often too large near the end, where the iterate should settle. Step decay keeps the
# rate for $s$ steps, then multiplies it by $\gamma$, and so on. Lecture: `07_learning_rates.md`.
#
# $$\eta_t = \eta_0\, \gamma^{\lfloor t/s \rfloor}$$
#
# $\lfloor x \rfloor$ is the largest whole number that is not above $x$. Here `t` starts at **0**.
#
# **Return** the rate of step `t`, a number. **State**: none. A schedule can be asked for any `t` in any order, and twice for the
# same one; the answer depends on the arguments alone.


# %% nbgrader={"schema_version": 3, "grade": false, "grade_id": "step_decay", "locked": false, "solution": true, "task": false, "cell_type": "code"}
def step_decay(t, eta_0, gamma, s):
    """The learning rate of step t under step decay.

    t: 0, 1, ...; eta_0: the rate at the start; gamma: the factor; s: steps from one drop to the next.
    Returns the rate, a number.
    """
    ### BEGIN SOLUTION
    return eta_0 * gamma ** np.floor(t / s)
    ### END SOLUTION


# %% tags=["check"]
from course.judging import check

check("step_decay")

# %% tags=["picture"]
picture_of_schedules(40, {"step_decay": (step_decay, {"eta_0": 0.1, "gamma": 0.5, "s": 10})})

# %% nbgrader={"schema_version": 3, "grade": true, "grade_id": "test_step_decay", "locked": true, "points": 2, "solution": false, "task": false, "cell_type": "code"}
# Says whether your function keeps its promises on public inputs; the grader asks the same about fresh ones.
from course.judging import check

check("step_decay").required()

# %% [markdown]
# ## 8. Exponential decay (1 point)
#
# Step decay jumps, and somebody has to choose when. Exponential decay lowers the rate a little at every step, always by the
# same factor, as compounding does. Lecture: `07_learning_rates.md`.
#
# $$\eta_t = \eta_0\, e^{-kt}$$
#
# **Return** the rate of step `t`, a number; `t` starts at **0**. **State**: none; any `t` in any order, as above.


# %% nbgrader={"schema_version": 3, "grade": false, "grade_id": "exponential_decay", "locked": false, "solution": true, "task": false, "cell_type": "code"}
def exponential_decay(t, eta_0, k):
    """The learning rate of step t under exponential decay.

    t: 0, 1, ...; eta_0: the rate at the start; k: the rate of decay per step.
    Returns the rate, a number.
    """
    ### BEGIN SOLUTION
    return eta_0 * np.exp(-k * t)
    ### END SOLUTION


# %% tags=["check"]
from course.judging import check

check("exponential_decay")

# %% [markdown]
# Both schedules together. With this `k` the rate halves every ten steps, so the two meet at $t = 0, 10, 20, \dots$

# %% tags=["picture"]
picture_of_schedules(
    40,
    {
        "step_decay": (step_decay, {"eta_0": 0.1, "gamma": 0.5, "s": 10}),
        "exponential_decay": (exponential_decay, {"eta_0": 0.1, "k": np.log(2) / 10}),
    },
)

# %% nbgrader={"schema_version": 3, "grade": true, "grade_id": "test_exponential_decay", "locked": true, "points": 1, "solution": false, "task": false, "cell_type": "code"}
# Says whether your function keeps its promises on public inputs; the grader asks the same about fresh ones.
from course.judging import check

check("exponential_decay").required()

# %% [markdown]
# ## 9. Which rule would you take? (3 points)
#
# A desk fits a Nelson-Siegel-Svensson curve to government yields: a level, a slope and two humps $b_0, \dots, b_3$, and the
# logarithms of two decay times. Different parameters give almost the same curve, so the loss is flat in some directions and
# steep in others.
#
# The cell below runs your six rules from one start with one budget, 500 steps. Each has its default hyper-parameters and the
# learning rate that ended lowest after these 500 steps among 0.001, 0.003, 0.01, 0.03, 0.1, 0.3, 1 and 3; `sweep` shows how the others
# did. Distances to the minimum are in (percent per year)².

# %% tags=["picture"]
curve = problems.yield_curve()
steps = 500
rules = {
    "gradient_descent": (gradient_descent_step, {"eta": 1.0}),
    "momentum": (momentum_step, {"eta": 1.0}),
    "nesterov": (nesterov_step, {"eta": 1.0}),
    "adagrad": (adagrad_step, {"eta": 1.0}),
    "rmsprop": (rmsprop_step, {"eta": 0.01}),
    "adam": (adam_step, {"eta": 0.3}),
}


def sweep(step, steps):
    """Print where a rule ends after so many steps, for every learning rate of the grid."""
    for eta in (0.001, 0.003, 0.01, 0.03, 0.1, 0.3, 1.0, 3.0):
        print(f"eta {eta:<6g} ends at {follow(step, curve, steps, eta=eta).values[-1] - curve.minimum:.1e}")


followed = runs(curve, steps, rules)
if followed:
    figures.show(
        figures.losses(curve, followed).figure,
        f"Yield-curve fit: distance to the minimum over {steps} steps, on a log axis, for {', '.join(followed)}.",
    )
for name, run in followed.items():
    print(f"{name:17s} eta {rules[name][1]['eta']:<5g} ends at {run.values[-1] - curve.minimum:.1e}")
print("from the start to the minimiser:", np.round(curve.minimiser - curve.start, 2))
print("curvatures at the minimiser:", ", ".join(f"{x:.1e}" for x in curve.eigenvalues))

# sweep(adam_step, 500)

# %% [markdown]
# Answer in a few sentences each, with numbers from your own runs. One point each.
#
# 1. Which rule would you take for this fit with 500 steps, and how do the others rank? Which differences are too small to matter?
# 2. Explain the ranking by the curvatures and by how far each parameter has to go. Why is the last rule last, and what do
#    the first ones do about it?
# 3. With 2000 steps at the same rates: first write down what you expect, then set `steps = 2000` and say what happened. What
#    must be done before one may say that one rule beats another on this problem?

# %% [markdown] nbgrader={"schema_version": 3, "grade": true, "grade_id": "written_comparison", "locked": false, "points": 3, "solution": true, "task": false, "cell_type": "markdown"}
# ### BEGIN SOLUTION
# **Marking guide.** One point per question; half a point where the right claim stands without a number or a reason.
#
# 1. Adam is first, about 1e-6. Momentum and Nesterov come next, about 2e-5, and are equal for any purpose. AdaGrad and RMSprop
#    follow, both near 1e-3, and gradient descent is last with 6e-3. Full marks also for "momentum will do", with the
#    argument that the minimum itself is 3e-4 above zero: 2e-5 more is far below the noise of the yields.
# 2. The curvatures run from 1.1e-4 to 1.3, so kappa is about 12 000. The steepest one caps the rate of gradient descent
#    at 2/1.27, about 1.6; at rate 1 the flattest direction then loses a factor of 1 - 1.1e-4 per step, a half-life of thousands
#    of steps, while two parameters ($b_2$ and $b_3$) have to go 4.5 and 4.9. Momentum and Nesterov at gamma = 0.9 add up
#    the steps along flat directions: there they act like a rate of eta/(1 - gamma), ten times as large. Adam's step is about
#    eta in every coordinate whatever the size of its gradient, so the flat coordinates move at once, and the average of the gradient
#    damps the swings. AdaGrad scales too, but its rate has shrunk by the time the flat part begins; RMSprop needs a small rate,
#    because the rate sets the height at which it stops falling.
# 3. A prediction, and what came: momentum and Nesterov go on to 6e-8 and lead. Adam at 0.3 does not settle; it swings back up, to
#    about 1e-4, behind AdaGrad. The ranking belonged to the budget. Every rule must be tuned again for the new budget, on the
#    same grid and from the same start (Adam then takes 0.03 and ends at 8e-7, RMSprop takes 0.003 and ends at 3e-5), the
#    best rate must lie inside the grid, and one problem with one start says little about others. A decaying rate, other
#    scales for the parameters or another start are good further answers.
# ### END SOLUTION

# %% [markdown]
# Save the notebook, then run this cell: it says which of your numbers your own runs gave, and which part of the task no word of
# yours is about. It does not say whether you are right.

# %% tags=["check"]
from course.judging import check

check("written_comparison")

# %% [markdown]
# ## If you want to go on
#
# Four experiments with your own functions. Nothing here is graded; take the one that you find most surprising. Make a
# variant under a new name and leave your graded functions as they are.
#
# ### a. Epsilon inside or outside the root
#
# The Adam paper divides by $\sqrt{\hat v_t} + \epsilon$, this course by $\sqrt{\hat v_t + \epsilon}$. Write the paper's form, and
# measure the length of the **first** step ($\eta = 1$, zero state) for gradients of size $10^{-9}$ to $1$ with both. At which size
# is the step half of $\eta$? Find it on paper first. Then find the $\epsilon$ inside that acts like the paper's $10^{-8}$.

# %% tags=["extension"]
sizes = np.logspace(-9, 0, 91)
# Your experiment: the arrays are elementwise, so one call with grad=sizes makes all 91 first steps at once.

# %% [markdown]
# ### b. The rate inside or outside the velocity
#
# PyTorch keeps $v_t = \gamma v_{t-1} + g_t$ and steps by $\eta_t v_t$. Write that form and run both on the ravine under your own
# step decay; `follow` takes a function of $t$ for `eta`. They agree to the last digits up to one step: which one, and which of
# the two feels the drop at once? Who ends lower here, and would you bet that it is always so?


# %% tags=["extension"]
def dropping(t):
    """The learning rate for this experiment: 0.02, a tenth of it from t = 30 on."""
    return step_decay(t, eta_0=0.02, gamma=0.1, s=30)


# Your experiment: follow(momentum_step, problems.ravine(), 60, eta=dropping) and the same for your variant.

# %% [markdown]
# ### c. Nesterov against momentum, both tuned
#
# On a ravine with $\kappa = 100$, count the steps until the loss stays below a millionth of what it was at the start. Compare the two
# rules at $\gamma = 0.9$, each at its best rate; then let each have its best $\gamma$ as well. The best rate has to lie inside your grid.
# Does the winner change? `02_momentum.md` and `03_nesterov.md` say what the tuned rules can do.


# %% tags=["extension"]
def steps_to(run, problem, share=1e-6):
    """How many steps until the distance to the minimum stays below this share of what it was; more than all: never."""
    gap = np.nan_to_num(run.values - problem.minimum, nan=np.inf)
    above = np.flatnonzero(gap > share * gap[0])
    return int(above[-1]) + 1


# Your experiment: loops over gamma and eta, with follow(momentum_step, problems.ravine(100.0), 400, eta=..., gamma=...).

# %% [markdown]
# ### d. Where Adam goes to the wrong end
#
# Reddi, Kale and Kumar (2018): on $[-1, 1]$, every third loss is $3x$, the others are $-x$. The average loss rises with $x$, so $x = -1$ is
# best. Run your Adam on it ($\beta_1 = 0$, $\beta_2 = 0.1$, $\eta_t = 0.5/\sqrt t$, start at $x = 1$, cut back to $[-1, 1]$ after every step).
# Where is it after each block of three? Then write **AMSGrad**: it divides by the largest $v$ seen so far, corrected (the TP
# `more_optimizers` asks for it). Where does that one go, and what does Adam forget?


# %% tags=["extension"]
def reddi_gradient(t):
    """The slope of loss number t = 1, 2, ..."""
    return np.array([3.0 if t % 3 == 1 else -1.0])


# Your experiment: three thousand steps of adam_step from x = np.array([1.0]), with np.clip after each.
