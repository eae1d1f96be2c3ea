"""The product: data, recipes, models, training, evaluation, drawings and figures.

Nothing in this package imports Streamlit, and this file imports nothing at all,
so ``import core.data`` costs no TensorFlow.
"""
