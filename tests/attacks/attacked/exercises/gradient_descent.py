from tps.optimizers.exercises.gradient_descent import exercise

__all__ = ["exercise"]
