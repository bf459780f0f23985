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
# # TP: more optimizers
#
# Six things that every library has and that the TP on optimizers left out: AMSGrad, AdamW, Nadam, AdaDelta, clipping by
# the global norm, and warm-up with a cosine. **Nothing here is graded.** Take what you like, in any order; each needs about a
# quarter of an hour. You should have written `adam_step` before.
#
# Each exercise has the same cells as in the TP on optimizers: your function, a check, a picture, and a locked cell that passes
# when your check does. The check judges and explains as it does there, and costs nothing. Before the function stands a question:
# put what you expect in the place of `...` and run the cell, then it says what comes out.
#
# What holds for every update rule holds here as well: NumPy arrays of one shape, any shape; integers give what floats would;
# every product, square and root is elementwise; one call is one step, from whatever state it is given; new arrays come back,
# `theta` first, and the inputs stay as they were. As everywhere in this course, $\epsilon$ stands **inside** the root. What is kept, the
# other defaults and the order of the arguments are those of Keras.

# %% nbgrader={"schema_version": 3, "grade": false, "grade_id": "setup", "locked": true, "solution": false, "task": false, "cell_type": "code"}
import matplotlib.pyplot as plt
import more_questions
import numpy as np

from course.judging import check
from course.workshop import figures, problems, unrolled
from course.workshop.predictions import predict
from course.workshop.trajectories import follow

figures.use_style()
BLUE, ORANGE = "#0072B2", "#D55E00"  # told apart by readers with any colour vision
LOOKS = {"color": BLUE, "marker": "o"}, {"color": ORANGE, "marker": "s"}


def written(function, *arguments, **more):
    """What a function of yours returns; None, and a line that says so, as long as it is not written."""
    try:
        return function(*arguments, **more)
    except NotImplementedError:
        print("This waits for your function. Write it above, run that cell, then run this one again.")


def picture(problem, steps, name, step, hyper, others):
    """The distance to the minimum under your rule, and under rules of the course, on a log axis."""
    run = written(follow, step, problem, steps, **hyper)
    if run is not None:
        fig, ax = plt.subplots(figsize=(7, 3.8))
        ax.semilogy(run.values - problem.minimum, color=BLUE, label=name)
        for (other, theirs), line in zip(others.items(), ("--", ":"), strict=False):
            ax.semilogy(theirs.values - problem.minimum, line, color="black", label=other)
        ax.set(xlabel="step", ylabel="loss above the minimum", title=problem.name)
        ax.legend()
        figures.show(fig, f"{problem.name}: loss above the minimum over {steps} steps, {name}, {', '.join(others)}.")


# %% [markdown]
# ## 1. AMSGrad
#
# Adam divides by the root of an *average* of squares, and an average forgets. If a large gradient is rare but important, Adam
# notes it, takes one short step against it, and has forgotten it a little later, when many small gradients of the other sign get
# their full steps. Reddi, Kale and Kumar (*On the convergence of Adam and beyond*, 2018) built a convex problem on which Adam walks
# to the worst point for exactly this reason (`06_adam.md`, "What Adam does not promise"). Their mend is one line: keep the **largest**
# average seen so far, and divide by its root. The scale of a coordinate can then only grow.
#
# $$m_t = \beta_1 m_{t-1} + (1 - \beta_1)\, g_t, \qquad v_t = \beta_2 v_{t-1} + (1 - \beta_2)\, g_t^2, \qquad
# v^{\max}_t = \max(v^{\max}_{t-1},\, v_t)$$
#
# $$\theta_{t+1} = \theta_t - \frac{\eta\, m_t / (1 - \beta_1^t)}{\sqrt{v^{\max}_t / (1 - \beta_2^t) + \epsilon}}$$
#
# The average $v_t$ itself goes on as in Adam; the maximum only watches it. It is the maximum that is corrected, as in Keras and
# PyTorch. (The paper corrects nothing at all; optax keeps the largest *corrected* average, which is another rule.)
#
# **Return** `(theta, m, v, v_max)`, all new. **State**: `m`, `v` and `v_max`, all 0 at the start; `t` = 1, 2, ...

# %% tags=["picture"]
predict(yours=..., **more_questions.AMSGRAD)


# %% nbgrader={"schema_version": 3, "grade": false, "grade_id": "amsgrad_step", "locked": false, "solution": true, "task": false, "cell_type": "code"}
def amsgrad_step(theta, m, v, v_max, grad, t, eta, beta_1=0.9, beta_2=0.999, eps=1e-8):
    """Step number t of AMSGrad.

    theta: parameters; m, v: averages of gradients and of their squares; v_max: the largest v so far; grad: the gradient
    at theta, all of one shape; t: 1, 2, ...; eta: learning rate; beta_1, beta_2: what is kept of m and of v; eps: keeps
    the root away from zero.
    Returns (theta, m, v, v_max).
    """
    ### BEGIN SOLUTION
    m = beta_1 * m + (1 - beta_1) * grad
    v = beta_2 * v + (1 - beta_2) * grad**2
    v_max = np.maximum(v_max, v)
    m_hat = m / (1 - beta_1**t)
    v_hat = v_max / (1 - beta_2**t)
    return theta - eta * m_hat / np.sqrt(v_hat + eps), m, v, v_max
    ### END SOLUTION


# %% tags=["check"]
from course.judging import check

check("amsgrad_step")

# %% [markdown]
# The problem of Reddi, Kale and Kumar: on $[-1, 1]$ every third loss is $3x$, the two others are $-x$. The losses of three steps add up to
# $x$, so $x = -1$ is best. Both rules start at $x = 1$, with $\beta_1 = 0$, $\beta_2 = 0.1$ and $\eta_t = 0.5/\sqrt t$, and are cut back to $[-1, 1]$.


# %% tags=["picture"]
def walked(step, states, blocks=300):
    """Where a rule is after each block of three steps."""
    x, state, where = np.ones(1), [np.zeros(1)] * states, []
    for t in range(1, 3 * blocks + 1):
        slope = np.array([3.0 if t % 3 == 1 else -1.0])
        x, *state = step(x, *state, slope, t, 0.5 / np.sqrt(t), beta_1=0.0, beta_2=0.1)
        x = np.clip(x, -1, 1)
        if t % 3 == 0:
            where.append(x[0])
    return where


def adam_again(theta, m, v, v_max, grad, t, eta, **betas):
    """Adam, by way of your function: what it does if v_max is forgotten between the calls."""
    theta, m, v, _ = amsgrad_step(theta, m, v, np.zeros_like(v_max), grad, t, eta, **betas)
    return theta, m, v, v_max


ends = {name: written(walked, step, 3) for name, step in (("amsgrad", amsgrad_step), ("adam", adam_again))}
if ends["amsgrad"] is not None:
    fig, ax = plt.subplots(figsize=(7, 3.2))
    ax.plot(ends["amsgrad"], color=BLUE, label="AMSGrad")
    ax.plot(ends["adam"], "--", color=ORANGE, label="Adam")
    ax.set(xlabel="block of three steps", ylabel="x", ylim=(-1.1, 1.1))
    ax.legend(loc="center right")
    figures.show(fig, "x after each block of three steps: Adam stays at the worst point, 1; AMSGrad walks to -1.")

# %% nbgrader={"schema_version": 3, "grade": true, "grade_id": "test_amsgrad_step", "locked": true, "points": 0, "solution": false, "task": false, "cell_type": "code"}
# Says whether your function keeps its promises. It has no points: this notebook is practice.
from course.judging import check

check("amsgrad_step").required()

# %% [markdown]
# ## 2. AdamW
#
# Weights that are drawn to zero a little at each step often generalise better. Statisticians call it ridge regression, or L2
# regularisation. Under gradient descent there are two ways to write it, and they are the same: add $\lambda \theta$ to the gradient, or
# shrink $\theta$ by $\eta \lambda \theta$ beside the step. Under Adam they are **not** the same. What is in the gradient goes through the
# root: a weight whose gradients are large is hardly decayed at all, and one whose gradients are small is decayed at the full length
# $\eta$ of a step. Loshchilov and Hutter (*Decoupled weight decay regularization*, 2019) took the decay out of the gradient, so that
# every weight loses the same share.
#
# $$\theta_{t+1} = \theta_t - \frac{\eta\, \hat m_t}{\sqrt{\hat v_t + \epsilon}} - \eta\, \lambda\, \theta_t$$
#
# with Adam's $\hat m_t$ and $\hat v_t$, which know nothing of $\lambda$. Both terms are taken from the old $\theta_t$. Keras and PyTorch multiply by the rate,
# as here, so a schedule lowers the decay as well. Keras' $\lambda$ is 0.004 by default, PyTorch's 0.01.
#
# **Return** `(theta, m, v)`, all new. **State**: `m = v = 0` at the start; `t` = 1, 2, ...

# %% tags=["picture"]
predict(yours=..., **more_questions.ADAMW)


# %% nbgrader={"schema_version": 3, "grade": false, "grade_id": "adamw_step", "locked": false, "solution": true, "task": false, "cell_type": "code"}
def adamw_step(theta, m, v, grad, t, eta, weight_decay=0.004, beta_1=0.9, beta_2=0.999, eps=1e-8):
    """Step number t of AdamW.

    theta: parameters; m, v: averages of gradients and of their squares; grad: the gradient at theta, all of one shape;
    t: 1, 2, ...; eta: learning rate; weight_decay: the share of theta that is lost per step, times eta; beta_1, beta_2:
    what is kept of m and of v; eps: keeps the root away from zero.
    Returns (theta, m, v).
    """
    ### BEGIN SOLUTION
    m = beta_1 * m + (1 - beta_1) * grad
    v = beta_2 * v + (1 - beta_2) * grad**2
    m_hat = m / (1 - beta_1**t)
    v_hat = v / (1 - beta_2**t)
    return theta - eta * m_hat / np.sqrt(v_hat + eps) - eta * weight_decay * theta, m, v
    ### END SOLUTION


# %% tags=["check"]
from course.judging import check

check("adamw_step")

# %% [markdown]
# Four weights that start at 1 and have gradients of noise alone, of sizes 0.01 to 10: nothing holds them, so a decay should shrink
# all of them alike. Once with your rule, once with the decay in the gradient. Which of the two treats them alike?


# %% tags=["picture"]
def left_of(in_the_gradient, steps=2000, decay=0.5, eta=0.001):
    """What is left of four weights after so many steps on noise, averaged over 50 runs."""
    rng, sizes = np.random.default_rng(3), np.array([0.01, 0.1, 1.0, 10.0])
    theta, m, v = np.ones((50, 4)), np.zeros((50, 4)), np.zeros((50, 4))
    for t in range(1, steps + 1):
        noise = sizes * rng.standard_normal((50, 4))
        if in_the_gradient:
            theta, m, v = adamw_step(theta, m, v, noise + decay * theta, t, eta, weight_decay=0.0)
        else:
            theta, m, v = adamw_step(theta, m, v, noise, t, eta, weight_decay=decay)
    return theta.mean(axis=0)


left = {name: written(left_of, inside) for name, inside in (("beside the step", False), ("in the gradient", True))}
if left["beside the step"] is not None:
    fig, ax = plt.subplots(figsize=(7, 3.4))
    for (name, shares), look in zip(left.items(), LOOKS, strict=False):
        ax.semilogx([0.01, 0.1, 1, 10], shares, label=f"decay {name}", **look)
    ax.axhline(np.exp(-0.001 * 0.5 * 2000), color="grey", linestyle=":", label="exp(-eta decay steps)")
    ax.set(xlabel="size of the gradients", ylabel="what is left of the weight")
    ax.legend()
    figures.show(
        fig,
        "What is left of four weights against the size of their gradients. With the decay beside the step all keep about "
        "the same share; with the decay in the gradient those with small gradients are gone and those with large ones stay.",
    )

# %% nbgrader={"schema_version": 3, "grade": true, "grade_id": "test_adamw_step", "locked": true, "points": 0, "solution": false, "task": false, "cell_type": "code"}
# Says whether your function keeps its promises. It has no points: this notebook is practice.
from course.judging import check

check("adamw_step").required()

# %% [markdown]
# ## 3. Nadam
#
# Nesterov asks for the slope where momentum is about to carry it (`03_nesterov.md`). Adam has no velocity to look along, but its average
# $m_t$ can be looked at one step early: by the next step it will have shrunk to $\beta_1 m_t$, and what it will be divided by is
# $1 - \beta_1^{t+1}$. Dozat (*Incorporating Nesterov momentum into Adam*, 2016) steps along that, plus the share of the newest gradient. In
# other words: the newest gradient counts once more, and everything older one step less.
#
# $$n_t = \frac{\beta_1 m_t}{1 - \beta_1^{t+1}} + \frac{(1 - \beta_1)\, g_t}{1 - \beta_1^t}, \qquad
# \theta_{t+1} = \theta_t - \frac{\eta\, n_t}{\sqrt{\hat v_t + \epsilon}}$$
#
# with the new $m_t$, and $v_t$ and $\hat v_t$ as in Adam. Keras and PyTorch, as the paper, also warm $\beta_1$ up by a factor
# $1 - 0.96^t/2$; here it is constant, and after some hundred steps there is no difference.
#
# **Return** `(theta, m, v)`, all new; $n_t$ is for this step only. **State**: `m = v = 0` at the start; `t` = 1, 2, ...

# %% tags=["picture"]
predict(yours=..., **more_questions.NADAM)


# %% nbgrader={"schema_version": 3, "grade": false, "grade_id": "nadam_step", "locked": false, "solution": true, "task": false, "cell_type": "code"}
def nadam_step(theta, m, v, grad, t, eta, beta_1=0.9, beta_2=0.999, eps=1e-8):
    """Step number t of Nadam, with a constant beta_1.

    theta: parameters; m, v: averages of gradients and of their squares; grad: the gradient at theta, all of one shape;
    t: 1, 2, ...; eta: learning rate; beta_1, beta_2: what is kept of m and of v; eps: keeps the root away from zero.
    Returns (theta, m, v).
    """
    ### BEGIN SOLUTION
    m = beta_1 * m + (1 - beta_1) * grad
    v = beta_2 * v + (1 - beta_2) * grad**2
    ahead = beta_1 * m / (1 - beta_1 ** (t + 1)) + (1 - beta_1) * grad / (1 - beta_1**t)
    v_hat = v / (1 - beta_2**t)
    return theta - eta * ahead / np.sqrt(v_hat + eps), m, v
    ### END SOLUTION


# %% tags=["check"]
from course.judging import check

check("nadam_step")

# %% tags=["picture"]
steps, rate = 120, 0.2
ravine = problems.ravine()
picture(ravine, steps, "Nadam", nadam_step, {"eta": rate}, {"Adam": unrolled.adam(ravine, steps, rate)})

# %% nbgrader={"schema_version": 3, "grade": true, "grade_id": "test_nadam_step", "locked": true, "points": 0, "solution": false, "task": false, "cell_type": "code"}
# Says whether your function keeps its promises. It has no points: this notebook is practice.
from course.judging import check

check("nadam_step").required()

# %% [markdown]
# ## 4. AdaDelta
#
# Look at the units (`07_learning_rates.md`). In AdaGrad, RMSprop and Adam the gradient is divided by its own size; what is left has no unit,
# and $\eta$ must supply the unit of $\theta$. So somebody has to know how far the parameters have to go. Zeiler (*ADADELTA: an adaptive
# learning rate method*, 2012) takes that unit from the run itself: from the size of the recent steps. He keeps a second average, of
# squared *steps*, and its root stands where the rate stood. No rate is left to choose.
#
# $$r_t = \rho\, r_{t-1} + (1 - \rho)\, g_t^2, \qquad
# s_t = \frac{\sqrt{d_{t-1} + \epsilon}}{\sqrt{r_t + \epsilon}}\, g_t, \qquad
# d_t = \rho\, d_{t-1} + (1 - \rho)\, s_t^2$$
#
# $$\theta_{t+1} = \theta_t - \eta\, s_t$$
#
# $\eta$ is 1 in the paper and here; Keras keeps it as an argument (and sets it to 0.001 by default, for reasons of its own). It multiplies the
# change of $\theta$ and is no part of $d$. Note the old $d_{t-1}$ above and the new $r_t$ below: the step of today is not known yet when its
# length is chosen. At the start $d = 0$, and $\sqrt\epsilon$ is all there is to move with.
#
# **Return** `(theta, r, d)`, all new. **State**: `r = d = 0` at the start.

# %% tags=["picture"]
predict(yours=..., **more_questions.ADADELTA)


# %% nbgrader={"schema_version": 3, "grade": false, "grade_id": "adadelta_step", "locked": false, "solution": true, "task": false, "cell_type": "code"}
def adadelta_step(theta, r, d, grad, eta=1.0, rho=0.95, eps=1e-6):
    """One step of AdaDelta.

    theta: parameters; r: average of squared gradients; d: average of squared steps; grad: the gradient at theta, all of
    one shape; eta: what the step is multiplied by, 1 in the paper; rho: what is kept of both averages; eps: stands in
    both roots.
    Returns (theta, r, d).
    """
    ### BEGIN SOLUTION
    r = rho * r + (1 - rho) * grad**2
    step = np.sqrt(d + eps) / np.sqrt(r + eps) * grad
    d = rho * d + (1 - rho) * step**2
    return theta - eta * step, r, d
    ### END SOLUTION


# %% tags=["check"]
from course.judging import check

check("adadelta_step")

# %% [markdown]
# No rate was tuned here. Read off how long AdaDelta takes to get going, and say what sets that time. Then try `eps` 1e-4, and 1e-8: is there
# really nothing left to choose?

# %% tags=["picture"]
steps = 1200
ravine = problems.ravine()
picture(
    ravine,
    steps,
    "AdaDelta",
    adadelta_step,
    {"eta": 1.0, "eps": 1e-6},
    {
        "RMSprop, rate 0.1": unrolled.rmsprop(ravine, steps, 0.1),
        "AdaGrad, rate 0.5": unrolled.adagrad(ravine, steps, 0.5),
    },
)

# %% nbgrader={"schema_version": 3, "grade": true, "grade_id": "test_adadelta_step", "locked": true, "points": 0, "solution": false, "task": false, "cell_type": "code"}
# Says whether your function keeps its promises. It has no points: this notebook is practice.
from course.judging import check

check("adadelta_step").required()

# %% [markdown]
# ## 5. Clipping by the global norm
#
# Some losses have cliffs: a recurrent net that multiplies by the same matrix forty times, a likelihood near the edge of what is allowed. There
# the gradient is thousands of times as long as elsewhere, and one step along it throws away what a thousand steps had found. Its
# *direction* is still good. So Pascanu, Mikolov and Bengio (*On the difficulty of training recurrent neural networks*, 2013) keep the
# direction and limit the length. The length is that of the **whole** gradient, all entries of all arrays together; if each array were
# cut by itself, the direction would change.
#
# $$n = \sqrt{\sum_i w_i^2 + \sum_j b_j^2}, \qquad
# w, b \;\leftarrow\; \frac{c}{n}\, w,\; \frac{c}{n}\, b \quad\text{if } n > c, \text{ and as they are if not}$$
#
# Here a layer has two arrays, the gradient `grad_w` of its weights and `grad_b` of its bias, of different shapes; $c$ is `max_norm`. In Keras
# this is the argument `global_clipnorm` of every optimizer (and `clipnorm` is the one that cuts each array by itself).
#
# **Return** `(grad_w, grad_b)`, both new, also where nothing is clipped. Gradients of zeros stay zeros: no `nan`.

# %% tags=["picture"]
predict(yours=..., **more_questions.CLIPPING)


# %% nbgrader={"schema_version": 3, "grade": false, "grade_id": "clip_by_global_norm", "locked": false, "solution": true, "task": false, "cell_type": "code"}
def clip_by_global_norm(grad_w, grad_b, max_norm):
    """Shorten a gradient that is too long.

    grad_w, grad_b: the gradients of weights and of a bias, of any two shapes; max_norm: the most that the norm of both
    together may be, above 0.
    Returns (grad_w, grad_b).
    """
    ### BEGIN SOLUTION
    norm = np.sqrt(np.sum(np.square(grad_w, dtype=float)) + np.sum(np.square(grad_b, dtype=float)))
    scale = max_norm / norm if norm > max_norm else 1.0
    return grad_w * scale, grad_b * scale
    ### END SOLUTION


# %% tags=["check"]
from course.judging import check

check("clip_by_global_norm")

# %% [markdown]
# A thousand gradients of two numbers, a few of them very long, before and after. Which angles survive?

# %% tags=["picture"]
rng = np.random.default_rng(1)
cloud = rng.standard_t(2, size=(1000, 2))
clipped = written(lambda: np.array([np.ravel(clip_by_global_norm(w[:1], w[1:], 2.0)) for w in cloud]))
if clipped is not None:
    fig, axes = plt.subplots(1, 2, figsize=(9, 4), sharex=True, sharey=True)
    for ax, points, title in zip(axes, (cloud, clipped), ("before", "after"), strict=True):
        ax.plot(*points.T, ".", color=BLUE, markersize=3)
        ax.set(title=title, xlim=(-8, 8), ylim=(-8, 8), xlabel="grad_w", aspect="equal")
    axes[0].set_ylabel("grad_b")
    figures.show(
        fig, "A cloud of gradients before and after: those outside of a circle of radius 2 lie on it afterwards."
    )

# %% nbgrader={"schema_version": 3, "grade": true, "grade_id": "test_clip_by_global_norm", "locked": true, "points": 0, "solution": false, "task": false, "cell_type": "code"}
# Says whether your function keeps its promises. It has no points: this notebook is practice.
from course.judging import check

check("clip_by_global_norm").required()

# %% [markdown]
# ## 6. Warm-up and cosine
#
# Two schedules that are used together almost everywhere. **Warm-up**: at the start nothing is known; the averages of Adam rest on a few
# gradients and the curvature is often at its highest, so the rate rises from zero, on a straight line (Goyal et al., *Accurate,
# large minibatch SGD*, 2017). **Cosine**: afterwards it falls on half a wave of the cosine, slowly at first, when there is still far to
# go, and slowly again at the end, where the iterate should settle (Loshchilov and Hutter, *SGDR*, 2017, here without restarts).
#
# $$\eta_t = \eta_{\max}\, \frac{t}{T_w} \quad\text{while } t < T_w, \qquad
# \eta_t = \eta_{\max} \left(\alpha + (1 - \alpha)\, \frac{1 + \cos(\pi x)}{2}\right), \quad
# x = \min\left(\frac{t - T_w}{T_d},\, 1\right)$$
#
# $T_w$ is `warmup`, the steps of the rise, 0 or more; $T_d$ is `decay`, the steps of the fall alone; $\alpha$ is the share of the top that is left in
# the end. Here `t` starts at **0**, and the first rate is 0, as in Keras' `CosineDecay(0.0, decay, alpha, warmup_target=eta_max,
# warmup_steps=warmup)`.
#
# **Return** the rate of step `t`, a number. **State**: none; any `t` in any order.

# %% tags=["picture"]
predict(yours=..., **more_questions.WARMUP)


# %% nbgrader={"schema_version": 3, "grade": false, "grade_id": "warmup_cosine", "locked": false, "solution": true, "task": false, "cell_type": "code"}
def warmup_cosine(t, eta_max, warmup, decay, alpha=0.0):
    """The learning rate of step t: a rise on a straight line, then half a wave of the cosine.

    t: 0, 1, ...; eta_max: the rate at the top; warmup: steps of the rise, 0 or more; decay: steps of the fall;
    alpha: the share of eta_max that is left in the end.
    Returns the rate, a number.
    """
    ### BEGIN SOLUTION
    if t < warmup:
        return eta_max * t / warmup
    x = min((t - warmup) / decay, 1.0)
    return eta_max * (alpha + (1 - alpha) * (1 + np.cos(np.pi * x)) / 2)
    ### END SOLUTION


# %% tags=["check"]
from course.judging import check

check("warmup_cosine")

# %% tags=["picture"]
times = np.arange(60)
rates = {
    "alpha = 0": written(lambda: [warmup_cosine(int(t), 0.1, 10, 40) for t in times]),
    "alpha = 0.2": written(lambda: [warmup_cosine(int(t), 0.1, 10, 40, 0.2) for t in times]),
}
if rates["alpha = 0"] is not None:
    fig, ax = plt.subplots(figsize=(7, 3.4))
    for (name, eta), look in zip(rates.items(), LOOKS, strict=False):
        ax.plot(times, eta, markersize=3, linewidth=1, label=name, **look)
    ax.set(xlabel="step t", ylabel=r"learning rate $\eta_t$", ylim=(0, None))
    ax.legend()
    figures.show(
        fig, "The rate rises over 10 steps to 0.1 and falls over 40 on half a wave, to 0 or to a fifth of the top."
    )

# %% nbgrader={"schema_version": 3, "grade": true, "grade_id": "test_warmup_cosine", "locked": true, "points": 0, "solution": false, "task": false, "cell_type": "code"}
# Says whether your function keeps its promises. It has no points: this notebook is practice.
from course.judging import check

check("warmup_cosine").required()
