"""The training queue: who waits, who trains, and how long it takes."""
