"""Train a trained network further on drawings: which, among which images of MNIST, and what came of it."""
