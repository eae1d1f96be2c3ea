"""What Digit Lab claims, measured: each module is a command of its own."""
