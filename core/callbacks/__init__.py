"""What is told while Keras fits, and when a training is of no more use."""
