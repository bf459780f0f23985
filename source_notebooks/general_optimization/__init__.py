"""TP `general_optimization`: a framework as an optimizer, on a portfolio."""
