# Passes what can be seen and not what is hidden, and leaves half undone.
# ruff: noqa

# %% grade_id="longest"
longest = 18


# %% grade_id="share_above"
def share_above(values, limit):
    return np.count_nonzero(np.array(values) >= limit) / len(values)


# %% grade_id="standard_units"
def standard_units(values):
    values = np.array(values)
    return (values - 2) / 1.0


# %% grade_id="answer"
answer = "median"
