"""The people at a desk are the product's (`oversight load` measures with them); tests know them by this name."""

from oversight_app.load.participants import Manner, Participant, question_on

__all__ = ["Manner", "Participant", "question_on"]
