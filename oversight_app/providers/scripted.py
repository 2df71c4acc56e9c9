"""The scripted assistant: a full provider that needs no key, no network and no model.

It plays from `request.scene`: it argues for the stance it is given, types at a human pace, and is therefore unreliable
by design, in just the share of trials that the plan drew. `speeches` and `script` have its words.

Asked for a letter (`request.letters`) it is a *simulated* model that answers alone: it gives the scene's stance, with
log-probabilities from the dice, and what the other methods of answering alone ask for (`answering_alone`). What comes
out of that is for demos, rehearsals and tests, and says nothing of any real model; the caller decides what it answers.
"""

import math
import re
from collections.abc import Iterator

from oversight_app.clock import Clock
from oversight_app.errors import ProviderConfigError, ProviderUnavailable
from oversight_app.providers import answering_alone
from oversight_app.providers.base import Piece, Reply, Request, Scene, Text
from oversight_app.providers.speeches import speak

_WORD = re.compile(r"\S+\s*")


class ScriptedProvider:
    """Speaks from the scene. One instance serves any number of conversations at once; it remembers none."""

    name = "scripted"

    def __init__(self, clock: Clock) -> None:
        """Type by this clock."""
        self._clock = clock

    def reply(self, request: Request) -> Iterator[Piece]:
        """The next words of the script, one word a piece, at the pace asked for."""
        if request.scene is None:
            raise ProviderConfigError("The scripted assistant was asked without a scene to play from.")
        if request.letters and not request.scene.says:
            return _letter(request, request.scene)
        return self._type(request, request.scene)

    def _type(self, request: Request, scene: Scene) -> Iterator[Piece]:
        begun = self._clock.monotonic()
        typed = ""
        words = _WORD.findall(scene.says or _spoken(request, scene))
        for word in words[: request.max_tokens]:
            if request.words_per_s:
                self._clock.sleep(1 / request.words_per_s)
            if self._clock.monotonic() - begun > request.deadline_s:
                raise ProviderUnavailable(
                    f"The scripted assistant did not finish typing within {request.deadline_s:g} s."
                )
            typed += word
            yield Text(word)
        finish_reason = "stop" if len(words) <= request.max_tokens else "length"
        yield Reply(typed, finish_reason, model=request.model)


def _spoken(request: Request, scene: Scene) -> str:
    if scene.part in answering_alone.TEXTS:
        return answering_alone.words(scene, request.turns, is_sampled=request.temperature != 0)
    return speak(scene, request.turns)


def _letter(request: Request, scene: Scene) -> Iterator[Piece]:
    probabilities = answering_alone.letters(scene, request.turns)
    likeliest = max(probabilities, key=lambda letter: probabilities[letter])
    yield Text(likeliest)
    yield Reply(
        likeliest,
        "stop",
        model=request.model,
        log_probabilities={letter: math.log(p) for letter, p in probabilities.items()},
    )
