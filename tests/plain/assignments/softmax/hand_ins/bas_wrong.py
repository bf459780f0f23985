# Wrong throughout: the wrong axis, a sum for a mean, steps uphill, and a person has to read the rest.
# ruff: noqa

# %% grade_id="probabilities"
def probabilities(scores):
    return np.exp(scores) / np.exp(scores).sum(axis=0)


# %% grade_id="loss_and_gradient"
def loss_and_gradient(w, x, labels, reg):
    p = probabilities(x @ w)
    return -np.sum(np.log(p)), x.T @ p


# %% grade_id="train"
class Classifier:
    def __init__(self):
        self.w, self.history = np.zeros((2, 2)), []

    def train(self, x, labels, rate, steps, reg=0.0):
        for step in range(steps):
            self.w += rate * loss_and_gradient(self.w, x, labels, reg)[1]

    def predict(self, x):
        return x @ self.w


# %% [markdown] grade_id="why_subtract"
# To normalise.

# %% grade_id="own_experiment"
Classifier().train(x, labels, 0.1, 3).history
