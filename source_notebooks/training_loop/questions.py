"""What leads from a mistake to its mend: by exercise and stage of its rule, a question and a part of the formula.

A mistake is met with the words of the first stage that it replaces, `returns` or `defaults`.
"""

from __future__ import annotations


def returned(names: str) -> tuple[str, str]:
    """About what the function returns."""
    return "What must come back, and in which order?", f"what comes back: {names}"


BATCH_SIZE = {
    "wanted": ("Which argument says how many batches must be left?", "least, as passed"),
    "most": (
        "How many batches do n rows make if the short last one counts?",
        "n / B, rounded up, is least or more",
    ),
    "power": ("On which side of that limit must the power of two lie?", "the largest 2^k that leaves enough batches"),
    "size": (
        "Which number is asked for, and what is it where few rows are left?",
        "2^k, and 1 if no larger one will do",
    ),
    "returns": returned("the batch size, a number"),
}
STANDARDISE = {
    "mean": ("Over which rows is the mean taken, and of what?", "m: the mean of each column of train"),
    "deviation": (
        "Over which rows is the deviation taken, from what, and with which divisor?",
        "s: the root of the mean of (x - m)^2, for each column of train",
    ),
    "scale": ("What is each column divided by, and what if s is 0?", "s, and 1 where s is 0"),
    "mean_test": ("Whose mean is taken off the test rows?", "(x - m) / s with m from train"),
    "scale_test": ("By whose deviation are the test rows divided?", "(x - m) / s with s from train"),
    "train_z": ("In which order is taken off and divided, and into which array?", "(x - m) / s, a new array"),
    "test_z": ("What becomes of the test rows, and with whose m and s?", "(x - m) / s with m and s from train"),
    "returns": returned("train_z, test_z"),
}
WALK_FORWARD = {
    "between": ("How many rows lie between the last to learn from and the first to be judged by?", "gap of them"),
    "step": ("How many rows later does the next fold begin?", "test rows later"),
    "last": ("Which row may the last fold end with?", "the last stop is n at most"),
    "learn": ("At which row does the training of fold k begin?", "k test"),
    "learnt": ("How many rows does a fold learn from?", "train rows, from k test on"),
    "judge": ("At which row does the test of fold k begin?", "k test + train + gap"),
    "judged": ("How many rows is a fold judged by?", "test rows, all of them below n"),
    "folds": (
        "What stands in a row of the array, and what shape has it without a fold?",
        "(start, stop, start, stop); (0, 4) without a fold",
    ),
    "returns": returned("the array of folds"),
}
TRAIN_EPOCH = {
    "row": ("Which row comes first?", "order[0], then order[1], and so on"),
    "targets": ("Which target belongs to a row?", "y at the same row as x"),
    "batches": ("How many rows has each batch, and which are in the last one?", "order[i : i + batch_size]"),
    "point": ("At which weights is the gradient of a batch taken?", "those that the batch before has led to"),
    "w_for_b": ("At which w is the gradient by b taken?", "dw and db at the same weights"),
    "factor": ("By how much of its gradient is a weight moved, and which way?", "w <- w - eta dw"),
    "factor_b": ("By what does b move?", "b <- b - eta db"),
    "divisor": ("What is the sum over a batch divided by?", "dw = 2/n_k x'(o - y), n_k the rows of this batch"),
    "moved": ("Into which array does the new w go, and of which type is it?", "w <- w - eta dw, a new array of floats"),
    "losses": (
        "Of what is a batch's loss the mean, and at which weights?",
        "L_k: the mean of (o - y)^2 before the step",
    ),
    "loss": ("How do the losses of the batches make one number?", "sum of n_k L_k, divided by n"),
    "returns": returned("w, b, loss"),
}
LOSS_AND_GRADIENTS = {
    "A": ("What goes into tanh?", "A = x W1 + b1"),
    "H": ("Which function do the hidden units have, and does it stand large numbers?", "H = tanh(A)"),
    "o": ("How does the output follow from H?", "o = H W2 + b2"),
    "error": ("Which shape has the error, and is the caller's y left alone?", "o - y, of shape (n,)"),
    "loss": ("Of which numbers is the loss the mean, and how many are there?", "L = 1/n sum (o - y)^2"),
    "r": ("What is the derivative of the loss by o, and how often does n stand in it?", "r = 2 (o - y) / n"),
    "slope": ("What is the derivative of tanh, in terms of what comes out?", "1 - H^2"),
    "back": ("What does the hidden layer hear of r, and through which weights?", "r W2', n rows and h columns"),
    "dW1": ("Which sum over the observations is dW1, and in whose shape?", "dW1 = x'D, in the shape of W1"),
    "db1": ("Over what is D summed, and is it a mean?", "db1: the sum of the rows of D"),
    "dW2": ("With which inputs was W2 multiplied, and is its array left alone?", "dW2 = H'r, a new array"),
    "db2": ("Is db2 a number, and a sum or a mean?", "db2: the sum of r"),
    "returns": returned("loss, dW1, db1, dW2, db2"),
}
NOISE_SCALE = {
    "g": ("Which axis are the observations?", "a row for each observation"),
    "mean": ("What is the mean gradient, and of which type?", "the mean over the rows, of floats"),
    "around": ("From what are the variances taken, and is the caller's array left alone?", "grads - mean, a new array"),
    "variances": ("Which divisor has a variance that is estimated from N gradients?", "N - 1"),
    "trace": ("How do the variances of the parameters make one number?", "tr(Sigma): their sum"),
    "length": ("What is squared and added, and when is the mean taken?", "|mean gradient|^2"),
    "noise": ("How noisy is the mean of N gradients?", "tr(Sigma) / N"),
    "g2": ("Is the noise too much in the squared length, and may the rest be below 0?", "|mean|^2 - tr(Sigma) / N"),
    "scale": ("What is divided by what?", "tr(Sigma) / |G|^2"),
    "returns": returned("g2, trace, scale"),
}
