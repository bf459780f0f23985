"""Optimizers compared honestly: each tuned with the same budget, judged in pairs on fresh seeds, and claims answered.

protocol     the comparison (tuning.py chooses the rates); statistics.py says how sure one is
experiments  the tasks that the claims need, or measurements of another kind (experiment.py, quantities.py)
claims       sentences that were written down before the runs, in claims.toml, and their answers
study        `tp compare`: summary.py, tables.py and drawing.py show what came out
kept         what the full setting gave, read back from results/
"""
