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
# # TP: optimizers in Keras
#
# In the TP `optimizers` a step was a function. In training it is part of a machine: Keras asks for the gradient, keeps the
# state, changes the rate, saves and loads. Here you write two of the course's rules as Keras optimizers, train a network
# with them, and then compare optimizers in a way that can be believed. 20 points, about two hours.
#
# Read first: `09_conventions.md`, "A rule as a Keras optimizer". It shows heavy-ball momentum as a class, complete, and
# says which question each of its methods answers.
#
# An exercise has four cells after its text, as before: **your code**, a **check** that says in words what holds and what does
# not, a **picture** in which your code is at work (change its numbers; nothing there is graded), and a locked **graded
# cell**. The grader uses your class with fresh numbers in all the ways in which an optimizer is used: step by step, with several
# variables, with a rate that changes, in a compiled `fit`, rebuilt from its configuration, saved and loaded.
#
# Everything runs on a CPU. Where there is a GPU it is used; the line below says what runs where.

# %% nbgrader={"schema_version": 3, "grade": false, "grade_id": "setup", "locked": true, "solution": false, "task": false, "cell_type": "code"}
import matplotlib.pyplot as plt
import numpy as np

from course.workshop import figures
from course.judging import check
from course.workshop.problems.volatility import daily_returns
from course.experiments.training import Data, Task, backend, dense, sweep

keras = backend.load()  # as `import keras`, without the notes that TensorFlow writes
from keras import ops

figures.use_style()
print(backend.where())

# %% [markdown]
# ## The data: how restless will tomorrow be?
#
# A thousand simulated daily returns, in percent, whose volatility comes in waves (GARCH). The network sees how large the returns of
# the last ten days were and forecasts the size of the next one. The first seven hundred days are for training; what
# follows them in time is for validation, because one forecasts the future, not the past.


# %% nbgrader={"schema_version": 3, "grade": false, "grade_id": "data", "locked": true, "solution": false, "task": false, "cell_type": "code"}
def sizes_of_returns(lags=10, first=700):
    """Inputs (n, lags) and targets (n,): logarithms of squared returns, in units of the training days' deviation."""
    size = np.log(daily_returns() ** 2 + 0.05)
    size = (size - size[:first].mean()) / size[:first].std()
    x = np.lib.stride_tricks.sliding_window_view(size[:-1], lags)
    y = size[lags:]
    cut = first - lags
    return Data(x[:cut], y[:cut], x[cut:], y[cut:])


data = sizes_of_returns()
task = Task("volatility", dense(10, hidden=(16,)), data, batch_size=32)


def network(seed=0):
    """The same network as a Keras model, for `fit`."""
    keras.utils.set_random_seed(seed)
    return keras.Sequential(
        [keras.layers.Input((10,)), keras.layers.Dense(16, activation="tanh"), keras.layers.Dense(1)]
    )


def trained(optimizers, epochs=8, scale=1.0):
    """Fit a network with each optimizer, all from the same weights. name -> (losses by epoch, final weights)."""
    found = {}
    for name, make in optimizers.items():
        try:
            model = network()
            model.compile(optimizer=make(), loss=lambda y, out: scale * ops.mean((y - out) ** 2, axis=-1))
            history = model.fit(data.x, data.y[:, None], epochs=epochs, batch_size=32, shuffle=False, verbose=0)
            found[name] = (np.array(history.history["loss"]), model.get_weights())
        except NotImplementedError:
            print(f"waiting for {name}: write it above, run that cell, then run this one again.")
    return found


def curves(found, title):
    """The losses of the trained networks, by epoch."""
    if found:
        fig, ax = plt.subplots(figsize=(7, 3.6))
        for (name, (losses, _)), line in zip(found.items(), ("-", "--", ":", "-."), strict=False):
            ax.plot(np.arange(1, len(losses) + 1), losses, line, marker="o", markersize=4, label=name)
        ax.set(xlabel="epoch", ylabel="training loss", title=title)
        ax.legend()
        figures.show(fig, f"{title}: training loss by epoch for {', '.join(found)}.")


# %% [markdown]
# ## 1. Nesterov's rule as a class (6 points)
#
# The course's NAG keeps $\theta$ and asks for the gradient at $\theta - \gamma v$. Keras asks for the gradient **at the variable**. So the
# variable must hold the look-ahead point $\phi = \theta - \gamma v$, and a step must take it from one look-ahead point to the next.
# `03_nesterov.md`, "The form in the libraries", derives in two lines how $\phi$ moves:
#
# $$v \leftarrow \gamma v + \eta\, g(\phi), \qquad \phi \leftarrow \phi - \gamma v - \eta\, g(\phi)$$
#
# with the **new** $v$ in the second line, and $v = 0$ at the start.
#
# **Write** `LookAheadSGD(learning_rate=0.01, momentum=0.9)`, a subclass of `keras.optimizers.Optimizer`. It works step by step and in a
# compiled `fit`, with any number of variables, takes the rate of the step, can be made again from `get_config()`, and goes on
# where it was when a model is saved and loaded. (`ops` holds Keras' arithmetic; `+ - * /` do as well.) The step is yours to write:
# `update_step` of Keras' own optimizers raises an error while your class is checked or graded.


# %% nbgrader={"schema_version": 3, "grade": false, "grade_id": "LookAheadSGD", "locked": false, "solution": true, "task": false, "cell_type": "code"}
class LookAheadSGD(keras.optimizers.Optimizer):
    """Nesterov's accelerated gradient; the variable holds the look-ahead point."""

    def __init__(self, learning_rate=0.01, momentum=0.9, name="look_ahead_sgd", **kwargs):
        super().__init__(learning_rate=learning_rate, name=name, **kwargs)
        self.momentum = momentum

    def build(self, variables):
        """Make a velocity for each variable."""
        super().build(variables)
        ### BEGIN SOLUTION
        self.velocities = [self.add_variable_from_reference(v, "velocity") for v in variables]
        ### END SOLUTION

    def update_step(self, gradient, variable, learning_rate):
        """One step of one variable."""
        ### BEGIN SOLUTION
        v = self.velocities[self._get_variable_index(variable)]
        pull = ops.cast(learning_rate, variable.dtype) * gradient
        self.assign(v, self.momentum * v + pull)
        self.assign_sub(variable, self.momentum * v + pull)
        ### END SOLUTION

    def get_config(self):
        """What makes the same optimizer again."""
        ### BEGIN SOLUTION
        return {**super().get_config(), "momentum": self.momentum}
        ### END SOLUTION


# %% tags=["check"]
from course.judging import check

check("LookAheadSGD")

# %% [markdown]
# Your class beside Keras' own `SGD(momentum=0.9, nesterov=True)`, on the same network and the same batches. What do you expect
# of the two curves, and of the largest difference between the two networks' weights? What becomes of it without
# `nesterov=True`?

# %% tags=["picture"]
found = trained(
    {
        "LookAheadSGD": lambda: LookAheadSGD(0.02, momentum=0.9),
        "Keras SGD, nesterov": lambda: keras.optimizers.SGD(0.02, momentum=0.9, nesterov=True),
    }
)
curves(found, "Nesterov, yours and Keras'")
if len(found) == 2:
    (_, ours), (_, theirs) = found.values()
    print("largest difference of the weights:", max(np.abs(a - b).max() for a, b in zip(ours, theirs, strict=True)))

# %% nbgrader={"schema_version": 3, "grade": true, "grade_id": "test_LookAheadSGD", "locked": true, "points": 6, "solution": false, "task": false, "cell_type": "code"}
from course.judging import check

check("LookAheadSGD").required()

# %% [markdown]
# ## 2. The course's Adam as a class (7 points)
#
# $$m \leftarrow \beta_1 m + (1 - \beta_1) g, \qquad v \leftarrow \beta_2 v + (1 - \beta_2) g^2$$
#
# $$\hat m = \frac{m}{1 - \beta_1^t}, \qquad \hat v = \frac{v}{1 - \beta_2^t}, \qquad \theta \leftarrow \theta - \frac{\eta\, \hat m}{\sqrt{\hat v + \epsilon}}$$
#
# Keras' own Adam has epsilon in another place (`06_adam.md`, "Three places for epsilon"), so it is no help here. And $t = 1, 2, \dots$ needs
# thought: what does `self.iterations` hold at the first step?
#
# **Write** `RootEpsilonAdam(learning_rate=0.001, beta_1=0.9, beta_2=0.999, epsilon=1e-8)`, which works in the same ways as the class above.


# %% nbgrader={"schema_version": 3, "grade": false, "grade_id": "RootEpsilonAdam", "locked": false, "solution": true, "task": false, "cell_type": "code"}
class RootEpsilonAdam(keras.optimizers.Optimizer):
    """Adam with epsilon inside the root, as in section 3.6."""

    def __init__(self, learning_rate=0.001, beta_1=0.9, beta_2=0.999, epsilon=1e-8, name="root_epsilon_adam", **kwargs):
        super().__init__(learning_rate=learning_rate, name=name, **kwargs)
        self.beta_1 = beta_1
        self.beta_2 = beta_2
        self.epsilon = epsilon

    def build(self, variables):
        """Make what is kept for each variable."""
        super().build(variables)
        ### BEGIN SOLUTION
        self.averages = [self.add_variable_from_reference(v, "m") for v in variables]
        self.squares = [self.add_variable_from_reference(v, "v") for v in variables]
        ### END SOLUTION

    def update_step(self, gradient, variable, learning_rate):
        """One step of one variable."""
        ### BEGIN SOLUTION
        place = self._get_variable_index(variable)
        m, v = self.averages[place], self.squares[place]
        t = ops.cast(self.iterations + 1, variable.dtype)
        self.assign(m, self.beta_1 * m + (1 - self.beta_1) * gradient)
        self.assign(v, self.beta_2 * v + (1 - self.beta_2) * ops.square(gradient))
        m_hat = m / (1 - self.beta_1**t)
        v_hat = v / (1 - self.beta_2**t)
        self.assign_sub(variable, ops.cast(learning_rate, variable.dtype) * m_hat / ops.sqrt(v_hat + self.epsilon))
        ### END SOLUTION

    def get_config(self):
        """What makes the same optimizer again."""
        ### BEGIN SOLUTION
        own = {"beta_1": self.beta_1, "beta_2": self.beta_2, "epsilon": self.epsilon}
        return {**super().get_config(), **own}
        ### END SOLUTION


# %% tags=["check"]
from course.judging import check

check("RootEpsilonAdam")

# %% [markdown]
# Does it matter where epsilon stands? At the default and on this loss: hardly. Now let somebody report the loss in another unit,
# a ten-thousandth of it. Then the gradients are near $10^{-5}$, and $\sqrt\epsilon = 10^{-4}$ is larger than all of them. **Predict**: which of the two
# Adams still learns? Then set `scale` to 1e-4 and run.

# %% tags=["picture"]
scale = 1.0
found = trained(
    {
        "RootEpsilonAdam": lambda: RootEpsilonAdam(0.003),
        "Keras Adam, epsilon 1e-8": lambda: keras.optimizers.Adam(0.003, epsilon=1e-8),
    },
    scale=scale,
)
curves(found, f"Adam, yours and Keras', loss times {scale:g}")

# %% nbgrader={"schema_version": 3, "grade": true, "grade_id": "test_RootEpsilonAdam", "locked": true, "points": 7, "solution": false, "task": false, "cell_type": "code"}
from course.judging import check

check("RootEpsilonAdam").required()

# %% [markdown]
# ## 3. A comparison that can be believed (4 points)
#
# To compare optimizers is to compare them **at their best rates**, over **several seeds**, and to look whether the search was wide enough.
# `08_choosing.md`, "What an honest comparison needs", gives the reasons.
#
# **Write** `compare_optimizers(train, optimizers, rates, seeds)`.
#
# - `train(optimizer, rate, seed)` trains once and returns the final validation loss, `nan` or infinity if the run diverged.
# - `optimizers` is a list of names, `rates` a list of learning rates in any order, `seeds` a list of seeds.
#
# It **returns** a dict with an entry for each optimizer, itself a dict:
#
# - `"rate"`: the rate whose **mean** loss over all seeds is the lowest. A run that diverged counts as infinitely bad.
# - `"loss"`: that mean loss. If all its runs diverged, the loss is infinite, and any of the rates will do for `"rate"`.
# - `"inside"`: `True` if smaller and larger rates than the best one were tried. At an edge of the grid the search is not finished.


# %% nbgrader={"schema_version": 3, "grade": false, "grade_id": "compare_optimizers", "locked": false, "solution": true, "task": false, "cell_type": "code"}
def compare_optimizers(train, optimizers, rates, seeds):
    """The best rate of each optimizer by its mean loss over the seeds, that loss, and whether the rate lies inside.

    train(optimizer, rate, seed) -> final validation loss, nan or infinite if the run diverged.
    Returns {optimizer: {"rate": ..., "loss": ..., "inside": ...}}.
    """
    ### BEGIN SOLUTION
    found = {}
    for optimizer in optimizers:
        losses = np.array([[train(optimizer, rate, seed) for seed in seeds] for rate in rates])
        means = np.where(np.isfinite(losses), losses, np.inf).mean(axis=1)
        best = rates[int(means.argmin())]
        found[optimizer] = {"rate": best, "loss": means.min(), "inside": min(rates) < best < max(rates)}
    return found
    ### END SOLUTION


# %% tags=["check"]
from course.judging import check

check("compare_optimizers")

# %% [markdown]
# Now on the network. `sweep` trains all runs of an optimizer as one stack, with your classes among them; your function only has to look
# at the results. Half a minute on a laptop. If a best rate is not `inside`, the search is not finished: widen `rates` on that side, and run again.

# %% tags=["picture"]
rates = [0.0003, 0.001, 0.003, 0.01, 0.03, 0.1, 0.3]
seeds = [0, 1, 2, 3, 4]
epochs = 10
optimizers = {
    "SGD": lambda rate: keras.optimizers.SGD(rate),
    "LookAheadSGD": lambda rate: LookAheadSGD(rate),
    "RMSprop": lambda rate: keras.optimizers.RMSprop(rate),
    "Adam": lambda rate: keras.optimizers.Adam(rate),
    "RootEpsilonAdam": lambda rate: RootEpsilonAdam(rate),
}
try:
    results = sweep(task, optimizers, rates, seeds, epochs)
    losses = {(run.optimizer, run.rate, run.seed): run.score for run in results}
    table = compare_optimizers(lambda *run: losses[run], list(optimizers), rates, seeds)
    print(f"{'optimizer':16s} {'best rate':>9s} {'mean loss':>9s}  inside")
    for name, row in sorted(table.items(), key=lambda item: item[1]["loss"]):
        print(f"{name:16s} {row['rate']:9g} {row['loss']:9.4f}  {row['inside']}")
    fig, ax = plt.subplots(figsize=(7.5, 4))
    for name, marker in zip(optimizers, "os^vD", strict=True):
        grid = np.array([[losses[name, rate, seed] for seed in seeds] for rate in rates])
        grid[~np.isfinite(grid)] = np.nan
        mean = grid.mean(axis=1)
        spread = np.abs([grid.min(axis=1), grid.max(axis=1)] - mean)
        ax.errorbar(rates, mean, yerr=spread, marker=marker, label=name, elinewidth=0.8, capsize=3)
    ax.set(xscale="log", xlabel=r"learning rate $\eta$", ylabel="final validation loss", ylim=(0.8, 1.3))
    ax.legend()
    figures.show(
        fig, "Final validation loss against the learning rate, mean and range over the seeds, for five optimizers."
    )
except NotImplementedError:
    print("waiting for the three exercises above: write them, run their cells, then run this one again.")

# %% nbgrader={"schema_version": 3, "grade": true, "grade_id": "test_compare_optimizers", "locked": true, "points": 4, "solution": false, "task": false, "cell_type": "code"}
from course.judging import check

check("compare_optimizers").required()

# %% [markdown]
# ## 4. What may be said? (3 points)
#
# Answer in a few sentences each, with numbers from your own runs. One point each.
#
# 1. Who is first in your table, by how much, and how large is the spread over the seeds? Which differences may be reported as differences?
# 2. Compare at **one** rate for all, 0.01, with **one** seed. Who wins now? Say which of the two comparisons you believe, and why.
# 3. The losses of `LookAheadSGD` and `SGD` at their best rates, and the rates themselves: what does the velocity change here, and what does
#    it not change? (`07_learning_rates.md` says what momentum does to a rate.)

# %% [markdown] nbgrader={"schema_version": 3, "grade": true, "grade_id": "written_conclusion", "locked": false, "points": 3, "solution": true, "task": false, "cell_type": "markdown"}
# ### BEGIN SOLUTION
# **Marking guide.** One point per question; half a point where the right claim stands without a number or a reason.
#
# 1. The two Adams are first and equal, 0.9045 at rate 0.001; LookAheadSGD (0.9066) and SGD (0.9071) follow, then RMSprop (0.9093). Over
#    the seeds one and the same optimizer varies by 0.02 to 0.04, ten times the distance between first and last, so none of
#    these is a difference. Full marks need the comparison of the distance with the spread. LookAheadSGD's best rate, 0.0003, lies at the
#    edge of the grid: it has to be widened (at 0.0001 the loss is 0.996) before its loss may be quoted.
# 2. At rate 0.01 and seed 0 the order is SGD (0.937), LookAheadSGD (0.940), the Adams (0.951), RMSprop (0.977): nearly turned round. The
#    rate suits SGD, whose best one is near it, and is ten times too large for the Adams; and one seed is one draw. The first
#    comparison is the one to believe, and it says that on these data the choice hardly matters.
# 3. The same loss, 0.907, at a rate that is a tenth: 0.0003 against 0.003. Along directions in which the gradient hardly changes,
#    the velocity adds up to eta/(1 - gamma), ten times the rate at gamma = 0.9. It changes which rate is right, and here not
#    how good the result is: noise, not a ravine, sets the floor.
#
# (Figures of a run on a CPU; other machines differ in the third digit.)
# ### END SOLUTION

# %% [markdown]
# Save the notebook, then run this cell: it says which of your numbers your own runs gave, and which part of the task no word of
# yours is about. It does not say whether you are right.

# %% tags=["check"]
from course.judging import check

check("written_conclusion")

# %% [markdown]
# ## If you want to go on
#
# Nothing here is graded.
#
# - **A schedule.** Hand `keras.optimizers.schedules.ExponentialDecay` to your class in place of a rate. What must `update_step` have done right
#   for this to work?
# - **Where theta is.** During training the variable holds $\phi$. Keras calls `finalize_variable_values(variables)` at the end of `fit`: write it for
#   `LookAheadSGD`, so that the trained network ends at $\theta = \phi + \gamma v$. Does it validate better?
# - **AdamW.** `RootEpsilonAdam(0.003, weight_decay=0.01)` works without a further line. Why? Find in Keras' source where the decay happens.
