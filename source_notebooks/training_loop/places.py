"""What belongs in the stages of the rules, in words: what is told of a mistake where another one is made, too.

Each says what should be there and nothing of what is, so it stays true whatever is wrong in other stages.
"""

from __future__ import annotations

BATCH_SIZE = {
    "wanted": "the number of batches that must be left should be least, as it is passed",
    "most": "the batches that are counted should be n / B, rounded up, and there should be least of them or more",
    "power": "the power of two should be the largest that leaves enough batches",
    "size": "the batch size should be that power of two, and 1 where no larger one leaves enough batches",
    "returns": "what is returned should be the batch size",
}
STANDARDISE = {
    "mean": "the mean should be that of each column of train",
    "deviation": "the deviation should be the root of the mean of (x - m)^2 of each column of train",
    "scale": "what a column is divided by should be its deviation in train, and 1 where that is 0",
    "mean_test": "what is taken off the test rows should be the mean of train",
    "scale_test": "what the test rows are divided by should be the deviation of train",
    "train_z": "train_z should be (x - m) / s, in a new array",
    "test_z": "test_z should be (x - m) / s with m and s of train, in a new array",
    "returns": "what is returned should be train_z, test_z, in this order",
}
WALK_FORWARD = {
    "between": "between training and test there should be gap rows",
    "step": "a fold should begin test rows after the one before",
    "last": "the last fold should be the last one that fits into n rows whole",
    "learn": "the training rows of fold k should begin at row k test",
    "learnt": "a fold should learn from train rows",
    "judge": "the test of fold k should begin at row k test + train + gap",
    "judged": "a fold should be judged by test rows",
    "folds": "the array should have a row (start, stop, start, stop) for each fold, and shape (0, 4) without one",
    "returns": "what is returned should be the array",
}
TRAIN_EPOCH = {
    "row": "the rows should come in the order that `order` names",
    "targets": "each row should have its own target",
    "batches": "the batches should be cut from the order, batch_size rows each, and the last one what is left",
    "point": "the gradient of a batch should be taken at the weights after the batch before",
    "w_for_b": "the gradient by b should be taken at the same weights as that by w",
    "factor": "what is taken from w should be eta times the gradient, 2/n_k x'(o - y)",
    "factor_b": "what is taken from b should be eta times the gradient, 2/n_k times the sum of o - y",
    "divisor": "the gradient of a batch should be divided by the number of its own rows",
    "moved": "the new w should be a new array of floats",
    "losses": "the loss of a batch should be the mean of (o - y)^2 before its step",
    "loss": "the loss should be the mean of the batches' losses, weighted by their rows",
    "returns": "what is returned should be w, b, loss, in this order",
}
LOSS_AND_GRADIENTS = {
    "A": "what goes into tanh should be x W1 + b1",
    "H": "the hidden units should be tanh",
    "o": "the output should be H W2 + b2",
    "error": "the error should be o - y, in a new array",
    "loss": "the loss should be the mean of the n squared errors",
    "r": "r should be 2 (o - y) / n",
    "slope": "the derivative of tanh should be 1 - H^2",
    "back": "what comes back to the hidden layer should be r W2'",
    "dW1": "dW1 should be x'D, in a new array",
    "db1": "db1 should be the sum of the rows of D",
    "dW2": "dW2 should be H'r, in a new array",
    "db2": "db2 should be the sum of r",
    "returns": "what is returned should be loss, dW1, db1, dW2, db2, in this order",
}
NOISE_SCALE = {
    "g": "the rows should be the observations",
    "mean": "the mean gradient should be the mean over the rows, of floats",
    "around": "the distances from the mean should be in a new array",
    "variances": "the variances should have the divisor N - 1",
    "trace": "the trace should be the sum of the variances",
    "length": "the squared length should be that of the mean gradient",
    "noise": "what is taken off should be trace / N",
    "g2": "g2 should be the squared length of the mean gradient minus trace / N, also if that is below 0",
    "scale": "the scale should be trace / g2",
    "returns": "what is returned should be g2, trace, scale, in this order",
}
