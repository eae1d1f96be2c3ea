"""A class: one code, its members, and the drawings that they pool."""
