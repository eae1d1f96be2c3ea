"""Pictures of what was measured: Matplotlib figures and Altair charts."""
