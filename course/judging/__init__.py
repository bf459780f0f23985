"""The check in the notebook: what is asked, what came back, whether it is right, and if not, why.

from course.judging import check
check("adam_step", adam_step)
"""

from course.judging.checks import check
from course.judging.display import Report

__all__ = ["Report", "check"]
