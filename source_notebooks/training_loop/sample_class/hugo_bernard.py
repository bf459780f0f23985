# Wrong: train and test are standardised together, and the noise of the mean is not taken off. The other four are right.
# expect: {"standardise": "wrong", "noise_scale": "wrong"}
# ruff: noqa
# fmt: off

# %% grade_id="batch_size_for"
def batch_size_for(n_samples, least=100):
    sizes = [2 ** k for k in range(25)]
    good = [B for B in sizes if (n_samples + B - 1) // B >= least]
    return good[-1] if good else 1

# %% grade_id="standardise"
def standardise(train, test):
    both = np.vstack([train, test])
    m, s = both.mean(axis=0), both.std(axis=0)
    s[s == 0] = 1
    return (train - m) / s, (test - m) / s

# %% grade_id="walk_forward"
def walk_forward(n, train, test, gap):
    k = max(0, (n - train - gap) // test)
    folds = np.zeros((k, 4), dtype=int)
    for i in range(k):
        folds[i] = i * test, i * test + train, i * test + train + gap, (i + 1) * test + train + gap
    return folds

# %% grade_id="train_epoch"
def train_epoch(w, b, x, y, order, batch_size, eta):
    x, y = x[order], y[order]
    loss = 0
    while len(x) > 0:
        xb, x = x[:batch_size], x[batch_size:]
        yb, y = y[:batch_size], y[batch_size:]
        e = np.dot(xb, w) + b - yb
        loss += (e * e).sum()
        dw = np.zeros(len(w))
        for row, residual in zip(xb, e):
            dw += 2 * residual * row / len(e)
        w, b = w - eta * dw, b - eta * 2 * np.sum(e) / len(e)
    return w, b, loss / len(order)

# %% grade_id="loss_and_gradients"
def loss_and_gradients(x, y, W1, b1, W2, b2):
    n = len(y)
    H = np.tanh(np.dot(x, W1) + b1)
    o = (H @ W2.reshape(-1, 1) + b2)
    d = 2 * (o - y.reshape(-1, 1))
    dW2 = (H.T @ d).flatten() / n
    back = d @ W2.reshape(1, -1) * (1 - H ** 2)
    return ((o - y.reshape(-1, 1)) ** 2).mean(), x.T @ back / n, back.mean(axis=0), dW2, d.mean()

# %% grade_id="noise_scale"
def noise_scale(grads):
    m = grads.mean(axis=0)
    trace = np.trace(np.atleast_2d(np.cov(grads.T)))
    return m @ m, trace, trace / (m @ m)
