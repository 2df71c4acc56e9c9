"""The words of a registration, from the plan alone."""

from oversight_app.study.registration import as_markdown, registered
from tests.builders import make_design, make_plan

POWER = {
    "task": "mmlu",
    "participants": 40,
    "questions": 40,
    "passages": None,
    "per_person": 20,
    "difference": 0.06,
    "accuracy_alone": 0.471,
    "alpha": 0.05,
    "tests": 2,
    "closed": 0.41,
    "simulated": 0.389,
    "simulated_strictest": 0.3,
    "half_width": 0.07,
    "runs": 1000,
}


def test_it_names_every_hypothesis_the_family_the_margin_the_exclusions_and_the_power() -> None:
    plan = make_plan(
        make_design(analysis={"margin": 0.05, "exclusions": ["withdrew", "too_fast"], "target_n": 40})
    )

    content = registered(plan, ("d" * 64, "e" * 64), [POWER])
    text = as_markdown(content, 0, 0)

    assert len(content["hypotheses"]) == len(plan.design.tasks) * len(plan.design.analysis.family)
    for row in content["hypotheses"]:
        assert f"in task {row['task']} (`{row['contrast']}`)" in text
    assert "- Margin of equivalence: 0.05" in text
    assert "- `withdrew`: people who withdrew" in text
    assert "40 participants. Stopping rule: recruitment stops" in text
    assert (
        "power is 0.39 in 1,000 simulated studies (0.41 by closed form); 0.30 at Holm's strictest step (0.05/2)"
        in text
    )
    assert "d" * 64 in text
    assert "nobody had begun and no answer was recorded" in text


def test_it_is_the_same_text_every_time_and_says_when_there_were_data() -> None:
    content = registered(make_plan(), ("d" * 64, "e" * 64), [POWER])

    assert as_markdown(content, 0, 0) == as_markdown(content, 0, 0)
    assert (
        "2 people had begun and 7 answers were recorded. It is no registration before data."
        in as_markdown(content, 2, 7)
    )
    assert "no claim of equivalence will be made" in as_markdown(content, 0, 0)


def test_the_difference_and_the_power_that_are_wanted_are_registered_where_they_are_declared() -> None:
    plan = make_plan(make_design(analysis={"smallest_difference": 0.08, "power_goal": 0.9}))

    content = registered(plan, ("d", "p"), [])

    assert content["analysis"]["smallest_difference"] == 0.08
    assert "The smallest difference that matters is 8.0 points, with a power of 0.90." in as_markdown(
        content, 0, 0
    )
    without = registered(make_plan(), ("d", "p"), [])
    assert "power_goal" not in without["analysis"]
    assert "smallest difference" not in as_markdown(without, 0, 0)
