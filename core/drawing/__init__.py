"""Drawings and photographs to MNIST's form, and what is known of them besides the network's answer."""
