"""From handed-in files to a notebook that can be graded."""
