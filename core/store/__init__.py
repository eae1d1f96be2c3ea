"""Every run, its epochs and its model, in a database."""
