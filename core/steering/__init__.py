"""What the owner of a run may change while it is trained: learning rate, pauses, slow motion."""
