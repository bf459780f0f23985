from tps.optimizers.exercises.nesterov import exercise

__all__ = ["exercise"]
