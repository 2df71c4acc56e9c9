from datetime import UTC, datetime, timedelta, timezone
from typing import Any, get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st

from oversight_app.study import events
from oversight_app.study.events import (
    AnalysisRegistered,
    BonusesListed,
    Event,
    RehearsalBegun,
    SurveyAnswered,
    TrialClosed,
    canonical,
    from_body,
    iso,
    to_body,
    version_of,
)
from tests.builders import START

KINDS = get_args(Event)
_TIMES = st.datetimes(min_value=datetime(2000, 1, 1), timezones=st.just(UTC))
_JSON = st.dictionaries(
    st.text(), st.one_of(st.none(), st.booleans(), st.integers(), st.text(), st.lists(st.integers()))
)
_SURVEY = st.dictionaries(
    st.text(),
    st.one_of(st.none(), st.text(), st.integers(1, 11), st.floats(allow_nan=False, allow_infinity=False)),
)
st.register_type_strategy(datetime, _TIMES)
st.register_type_strategy(float, st.floats(allow_nan=False, allow_infinity=False))


def any_event(kind: Any) -> st.SearchStrategy[Any]:
    if kind is RehearsalBegun:
        return st.builds(kind, truth=_JSON)
    if kind is AnalysisRegistered:
        return st.builds(kind, registered=_JSON)
    if kind is BonusesListed:
        return st.builds(kind, amounts=st.dictionaries(st.text(), st.text()))
    return st.builds(kind, answers=_SURVEY) if kind is SurveyAnswered else st.builds(kind)


@given(event=st.one_of(*map(any_event, KINDS)))
def test_what_is_stored_is_what_happened(event: Any) -> None:
    body = to_body(event)

    again = from_body(type(event).__name__, version_of(event), body)

    assert again == event
    assert type(again) is type(event)
    assert to_body(again) == body


@pytest.mark.parametrize("kind", KINDS)
@given(data=st.data())
def test_every_kind_can_be_read_back(kind: Any, data: st.DataObject) -> None:
    event = data.draw(any_event(kind))

    assert from_body(kind.__name__, events.version_of(event), to_body(event)) == event


def test_an_unknown_kind_or_a_newer_version_is_refused() -> None:
    with pytest.raises(ValueError, match="MindRead version 1"):
        from_body("MindRead", 1, "{}")
    with pytest.raises(ValueError, match=r"ConsentRefused version 2.*newer"):
        from_body("ConsentRefused", 2, "{}")


def test_one_value_has_one_text() -> None:
    closed = TrialClosed(1, "answered", "A", 0.6, START)

    assert canonical({"b": 1, "a": "ä"}) == canonical({"a": "ä", "b": 1}) == '{"a":"ä","b":1}'
    assert '"closed_at":"2026-01-05T09:00:00.000000Z"' in to_body(closed)


def test_what_json_cannot_say_is_not_stored() -> None:
    with pytest.raises(TypeError):
        canonical({"a": {1, 2}})
    with pytest.raises(ValueError, match="JSON"):
        canonical({"a": float("nan")})


def test_times_are_written_in_utc_so_that_they_sort_as_text() -> None:
    in_berlin = START.astimezone(timezone(timedelta(hours=1)))

    assert iso(in_berlin) == iso(START) == "2026-01-05T09:00:00.000000Z"
