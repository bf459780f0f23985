"""The course: lectures, problems, trajectories, figures and the check a student runs. Holds no solution."""

__version__ = "0.1.0"
