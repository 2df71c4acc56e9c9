"""The choices of a design: each is understood alone, all together make a design or say which two do not fit."""

import tomllib
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from oversight_app.errors import BadInput
from oversight_app.planning import layout_of, plan_summary
from oversight_app.study.choices import (
    CHOICES,
    Choice,
    Number,
    Text,
    Value,
    asked,
    misfits,
    outlook,
    study_toml,
)
from oversight_app.study.design import Design, read_design
from oversight_app.study_folder import LANGUAGES
from tests.builders import make_plan, make_questions

BY_KEY = {choice.key: choice for choice in CHOICES}
MODELS = ("scripted:demo", "openai:large", "compatible:m@http://127.0.0.1:1/v1")


def made(**answers: Value) -> Design:
    """The design of these answers (`__` for a point), the rest as suggested."""
    return read_design(written(**answers))


def written(**answers: Value) -> str:
    return study_toml(CHOICES, asked({k.replace("__", "."): v for k, v in answers.items()}), seed=1)


def lines_for(choice: Choice) -> st.SearchStrategy[str]:
    """Lines that somebody could type and that are taken."""
    match choice.allowed:
        case Number() as number:
            values: st.SearchStrategy[str] = (
                st.integers(int(number.least), int(number.most)).map(str)
                if number.is_whole
                else st.decimals(str(number.least), str(number.most), places=min(number.decimals, 3)).map(str)
            )
            return values | st.just("none") if number.may_be_none else values
        case Text() as text:
            if "PROVIDER" in text.allowed:
                known = st.sampled_from(MODELS)
            elif choice.key == "sitting.completion_code":
                known = st.sampled_from(("C0DE", "a-b.c~d"))
            elif choice.key == "answer.currency":
                known = st.sampled_from(("EUR", "€", '"q"\\'))
            else:
                known = st.text(min_size=1).filter(lambda t: t.strip().isprintable() and bool(t.strip()))
            return known | st.just("none") if text.may_be_empty else known
        case options:
            words = st.sampled_from([option.word for option in options])
            return st.lists(words, min_size=1).map(", ".join) if choice.is_many else words


@settings(max_examples=300, deadline=None)
@given(st.fixed_dictionaries({}, optional={choice.key: lines_for(choice) for choice in CHOICES}))
def test_any_answers_make_a_design_or_name_two_choices_that_do_not_fit(lines: dict[str, str]) -> None:
    answers = asked({key: BY_KEY[key].read(line) for key, line in lines.items()})

    wrong = misfits(answers)

    if not wrong:
        design = read_design(study_toml(CHOICES, answers, seed=1))
        assert set(design.tasks) == set(answers["tasks"])  # type: ignore[arg-type]
        assert design.title == answers["title"]
    for misfit in wrong:
        assert len(set(misfit.keys)) == 2
        assert set(misfit.keys) <= set(answers)
        assert misfit.sentence.endswith(".")


@pytest.mark.parametrize(
    ("answers", "keys"),
    [
        ({"assistant.mode": "as_is"}, ("assistant.model", "assistant.mode")),
        (
            {"assistant.model": "openai:m", "assistant.mode": "sycophantic", "assistant.protocol": "advice"},
            ("assistant.protocol", "assistant.mode"),
        ),
        ({"tasks.quality.questions_per_passage": 3}, ("tasks.quality.questions_per_condition",)),
        ({"sitting.attention_checks": 1, "sitting.attention_failures": 2}, ("sitting.attention_checks",)),
        (
            {"answer.confidence": "percent", "answer.scoring_rule": "log", "answer.prize": 0.0},
            ("answer.prize",),
        ),
    ],
)
def test_what_does_not_fit_is_named_and_the_design_would_refuse_it_too(
    answers: dict[str, Value], keys: tuple[str, ...]
) -> None:
    known = asked(answers)

    (misfit,) = misfits(known)

    assert set(keys) <= set(misfit.keys)
    with pytest.raises(BadInput):
        read_design(study_toml(CHOICES, known, seed=1))


def test_the_advice_of_a_debate_cannot_be_compared_with() -> None:
    family = ("human_with_model - human_alone", "human_with_model - advice")

    (misfit,) = misfits(asked({"assistant.protocol": "debate", "analysis.family": family}))

    assert misfit.keys == ("assistant.protocol", "analysis.family")


def test_suggestions_alone_make_a_study() -> None:
    design = made()

    assert misfits(asked({})) == ()
    assert (design.tasks["mmlu"].questions_per_condition, design.analysis.target_n) == (12, 40)
    assert design.design == "own"


@pytest.mark.parametrize("protocol", ["chat", "debate"])
@pytest.mark.parametrize("mode", ["as_is", "assigned"])
def test_the_suggested_comparisons_are_those_of_a_design_that_names_none(protocol: str, mode: str) -> None:
    told = {"assistant.model": "openai:m", "assistant.protocol": protocol, "assistant.mode": mode}
    toml = study_toml([c for c in CHOICES if c.key != "analysis.family"], asked(told), seed=1)

    assert asked(told)["analysis.family"] == read_design(toml).analysis.family


def test_every_key_of_the_file_has_a_line_that_says_why() -> None:
    lines = written(assistant__model="openai:m").splitlines()
    bare = [
        line
        for before, line in pairwise(lines)
        if " = " in line
        and not line.startswith("#")
        and not before.startswith("#")
        # The six of [log] stand under one comment.
        and line.split(" = ")[1] not in ("true", "false")
    ]

    assert bare == []


def test_what_was_not_asked_is_not_in_the_file() -> None:
    values = tomllib.loads(written(tasks=("mmlu",), conditions__allocation="between"))

    assert set(values["tasks"]) == {"mmlu"}
    assert set(values["conditions"]) == {"allocation"}
    assert "spending" not in values["assistant"]


def test_no_limit_and_no_logging_are_written_out() -> None:
    design = made(tasks__mmlu__time_limit_s=None, log=("focus",))

    assert design.tasks["mmlu"].time_limit_s == "none"
    assert (design.log.focus, design.log.typing) == (True, False)


def test_prolific_sends_people_back_with_their_code() -> None:
    assert made(platform="prolific").sitting.completion_url.endswith("?cc={code}")
    assert made(platform="mturk").sitting.completion_url == ""


@pytest.mark.parametrize(
    ("key", "line", "value"),
    [
        ("assistant.error_share", "0,25", 0.25),
        ("conditions.order", "2", "human_alone_first"),
        ("tasks", "quality, 1", ("mmlu", "quality")),
        ("answer.skip", "Yes", True),
        ("analysis.exclusions", "none", ()),
        ("analysis.margin", "none", None),
    ],
)
def test_answers_are_read_as_people_type_them(key: str, line: str, value: Value) -> None:
    assert BY_KEY[key].read(line) == value


@pytest.mark.parametrize(
    ("key", "line"),
    [
        ("assistant.error_share", "30"),
        ("assistant.error_share", "nan"),
        ("analysis.target_n", "4.5"),
        ("conditions.order", "4"),
        ("conditions.order", ""),
        ("tasks", "none"),
        ("assistant.model", "gpt"),
        ("sitting.completion_code", "a b"),
        ("bonus.per_correct", "0.005"),
        ("title", "\x1b[2J"),
    ],
)
def test_a_wrong_answer_is_told_what_is_allowed(key: str, line: str) -> None:
    with pytest.raises(BadInput, match=r"allowed|Choose"):
        BY_KEY[key].read(line)


@pytest.mark.parametrize("choice", CHOICES, ids=lambda choice: choice.key)
def test_a_suggestion_is_itself_an_answer(choice: Choice) -> None:
    assert choice.read(choice.shown(choice.default)) == choice.default


def test_the_languages_are_those_that_there_are_texts_in() -> None:
    assert {option.word for option in BY_KEY["language"].options} == set(LANGUAGES)


def test_the_outlook_says_questions_time_and_precision() -> None:
    said = "\n".join(outlook(made(), "CB", lambda *_: 0.08))

    assert "One person answers 24 mmlu and 20 quality questions." in said
    # 26 exam questions of 3 minutes and 22 story questions of 5, practice included.
    assert "188 minutes" in said
    assert "60 questions on 20 stories; with 40 people" in said
    assert "± 8.0 percentage points" in said
    assert "pilot" not in said


@pytest.mark.parametrize("allocation", ["within", "between"])
@pytest.mark.parametrize("tasks", ["within", "between"])
@pytest.mark.parametrize("per_passage", [1, 2])
def test_the_outlook_asks_for_the_precision_that_the_plan_will_ask_for(
    allocation: str, tasks: str, per_passage: int
) -> None:
    design = made(
        conditions__allocation=allocation,
        conditions__tasks=tasks,
        tasks__mmlu__questions_per_condition=3,
        tasks__quality__questions_per_condition=4,
        tasks__quality__questions_per_passage=per_passage,
    )
    questions = make_questions(8, 8)
    plan = make_plan(design, questions)
    for_plan: list[tuple[object, ...]] = []
    for_outlook: list[tuple[object, ...]] = []

    plan_summary(plan, {q.question_id: q for q in questions}, lambda *asked_for: for_plan.append(asked_for))
    outlook(design, layout_of(design), lambda *asked_for: for_outlook.append(asked_for))

    assert for_outlook == for_plan


def test_few_stories_are_called_a_pilot_and_no_precision_is_promised_where_none_is_known() -> None:
    said = "\n".join(outlook(made(tasks__quality__questions_per_condition=4), "CB", lambda *_: None))

    assert "pilot only, because 8 stories" in said
    assert "cannot be said with any certainty" in said
