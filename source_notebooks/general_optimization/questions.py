"""What leads from a mistake to its mend: by exercise and stage of its rule, a question and a part of the formula."""

from __future__ import annotations

EXCESS = ("Which rate does the investor have without any risk?", "e = mu - rf, for each asset")
ANNUAL_SHARPE = {
    "r": ("Are these simple returns, and does anything have to be done to them?", "r, as passed"),
    "free": ("rf is a rate per year: how much of it belongs to one period?", "rf / periods"),
    "excess": ("From what is the riskless rate subtracted, and when?", "r - rf / periods, in each period"),
    "mean": ("What stands above the fraction line?", "mean(r - rf / periods)"),
    "spread": ("Which standard deviation is that of a sample?", "std(r - rf / periods), with T - 1"),
    "root": (
        "A mean grows with the number of periods. How does a standard deviation grow?",
        "sqrt(periods), the factor of the ratio",
    ),
    "ratio": ("Which two numbers are divided, and what is the factor?", "sqrt(periods) mean / std"),
    "returns": ("What does the function hand back?", "one number"),
    "defaults": ("What is used for an argument that is not passed?", "rf=0.02, periods=252"),
}
COVARIANCE = {
    "a": ("Is anything subtracted from the loadings?", "A, as passed"),
    "gram": ("Which product of A with itself has one row for each asset?", "A A'"),
    "length": ("What is the length of a row of A?", "the root of the sum of its squares: sqrt((A A')_ii)"),
    "correlation": (
        "By what is entry (i, j) divided so that the diagonal is 1?",
        "R_ij = (A A')_ij / (length_i length_j)",
    ),
    "scale": ("Which two volatilities belong to entry (i, j)?", "volatility_i volatility_j"),
    "covariance": ("From which matrix does the covariance follow, and how?", "C_ij = volatility_i R_ij volatility_j"),
    "returns": ("Which of the two matrices comes first?", "R, C"),
}
PORTFOLIO = {
    "free": ("Where does the riskless rate come from?", "rf, as passed"),
    "mean": ("What does the whole portfolio earn on average?", "w'mu"),
    "variance": ("Which weights belong to entry (i, j) of C?", "sum over i and j of w_i C_ij w_j"),
    "risk": ("In which unit is a variance, and in which a volatility?", "sqrt(w'C w)"),
    "excess": ("How much more than the riskless rate is earned?", "w'mu - rf"),
    "sharpe": ("What is divided by what, and what if there is no risk?", "(w'mu - rf) / s, 0 where s = 0"),
    "returns": ("In which order do the three numbers come?", "return, volatility, ratio"),
    "defaults": ("What is used for rf if it is not passed?", "rf=0.02"),
}
SHARPE_GRADIENT = {
    "e": EXCESS,
    "cw": ("What is the derivative of w'C w / 2?", "C w"),
    "s": ("What is s: a variance or a volatility?", "s = sqrt(w'C w)"),
    "above": ("Which number stands above the fraction line of S?", "w'e"),
    "first": ("What is left if s is held and w'e moves?", "e / s"),
    "second": ("What is the derivative of 1 / s by w?", "-C w / s^3, times w'e"),
    "gradient": (
        "Which two parts has the derivative of a product, and which sign has each?",
        "e / s - (w'e) C w / s^3",
    ),
    "returns": ("What shape has the gradient?", "that of w, (n,)"),
    "defaults": ("What is used for rf if it is not passed?", "rf=0.02"),
}
SOFTMAX_STEP = {
    "top": ("Which number can be taken out of every z without a change of w, and which one keeps exp finite?", "max z"),
    "exps": ("Of what are exponentials taken?", "exp(z_i - max z)"),
    "total": ("What makes the sum of the weights 1?", "w_i = exp(z_i) / sum_j exp(z_j)"),
    "w": ("Which formula gives the weights?", "w_i = exp(z_i) / sum_j exp(z_j)"),
    "mean": ("With which weights is the mean of the g_i taken?", "w'g = sum_j w_j g_j"),
    "grad_z": (
        "If z_i grows, which weight grows, and at whose cost?",
        "dw_j/dz_i = w_j (1 if i = j, else 0) - w_j w_i, so dL/dz_i = w_i (g_i - w'g)",
    ),
    "returns": ("Which of the two comes first?", "w, gradient by z"),
}
TANGENCY = {
    "e": EXCESS,
    "x": ("Where is the gradient of the Sharpe ratio zero?", "C x = e, up to a factor"),
    "total": ("What makes the weights sum to 1?", "x / sum(x)"),
    "w": (
        "What becomes of a good portfolio that is multiplied by a negative number?",
        "x / sum(x) if sum(x) > 0, else x / sum |x|",
    ),
    "returns": ("What does the function hand back?", "the weights"),
}
LONG_ONLY = {
    "e": EXCESS,
    "c": ("Which matrix says how risky a portfolio is?", "C, as passed"),
    "best": (
        "What is made as large as possible, and what must hold of the weights?",
        "(w'mu - rf) / sqrt(w'C w), with w >= 0 and sum 1",
    ),
    "calm": (
        "How large are the numbers that SciPy compares, beside its tolerance, and did the weights move?",
        "w'C w, with w >= 0 and sum 1, in units in which it is not tiny",
    ),
    "returns": ("Which weights come first?", "those of the highest ratio, then those of the lowest variance"),
}
