"""Series of runs that answer one question: a sweep of a hyperparameter, or an experiment."""
