"""Sweeps and experiments: series of runs, as charts that fill in."""
