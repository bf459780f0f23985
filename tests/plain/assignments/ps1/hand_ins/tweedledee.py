# Half: the sum does not call squares, nothing is raised, one text is written and one is only touched.
# ruff: noqa

# %% grade_id="squares"
squares = lambda n: [i * i for i in range(1, n + 1)]

# %% grade_id="sum_of_squares"
sum_of_squares = lambda n: n * (n + 1) * (2 * n + 1) // 6

# %% grade_id="sum_of_squares_application"
# YOUR CODE HERE
raise NotImplementedError()  # sorry

# %% [markdown] grade_id="part-a"
# YOUR ANSWER HERE

# %% [markdown] grade_id="part-b"
# n = 0.5
