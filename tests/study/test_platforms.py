"""What a link of a recruiting platform says of who comes."""

import pytest

from oversight_app.study.platforms import LONGEST, PLATFORMS, is_preview, mturk_address, read_arrival

PROLIFIC = [("PROLIFIC_PID", "5f0c"), ("STUDY_ID", "6a"), ("SESSION_ID", "7b")]
MTURK = [
    ("assignmentId", "3ASSIGNMENT"),
    ("hitId", "3HIT"),
    ("workerId", "A1WORKER"),
    ("turkSubmitTo", "https://workersandbox.mturk.com"),
]
CONNECT = [("participantId", "C0FFEE"), ("assignmentId", "A55"), ("projectId", "9")]


@pytest.mark.parametrize(
    ("given", "person"),
    [
        (PROLIFIC, "PROLIFIC_PID=5f0c"),
        (MTURK, "workerId=A1WORKER"),
        (CONNECT, "participantId=C0FFEE"),
        ([("participant_label", "seat 7")], "participant_label=seat 7"),
    ],
)
def test_each_platform_says_who_comes_and_all_it_says_is_kept(
    given: list[tuple[str, str]], person: str
) -> None:
    arrival = read_arrival([*given, ("utm_source", "mail")])

    assert arrival is not None
    assert arrival.person == person
    assert arrival.parameters == dict(given)


def test_a_designs_own_parameter_names_a_person_and_comes_first() -> None:
    given = [("rid", "77"), ("participant_label", "x")]

    own, otherwise = read_arrival(given, "rid"), read_arrival(given)

    assert own is not None
    assert otherwise is not None
    assert (own.person, otherwise.person) == ("rid=77", "participant_label=x")


def test_the_same_said_twice_does_no_harm() -> None:
    arrival = read_arrival([*PROLIFIC, *PROLIFIC, ("STUDY_ID", " 6a ")])

    assert arrival == read_arrival(PROLIFIC)


@pytest.mark.parametrize(
    "given",
    [
        [],
        [("PROLIFIC_PID", "")],
        [("PROLIFIC_PID", "   ")],
        [("STUDY_ID", "6a"), ("SESSION_ID", "7b")],
        [("prolific_pid", "5f0c")],
        [*PROLIFIC, ("PROLIFIC_PID", "another")],
        [*PROLIFIC, ("SESSION_ID", "another")],
        [("PROLIFIC_PID", "x" * (LONGEST + 1))],
        [("PROLIFIC_PID", "5f0c"), ("STUDY_ID", "x" * (LONGEST + 1))],
        [("PROLIFIC_PID", "5f\n0c")],
        [("PROLIFIC_PID", "5f\x000c")],
        [("PROLIFIC_PID", "5f\ud8000c")],
        [("PROLIFIC_PID", "{{%PROLIFIC_PID%}}")],
        [("workerId", "${workerId}")],
        [("rid", "77")],
    ],
)
def test_a_link_that_is_torn_or_doubled_or_not_filled_in_names_nobody(given: list[tuple[str, str]]) -> None:
    assert read_arrival(given) is None


def test_what_would_not_fit_into_a_cookie_names_nobody() -> None:
    names = ["PROLIFIC_PID", "STUDY_ID", "SESSION_ID", "workerId", "hitId", "projectId"]

    assert read_arrival([(name, "x" * LONGEST) for name in names]) is not None
    assert read_arrival([(name, "語" * LONGEST) for name in names]) is None


def test_the_preview_of_a_task_is_nobodys_arrival() -> None:
    preview = [("assignmentId", "ASSIGNMENT_ID_NOT_AVAILABLE"), ("hitId", "3HIT")]

    assert is_preview(preview)
    assert not is_preview(MTURK)
    assert read_arrival([*preview, ("workerId", "A1WORKER")]) is None


@pytest.mark.parametrize(
    ("given", "address"),
    [
        ("https://www.mturk.com", "https://www.mturk.com/mturk/externalSubmit"),
        ("https://workersandbox.mturk.com/", "https://workersandbox.mturk.com/mturk/externalSubmit"),
        ("http://www.mturk.com", ""),
        ("https://www.mturk.com.evil.example", ""),
        ("javascript:alert(1)", ""),
        ("", ""),
    ],
)
def test_a_code_is_handed_to_mturk_and_to_nobody_else(given: str, address: str) -> None:
    assert mturk_address({"turkSubmitTo": given}) == address


def test_the_links_to_paste_hold_each_platforms_own_placeholders() -> None:
    links = {platform.name: platform.link("https://study.example.org") for platform in PLATFORMS}

    assert links == {
        "Prolific": (
            "https://study.example.org/join?PROLIFIC_PID={{%PROLIFIC_PID%}}&STUDY_ID={{%STUDY_ID%}}"
            "&SESSION_ID={{%SESSION_ID%}}"
        ),
        "MTurk": "https://study.example.org/join",
        "CloudResearch Connect": "https://study.example.org/join",
        "your own list": "https://study.example.org/join?participant_label=LABEL",
    }
