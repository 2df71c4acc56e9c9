import shutil
from collections import namedtuple
from pathlib import Path

import pytest

from oversight_app import banks, planning
from oversight_app.preflight import Findings, cautions, inspect
from oversight_app.study.plan import Plan
from oversight_app.study_folder import StudyFolder
from tests.builders import START, make_clock

_Usage = namedtuple("_Usage", "total used free")


def make_study(folder: Path) -> StudyFolder:
    study = StudyFolder.create(folder / "study", "demo", at=START)
    with study.open_store() as store:
        banks.import_bank(store, "builtin", at=START)
    return study


def found_in(study: StudyFolder, **environment: str) -> Findings:
    return inspect(study, half_width=lambda *_: 0.1, environment=environment, clock=make_clock())


def freeze(study: StudyFolder) -> None:
    with study.open_store() as store:
        planning.freeze(
            store,
            study.read_design(),
            study.read_materials("en"),
            clock=make_clock(),
        )


def test_a_study_that_is_ready_has_no_obstacle(tmp_path: Path) -> None:
    study = make_study(tmp_path)
    consent = (study.texts / "consent.md").read_text()
    (study.texts / "consent.md").write_text(consent.replace("[FILL IN", "[us@example.org"))

    found = found_in(study)

    assert found.obstacles == []
    assert [line.split(":")[0] for line in found.warnings] == ["Pilot only"]


def test_looking_does_not_plan(tmp_path: Path) -> None:
    study = make_study(tmp_path)

    found_in(study)

    with study.open_store() as store:
        assert store.plan() is None
        assert store.heads() == {}


def test_everything_that_is_wrong_is_said_at_once(tmp_path: Path) -> None:
    study = make_study(tmp_path)
    study.design_file.write_text("title = 1")
    (study.texts / "comprehension.toml").write_text("[[question]]")

    obstacles = found_in(study).obstacles

    assert len(obstacles) == 2
    assert "study.toml" in obstacles[0]
    assert "comprehension.toml" in obstacles[1]


def test_a_key_that_is_missing_stops_the_study_and_its_presence_does_not(tmp_path: Path) -> None:
    study = make_study(tmp_path)
    toml = study.design_file.read_text()
    study.design_file.write_text(
        toml.replace('"scripted:demo"', '"compatible:some-model@https://api.example.com/v1"')
    )

    (without,) = found_in(study).obstacles
    name = next(word.strip(".,`") for word in without.split() if word.isupper() and "_" in word)

    assert without.startswith("The assistant cannot be asked: ")
    assert found_in(study, **{name: "a-key"}).obstacles == []


def test_a_setting_that_the_service_lacks_stops_the_study_before_it_is_planned(tmp_path: Path) -> None:
    study = make_study(tmp_path)
    toml = study.design_file.read_text()
    study.design_file.write_text(
        toml.replace('model = "scripted:demo"', 'model = "anthropic:claude"\ntemperature = 0.7')
    )

    (obstacle,) = found_in(study, ANTHROPIC_API_KEY="k").obstacles

    assert "assistant.temperature: found 0.7" in obstacle


def test_a_key_that_would_travel_in_clear_is_warned_of(tmp_path: Path) -> None:
    study = make_study(tmp_path)
    toml = study.design_file.read_text()
    study.design_file.write_text(toml.replace("scripted:demo", "compatible:qwen@http://10.0.0.7:8000/v1"))

    found = found_in(study, OVERSIGHT_COMPATIBLE_API_KEY="secret")

    assert any("over http" in line for line in found.warnings)
    assert not any("secret" in line for line in found.warnings)


def test_a_study_of_ones_own_is_told_that_the_scripted_assistant_is_no_model(tmp_path: Path) -> None:
    study = make_study(tmp_path)
    of_the_demo = found_in(study).warnings
    toml = study.design_file.read_text()
    study.design_file.write_text(toml.replace('design = "demo"', 'design = "own"'))

    (added,) = set(found_in(study).warnings) - set(of_the_demo)

    assert added.startswith("The assistant is scripted:demo, which plays its part without any model")
    assert "assistant.model" in added


@pytest.mark.parametrize(("free", "kind"), [(10**6, "obstacles"), (10**8, "warnings")])
def test_little_space_is_said_and_none_is_an_obstacle(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, free: int, kind: str
) -> None:
    study = make_study(tmp_path)
    monkeypatch.setattr(shutil, "disk_usage", lambda _: _Usage(10**9, 10**9 - free, free))

    assert any("disk space" in line for line in getattr(found_in(study), kind))


@pytest.mark.parametrize(
    ("file", "words"),
    [
        ("debrief.md", "Other words."),
        ("survey.toml", '[[item]]\nkey = "age"\nkind = "number"\ntext = "How old?"\n'),
        ("screening.toml", '[[question]]\ntext = "English?"\noptions = ["No", "Yes"]\neligible = [1]\n'),
    ],
)
def test_files_changed_after_the_plan_are_said_to_have_no_effect(
    tmp_path: Path, file: str, words: str
) -> None:
    study = make_study(tmp_path)
    freeze(study)
    before = found_in(study).warnings
    assert not any("runs as it was frozen" in line for line in before)

    (study.texts / file).write_text(words)

    (added,) = set(found_in(study).warnings) - set(before)
    assert "runs as it was frozen" in added


def test_what_the_researcher_has_to_fill_in_is_said_with_the_plan(tmp_path: Path) -> None:
    study = make_study(tmp_path)
    freeze(study)
    with study.open_store() as store:
        plan = store.plan()

    assert plan is not None
    assert cautions(plan, {}) == [
        'texts/consent.md still says "[FILL IN ...]": complete it before anybody takes part.'
    ]


@pytest.mark.parametrize(
    ("before", "after", "says"),
    [
        ("comprehension_attempts = 3", "comprehension_attempts = 1", "ask for at least two attempts"),
        (
            "comprehension_attempts = 3",
            "attention_checks = 2\nattention_failures = 1",
            "less than two failed attention checks",
        ),
        ('language = "en"', 'language = "de"', "built-in ones, which are in English"),
    ],
)
def test_what_is_unfair_to_participants_is_said_before_and_with_the_plan(
    tmp_path: Path, before: str, after: str, says: str
) -> None:
    study = make_study(tmp_path)
    assert not any(says in line for line in found_in(study).warnings)
    toml = study.design_file.read_text()
    assert before in toml
    study.design_file.write_text(toml.replace(before, after))

    found = found_in(study)

    assert found.obstacles == []
    assert any(says in line for line in found.warnings)
    freeze(study)
    with study.open_store() as store:
        plan = store.plan()
    assert plan is not None
    assert any(says in line for line in cautions(plan, {}))


def test_a_german_study_without_practice_is_not_warned_of_it(tmp_path: Path) -> None:
    study = make_study(tmp_path)
    toml = study.design_file.read_text()
    study.design_file.write_text(
        toml.replace('language = "en"', 'language = "de"').replace(
            "practice_per_condition = 1", "practice_per_condition = 0"
        )
    )

    assert not any("English" in line for line in found_in(study).warnings)


def test_the_pages_are_told_so_that_a_forgotten_file_shows(tmp_path: Path) -> None:
    study = make_study(tmp_path)
    (study.texts / "pledge.md").write_text("I promise.")
    (study.texts / "screening.toml").write_text(
        '[[question]]\ntext = "English?"\noptions = ["No", "Yes"]\neligible = [1]\n'
    )
    for name in ("survey", "example"):
        (study.texts / f"{name}.toml").unlink(missing_ok=True)
    design = study.design_file.read_text()
    study.design_file.write_text(design.replace("[sitting]", "[sitting]\nattention_checks = 2"))

    (said,) = [line for line in found_in(study).facts if line.startswith("Pages: ")]

    n_check = len(study.read_materials("en").comprehension)
    assert said == (
        f"Pages: consent, screening (1 question), instructions, check ({n_check} questions), pledge, "
        "the questions with 2 attention checks among them, the questions about outside help, debrief."
    )


def test_what_answers_may_cost_is_told_before_they_do(tmp_path: Path) -> None:
    study = make_study(tmp_path)
    before = found_in(study).facts
    paid = '[answer]\nconfidence = "distribution"\nscoring_rule = "log"\nprize = 5\ncurrency = "pence"'
    design = study.design_file.read_text()
    study.design_file.write_text(design.replace('[answer]\nconfidence = "five_points"', paid))

    (said,) = [line for line in found_in(study).facts if line.startswith("Pay: ")]

    assert not any(line.startswith("Pay") for line in before)
    assert said.startswith("Pay: at most 5 pence for a question and 30 for a person, by the log rule;")


def test_doubts_are_said_with_the_check_and_with_the_plan(tmp_path: Path) -> None:
    study = make_study(tmp_path)
    design = study.design_file.read_text()
    study.design_file.write_text(design.replace("[sitting]", "[sitting]\nmax_participants = 2\nlimit_s = 60"))

    before = found_in(study).warnings
    freeze(study)
    with study.open_store() as store:
        plan = store.plan()

    assert plan is not None
    for doubt in (before, cautions(plan, {})):
        assert any(line.startswith("sitting.max_participants is 2, below") for line in doubt)
    assert any(line.startswith("sitting.limit_s is 60, but the questions can take") for line in before)


# -- what there would be too little of ------------------------------------------------------------------


def changed(study: StudyFolder, before: str, after: str) -> StudyFolder:
    toml = study.design_file.read_text()
    assert before in toml
    study.design_file.write_text(toml.replace(before, after))
    return study


def test_a_cap_on_a_model_whose_price_nobody_knows_stops_the_study(tmp_path: Path) -> None:
    study = changed(make_study(tmp_path), '"scripted:demo"', '"openai:nobody-knows"')
    changed(study, "[analysis]", "[assistant.spending]\nper_study = 5\n\n[analysis]")

    (obstacle,) = found_in(study, OPENAI_API_KEY="k").obstacles

    assert "assistant.spending sets a cap, but nobody knows what openai:nobody-knows costs" in obstacle
    assert '[prices."openai:nobody-knows"]' in obstacle


def test_a_cap_below_what_the_whole_study_is_expected_to_cost_is_warned_of(tmp_path: Path) -> None:
    study = changed(make_study(tmp_path), '"scripted:demo"', '"openai:mine"')
    prices = '[assistant.spending]\nper_study = 0.01\n\n[prices."openai:mine"]\ninput = 5\noutput = 20\n\n'
    changed(study, "[analysis]", f"{prices}[analysis]")

    found = found_in(study, OPENAI_API_KEY="k")

    assert found.obstacles == []
    assert any(
        line.startswith(
            "assistant.spending.per_study is $0.01, but replies to 12 people are expected to cost $"
        )
        for line in found.warnings
    )


def test_a_consent_text_that_promises_too_short_a_sitting_is_warned_of(tmp_path: Path) -> None:
    study = make_study(tmp_path)
    text = (study.texts / "consent.md").read_text()
    (study.texts / "consent.md").write_text(f"{text}\n\nThis takes 5 minutes.\n")

    assert any("texts/consent.md speaks of 5 minutes" in line for line in found_in(study).warnings)


@pytest.mark.parametrize("words", ["", " \n"])
def test_a_consent_text_that_is_empty_or_missing_stops_the_study(tmp_path: Path, words: str) -> None:
    study = make_study(tmp_path)
    (study.texts / "consent.md").write_text(words)
    empty = found_in(study).obstacles
    (study.texts / "consent.md").unlink()

    assert empty == found_in(study).obstacles
    assert "texts/consent.md is missing or empty" in empty[0]


@pytest.mark.parametrize("left", ["TODO: payment", "Lorem ipsum dolor", "Ask [YOUR NAME] about it."])
def test_what_was_left_open_in_a_text_is_warned_of(tmp_path: Path, left: str) -> None:
    study = make_study(tmp_path)
    text = (study.texts / "debrief.md").read_text()
    (study.texts / "debrief.md").write_text(f"{text}\n\n{left}\n")

    assert any(
        line.startswith("texts/debrief.md says ") and "still to be written" in line
        for line in found_in(study).warnings
    )


def test_a_consent_text_by_which_nobody_can_be_reached_is_warned_of(tmp_path: Path) -> None:
    study = make_study(tmp_path)
    text = (study.texts / "consent.md").read_text()
    (study.texts / "consent.md").write_text(text.replace("[FILL IN", "(us").replace("payment]", "payment)"))

    assert any("names no e-mail address" in line for line in found_in(study).warnings)


def test_less_disk_than_the_data_will_need_is_warned_of(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    study = changed(make_study(tmp_path), "target_n = 12", "target_n = 200000")
    monkeypatch.setattr(shutil, "disk_usage", lambda _: _Usage(10**12, 10**12 - 2 * 1024**3, 2 * 1024**3))

    found = found_in(study)

    assert any(line.startswith("Disk: about ") for line in found.facts)
    assert any(
        "of disk with an export and a backup, and 2,048 MiB are free" in line for line in found.warnings
    )


def test_power_is_asked_for_only_where_a_goal_is_stated_and_is_warned_of_below_it(tmp_path: Path) -> None:
    study, asked = make_study(tmp_path), []

    def power_of(plan: Plan, questions: object) -> list[dict[str, object]]:
        asked.append(plan)
        return [
            {
                "task": task,
                "participants": 12,
                "difference": 0.1,
                "simulated": 0.3,
                "simulated_strictest": 0.1,
                "tests": 6,
            }
            for task in plan.design.tasks
        ]

    def warned() -> list[str]:
        return inspect(
            study, half_width=lambda *_: 0.1, environment={}, clock=make_clock(), power_of=power_of
        ).warnings

    without = warned()
    changed(study, "target_n = 12", "target_n = 12\nsmallest_difference = 0.1\npower_goal = 0.8")
    with_goal = warned()

    assert not any("power_goal" in line for line in without)
    assert len(asked) == 1
    assert sum("analysis.power_goal is 0.80" in line for line in with_goal) == 2
