"""A public export leads back to nobody, says what was changed, and gives the same estimates."""

import csv
import json
import math
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import frictionless
import pytest

from analysis.report import write_report
from analysis.strategies import TITLES
from oversight_app.export import ExportPaths, export_study
from oversight_app.export_files.codebooks import Beside
from oversight_app.export_files.public import Public
from oversight_app.proctor import Proctor
from oversight_app.study.questions import Question
from oversight_app.study.survey import HELP_KEYS, NO, SurveyItem
from tests.builders import START, finish, make_design, make_plan, make_proctor, make_questions, seat
from tests.test_export import LATER, walk

PLATFORM = {
    "PROLIFIC_PID": "5f0c0ffee5f0c0ffee5f0c0f",
    "STUDY_ID": "stdy77secret",
    "SESSION_ID": "sssn88secret",
}
TOKEN = "tok99secret"
WORDS = f"Reach me at marker@example.org or +49 170 1234567, I am {PLATFORM['PROLIFIC_PID']} alias ann1aaaa"
PEOPLE = ("ann1aaaa", "bob2bbbb", "cid3cccc")


def bank() -> list[Question]:
    """Questions of MMLU, and of QuALITY on passages of which only the first is known to be free."""
    questions = []
    for question in make_questions(n_attention=0):
        if question.passage is None:
            questions.append(replace(question, bank="mmlu"))
            continue
        free = question.passage_id in ("p0", "p1")
        passage = replace(
            question.passage,
            text=f"{question.passage.text} Passage-marker-{'free' if free else 'bound'}.",
            license="This eBook is for the use of anyone anywhere" if free else "All rights reserved.",
        )
        questions.append(replace(question, bank="quality", passage=passage))
    return questions


@pytest.fixture
def proctor(tmp_path: Path) -> Iterator[Proctor]:
    """Three people who chat and answer; each leaves an address, a number and two ids in the questionnaire."""
    questions = bank()
    item = SurveyItem(key="words", kind="text", text="Anything else?")
    age = SurveyItem(key="age", kind="number", text="How old are you?")
    made = make_proctor(tmp_path, make_plan(make_design(), questions, survey=(item, age)), questions)
    with made.store.write() as record:
        record.invite({TOKEN: PEOPLE[1]}, START)
        record.person_of_platform(f"PROLIFIC_PID={PLATFORM['PROLIFIC_PID']}", PEOPLE[0], PLATFORM, START)
    for participant_id in PEOPLE:
        seat(made, participant_id)
        walk(made, participant_id)
        made.answer_survey(participant_id, {"words": WORDS, "age": 44, **dict.fromkeys(HELP_KEYS, NO)})
        made.finish(participant_id)
    yield made
    made.store.close()


def publish(proctor: Proctor, **wish: Any) -> ExportPaths:
    out = proctor.store.path.parent / f"public-{len(list(proctor.store.path.parent.iterdir()))}"
    return export_study(
        proctor.store, out, at=LATER, beside=Beside(wide=True, parquet=True), public=Public(**wish)
    )


def rows_of(paths: ExportPaths, name: str) -> list[dict[str, str]]:
    with (paths.folder / f"{name}.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


@pytest.mark.parametrize("with_text", [False, True])
def test_no_byte_of_it_names_a_person_a_link_or_the_place_of_the_study(
    proctor: Proctor, with_text: bool
) -> None:
    everything = export_study(proctor.store, proctor.store.path.parent / "all", at=LATER)
    assert "marker@example.org" in (everything.folder / "survey.csv").read_text(encoding="utf-8")

    paths = publish(proctor, with_text=with_text)

    secrets = [*PEOPLE, *PLATFORM.values(), TOKEN, "marker@example.org", "1234567", "Passage-marker-bound"]
    for path in paths.folder.iterdir():
        # Parquet is compressed; its cells are those of the CSV beside it, row by row.
        held = path.read_bytes().decode("utf-8", errors="replace")
        assert [secret for secret in (*secrets, str(proctor.store.path.parent)) if secret in held] == []
        assert "2026-01-05T" not in held or path.name == "manifest.json"
    assert not (paths.folder / "events.csv").exists()
    assert not (paths.folder / "observations.csv").exists()


def test_parquet_beside_it_holds_what_the_csv_holds(proctor: Proctor) -> None:
    from pyarrow import parquet

    paths = publish(proctor)

    for name in ("answers", "messages", "survey", "wide", "participants", "page_times"):
        table = parquet.read_table(paths.folder / f"{name}.parquet")
        assert table.column("participant_id" if name != "messages" else "trial_id").to_pylist() == [
            row["participant_id" if name != "messages" else "trial_id"] for row in rows_of(paths, name)
        ]
        held = str(table.to_pylist())
        assert [secret for secret in (*PEOPLE, "marker@example.org") if secret in held] == []


def test_every_estimate_is_the_same_as_from_the_study_itself(proctor: Proctor, tmp_path: Path) -> None:
    own = export_study(proctor.store, tmp_path / "own", at=LATER)
    public = publish(proctor)

    first, second = (
        json.loads((write_report(paths.folder, tmp_path / name).page.parent / "results.json").read_text())
        for paths, name in ((own, "report-own"), (public, "report-public"))
    )

    assert len(first["estimates"]) > 20
    for part in ("estimates", "contrasts", "verdicts", "exclusions"):
        ours, theirs = (
            by_key([row for row in one[part] if not is_read_from_words(row)]) for one in (first, second)
        )
        assert ours.keys() == theirs.keys()
        for key, one in ours.items():
            other = theirs[key]
            assert [name for name in one if not is_same(one[name], other[name])] == [], (part, one, other)


def is_read_from_words(row: dict[str, Any]) -> bool:
    """Whether the row is about what people wrote, which a public export leaves out."""
    metric = str(row.get("metric"))
    return metric == "strategy_share" or metric.removeprefix("accuracy_by_") in TITLES


def by_key(rows: list[dict[str, Any]]) -> dict[str, dict[str, Any]]:
    """Rows of results by what they are about; those of one person are numbered by their answers, having other ids."""
    said = ("estimate", "ci_low", "ci_high", "se", "df", "p", "p_adjusted", "note")
    people = ("participant=", "person=")
    found: dict[str, dict[str, Any]] = {}
    for row in sorted(rows, key=lambda row: str([row.get(name) for name in said])):
        mine = dict(row)
        if str(mine.get("subgroup")).startswith(people):
            mine["subgroup"] = "one person"
        about = str([(name, value) for name, value in mine.items() if name not in said])
        n = sum(key.startswith(about) for key in found)
        found[f"{about}/{n}"] = mine
    assert len(found) == len(rows)
    return found


def is_same(one: object, other: object) -> bool:
    """Sums over people in another order differ in their last digits, and in nothing else."""
    if isinstance(one, float) and isinstance(other, float):
        return math.isclose(one, other, rel_tol=1e-7, abs_tol=1e-12)
    return one == other


def test_two_public_exports_share_no_id(proctor: Proctor) -> None:
    first, second = publish(proctor), publish(proctor)

    for name, column in (
        ("answers", "trial_id"),
        ("participants", "participant_id"),
        ("messages", "message_id"),
    ):
        one, other = ({row[column] for row in rows_of(paths, name)} for paths in (first, second))
        assert len(one) == len(other) > 0
        assert not one & other


def test_its_tables_can_still_be_joined_with_each_other(proctor: Proctor) -> None:
    paths = publish(proctor)

    answers, people = rows_of(paths, "answers"), rows_of(paths, "participants")
    assert {row["participant_id"] for row in answers} == {row["participant_id"] for row in people}
    assert {row["trial_id"] for row in answers} == {row["trial_id"] for row in rows_of(paths, "plan")}
    messages = rows_of(paths, "messages")
    assert {row["trial_id"] for row in messages} <= {row["trial_id"] for row in answers}
    seen = {name for row in messages for name in row["visible"].split()}
    assert seen
    assert seen <= {row["message_id"] for row in messages}
    assert [row["participant_id"] for row in people] == sorted(row["participant_id"] for row in people)


def test_everybody_begins_at_the_same_moment_and_takes_as_long_as_before(proctor: Proctor) -> None:
    own = export_study(proctor.store, proctor.store.path.parent / "own", at=LATER)
    paths = publish(proctor)

    assert {row["started_at"] for row in rows_of(paths, "participants")} == {"2000-01-01T00:00:00.000000Z"}
    took = [sorted(row["response_time_s"] for row in rows_of(which, "answers")) for which in (own, paths)]
    assert took[0] == took[1]


def test_words_of_people_stay_at_home_unless_they_are_asked_for_and_then_are_scrubbed(
    proctor: Proctor,
) -> None:
    without, scrubbed = publish(proctor), publish(proctor, with_text=True)

    def said(paths: ExportPaths, item: str) -> set[str]:
        return {row["answer"] for row in rows_of(paths, "survey") if row["item"] == item}

    assert said(without, "words") == {""}
    assert said(without, "age") == {"44"}
    assert said(scrubbed, "words") == {"Reach me at [email] or [phone], I am [id] alias [id]"}
    assert {row["text"] for row in rows_of(without, "messages")} == {""}
    manifest = json.loads((without.folder / "manifest.json").read_text(encoding="utf-8"))
    assert manifest["public"]["words_left_out"]["survey.answer"] == len(PEOPLE)


def test_a_passage_travels_with_its_licence_or_not_at_all_and_so_does_what_was_said_about_it(
    proctor: Proctor,
) -> None:
    paths = publish(proctor, with_text=True)

    questions = {row["question_id"]: row for row in rows_of(paths, "questions")}
    told = {
        row["passage_id"]: row for row in questions.values() if row["passage_id"] in ("p0", "p1", "p2", "p3")
    }
    assert told
    for passage_id, row in told.items():
        is_free = passage_id in ("p0", "p1")
        assert bool(row["passage_text"]) == is_free
        assert row["content_hash"]
        assert row["passage_license"]
    question_of = {row["trial_id"]: questions[row["question_id"]] for row in rows_of(paths, "answers")}
    for row in rows_of(paths, "messages"):
        question = question_of[row["trial_id"]]
        assert bool(row["text"]) == (not question["passage_id"] or bool(question["passage_text"]))


def test_questions_of_a_bank_that_nobody_vouches_for_are_named_and_not_told(tmp_path: Path) -> None:
    questions = [replace(question, bank="table") for question in make_questions()]
    made = make_proctor(tmp_path, make_plan(make_design(), questions), questions)
    seat(made, "p1")
    walk(made, "p1")
    finish(made, "p1")

    bound, vouched = publish(made), publish(made, banks=("table",))
    made.store.close()

    assert {row["text"] for row in rows_of(bound, "questions")} == {""}
    assert all(row["option_a"] == "" and row["content_hash"] for row in rows_of(bound, "questions"))
    assert all(row["text"] for row in rows_of(vouched, "questions"))


def test_the_folder_says_what_was_changed_and_an_outsider_finds_it_valid(proctor: Proctor) -> None:
    paths = publish(proctor)

    readme = (paths.folder / "README.md").read_text(encoding="utf-8")
    for told in ("keyed hashes", "`events.csv`", "left out", "2000-01-01T00:00:00Z", "seed"):
        assert told in readme
    manifest = json.loads((paths.folder / "manifest.json").read_text(encoding="utf-8"))
    assert "stream_heads" not in manifest
    assert "seed" not in manifest
    assert set(manifest["files"]) == {path.name for path in paths.folder.iterdir()} - {"manifest.json"}
    report = frictionless.validate(str(paths.folder / "datapackage.json"))
    assert report.flatten(["type", "message"]) == []
