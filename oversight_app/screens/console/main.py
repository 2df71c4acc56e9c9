"""The script that Streamlit runs for every visit of the console and every click. All it knows is in `desk`."""

from oversight_app.screens.console import desk

desk.show()
