"""The script that Streamlit runs for every visit and every click. All it knows is in `visit`."""

from oversight_app.screens import visit

visit.show()
