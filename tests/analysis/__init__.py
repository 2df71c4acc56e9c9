"""Each estimator is held against an independent source: loops, hand counts, statsmodels, known truth."""
