# nbgrader's example names this third student, but has nothing from him: all right, and every text written.
# ruff: noqa

# %% grade_id="squares"
def squares(n):
    if n < 1:
        raise ValueError("there are none")
    return [(i + 1) ** 2 for i in range(n)]


# %% grade_id="sum_of_squares"
def sum_of_squares(n):
    return sum(squares(n))


# %% [markdown] grade_id="sum_of_squares_equation"
# $$\sum_{i=1}^n i^2 = \frac{n (n + 1) (2n + 1)}{6}$$


# %% grade_id="sum_of_squares_application"
def cannonballs(layers):
    return sum_of_squares(layers)


cannonballs(4)

# %% [markdown] grade_id="part-a"
# The numbers of Fibonacci, by a function that calls itself twice.

# %% [markdown] grade_id="part-b"
# Below zero and between the integers it never ends.
