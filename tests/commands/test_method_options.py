"""The label that a method's options make."""

import click
import pytest

from oversight_app.commands.method_options import label_of
from oversight_app.errors import BadInput

NONE = dict.fromkeys(("n", "shots", "scorer", "samples", "temperature", "max_tokens", "orders"))


@pytest.mark.parametrize(
    ("method", "options", "label"),
    [
        ("zero_shot", {}, "zero_shot"),
        ("best_of_n", {"n": 5, "shots": 5}, "best_of_n(n=5,shots=5)"),
        ("best_of_n(n=5)", {"scorer": "openai:x"}, "best_of_n(n=5,scorer=openai:x)"),
        ("best_of_n", {"n": 20}, "best_of_n"),
        ("zero_shot", {"orders": "rotated", "samples": 10}, "zero_shot(samples=10,orders=rotated)"),
        (
            "self_consistency",
            {"temperature": 1.0, "max_tokens": 90},
            "self_consistency(temperature=1,max_tokens=90)",
        ),
        ("zero_shot", {"orders": "plan"}, "zero_shot"),
    ],
)
def test_options_are_settings_of_the_label(method: str, options: dict[str, object], label: str) -> None:
    assert label_of(method, **(NONE | options)) == label


def test_one_setting_has_one_value() -> None:
    with pytest.raises(click.UsageError, match="both set max_tokens; leave one out"):
        label_of("cot(max_tokens=3)", **(NONE | {"max_tokens": 4}))


def test_an_option_that_the_method_does_not_have_is_an_error_that_says_what_it_has() -> None:
    with pytest.raises(
        BadInput, match="zero_shot has no setting 'shots'; it has samples, temperature, orders"
    ):
        label_of("zero_shot", **(NONE | {"shots": 3}))
