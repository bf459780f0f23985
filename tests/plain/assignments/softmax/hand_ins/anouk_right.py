# All right, every text written, and a discussion in cells of her own.
# ruff: noqa

# %% grade_id="probabilities"
def probabilities(scores):
    scores = scores - np.max(scores, axis=1)[:, np.newaxis]
    return np.exp(scores) / np.exp(scores).sum(axis=1)[:, None]


# %% grade_id="loss_and_gradient"
def loss_and_gradient(w, x, labels, reg):
    n = x.shape[0]
    one_hot = np.eye(w.shape[1])[labels]
    p = probabilities(np.dot(x, w))
    loss = -np.sum(one_hot * np.log(p)) / n + reg * np.sum(w**2)
    return loss, np.dot(x.T, p - one_hot) / n + 2 * reg * w


# %% grade_id="train"
class Classifier:
    def __init__(self):
        self.w, self.history = np.zeros((2, 2)), []

    def train(self, x, labels, rate, steps, reg=0.0):
        while len(self.history) < steps:
            loss, grad = loss_and_gradient(self.w, x, labels, reg)
            self.history += [loss]
            self.w -= rate * grad
        return self

    def predict(self, x):
        return probabilities(x @ self.w).argmax(1)


# %% [markdown] grade_id="why_subtract"
# $\mathrm{softmax}(s) = \mathrm{softmax}(s - c)$, so we may choose $c = \max s$, and $e^{1000}$ never appears.

# %% grade_id="own_experiment"
for reg in (0, 0.01, 0.1):
    model = Classifier().train(x, labels, 0.1, 50, reg)
    print(reg, np.abs(model.w).max())

# %% after="discussion"
np.flatnonzero(model.predict(x) != labels)
