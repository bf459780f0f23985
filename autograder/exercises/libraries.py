"""Where well-known libraries have rules of optimizers, for `Exercise.not_by`."""

OF_OTHERS = (
    "tensorflow.python.ops.gen_training_ops",
    *(f"tensorflow.python.training.{rule}" for rule in ("adadelta", "adagrad", "adagrad_da", "adam", "ftrl")),
    *(f"tensorflow.python.training.{rule}" for rule in ("gradient_descent", "momentum", "rmsprop")),
    "tensorflow.python.training.learning_rate_decay",
    "tensorflow.python.keras.optimizer_v2",
    "tf_keras.src.optimizers",
    "torch.optim",
    "jax.example_libraries.optimizers",
    "optax",
    "flax.optim",
    "sklearn.neural_network._stochastic_optimizers",
    "autograd.misc.optimizers",
)
OPTIMIZERS = ("keras.src.optimizers", *OF_OTHERS)
CLIPPING = ("tensorflow.python.ops.clip_ops", "torch.nn.utils.clip_grad")
