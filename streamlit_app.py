"""Digit Lab: start it with ``streamlit run streamlit_app.py``."""

from ui import chrome

chrome.navigation().run()

# Not before: see `ui.chrome`.
from ui import resources  # noqa: E402

resources.warm_up()
