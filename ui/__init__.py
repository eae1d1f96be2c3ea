"""What the pages share and that needs Streamlit."""
