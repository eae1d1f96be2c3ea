"""What an evaluation is worth: significance, calibration, robustness, label errors, baselines."""
