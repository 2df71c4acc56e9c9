"""The scripted assistant: a full provider that needs no key, no network and no model.

It plays from `request.scene`: it argues for the stance it is given, types at a human pace, and is therefore unreliable
by design, in just the share of trials that the plan drew. `speeches` and `script` have its words.

Asked for a letter (`request.letters`) it is a *simulated* model that answers alone: it gives the scene's stance, with
log-probabilities from the dice. What comes out of that is for demos, rehearsals and tests, and says nothing of any real
model; the caller decides what it answers.
"""

import math
import re
from collections.abc import Iterator
from random import Random

from oversight_app.clock import Clock
from oversight_app.errors import ProviderConfigError, ProviderUnavailable
from oversight_app.providers.base import Piece, Reply, Request, Scene, Text
from oversight_app.providers.speeches import speak
from oversight_app.study.questions import LETTERS

_WORD = re.compile(r"\S+\s*")
_LEAST, _MOST = 0.45, 0.95
"""Between these lies the probability that the simulated model gives to its answer."""


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
        words = _WORD.findall(scene.says or speak(scene, request.turns))
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


def _letter(request: Request, scene: Scene) -> Iterator[Piece]:
    if scene.stance not in tuple(LETTERS):
        raise ProviderConfigError("The scripted model was asked for a letter without being told which.")
    dice = Random(f"{scene.dice}/letter")
    most = dice.uniform(_LEAST, _MOST)
    # The other three share the rest; none may come near the answer, or the likeliest letter would be another.
    shares = [dice.uniform(1, 2) for _ in range(3)]
    rest = iter(share / sum(shares) * (1 - most) for share in shares)
    probabilities = {letter: most if letter == scene.stance else next(rest) for letter in LETTERS}
    yield Text(scene.stance)
    yield Reply(
        scene.stance,
        "stop",
        model=request.model,
        log_probabilities={letter: math.log(p) for letter, p in probabilities.items()},
    )
