# Right throughout: loops, columns and copies.
# expect: {}
# ruff: noqa
# fmt: off

# %% grade_id="batch_size_for"
def batch_size_for(n_samples, least=100):
    sizes = [2 ** k for k in range(25)]
    good = [B for B in sizes if (n_samples + B - 1) // B >= least]
    return good[-1] if good else 1

# %% grade_id="standardise"
def standardise(train, test):
    train = np.array(train, dtype=float)
    test = np.array(test, dtype=float)
    for j in range(train.shape[1]):
        m, s = np.mean(train[:, j]), np.std(train[:, j])
        if s == 0:
            s = 1.0
        train[:, j] = (train[:, j] - m) / s
        test[:, j] = (test[:, j] - m) / s
    return train, test

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
    N, d = grads.shape
    mean = np.sum(grads, axis=0) / N
    trace = 0
    for j in range(d):
        trace += np.sum((grads[:, j] - mean[j]) ** 2) / (N - 1)
    g2 = np.linalg.norm(mean) ** 2 - trace / N
    return g2, trace, trace / g2
