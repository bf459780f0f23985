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
# # TP: the training loop
#
# What does `model.fit(x, y)` do? You write it yourself, in NumPy: first what is decided before the first step, then the loop. At the
# end your own six functions train a network and walk with it through time. 20 points, two to two and a half hours.
# The lectures are `00_training_loop.md` and `12_parameters.md`.
#
# An exercise has these cells after its text.
#
# 1. **A question.** Put what you expect in the place of `...` and run the cell; then it says what comes out. It counts nothing.
# 2. **Your function.** Put your code in place of `# YOUR CODE HERE` and `raise NotImplementedError()`.
# 3. **Check.** Says in words which property holds and which does not. Run it as often as you like; it costs nothing.
# 4. **Picture.** Your own function at work. Change its numbers and run it again; nothing there is graded.
# 5. **Graded cell.** Locked. It says in one line whether your check passes. The grader then asks your function for the same
#    properties with fresh inputs.
#
# What holds for all of them:
#
# - arrays may hold integers. The result is the one that the same numbers would give as floats.
# - your function leaves the arrays that it is given as they are, and returns new ones.
# - $n$ is the number of rows, one for each observation; $x'$ is `x.T`; `mean` without more words has the divisor $n$.

# %% nbgrader={"schema_version": 3, "grade": false, "grade_id": "setup", "locked": true, "solution": false, "task": false, "cell_type": "code"}
import loop_questions
import matplotlib.pyplot as plt
import numpy as np

from course.judging import check
from course.workshop import figures
from course.workshop.predictions import predict

figures.use_style()
BLUE, ORANGE = "#0072B2", "#D55E00"  # told apart by readers with any colour vision


def written(function, *arguments, **more):
    """What a function of yours returns; None, and a line that says so, as long as it is not written."""
    try:
        return function(*arguments, **more)
    except NotImplementedError:
        print("This waits for your function. Write it above, run that cell, then run this one again.")


# %% [markdown]
# ## 1. How large a batch? (2 points)
#
# An epoch of $n$ rows in batches of $B$ has $\lceil n / B \rceil$ steps; the last batch may be short, and is a step all the same. A
# large $B$ makes a step cheap for each row, but leaves few steps. A common rule: take the largest power of two that still leaves
# enough of them (section 3.15 of the course uses another one, which leaves 300 to 600: `12_parameters.md`, "The rule of the course").
#
# **Return** the largest power of two $B$ with $\lceil n / B \rceil \ge$ `least`; 1 if there is none, or only that one. `least` is 2 or more.

# %% tags=["picture"]
predict(yours=..., **loop_questions.BATCH_SIZE)


# %% nbgrader={"schema_version": 3, "grade": false, "grade_id": "batch_size_for", "locked": false, "solution": true, "task": false, "cell_type": "code"}
def batch_size_for(n_samples, least=100):
    """The largest power of two that leaves at least `least` batches in an epoch; 1 if there is none.

    n_samples: rows of the training set, 1 or more; least: batches that must be left, 2 or more. A short last batch
    counts as one.
    Returns the batch size, a whole number.
    """
    ### BEGIN SOLUTION
    size = 1
    while -(-n_samples // (2 * size)) >= least:
        size *= 2
    return size
    ### END SOLUTION


# %% tags=["check"]
from course.judging import check

check("batch_size_for")

# %% tags=["picture"]
rows = np.unique(np.geomspace(50, 200_000, 400).astype(int))
steps = written(lambda: [-(-n // batch_size_for(int(n))) for n in rows])
if steps is not None:
    fig, ax = plt.subplots(figsize=(7, 3.4))
    ax.semilogx(rows, steps, ".", markersize=4, color=BLUE)
    ax.axhline(100, color="grey", linestyle=":", label="least")
    ax.set(xlabel="rows of the training set", ylabel="steps of an epoch", ylim=(0, None))
    ax.legend()
    figures.show(
        fig, "The steps of an epoch against the rows: a saw-tooth between 100 and 200, once there are 100 rows."
    )

# %% nbgrader={"schema_version": 3, "grade": true, "grade_id": "test_batch_size_for", "locked": true, "points": 2, "solution": false, "task": false, "cell_type": "code"}
# Graded with fresh inputs; here it says whether your check passes.
from course.judging import check

check("batch_size_for").required()

# %% [markdown]
# ## 2. The scale of the features (3 points)
#
# A price of 100 beside a return of 0.01: the loss is a ravine, and gradient descent crawls (section 3.14; `12_parameters.md`, "The curvature of one feature").
# So each column is brought to mean 0 and standard deviation 1. Mean and deviation are *learnt* numbers, as the weights are: they come from the
# **training rows alone**, and the test rows are measured with them. If they came from all rows, the training would know the future.
#
# $$z = \frac{x - m}{s}, \qquad m = \text{mean of the column in train}, \qquad s = \sqrt{\text{mean of } (x - m)^2}$$
#
# - A column with $s = 0$ is only centred: divide it by 1. The training rows become 0, and a test row that differs stays seen.
# - The level may be ten million times the spread (times in seconds since 1970 are), and the digits must survive that.
#
# **Return** `(train_z, test_z)`, of the shapes of `train` $(n, p)$ and `test` $(k, p)$.

# %% tags=["picture"]
predict(yours=..., **loop_questions.STANDARDISE)


# %% nbgrader={"schema_version": 3, "grade": false, "grade_id": "standardise", "locked": false, "solution": true, "task": false, "cell_type": "code"}
def standardise(train, test):
    """Bring each column to mean 0 and standard deviation 1, as measured in the training rows.

    train: (n, p), rows to learn from; test: (k, p), rows to be judged by.
    Returns (train_z, test_z).
    """
    ### BEGIN SOLUTION
    mean = np.mean(train, axis=0)
    deviation = np.std(train, axis=0)
    scale = np.where(deviation > 0, deviation, 1.0)
    return (train - mean) / scale, (test - mean) / scale
    ### END SOLUTION


# %% tags=["check"]
from course.judging import check

check("standardise")

# %% [markdown]
# Gradient descent on a linear model: on two raw features, and on the same ones standardised by you. Each run has the rate 1 / (largest curvature). How
# many steps does each need, and what would you have to do to the rates of the raw one to get there?


# %% tags=["picture"]
def descent(x, y, steps=200):
    """The loss above its minimum, by gradient descent from 0 at the rate 1 / (largest curvature)."""
    ones = np.column_stack([x, np.ones(len(x))])
    hessian = 2 * ones.T @ ones / len(y)
    theta, gaps = np.zeros(ones.shape[1]), []
    best = np.mean((ones @ np.linalg.lstsq(ones, y, rcond=None)[0] - y) ** 2)
    for _ in range(steps):
        gaps.append(np.mean((ones @ theta - y) ** 2) - best)
        theta = theta - 2 * ones.T @ (ones @ theta - y) / len(y) / np.linalg.eigvalsh(hessian)[-1]
    return gaps


rng = np.random.default_rng(0)
features = np.column_stack([100 + 5 * rng.standard_normal(200), 0.01 * rng.standard_normal(200)])
target = 0.2 * (features[:, 0] - 100) + 100 * features[:, 1] + rng.standard_normal(200)
both = written(standardise, features, features)
if both is not None:
    fig, ax = plt.subplots(figsize=(7, 3.4))
    ax.semilogy(descent(features, target), color=ORANGE, linestyle="--", label="raw")
    ax.semilogy(np.maximum(descent(both[0], target), 1e-16), color=BLUE, label="standardised")
    ax.set(xlabel="step", ylabel="loss above the minimum")
    ax.legend()
    figures.show(
        fig,
        "Loss above the minimum over 200 steps: on raw features it hardly falls, on standardised ones it is gone after a few.",
    )

# %% nbgrader={"schema_version": 3, "grade": true, "grade_id": "test_standardise", "locked": true, "points": 3, "solution": false, "task": false, "cell_type": "code"}
# Graded with fresh inputs; here it says whether your check passes.
from course.judging import check

check("standardise").required()

# %% [markdown]
# ## 3. Which rows to learn from, which to be judged by (3 points)
#
# Time has a direction. A model that is judged by rows from before its training knows their future. So we walk forward: learn from
# `train` rows, leave a gap, be judged by the `test` rows after it; then move on by `test` rows and do it again. The gap keeps apart what
# overlaps: a row whose features look back 20 days and whose target looks 5 days ahead shares days with its neighbours
# (`12_parameters.md`, "Splits in time").
#
# With rows counted from 0, fold $k = 0, 1, \dots$ is
#
# $$\underbrace{[\,k\,\text{test},\; k\,\text{test} + \text{train})}_{\text{learn}}, \qquad
# \underbrace{[\,k\,\text{test} + \text{train} + \text{gap},\; k\,\text{test} + \text{train} + \text{gap} + \text{test})}_{\text{be judged}}$$
#
# Stops are exclusive, as in slices. A fold that does not fit into the $n$ rows whole is left out.
#
# **Return** an array of shape (folds, 4): start and stop of the training rows, start and stop of the test rows. Without a fold its shape is `(0, 4)`.

# %% tags=["picture"]
predict(yours=..., **loop_questions.WALK_FORWARD)


# %% nbgrader={"schema_version": 3, "grade": false, "grade_id": "walk_forward", "locked": false, "solution": true, "task": false, "cell_type": "code"}
def walk_forward(n, train, test, gap):
    """The folds of a walk forward through n rows in the order of time.

    n: rows; train: rows that each fold learns from; test: rows that it is judged by; gap: rows between them.
    Returns an array (folds, 4) of whole numbers: start and stop of the training rows, start and stop of the test rows.
    """
    ### BEGIN SOLUTION
    folds, start = [], 0
    while start + train + gap + test <= n:
        middle = start + train + gap
        folds.append((start, start + train, middle, middle + test))
        start += test
    return np.array(folds, dtype=int).reshape(-1, 4)
    ### END SOLUTION


# %% tags=["check"]
from course.judging import check

check("walk_forward")

# %% tags=["picture"]
folds = written(walk_forward, 60, 24, 8, 3)
if folds is not None:
    fig, ax = plt.subplots(figsize=(7, 2.8))
    for place, (learn, learnt, judge, judged) in enumerate(folds):
        ax.barh(place, learnt - learn, left=learn, color=BLUE, label="learn" if place == 0 else None)
        ax.barh(place, judged - judge, left=judge, color=ORANGE, hatch="//", label="be judged" if place == 0 else None)
    ax.set(xlabel="row", ylabel="fold", yticks=range(len(folds)), xlim=(0, 60))
    ax.invert_yaxis()
    ax.legend(loc="lower left")
    figures.show(
        fig,
        "The folds as bars over 60 rows: training rows, a gap, test rows; each fold begins where the test before has moved on.",
    )

# %% nbgrader={"schema_version": 3, "grade": true, "grade_id": "test_walk_forward", "locked": true, "points": 3, "solution": false, "task": false, "cell_type": "code"}
# Graded with fresh inputs; here it says whether your check passes.
from course.judging import check

check("walk_forward").required()

# %% [markdown]
# ## 4. One epoch (4 points)
#
# Now the loop itself, on the smallest model that learns: $o = x w + b$. The rows come in a given `order` and are cut into batches of
# `batch_size` rows; the last batch has what is left. Each batch makes one step of gradient descent on **its own** mean squared error, at the
# weights that the batch before has led to (`00_training_loop.md`, "The short last batch"). With $n_k$ rows in batch $k$ and $e = o - y$,
#
# $$L_k = \frac{1}{n_k} \sum e^2, \qquad w \leftarrow w - \eta\, \frac{2}{n_k}\, x' e, \qquad b \leftarrow b - \eta\, \frac{2}{n_k} \sum e$$
#
# and both gradients are taken before either moves. The loss of the epoch is the mean over all $n$ rows of what the batches had **before** their
# steps, $\frac{1}{n} \sum_k n_k L_k$ (`00_training_loop.md`, "What fit logs").
#
# **Return** `(w, b, loss)`. `order` holds the number of each row once; do not shuffle it again.

# %% tags=["picture"]
predict(yours=..., **loop_questions.TRAIN_EPOCH)


# %% nbgrader={"schema_version": 3, "grade": false, "grade_id": "train_epoch", "locked": false, "solution": true, "task": false, "cell_type": "code"}
def train_epoch(w, b, x, y, order, batch_size, eta):
    """One epoch of mini-batch gradient descent on the mean squared error of o = x w + b.

    w: (p,), weights; b: a number, the bias; x: (n, p), features; y: (n,), targets; order: (n,), the rows' numbers in
    the order of their use; batch_size: rows of a batch; eta: learning rate.
    Returns (w, b, loss): the new weights, the new bias, and the loss as `fit` logs it.
    """
    ### BEGIN SOLUTION
    total = 0.0
    for start in range(0, len(order), batch_size):
        rows = order[start : start + batch_size]
        error = x[rows] @ w + b - y[rows]
        total += np.sum(error**2)
        w = w - eta * 2 / len(rows) * (x[rows].T @ error)
        b = b - eta * 2 / len(rows) * np.sum(error)
    return w, b, total / len(order)
    ### END SOLUTION


# %% tags=["check"]
from course.judging import check

check("train_epoch")

# %% [markdown]
# Your epochs on 300 rows, with three batch sizes at the same rate. Which loss falls fastest per epoch, and which ends lowest? Then give the
# large batch ten times the rate.


# %% tags=["picture"]
def epochs(batch_size, eta, count=12, seed=0):
    """The losses of so many epochs, each in a new order."""
    rng = np.random.default_rng(seed)
    x = rng.standard_normal((300, 2))
    y = x @ [1.0, -2.0] + 0.5 + 0.5 * rng.standard_normal(300)
    w, b, losses = np.zeros(2), 0.0, []
    for _ in range(count):
        w, b, loss = train_epoch(w, b, x, y, rng.permutation(300), batch_size, eta)
        losses.append(loss)
    return losses


curves = written(lambda: {size: epochs(size, 0.02) for size in (4, 32, 300)})
if curves is not None:
    fig, ax = plt.subplots(figsize=(7, 3.4))
    for (size, losses), marker, colour in zip(curves.items(), "os^", (BLUE, ORANGE, "#009E73"), strict=True):
        ax.semilogy(range(1, 13), losses, marker=marker, color=colour, label=f"batches of {size}")
    ax.set(xlabel="epoch", ylabel="loss as logged")
    ax.legend()
    figures.show(
        fig,
        "The logged loss over 12 epochs at one rate: the smaller the batch, the more steps, and the faster it falls.",
    )

# %% nbgrader={"schema_version": 3, "grade": true, "grade_id": "test_train_epoch", "locked": true, "points": 4, "solution": false, "task": false, "cell_type": "code"}
# Graded with fresh inputs; here it says whether your check passes.
from course.judging import check

check("train_epoch").required()

# %% [markdown]
# ## 5. The gradient of a network (5 points)
#
# A network with one hidden layer. `W1` has a column for each of $h$ hidden units, `W2` one number for each of them, `b2` is one number:
#
# $$A = x W_1 + b_1, \qquad H = \tanh A, \qquad o = H W_2 + b_2, \qquad L = \frac{1}{n} \sum_i (o_i - y_i)^2$$
#
# The chain rule, from the loss backwards (`00_training_loop.md`, "The gradient, layer by layer"); $*$ is the elementwise product:
#
# $$r = \frac{2}{n} (o - y), \qquad dW_2 = H' r, \qquad db_2 = \sum_i r_i$$
#
# $$D = (r\, W_2') * (1 - H * H), \qquad dW_1 = x' D, \qquad db_1 = \sum_i D_i \quad (\text{the sum of the rows of } D)$$
#
# Mind the shapes: `y`, `o` and `r` have one number for each row, $(n,)$, and $r W_2'$ is a matrix $(n, h)$. Numbers beyond 1000 may go
# into tanh; nothing may become `nan`.
#
# **Return** `(loss, dW1, db1, dW2, db2)`, each gradient in the shape of what it belongs to.

# %% tags=["picture"]
predict(yours=..., **loop_questions.LOSS_AND_GRADIENTS)


# %% nbgrader={"schema_version": 3, "grade": false, "grade_id": "loss_and_gradients", "locked": false, "solution": true, "task": false, "cell_type": "code"}
def loss_and_gradients(x, y, W1, b1, W2, b2):
    """The mean squared error of a network with one hidden layer of tanh, and its gradients.

    x: (n, p), features; y: (n,), targets; W1: (p, h), b1: (h,), weights and biases of the hidden layer; W2: (h,), b2: a
    number, those of the output.
    Returns (loss, dW1, db1, dW2, db2).
    """
    ### BEGIN SOLUTION
    H = np.tanh(x @ W1 + b1)
    error = H @ W2 + b2 - y
    r = 2 / len(y) * error
    D = np.outer(r, W2) * (1 - H**2)
    return np.mean(error**2), x.T @ D, D.sum(axis=0), H.T @ r, r.sum()
    ### END SOLUTION


# %% tags=["check"]
from course.judging import check

check("loss_and_gradients")

# %% [markdown]
# Your gradients train a network with 12 hidden units on a noisy sine. Change the number of units, the rate, the size of the start.


# %% tags=["picture"]
def fitted(steps=3000, units=12, eta=0.1, seed=3):
    """Losses of full-batch gradient descent with your gradients, and a function that gives the outputs."""
    rng = np.random.default_rng(seed)
    x = rng.uniform(-3, 3, size=(60, 1))
    y = np.sin(1.5 * x[:, 0]) + 0.15 * rng.standard_normal(60)
    weights = [
        rng.standard_normal((1, units)),
        rng.standard_normal(units),
        rng.standard_normal(units) / units**0.5,
        0.0,
    ]
    losses = []
    for _ in range(steps):
        loss, *gradients = loss_and_gradients(x, y, *weights)
        losses.append(loss)
        weights = [weight - eta * gradient for weight, gradient in zip(weights, gradients, strict=True)]
    W1, b1, W2, b2 = weights
    return losses, x, y, lambda at: np.tanh(at[:, None] @ W1 + b1) @ W2 + b2


found = written(fitted)
if found is not None:
    losses, x, y, output = found
    fig, (left, right) = plt.subplots(1, 2, figsize=(10, 3.6))
    left.loglog(range(1, len(losses) + 1), losses, color=BLUE)
    left.set(xlabel="step", ylabel="loss")
    grid = np.linspace(-3, 3, 200)
    right.plot(x, y, ".", color="black", label="data")
    right.plot(grid, output(grid), color=ORANGE, label="your network")
    right.set(xlabel="x", ylabel="y")
    right.legend()
    figures.show(
        fig,
        "Left: the loss of your network falls over 3000 steps. Right: its output runs through a cloud of points around a sine.",
    )

# %% nbgrader={"schema_version": 3, "grade": true, "grade_id": "test_loss_and_gradients", "locked": true, "points": 5, "solution": false, "task": false, "cell_type": "code"}
# Graded with fresh inputs; here it says whether your check passes.
from course.judging import check

check("loss_and_gradients").required()

# %% [markdown]
# ## 6. How noisy is the gradient? (3 points)
#
# The gradient of a batch is the true gradient $G$ plus noise, and with $B$ of many rows the noise has the mean squared length $\mathrm{tr}(\Sigma) / B$, where
# $\Sigma$ is the covariance of the gradients of single rows (`00_training_loop.md`, "A batch is a sample without replacement"). At
# $B = \mathrm{tr}(\Sigma) / |G|^2$ noise and signal are equally long. McCandlish, Kaplan and Amodei (2018) call this the **noise scale**: far below it a
# batch of twice the size is worth nearly two steps, far above it nearly one (`12_parameters.md`, "The noise scale").
#
# You have the gradients of $N$ rows, $g_1, \dots, g_N$, with mean $\bar g$. Without bias,
#
# $$\mathrm{tr}(\Sigma) = \sum_j \frac{1}{N - 1} \sum_i (g_{ij} - \bar g_j)^2, \qquad
# |G|^2 = |\bar g|^2 - \frac{\mathrm{tr}(\Sigma)}{N}$$
#
# The second one says: $\bar g$ is noisy itself, which makes it longer on average. The estimate of $|G|^2$ can come out below 0; return
# it as it is.
#
# **Return** `(g2, trace, scale)`: $|G|^2$, $\mathrm{tr}(\Sigma)$, and their ratio $\mathrm{tr}(\Sigma) / |G|^2$, three numbers.

# %% tags=["picture"]
predict(yours=..., **loop_questions.NOISE_SCALE)


# %% nbgrader={"schema_version": 3, "grade": false, "grade_id": "noise_scale", "locked": false, "solution": true, "task": false, "cell_type": "code"}
def noise_scale(grads):
    """The noise scale, from the gradients of single rows.

    grads: (N, d), a row with the gradient of each of N observations by d parameters, N at least 2.
    Returns (g2, trace, scale): the squared length of the true gradient, the trace of the covariance, trace / g2.
    """
    ### BEGIN SOLUTION
    mean = np.mean(grads, axis=0)
    trace = np.sum(np.var(grads, axis=0, ddof=1))
    g2 = mean @ mean - trace / len(grads)
    return g2, trace, trace / g2
    ### END SOLUTION


# %% tags=["check"]
from course.judging import check

check("noise_scale")

# %% [markdown]
# The noise scale while a linear model learns: a few rows at the start, when nearly all of them agree where to go, and hundreds at the end, when only
# noise is left. What does that say about one batch size for a whole training?


# %% tags=["picture"]
def on_the_way(steps=40, eta=0.05):
    """Noise scale and loss at each step of gradient descent on 2000 rows."""
    rng = np.random.default_rng(1)
    x = rng.standard_normal((2000, 5))
    y = x @ np.arange(1.0, 6.0) + rng.standard_normal(2000)
    w, scales, losses = np.zeros(5), [], []
    for _ in range(steps):
        error = x @ w - y
        scales.append(noise_scale(2 * error[:, None] * x)[2])
        losses.append(np.mean(error**2))
        w = w - eta * 2 * x.T @ error / len(y)
    return scales, losses


found = written(on_the_way)
if found is not None:
    fig, ax = plt.subplots(figsize=(7, 3.4))
    ax.semilogy(found[0], color=BLUE, marker="o", label="noise scale")
    ax.semilogy(found[1], color=ORANGE, linestyle="--", label="loss")
    ax.set(xlabel="step", ylabel="rows, or loss")
    ax.legend()
    figures.show(fig, "Over 40 steps the loss falls to 1 while the noise scale rises from a few rows to hundreds.")

# %% nbgrader={"schema_version": 3, "grade": true, "grade_id": "test_noise_scale", "locked": true, "points": 3, "solution": false, "task": false, "cell_type": "code"}
# Graded with fresh inputs; here it says whether your check passes.
from course.judging import check

check("noise_scale").required()

# %% [markdown]
# ## All six together
#
# Nothing here is graded. A simulated market: the return of tomorrow depends a little on three things that are known today, one of them in
# a bent way, and is mostly noise. Your functions choose the batch size, cut the folds, standardise each fold by its own past, and train
# a linear model with `train_epoch` and a network with `loss_and_gradients`, each on the rows before its test. The share of the variance that is explained
# is small, as it is with real returns. Which model would you trust, and by how many folds?


# %% tags=["picture"]
def market(n=1500, seed=5):
    """Features of today (a price, a volatility, a rate) and the return of tomorrow, in per cent."""
    rng = np.random.default_rng(seed)
    hidden = rng.standard_normal((n, 3))
    tomorrow = 0.25 * hidden[:, 0] + 0.3 * np.maximum(hidden[:, 1], 0) + rng.standard_normal(n)
    return hidden * [12.0, 0.004, 0.01] + [100.0, 0.015, 0.03], tomorrow


def outputs_of_a_line(x, y, new, rng, size):
    """What a linear model that your epochs have trained says of new rows."""
    w, b = np.zeros(x.shape[1]), 0.0
    for _ in range(5):
        w, b, _ = train_epoch(w, b, x, y, rng.permutation(len(y)), size, 0.01)
    return new @ w + b


def outputs_of_a_network(x, y, new, rng, size):
    """What a network says of new rows whose batches went through your gradients."""
    weights = [rng.standard_normal((x.shape[1], 6)) / 2, np.zeros(6), rng.standard_normal(6) / 4, 0.0]
    for _ in range(15):
        order = rng.permutation(len(y))
        for start in range(0, len(y), size):
            rows = order[start : start + size]
            _, *gradients = loss_and_gradients(x[rows], y[rows], *weights)
            weights = [weight - 0.02 * gradient for weight, gradient in zip(weights, gradients, strict=True)]
    W1, b1, W2, b2 = weights
    return np.tanh(new @ W1 + b1) @ W2 + b2


def explained(x, y, models, train=600, test=150, gap=5):
    """By model, the share of the variance of each fold's test rows that it explains."""
    shares = {name: [] for name in models}
    for learn, learnt, judge, judged in walk_forward(len(y), train, test, gap):
        known, new = standardise(x[learn:learnt], x[judge:judged])
        size = batch_size_for(len(known), least=75)
        for name, outputs in models.items():
            found = outputs(known, y[learn:learnt], new, np.random.default_rng(0), size)
            truth = y[judge:judged]
            shares[name].append(1 - np.mean((found - truth) ** 2) / np.mean((truth - y[learn:learnt].mean()) ** 2))
    return shares


shares = written(explained, *market(), {"line": outputs_of_a_line, "network": outputs_of_a_network})
if shares is not None:
    fig, ax = plt.subplots(figsize=(7, 3.4))
    for (name, values), marker, colour in zip(shares.items(), "os", (BLUE, ORANGE), strict=True):
        ax.plot(
            np.arange(len(values)), values, marker=marker, color=colour, label=f"{name}, mean {np.mean(values):.3f}"
        )
    ax.axhline(0, color="grey", linewidth=0.8)
    ax.set(xlabel="fold", ylabel="share of the variance explained", xticks=range(len(shares["line"])))
    ax.legend()
    figures.show(
        fig,
        "The share of the variance of each fold's test rows that a line and a network explain: small, and different from fold to fold.",
    )
