"""The questions of the Evaluate page, one module each: ``show(run)`` draws its answer."""
