"""A look inside a network: every value of its forward pass, its gradients, and one step of learning."""
