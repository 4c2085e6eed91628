"""Pure functions from a value to a plotly Figure; no streamlit."""
