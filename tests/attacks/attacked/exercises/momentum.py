from tps.optimizers.exercises.momentum import exercise

__all__ = ["exercise"]
