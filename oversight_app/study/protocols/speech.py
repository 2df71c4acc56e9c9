"""A turn that a protocol calls for."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Speech:
    """The assistant is due, and speaks from the prompt with this name."""

    prompt: str
