"""A run on the Train page, part by part; `ui.train.panel` puts them together."""
