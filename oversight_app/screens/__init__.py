"""What participants see: one file a screen, each drawn from its Page and nothing else. Only here is Streamlit."""
