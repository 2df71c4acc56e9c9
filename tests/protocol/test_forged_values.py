"""Whatever is sent, the record keeps only what the page offered, and nobody else's sitting changes."""

import asyncio
from functools import partial
from typing import Any

import pytest
from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.WidgetStates_pb2 import WidgetState

from oversight_app.study.mark import Mark
from oversight_app.study.sitting import Stage
from tests.browser.places import Place, Places
from tests.protocol.forger import Forger, played, tab, until

NAN, ENDLESS = float("nan"), float("inf")

NO_OPTION: list[dict[str, Any]] = [
    {"string_value": "E. Something else"},
    {"string_value": "A"},
    {"string_value": "'); DROP TABLE events; --"},
    {"string_value": "x" * 100_000},
    {"string_value": "\x00\ud7ff\U0010ffff"},
    {"string_value": "2"},
    {"int_value": 4},
    {"int_value": -(2**31)},
    {"double_value": NAN},
    {"double_value": ENDLESS},
    {"bool_value": True},
    {"trigger_value": True},
    {"json_value": "[2]"},
    {"json_value": "{not json"},
    {"bytes_value": b"\xff\xfe"},
]


async def marked(forger: Forger, place: Place) -> Mark:
    """An honest mark, as it is recorded."""
    await forger.forge(forger.mark("answer_1", 1), forger.mark("confidence_1", 2))
    draft = place.trial.draft
    assert (place.draft, draft.confidence) == (1, 0.6)
    return draft


@pytest.mark.parametrize("key", ["answer_1", "confidence_1"])
def test_a_mark_that_no_button_of_the_page_has_leaves_the_one_before(key: str, places: Places) -> None:
    place = places.take()

    async def story() -> None:
        for forged in NO_OPTION:
            async with tab(place) as forger:
                before = await marked(forger, place)

                await forger.forge(WidgetState(id=forger.id_of(key), **forged))

                assert place.trial.draft == before, forged
                # And whoever has forged may go on honestly, at the latest in a new tab.
        async with tab(place) as forger:
            await forger.forge(forger.mark("answer_1", 3))
            assert place.draft == 3

    played(story())


WRONG_TIMES: list[Any] = [
    *([], "x", 7, None, {"submitted": None}, {"submitted": []}, {"submitted": {}}),
    *(
        {"submitted": {"n": 1, "by": "submit", "ms": ms}}
        for ms in (-5, 1e308, NAN, ENDLESS, True, "12", [12], 2**70)
    ),
    *({"submitted": {"n": n, "by": "submit", "ms": 4000}} for n in (2, "1", 1.5, None)),
    {"submitted": {"n": 1, "by": "skip", "ms": 4000}},
]


@pytest.mark.parametrize("said", WRONG_TIMES, ids=lambda said: str(said)[:60])
def test_a_time_that_no_page_measures_is_none(said: Any, places: Places) -> None:
    place = places.take()

    async def story() -> None:
        async with tab(place) as forger:
            await marked(forger, place)
            await asyncio.sleep(0.8)  # an answer sooner than that would be a double click
            await forger.forge(forger.state("timer", said), forger.click("submit_1"))

    played(story())

    closed = place.sitting.trials[0].closed
    assert closed is not None
    assert (place.closed(1), closed.browser_response_time_s) == (("answered", 1), None)


def test_buttons_and_fields_that_are_not_on_the_page_do_nothing(places: Places) -> None:
    """All that this participant ever saw, and what another one sees on a later question."""
    place, other = places.take(to=Stage.CONSENT), places.take(answered=1)

    async def story() -> None:
        seen: dict[str, WidgetState] = {}
        async with tab(other) as ahead:
            seen |= {key: ahead.click(key) for key in ("submit_2", "pause")}
            seen |= {key: ahead.mark(key, 0) for key in ("answer_2", "confidence_2")}
        async with tab(place) as forger:
            for key in ("consent", "continue", "continue", "begin", "continue"):
                seen |= {
                    widget.key: WidgetState(id=widget.id, trigger_value=True)
                    for widget in forger.page.widgets
                }
                checks = [
                    (f"comprehension_{i}", right) for i, right in enumerate(places.study.check, start=1)
                ]
                marks = [forger.mark(*check) for check in checks if check[0] in forger.page.keys]
                await forger.forge(*marks, forger.click(key))
            await marked(forger, place)
            before, others = place.happened(), other.happened()
            on_page = {widget.key for widget in forger.page.widgets}
            absent = [state for key, state in seen.items() if key not in on_page]
            assert len(absent) >= 6

            for state in absent:
                await forger.forge(state)
            await forger.forge(*absent)

            assert place.happened() == before
            assert other.happened() == others

    played(story())


def test_a_page_that_is_over_takes_no_late_marks_or_submits(places: Places) -> None:
    place = places.take()

    async def story() -> None:
        async with tab(place) as forger:
            await marked(forger, place)
            late = (forger.mark("answer_1", 3), forger.mark("confidence_1", 4), forger.click("submit_1"))
            await asyncio.sleep(0.8)
            await forger.press("submit_1")
            before = place.happened()

            await forger.forge(*late)
            await forger.forge(late[2])

            assert place.happened() == before
            assert place.closed(1) == ("answered", 1)

    played(story())


WRONG_SHARES: list[Any] = [
    *([], "x", None, {"entered": None}, {"entered": []}, {"entered": {"value": [25, 25, 25, 25]}}),
    *(
        {"entered": {"value": value, "edit": 99}}
        for value in (None, 5, "25", [], [100], [25] * 5, {"0": 100})
    ),
    *(
        {"entered": {"value": [share, 0, 0, 0], "edit": 99}}
        for share in (101, -1, 50.5, NAN, ENDLESS, True, "50", [50], 2**70)
    ),
    *({"entered": {"value": [25, 25, 25, 25], "edit": edit}} for edit in (0, -1, 1.5, NAN, "9", None, 2**70)),
]


@pytest.mark.parametrize("field", ["initial_confidence_1", "confidence_1"])
def test_a_distribution_that_nobody_can_enter_leaves_the_one_before(field: str, rich: Places) -> None:
    place = rich.take()
    shares = [70, 10, 10, 10]

    async def story() -> None:
        async with tab(place) as forger:
            if field == "confidence_1":
                await forger.forge(
                    forger.mark("initial_answer_1", 1),
                    forger.state("initial_confidence_1", {"entered": {"value": shares, "edit": 1}}),
                )
                await asyncio.sleep(0.8)
                await forger.press("initial_submit_1")
            await forger.forge(forger.state(field, {"entered": {"value": shares, "edit": 1}}))
            before = place.trial.draft
            assert sorted(p for p in before.probabilities if p) == [0.1, 0.1, 0.1, 0.7]

            for forged in WRONG_SHARES:
                await forger.forge(forger.state(field, forged))
                assert place.trial.draft == before, forged

    played(story())


def test_a_belief_is_stated_once_and_about_the_last_reply_only(rich: Places) -> None:
    place = rich.take()

    async def story() -> None:
        async with tab(place) as forger:
            await forger.forge(
                forger.mark("initial_answer_1", 1),
                forger.state("initial_confidence_1", {"entered": {"value": [70, 10, 10, 10], "edit": 1}}),
            )
            await asyncio.sleep(0.8)
            await forger.press("initial_submit_1")
            for n in (1, 2):
                await forger.say("chat_input_1", "Which one is right, and why?")
                await until(partial(has_heard, place, n))
                await forger.forge()
                note = forger.click("belief_note_1")
                keys = sorted(key for key in forger.page.keys if key.startswith("belief_"))
                marks = [forger.mark(key, 2) for key in keys if "answer" in key]
                percents = [key for key in keys if "confidence" in key]
                entered = {"entered": {"value": [0, 0, 100, 0], "edit": 1}}
                states = [*marks, *(forger.state(key, entered) for key in percents)]
                await forger.forge(*states)
                await forger.forge(note, *states)
                await forger.forge(note, *states)

            replies = [message.message_id for message in place.trial.messages if message.begun]
            assert [belief.reply_id for belief in place.trial.beliefs] == replies

    played(story())


def has_heard(place: Place, n_replies: int) -> bool:
    return bool(place.trial.belief_due) and len(place.trial.messages) == 2 * n_replies


NOISE: list[bytes | str] = [
    b"\xff\x00\x17 nothing that anybody speaks",
    b"",
    BackMsg(clear_cache=True).SerializeToString(),
    BackMsg(stop_script=True).SerializeToString(),
    BackMsg(load_git_info=True).SerializeToString(),
    BackMsg(set_run_on_save=True).SerializeToString(),
]


@pytest.mark.parametrize("noise", NOISE, ids=lambda noise: repr(noise)[:40])
def test_noise_on_the_line_changes_nothing_and_the_next_mark_counts(
    noise: bytes | str, places: Places
) -> None:
    place = places.take()

    async def story() -> None:
        async with tab(place) as forger:
            before = await marked(forger, place)
            await forger.send_raw(noise)
            assert place.trial.draft == before
        async with tab(place) as forger:
            await forger.forge(forger.mark("answer_1", 2))
            assert place.draft == 2

    played(story())


def test_a_fragment_that_there_never_was_and_a_page_of_another_name_change_nothing(places: Places) -> None:
    place = places.take()

    async def story() -> None:
        async with tab(place) as forger:
            await marked(forger, place)
            before = place.happened()
            strange = BackMsg()
            strange.rerun_script.fragment_id = "nobody"
            strange.rerun_script.widget_states.SetInParent()
            await forger.send_raw(strange.SerializeToString())
            strange.rerun_script.fragment_id = ""
            strange.rerun_script.page_script_hash = "f" * 32
            strange.rerun_script.page_name = "../main"
            await forger.send_raw(strange.SerializeToString())
            await forger.forge()
            assert place.happened() == before

    played(story())
