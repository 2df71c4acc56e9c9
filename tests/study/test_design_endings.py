"""The codes and addresses with which a sitting ends, as a design may say them."""

import pytest

from oversight_app.errors import DesignError
from oversight_app.study.design import Outcome, read_design

SMALL = 'title = "A study"\n[tasks.mmlu]\nquestions_per_condition = 4\n'


@pytest.mark.parametrize(
    "url",
    [
        "",
        "https://app.prolific.com/submissions/complete?cc={code}",
        "https://connect.cloudresearch.com/participant/project/ABC/complete",
        "http://localhost:8080/done/{code}#{code}",
        "HTTPS://Universität.example/ende?wer=ü&code={code}",
    ],
)
def test_an_address_of_the_web_is_taken_as_it_is(url: str) -> None:
    design = read_design(
        f'{SMALL}[sitting]\ncompletion_url = "{url}"\n[outcomes.no_consent]\nurl = "{url}"\n'
    )

    assert design.sitting.completion_url == url
    assert design.outcomes[Outcome.NO_CONSENT].url == url


@pytest.mark.parametrize(
    "url",
    [
        "javascript:alert(1)",
        "data:text/html,hello",
        "ftp://example.org",
        "//example.org/{code}",
        "app.prolific.com/submissions/complete",
        "https://",
        "https:///path",
        "https://user@example.org",
        "https://example.org/{id}",
        "https://example.org/{code",
        "https://example.org/a b",
        "https://example.org/'>x",
        "{code}",
    ],
)
@pytest.mark.parametrize(
    ("section", "key"),
    [
        ("[sitting]\ncompletion_url", "sitting.completion_url"),
        ("[outcomes.timed_out]\nurl", "outcomes.timed_out.url"),
    ],
)
def test_anything_else_is_refused_and_the_key_is_named(url: str, section: str, key: str) -> None:
    with pytest.raises(DesignError) as refused:
        read_design(f'{SMALL}{section} = "{url}"\n')

    assert f"{key}: found {url!r}, allowed is an address that begins with https://" in str(refused.value)


@pytest.mark.parametrize("code", ["two words", "ä", "a/b", "a&b", "<b>", "x" * 65])
@pytest.mark.parametrize(
    ("section", "key"),
    [
        ("[sitting]\ncompletion_code", "sitting.completion_code"),
        ("[outcomes.withdrew]\ncode", "outcomes.withdrew.code"),
    ],
)
def test_a_code_that_would_not_survive_an_address_is_refused(code: str, section: str, key: str) -> None:
    with pytest.raises(DesignError) as refused:
        read_design(f'{SMALL}{section} = "{code}"\n')

    assert f"{key}: found {code!r}" in str(refused.value)
