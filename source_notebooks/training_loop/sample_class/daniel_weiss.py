# Unfinished: loss_and_gradients and noise_scale are still the stub. The other four are right.
# expect: {"loss_and_gradients": "wrong", "noise_scale": "wrong"}
# ruff: noqa
# fmt: off

# %% grade_id="batch_size_for"
def batch_size_for(n_samples, least=100):
    B = 1
    while np.ceil(n_samples / (B * 2)) >= least:
        B = B * 2
    return B

# %% grade_id="standardise"
def standardise(train, test):
    mu = train.mean(axis=0)
    sigma = train.std(axis=0)
    sigma[sigma == 0] = 1
    return (train - mu) / sigma, (test - mu) / sigma

# %% grade_id="walk_forward"
def walk_forward(n, train, test, gap):
    rows = []
    a = 0
    while a + train + gap + test <= n:
        rows.append([a, a + train, a + train + gap, a + train + gap + test])
        a += test
    return np.array(rows).reshape(-1, 4)

# %% grade_id="train_epoch"
def train_epoch(w, b, x, y, order, batch_size, eta):
    losses = []
    sizes = []
    for i in range(0, len(order), batch_size):
        idx = order[i:i + batch_size]
        xb, yb = x[idx], y[idx]
        err = xb @ w + b - yb
        losses.append(np.mean(err ** 2))
        sizes.append(len(idx))
        grad_w = 2 * xb.T @ err / len(idx)
        grad_b = 2 * err.mean()
        w = w - eta * grad_w
        b = b - eta * grad_b
    return w, b, np.average(losses, weights=sizes)

# %% grade_id="loss_and_gradients"
def loss_and_gradients(x, y, W1, b1, W2, b2):
    """The mean squared error of a network with one hidden layer of tanh, and its gradients.

    x: (n, p), features; y: (n,), targets; W1: (p, h), b1: (h,), weights and biases of the hidden layer; W2: (h,), b2: a
    number, those of the output.
    Returns (loss, dW1, db1, dW2, db2).
    """
    # YOUR CODE HERE
    raise NotImplementedError()

# %% grade_id="noise_scale"
def noise_scale(grads):
    """The noise scale, from the gradients of single rows.

    grads: (N, d), a row with the gradient of each of N observations by d parameters, N at least 2.
    Returns (g2, trace, scale): the squared length of the true gradient, the trace of the covariance, trace / g2.
    """
    # YOUR CODE HERE
    raise NotImplementedError()
