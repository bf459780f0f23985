from tps.optimizers.exercises.step_decay import exercise

__all__ = ["exercise"]
