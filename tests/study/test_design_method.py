import pytest

from oversight_app.errors import BadInput, DesignError
from oversight_app.study.design import read_design
from oversight_app.study.design.method import SETTINGS, Orders, Settings, parse

LABELS = [
    ("zero_shot", "zero_shot", Settings()),
    ("few_shot(shots=3)", "few_shot", Settings(shots=3)),
    (
        "best_of_n(n=5,shots=5,scorer=compatible:q@http://127.0.0.1:1/v1)",
        "best_of_n",
        Settings(n=5, shots=5, scorer="compatible:q@http://127.0.0.1:1/v1"),
    ),
    ("zero_shot(orders=rotated)", "zero_shot", Settings(orders=Orders.ROTATED)),
    (
        "self_consistency(temperature=0.7,max_tokens=300)",
        "self_consistency",
        Settings(temperature=0.7, max_tokens=300),
    ),
]


@pytest.mark.parametrize(("label", "name", "settings"), LABELS)
def test_a_label_says_what_was_set_and_is_read_as_that(label: str, name: str, settings: Settings) -> None:
    assert parse(label) == (name, settings)
    assert settings.label(name) == label


@pytest.mark.parametrize(
    ("written", "label"),
    [
        ("best_of_n(n=20)", "best_of_n"),
        ("few_shot( shots = 5 )", "few_shot"),
        ("self_consistency(n=10)", "self_consistency"),
        ("zero_shot(orders=plan)", "zero_shot"),
        ("best_of_n(max_tokens=9,n=2)", "best_of_n(n=2,max_tokens=9)"),
        ("zero_shot(samples=10,temperature=1.0)", "zero_shot(samples=10,temperature=1)"),
        ("zero_shot()", "zero_shot"),
    ],
)
def test_what_is_the_same_has_the_same_label_however_it_was_written(written: str, label: str) -> None:
    name, settings = parse(written)

    assert settings.label(name) == label


@pytest.mark.parametrize(
    ("label", "says"),
    [
        ("five_shot", "no method 'five_shot'; allowed are zero_shot, few_shot, cot, best_of_n"),
        ("zero shot", "cannot be read"),
        ("zero_shot(n=3)", "zero_shot has no setting 'n'; it has samples, temperature, orders"),
        ("cot(scorer=openai:x)", "cot has no setting 'scorer'"),
        ("few_shot(shots=0)", "sets shots to 0; allowed are numbers above 0"),
        ("best_of_n(n=many)", "sets n to 'many', which is not a number"),
        ("best_of_n(temperature=nan)", "allowed are numbers above 0"),
        ("zero_shot(orders=random)", "'random', which is not plan or rotated"),
        ("zero_shot(temperature=0.7)", "nothing of it is sampled"),
        ("best_of_n(scorer=gpt)", "no model: found 'gpt', allowed are PROVIDER:NAME"),
    ],
)
def test_what_a_method_cannot_have_is_an_error_that_says_what_it_can(label: str, says: str) -> None:
    with pytest.raises(BadInput, match=says):
        parse(label)


def test_every_method_can_be_asked_in_rotated_orders() -> None:
    assert all("orders" in allowed for allowed in SETTINGS.values())


DESIGN = (
    "title = 'A study'\n[tasks.mmlu]\nquestions_per_condition = 2\n"
    "[analysis.primary_model_alone]\nmodel = 'openai:x'\n"
)


def test_the_declared_method_is_held_as_its_answers_will_be_labelled() -> None:
    design = read_design(DESIGN + "method = 'best_of_n(n=20,shots=5)'")

    assert design.primary_model_alone.method == "best_of_n(shots=5)"


def test_what_another_tool_asked_is_declared_by_its_own_name_and_who_scores_is_a_model_too() -> None:
    imported = read_design(DESIGN + "method = 'inspect:mmlu(cot=True)'").primary_model_alone
    scored = read_design(DESIGN + "method = 'best_of_n(scorer=openai:y)'").primary_model_alone

    assert (imported.method, imported.is_imported) == ("inspect:mmlu(cot=True)", True)
    assert imported.models == ("openai:x",)
    assert (scored.models, scored.is_imported) == (("openai:x", "openai:y"), False)


@pytest.mark.parametrize("method", ["best_of_m", "zero_shot(n=3)"])
def test_a_declared_method_that_does_not_exist_is_an_error_that_names_the_key(method: str) -> None:
    with pytest.raises(
        DesignError, match=r"study.toml: analysis.primary_model_alone.method: The(re is no)? method"
    ):
        read_design(DESIGN + f"method = '{method}'")
