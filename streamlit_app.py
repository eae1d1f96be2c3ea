"""Digit Lab: start it with ``streamlit run streamlit_app.py``."""

from ui import chrome, resources

chrome.navigation().run()
resources.warm_up()
