"""What belongs in the stages of the rules, in words: what is told of a mistake where another one is made, too."""

from __future__ import annotations

ANNUAL_SHARPE = {
    "r": "what is looked at should be the returns as they are passed",
    "free": "the riskless rate of one period should be rf / periods",
    "excess": "each return should be taken less rf / periods",
    "mean": "what stands above should be the mean of the excess returns",
    "spread": "what stands below should be their standard deviation, with T - 1",
    "root": "the factor of a year should be sqrt(periods)",
    "ratio": "the result should be sqrt(periods) times mean over standard deviation",
    "returns": "what is returned should be the ratio, a number",
}
COVARIANCE = {
    "a": "the rows of the loadings should be taken as they are",
    "gram": "the products of rows should be A A', (n, n)",
    "length": "the length of row i should be the root of entry (i, i) of A A'",
    "correlation": "the correlation should be A A' divided by the lengths of row i and of row j",
    "scale": "entry (i, j) should be multiplied by volatility i and volatility j",
    "covariance": "the covariance should be the correlation times the volatilities of both assets",
    "returns": "what is returned should be the correlation, then the covariance",
}
PORTFOLIO = {
    "free": "the riskless rate should be rf, as it is passed",
    "mean": "the return should be w'mu",
    "variance": "the variance should be w'C w",
    "risk": "the volatility should be the root of w'C w",
    "excess": "what stands above in the ratio should be w'mu - rf",
    "sharpe": "the ratio should be (w'mu - rf) divided by the volatility, and 0 where there is none",
    "returns": "what is returned should be return, volatility, Sharpe ratio",
}
SHARPE_GRADIENT = {
    "e": "the excess returns should be mu - rf",
    "cw": "what comes from the variance should be C w",
    "s": "s should be the root of w'C w",
    "above": "the number above should be w'e",
    "first": "the first part should be e / s",
    "second": "the second part should be (w'e) C w / s^3",
    "gradient": "the gradient should be e / s - (w'e) C w / s^3",
    "returns": "what is returned should be the gradient, (n,)",
}
SOFTMAX_STEP = {
    "top": "what is taken out of z should be its greatest entry",
    "exps": "the exponentials should be exp(z - max z)",
    "total": "what they are divided by should be their sum",
    "w": "the weights should be the exponentials divided by their sum",
    "mean": "what is subtracted from each g_i should be w'g",
    "grad_z": "the gradient by z_i should be w_i (g_i - w'g)",
    "returns": "what is returned should be the weights, then the gradient by z",
}
TANGENCY = {
    "e": "the excess returns should be mu - rf",
    "x": "the direction should be C^-1 e",
    "total": "what decides should be the sum of the entries of x",
    "w": "the weights should be x divided by its sum, or by the sum of its absolute values where that is not positive",
    "returns": "what is returned should be the weights, (n,)",
}
LONG_ONLY = {
    "e": "the excess returns should be mu - rf",
    "c": "the covariance should be used as it is passed",
    "best": "the first weights should have the highest (w'mu - rf) / sqrt(w'C w) of all w >= 0 with sum 1",
    "calm": "the second weights should have the lowest w'C w of all w >= 0 with sum 1",
    "returns": "what is returned should be the weights of the highest ratio, then those of the lowest variance",
}
