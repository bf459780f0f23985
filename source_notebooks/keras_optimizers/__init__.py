"""TP `keras_optimizers`: two rules as Keras optimizers, and an honest comparison."""
