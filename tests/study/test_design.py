import math

import pytest

from oversight_app.errors import DesignError
from oversight_app.study.design import Condition, Design, read_design
from tests.builders import make_design

TITLE = 'title = "A study"\n'
MMLU = "[tasks.mmlu]\nquestions_per_condition = 4\n"
SMALL = TITLE + MMLU


@pytest.mark.parametrize(
    ("toml", "says"),
    [
        (TITLE, ["tasks is missing"]),
        (MMLU, ["title is missing"]),
        ('titel = "A study"\n' + MMLU, ["titel is not a key", "did you mean title?"]),
        ('title = ""\n' + MMLU, ["title", "found ''"]),
        (
            SMALL.replace("questions_per", "question_per"),
            ["tasks.mmlu.question_per_condition", "did you mean"],
        ),
        (SMALL + "colour = 1\n", ["tasks.mmlu.colour is not a key", "allowed here", "time_limit_s"]),
        (SMALL + "[sitting]\nidle_limit = 3\n", ["sitting.idle_limit", "did you mean idle_limit_s?"]),
        (SMALL + "[analysis.primary_model_alone]\nmodl = 'x'\n", ["primary_model_alone.modl", "mean model?"]),
        (TITLE + "tasks = 3\n", ["tasks: found 3", "table"]),
        (TITLE + "[tasks]\n", ["tasks: found {}", "at least 1"]),
    ],
)
def test_a_missing_or_misspelt_key_is_named_with_what_was_meant(toml: str, says: list[str]) -> None:
    with pytest.raises(DesignError) as refused:
        read_design(toml)

    assert all(words in str(refused.value) for words in says), str(refused.value)


@pytest.mark.parametrize(
    ("section", "says"),
    [
        ("time_limit_s = 'long'", ["tasks.mmlu.time_limit_s: found 'long'", "seconds above 0", '"none"']),
        ("time_limit_s = -5", ["tasks.mmlu.time_limit_s: found -5", "seconds above 0"]),
        ("time_limit_s = inf", ["tasks.mmlu.time_limit_s: found inf", "seconds above 0"]),
        ("time_limit_s = nan", ["tasks.mmlu.time_limit_s: found nan"]),
        ("time_limit_s = 1e12", ["tasks.mmlu.time_limit_s: found 1e+12", "a year"]),
        ("practice_per_condition = -1", ["tasks.mmlu.practice_per_condition: found -1", "equal to 0"]),
        ("subjects = [1]", ["tasks.mmlu.subjects.0: found 1", "string"]),
        (
            "[answer]\nconfidence = 'stars'",
            ["answer.confidence: found 'stars'", "'five_points'", "'percent'"],
        ),
        ("[answer]\nfeedback = 'often'", ["answer.feedback: found 'often'", "'after_each'"]),
        ("[conditions]\nrandom_share = 1.5", ["conditions.random_share: found 1.5", "equal to 1"]),
        ("[conditions]\nallocation = 'both'", ["conditions.allocation: found 'both'", "'between'"]),
        ("[assistant]\nerror_share = nan", ["assistant.error_share: found nan"]),
        (
            "[assistant]\nmodel = 'gpt'",
            ["assistant.model: found 'gpt'", "openai_chat, anthropic, compatible"],
        ),
        ("[assistant]\nmodel = 'compatible:q'", ["assistant.model", "compatible:NAME@BASE_URL"]),
        ("[assistant]\nmodel = 'openai:q@http://x/v1'", ["assistant.model", "only compatible models"]),
        ("[assistant]\neffort = 'huge'", ["assistant.effort", "minimal"]),
        ("[assistant]\nmodel = 'compatible:@http://x'", ["assistant.model", "compatible:NAME@BASE_URL"]),
        ("[assistant]\nprotocol = 'unaided'", ["assistant.protocol: found 'unaided'", "chat"]),
        ("[analysis]\nfamily = ['a - b']", ["analysis.family: found 'a - b'", "'human_with_model - advice'"]),
        ("[analysis]\nexclusions = ['slow']", ["analysis.exclusions: found 'slow'", "'external_help'"]),
        (
            "[analysis.primary_model_alone]\nmodel = 'gpt'",
            ["analysis.primary_model_alone.model: found 'gpt'"],
        ),
        ("[sitting]\nidle_limit_s = 0", ["sitting.idle_limit_s: found 0", "greater than 0"]),
    ],
)
def test_a_wrong_value_is_named_with_what_is_allowed(section: str, says: list[str]) -> None:
    with pytest.raises(DesignError) as refused:
        read_design(SMALL + section + "\n")

    assert all(words in str(refused.value) for words in says), str(refused.value)


@pytest.mark.parametrize(
    ("section", "says"),
    [
        ("questions_per_passage = 3", ["questions_per_condition: found 4", "multiples"]),
        ("questions_per_passage = 2\nrotate_over = 1", ["rotate_over: found 1", "or more"]),
        ("time_limit_with_model_s = 400", ["time_limit_with_model_s: found 400", "unequal_time_limits"]),
        (
            "time_limit_s = 'none'\ntime_limit_with_model_s = 400\n[conditions]\nunequal_time_limits = true",
            ["time_limit_with_model_s: found 400", "leave it out"],
        ),
        ("[conditions]\ntasks = 'between'", ['conditions.tasks: found "between"', '"within"']),
        (
            "[conditions]\nallocation = 'between'\nquestion_samples = 'separate'",
            ["conditions.question_samples", "shared"],
        ),
        (
            "[conditions]\nallocation = 'between'\norder = 'human_alone_first'",
            ['conditions.order: found "human_alone_first"', "leave it out"],
        ),
        ("[assistant]\nmode = 'as_is'", ['assistant.mode: found "as_is"', '"assigned"']),
    ],
)
def test_values_that_do_not_go_together_are_refused(section: str, says: list[str]) -> None:
    with pytest.raises(DesignError) as refused:
        read_design(SMALL + section + "\n")

    assert all(words in str(refused.value) for words in says), str(refused.value)


def test_all_that_is_wrong_is_said_at_once() -> None:
    with pytest.raises(DesignError) as refused:
        read_design(SMALL + "[answer]\nconfidence = 'stars'\n[sitting]\nidle_limit_s = 0\n")

    assert "answer.confidence" in str(refused.value)
    assert "sitting.idle_limit_s" in str(refused.value)


def test_what_is_no_toml_is_refused_with_its_file_and_line() -> None:
    with pytest.raises(DesignError, match=r"my/study\.toml is not valid TOML.*line 2"):
        read_design("title = 'x'\nseed = \n", file="my/study.toml")


def test_without_a_word_on_time_mmlu_grows_with_its_words_and_quality_is_five_minutes() -> None:
    design = read_design(SMALL + "[tasks.quality]\nquestions_per_condition = 1\n")

    mmlu, quality = design.tasks["mmlu"], design.tasks["quality"]

    assert [mmlu.limit_s(n, Condition.HUMAN_ALONE) for n in (20, 100, 300)] == [180.0, 180.0, 230.0]
    assert [quality.limit_s(n, Condition.HUMAN_ALONE) for n in (20, 300)] == [300.0, 300.0]


def test_both_human_conditions_have_the_same_limit_unless_told() -> None:
    same = read_design(SMALL).tasks["mmlu"]
    told = read_design(
        SMALL + "time_limit_with_model_s = 400\n[conditions]\nunequal_time_limits = true\n"
    ).tasks["mmlu"]

    assert same.limit_s(150, Condition.HUMAN_ALONE) == same.limit_s(150, Condition.HUMAN_WITH_MODEL)
    assert told.limit_s(80, Condition.HUMAN_WITH_MODEL) == 400.0


def test_an_untimed_task_has_no_limit() -> None:
    task = read_design(SMALL + "time_limit_s = 'none'\n").tasks["mmlu"]

    assert task.limit_s(1000, Condition.HUMAN_ALONE) is None


def test_the_comparator_is_the_assistants_own_model_unless_named() -> None:
    by_default = read_design(SMALL)
    named = read_design(SMALL + "[analysis.primary_model_alone]\nmodel = 'compatible:q@http://host/v1'\n")

    assert by_default.primary_model_alone.model == by_default.assistant.model
    assert named.primary_model_alone.model == "compatible:q@http://host/v1"
    assert named.primary_model_alone.method == "zero_shot"


def test_a_design_survives_being_frozen() -> None:
    design = read_design(SMALL + "questions_per_passage = 2\n[assistant]\nerror_share = 0.25\n")

    again = Design.model_validate_json(design.model_dump_json())

    assert again == design
    assert math.isclose(again.assistant.error_share, 0.25)


def test_a_goal_of_power_needs_the_difference_that_it_is_about() -> None:
    with pytest.raises(ValueError, match=r"power_goal: found 0\.8 without smallest_difference"):
        make_design(analysis={"power_goal": 0.8})

    assert make_design(analysis={"power_goal": 0.8, "smallest_difference": 0.1}).analysis.power_goal == 0.8
