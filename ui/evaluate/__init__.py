"""The views of the Evaluate page, one module each; ``show(run)`` draws a view."""
