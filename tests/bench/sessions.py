"""The clients are the product's (`oversight load` measures with them); this is the name that tests know them by."""

from oversight_app.load.sessions import PATIENCE_S, Astray, Gone, Session, Traffic

__all__ = ["PATIENCE_S", "Astray", "Gone", "Session", "Traffic"]
