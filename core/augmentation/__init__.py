"""Training images changed at random, so that a network never sees one twice."""
