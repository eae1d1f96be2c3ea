"""The views of the Evaluate page, one module each; ``show(run, test_set)`` draws a view."""
