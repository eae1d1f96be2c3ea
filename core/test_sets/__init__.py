"""On which images a network is tested, and what is kept of its answers to them."""
