# Wrong: the loss is the plain mean of the batches' losses, and the loss of the network is that of a square. The other four are right.
# expect: {"train_epoch": "wrong", "loss_and_gradients": "wrong"}
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
    losses = []
    for i in range(0, len(order), batch_size):
        idx = order[i:i+batch_size]
        e = x[idx] @ w + b - y[idx]
        losses.append((e**2).mean())
        w = w - eta * 2 * x[idx].T @ e / len(idx)
        b = b - eta * 2 * e.mean()
    return w, b, np.mean(losses)

# %% grade_id="loss_and_gradients"
def loss_and_gradients(x, y, W1, b1, W2, b2):
    H = np.tanh(x @ W1 + b1)
    o = H @ W2[:, None] + b2
    loss = np.mean((o - y)**2)
    r = 2 * (o[:, 0] - y) / len(y)
    D = np.outer(r, W2) * (1 - H**2)
    return loss, x.T @ D, D.sum(axis=0), H.T @ r, r.sum()

# %% grade_id="noise_scale"
def noise_scale(grads):
    N, d = grads.shape
    mean = np.sum(grads, axis=0) / N
    trace = 0
    for j in range(d):
        trace += np.sum((grads[:, j] - mean[j]) ** 2) / (N - 1)
    g2 = np.linalg.norm(mean) ** 2 - trace / N
    return g2, trace, trace / g2
