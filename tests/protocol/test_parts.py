"""A mark is answered by its part of the page, and by the whole page where something else has changed."""

import asyncio

from oversight_app.study.events import DraftSaved
from tests.browser.places import Places
from tests.protocol.forger import Forger, played, tab


async def mark(forger: Forger, option: int) -> None:
    """Mark an option of question 1, as a person does."""
    widget = forger.page.widget("answer_1")
    assert widget is not None
    await forger.enter_value("answer_1", widget.options[option])


def test_a_mark_draws_its_part_alone_and_is_in_the_record_when_that_is_drawn(places: Places) -> None:
    place = places.take()

    async def story() -> None:
        async with tab(place) as forger:
            await mark(forger, 2)
            assert not forger.page.is_whole_run
            assert place.draft == 2
            await mark(forger, 3)
            assert (place.draft, len(place.happened(DraftSaved))) == (3, 2)

    played(story())


def test_a_mark_after_a_reminder_draws_the_whole_page_because_the_reminder_has_done_its_work(
    places: Places,
) -> None:
    place = places.take()

    async def story() -> None:
        async with tab(place) as forger:
            await asyncio.sleep(0.8)  # a submit sooner than that would be a double click
            await forger.press("submit_1")
            await mark(forger, 1)
            assert forger.page.is_whole_run
            await mark(forger, 0)
            assert not forger.page.is_whole_run

    played(story())


def test_a_mark_on_a_question_that_is_over_brings_the_page_that_is_due(hurried: Places) -> None:
    place = hurried.take()

    async def story() -> None:
        async with tab(place) as forger:
            await asyncio.sleep(2.5)
            await mark(forger, 1)
            assert forger.page.widget("answer_1") is None
            assert place.closed(1)[0] == "timed_out_no_answer"

    played(story())
