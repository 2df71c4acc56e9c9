"""Streams that break at any byte, for each of the three APIs: every attempt ends, and what was shown is kept."""

from dataclasses import dataclass
from random import Random

import pytest

from oversight_app.providers.base import Reply
from tests.providers.attempts import attempts, make_request, provider_of
from tests.providers.misbehaving import (
    Behaviour,
    head,
    misbehaving_server,
    resets_after,
    says,
    then_waits,
    trickles_after,
)
from tests.providers.streams import DIALECTS, Dialect

DEADLINE_S = 1.0
N_BREAKS = 60
TEXTS = ("It is B", " – “the ice", "” went\n\nout, ", "😀 at ", "night.")
WAYS = ("closes", "hangs", "resets", "trickles", "garbles", "flips", "repeats")


@dataclass(frozen=True)
class Break:
    """One way to break a stream at one byte. `whole` is the text of the events that came before it in full."""

    way: str
    behaviour: Behaviour
    whole: str


def make_break(d: Dialect, seed: int) -> Break:
    dice = Random(f"{d.name}/{seed}")
    stream = d.good(*TEXTS)
    at, way = dice.randrange(len(stream)), dice.choice(WAYS)
    came, whole, end = stream[:at], "", len(d.opening)
    for text in TEXTS:
        end += len(d.text(text))
        whole += text if end <= at else ""
    noise = dice.randbytes(12)
    behaviours = {
        "closes": says(head(), came),
        "hangs": then_waits(head(), came),
        "resets": resets_after(came),
        "trickles": trickles_after(head(), came),
        "garbles": says(head(), came, noise, stream[at:]),
        "flips": says(head(), came, bytes([stream[at] ^ 1 << dice.randrange(8)]), stream[at + 1 :]),
        "repeats": says(head(), came, stream[max(0, at - 40) :]),
    }
    return Break(way, behaviours[way], whole)


@pytest.mark.parametrize("api", sorted(DIALECTS))
def test_a_stream_may_break_anywhere_and_in_any_way(api: str) -> None:
    breaks = {f"break-{seed}": make_break(DIALECTS[api], seed) for seed in range(N_BREAKS)}
    with misbehaving_server({name: made.behaviour for name, made in breaks.items()}) as server:
        provider = provider_of(api, server.url)
        attempts(provider, [make_request("importing the SDK takes its time")])
        ended = attempts(provider, [make_request(name, DEADLINE_S) for name in breaks])

    assert {made.way for made in breaks.values()} == set(WAYS)
    for name, made in ended.items():
        broken = breaks[name]
        told = (api, name, broken.way, made)
        assert not made.verdict.startswith("not foreseen"), told
        assert made.seconds < DEADLINE_S + 2, told
        assert isinstance(made.reply, Reply) or made.error is not None, told
        if made.reply is not None:
            assert made.reply.text == made.shown, told
        if broken.way in ("closes", "hangs", "trickles"):
            assert made.shown.startswith(broken.whole), told
            assert "".join(TEXTS).startswith(made.shown), told
