"""What the Class page and the board are made of."""
