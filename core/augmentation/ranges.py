"""How far the affine augmentation moves an image at most; apart, because it needs no TensorFlow."""

# Shares of the picture, of a full turn, and of its width and height, each by itself: people write
# wider and narrower, not only larger.
SHIFT = 0.08
ROTATION = 0.05
ZOOM = 0.2
