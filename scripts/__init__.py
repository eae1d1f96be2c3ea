"""What makes the files in ``models/`` and ``data/``; the app never imports it."""
