"""Nothing is lost to the next message, however soon it comes, and nothing counts twice."""

import asyncio

import pytest
from streamlit.proto.WidgetStates_pb2 import WidgetState

from oversight_app.study.events import MessageSent, PauseAsked, ReplyClosed, TrialClosed
from tests.browser.places import Places
from tests.protocol.forger import Forger, played, tab, until

TRIES = 5
"""Without turns, about half of what is sent in one breath is lost."""


@pytest.mark.parametrize("n", range(TRIES))
def test_a_message_is_sent_although_an_option_is_marked_in_the_same_instant(n: int, places: Places) -> None:
    place = places.take()

    async def story() -> None:
        async with tab(place) as forger:
            await forger.in_one_breath(
                (forger.words("chat_input_1", "Which one?"),), (forger.mark("answer_1", n % 4),)
            )
            await until(lambda: place.draft == n % 4 and place.happened(MessageSent))

    played(story())


@pytest.mark.parametrize("n", range(TRIES))
def test_a_stop_counts_although_an_option_is_marked_and_a_pause_asked_for_in_the_same_instant(
    n: int, places: Places
) -> None:
    place = places.take()

    async def story() -> None:
        async with tab(place) as forger:
            await forger.say("chat_input_1", "Which one is right, and why?")
            await forger.in_one_breath(
                (forger.click("stop_1"),), (forger.mark("answer_1", n % 4),), (forger.click("pause"),)
            )
            await until(lambda: place.draft == n % 4 and place.happened(PauseAsked))
            await until(lambda: [m.status for m in place.trial.messages] == ["sent", "stopped"])
        assert len(place.happened(ReplyClosed)) == 1

    played(story())


@pytest.mark.parametrize("n", range(TRIES))
def test_a_submit_counts_once_although_it_comes_twice_with_another_mark(n: int, places: Places) -> None:
    place = places.take()

    async def story() -> None:
        async with tab(place) as forger:
            await ready(forger)
            submit = forger.click("submit_1")
            await forger.in_one_breath((submit,), (submit, forger.mark("answer_1", 3)), (submit,))
            await until(lambda: place.sitting.n_closed)
            await forger.forge()
        assert place.closed(1) == ("answered", 1)
        assert len(place.happened(TrialClosed)) == 1

    played(story())


def test_two_tabs_that_submit_in_the_same_instant_give_one_answer(places: Places) -> None:
    place = places.take()

    async def story() -> None:
        async with tab(place) as first, tab(place) as second:
            await ready(first)
            await second.forge()
            both = [
                (forger, (forger.mark("answer_1", i), forger.click("submit_1")))
                for i, forger in enumerate((first, second))
            ]
            await asyncio.gather(*(forger.forge(*states) for forger, states in both))
        assert len(place.happened(TrialClosed)) == 1
        assert place.closed(1) in (("answered", 0), ("answered", 1))
        assert place.sitting.n_closed == 1

    played(story())


async def ready(forger: Forger) -> None:
    """Question 1 is marked and has been on the page long enough."""
    await forger.forge(forger.mark("answer_1", 1), forger.mark("confidence_1", 2))
    await asyncio.sleep(0.8)


def test_what_comes_after_the_deadline_changes_nothing(hurried: Places) -> None:
    place = hurried.take()

    async def story() -> None:
        async with tab(place) as forger:
            await forger.forge(forger.mark("answer_1", 1))
            late: list[WidgetState] = [forger.mark("answer_1", 3), forger.mark("confidence_1", 4)]
            submit, words = forger.click("submit_1"), forger.words("chat_input_1", "Which one?")
            await until(lambda: place.sitting.n_closed)
            before = place.happened()

            await forger.forge(*late)
            await forger.forge(*late, submit)
            await forger.forge(words)

            assert place.happened() == before
            assert place.closed(1) == ("timed_out", 1)

    played(story())
