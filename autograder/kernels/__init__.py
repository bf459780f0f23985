"""Where submissions run: pre-warmed, limited processes that the grader talks to and never trusts."""

from autograder.kernels.kernel import Budget, Kernel, KernelDied, Limits
from autograder.kernels.warm import WarmParent, advice

__all__ = ["Budget", "Kernel", "KernelDied", "Limits", "WarmParent", "advice"]
