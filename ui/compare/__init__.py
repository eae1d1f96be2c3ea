"""Runs side by side, on Runs."""
