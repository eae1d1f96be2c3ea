"""Parts of a recipe: which values it may have, how they are said, and the choice of data."""
