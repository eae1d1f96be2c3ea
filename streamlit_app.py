"""Digit Lab: start it with ``streamlit run streamlit_app.py``."""

from ui import chrome

chrome.navigation().run()
