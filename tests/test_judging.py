"""A model takes part in the participants' place: like them, beside them, and never taken for one of them."""

import csv
import json
import math
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from analysis.export import load
from analysis.findings import analyse
from oversight_app.advice_reading import read_advice
from oversight_app.errors import NoPlan, ProviderConfigError, ProviderUnavailable, StudyStateError
from oversight_app.export import ExportPaths, export_study
from oversight_app.judging import GIVE_UP_AFTER, judge_participant_id, let_judge
from oversight_app.projections import rebuild
from oversight_app.prompts import load_prompts
from oversight_app.providers.base import Piece, Reply, Request, Text, Usage
from oversight_app.store import Store
from oversight_app.study.design import FIVE_POINTS
from oversight_app.study.events import JudgeAsked, ParticipantEnrolled
from oversight_app.study.letters import OptionOrder
from oversight_app.transcripts import account
from tests.builders import START, make_clock, make_design, make_plan, make_proctor, make_store, seat


class Talker:
    """A judge that gives no log-probabilities: the next thing it is told to say, in the end always the same."""

    name = "talker"

    def __init__(self, *says: str | Exception, then: str = "B 70%", probabilities: Any = None) -> None:
        self.says = list(says)
        self.then = then
        self.probabilities = probabilities
        self.asked: list[Request] = []

    def reply(self, request: Request) -> Iterator[Piece]:
        self.asked.append(request)
        said = self.says.pop(0) if self.says else self.then
        if isinstance(said, Exception):
            raise said
        yield Text(said)
        yield Reply(said, "stop", Usage(50, 10, 3), "req-1", "talker-2", self.probabilities)


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    with make_store(tmp_path, make_plan(prompts=load_prompts())) as made:
        yield made


def judged_study(folder: Path, provider: Any, **design: Any) -> Store:
    """A study of this design that one judge has taken part in."""
    store = make_store(folder, make_plan(make_design(**design), prompts=load_prompts()))
    let_judge(store, "talker:t", 1, clock=make_clock(), provider=provider)
    return store


def rows_of(paths: ExportPaths, table: str) -> list[dict[str, str]]:
    with paths.tables[table].open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def calls_of(store: Store, purpose: str = "judge_") -> list[dict[str, Any]]:
    return [row for row in store.rows("model_calls") if row["purpose"].startswith(purpose)]


# -- a whole study -----------------------------------------------------------------------


def test_a_study_of_judges_is_exported_and_analysed_as_simulated(store: Store, tmp_path: Path) -> None:
    summary = let_judge(store, "scripted:judge", 4, clock=make_clock())
    paths = export_study(store, tmp_path / "out", at=START)

    people, answers = rows_of(paths, "participants"), rows_of(paths, "answers")
    assert (summary.n_over, summary.n_void, summary.n_unreadable) == (4, 0, 0)
    assert {row["outcome"] for row in people} == {"completed"}
    assert {(row["participant_kind"], row["simulated_by"]) for row in people} == {
        ("simulated", "scripted:judge")
    }
    assert {row["participant_kind"] for row in answers} == {"simulated"}
    assert {row["condition"] for row in answers} == {"human_alone", "human_with_model"}
    assert {row["status"] for row in answers} == {"answered"}
    assert len(answers) == summary.n_answered
    results = analyse(load(paths.folder))
    assert "simulated_only" in {warning.code for warning in results.warnings}


def test_a_scripted_judge_follows_the_advice_on_its_page_and_every_call_is_on_record(store: Store) -> None:
    let_judge(store, "scripted:judge", 2, clock=make_clock(), n_messages=2)

    assisted = [row for row in store.rows("answers") if row["condition"] == "human_with_model"]
    assert {row["n_messages"] for row in assisted} == {2}
    assert all(row["choice"] == row["advice_choice"] == row["stance"] for row in assisted)
    purposes = Counter(row["purpose"] for row in store.rows("model_calls"))
    n_answers = len(list(store.rows("answers")))
    assert purposes == {
        "judge_message": 2 * len(assisted),
        "reply": 2 * len(assisted),
        "judge_answer": n_answers,
    }
    assert {row["prompt"] for row in calls_of(store)} == {"judge_message", "judge_answer"}


def test_its_stream_says_who_it_is_and_what_it_said(store: Store) -> None:
    let_judge(store, "scripted:judge", 1, clock=make_clock())

    happened = store.events_of(judge_participant_id("scripted", "judge", 1, 1))
    enrolled = happened[0].event
    assert enrolled == ParticipantEnrolled("simulated", {"judge": "scripted:judge", "messages": "1"})
    asked = [item.event for item in happened if isinstance(item.event, JudgeAsked)]
    answered = [event for event in asked if event.purpose == "judge_answer"]
    assert all(event.log_probabilities.keys() == set("ABCD") for event in answered)
    assert all(event.text in "ABCD" for event in answered)


def test_what_is_kept_beside_the_events_can_be_made_again_from_them(store: Store) -> None:
    let_judge(store, "scripted:judge", 2, clock=make_clock(), limit=7)
    tables = ("sittings", "trials", "messages", "answers", "participants", "model_calls")
    before = {table: sorted(store.rows(table), key=repr) for table in tables}

    rebuild(store)

    assert {table: sorted(store.rows(table), key=repr) for table in tables} == before


def test_a_judge_is_told_what_its_page_shows_and_not_what_the_assistant_was_told(store: Store) -> None:
    talker = Talker()
    let_judge(store, "talker:t", 1, clock=make_clock(), provider=talker)

    told = "\n".join(request.system + request.turns[0].text for request in talker.asked)
    assert "argue" not in told
    assert "Explanation" not in told
    assert all(request.scene is not None for request in talker.asked)


def test_what_a_judge_and_a_reader_were_sent_can_be_made_again_to_the_byte(tmp_path: Path) -> None:
    plan = make_plan(make_design(answer={"sequence": "answer_first"}), prompts=load_prompts())
    talker = Talker()
    with make_store(tmp_path, plan) as store:
        let_judge(store, "scripted:judge", 1, clock=make_clock(), n_messages=3)
        let_judge(store, "talker:t", 1, clock=make_clock(), provider=talker, n_messages=2)
        read_advice(store, "scripted:reader", clock=make_clock())
        calls = [
            call for trial in store.rows("trials") for call in account(store, str(trial["trial_id"])).calls
        ]

    given = {request.prompt_hash: request for request in talker.asked}
    assert Counter(call.asked.purpose for call in calls).keys() == {
        "judge_message",
        "judge_answer",
        "read_advice",
    }
    for call in calls:
        assert call.sent.sent is not None, call.sent.why
        assert call.sent.sent.prompt_hash == call.asked.prompt_hash
        if call.asked.provider == "talker":
            request = given[call.asked.prompt_hash]
            assert (request.turns[0].text, request.prefix) == (
                call.sent.sent.turns[0].text,
                call.sent.sent.prefix,
            )


# -- beside people -----------------------------------------------------------------------


def test_judges_take_no_place_and_no_cell_from_people(tmp_path: Path) -> None:
    plan = make_plan(make_design(sitting={"max_participants": 1}), prompts=load_prompts())
    proctor = make_proctor(tmp_path, plan)
    with proctor.store as store:
        let_judge(store, "scripted:judge", 1, clock=make_clock())
        with store.write() as record:
            cells = record.people_by_cell("human")

        assert (store.n_places_taken(), sum(cells.values())) == (0, 0)
        seat(proctor, "p1")
        assert proctor.sitting("p1").cell
        assert store.n_places_taken() == 1
        paths = export_study(store, tmp_path / "out", at=START)
        kinds = Counter(row["participant_kind"] for row in rows_of(paths, "participants"))
        assert kinds == {"human": 1, "simulated": 1}
        assert json.loads(paths.manifest.read_text())["counts"]["began"] == 1


# -- going on ----------------------------------------------------------------------------


def test_a_run_that_was_stopped_goes_on_with_the_sittings_it_began(store: Store) -> None:
    clock = make_clock()
    first = let_judge(store, "scripted:judge", 2, clock=clock, limit=3)
    n_shown = sum(row["shown_at"] is not None for row in store.rows("trials"))
    second = let_judge(store, "scripted:judge", 2, clock=clock)
    third = let_judge(store, "scripted:judge", 2, clock=clock)

    assert (first.n_answered, first.n_over, n_shown) == (3, 0, 3)
    assert (second.n_over, third.n_over, third.n_answered) == (2, 2, 0)
    answers = list(store.rows("answers"))
    assert len(answers) == first.n_answered + second.n_answered
    assert {row["status"] for row in answers} == {"answered"}
    assert len(list(store.rows("sittings"))) == 2


def test_another_number_of_messages_makes_other_judges() -> None:
    ids = {judge_participant_id("openai", "x", messages, number) for messages in (1, 2) for number in (1, 2)}

    assert len(ids) == 4
    assert all(len(each) == 8 and each.startswith("j") for each in ids)


# -- answers -----------------------------------------------------------------------------


def test_letters_with_probabilities_fill_the_five_points(store: Store) -> None:
    let_judge(store, "scripted:judge", 1, clock=make_clock())

    assert {row["confidence"] for row in store.rows("answers")} <= set(FIVE_POINTS)


def test_one_without_probabilities_is_asked_in_words_from_then_on(store: Store) -> None:
    talker = Talker()
    let_judge(store, "talker:t", 1, clock=make_clock(), provider=talker)

    prompts = [row["prompt"] for row in calls_of(store, "judge_answer")]
    assert Counter(prompts) == {"judge_answer": 1, "judge_answer_percent": len(list(store.rows("answers")))}
    nearest = min(FIVE_POINTS, key=lambda point: abs(point - 0.7))
    assert {row["confidence"] for row in store.rows("answers")} == {nearest}


def test_one_letter_that_was_too_unlikely_does_not_end_the_asking_for_letters(tmp_path: Path) -> None:
    three = {"A": math.log(0.5), "B": math.log(0.3), "C": math.log(0.2)}

    with judged_study(tmp_path, Talker(probabilities=three)) as store:
        prompts = Counter(row["prompt"] for row in calls_of(store, "judge_answer"))
        assert prompts["judge_answer"] == prompts["judge_answer_percent"] == len(list(store.rows("answers")))


def test_own_answer_distribution_and_reason_are_given_as_the_page_asks_for_them(tmp_path: Path) -> None:
    answer = {"sequence": "answer_first", "confidence": "distribution", "reason": "required"}

    with judged_study(tmp_path, Talker(), answer=answer) as store:
        rows = list(store.rows("answers"))
        assert {row["status"] for row in rows} == {"answered"}
        assert all(row["p_a"] + row["p_b"] + row["p_c"] + row["p_d"] == pytest.approx(1) for row in rows)
        assisted = [row for row in rows if row["condition"] == "human_with_model"]
        assert all(row["initial_choice"] for row in assisted)
        assert {row["reason"] for row in rows} == {"B 70%"}


@pytest.mark.parametrize(("skip", "status"), [(False, "unreadable"), (True, "skipped")])
def test_what_cannot_be_read_is_no_answer_and_never_a_guess(tmp_path: Path, skip: bool, status: str) -> None:
    with judged_study(tmp_path, Talker(then="Hard to say."), answer={"skip": skip}) as store:
        rows = list(store.rows("answers"))

        assert {(row["status"], row["choice"], row["confidence"]) for row in rows} == {(status, None, None)}
        assert {row["outcome"] for row in store.rows("sittings")} == {"completed"}
        assert {row["text"] for row in calls_of(store, "judge_answer")} == {"Hard to say."}


def test_a_sitting_with_a_reading_phase_checks_and_a_pledge_is_walked_to_its_end(tmp_path: Path) -> None:
    tasks = {"quality": {"questions_per_condition": 1, "reading_s": 60}}

    with judged_study(tmp_path, Talker(), tasks=tasks) as store:
        assert {row["outcome"] for row in store.rows("sittings")} == {"completed"}


# -- failures ----------------------------------------------------------------------------


def test_a_call_that_fails_for_good_makes_the_question_void_and_is_on_record(store: Store) -> None:
    down = ProviderUnavailable("the server is asleep", may_retry=False)

    summary = let_judge(store, "talker:t", 1, clock=make_clock(), provider=Talker(down))

    rows = list(store.rows("answers"))
    assert Counter(row["status"] for row in rows)["void"] == summary.n_void == 1
    failed = [row for row in calls_of(store) if row["status"] == "failed"]
    assert [(row["error"], row["text"]) for row in failed] == [("the server is asleep", None)]
    assert "1 questions are void" in summary.describe()
    assert not summary.has_broken_off


def test_a_service_that_is_down_ends_the_run(store: Store) -> None:
    down = [ProviderUnavailable("down", may_retry=False) for _ in range(50)]

    summary = let_judge(store, "talker:t", 2, clock=make_clock(), provider=Talker(*down))

    assert (summary.has_broken_off, summary.n_void, summary.n_over) == (True, GIVE_UP_AFTER, 0)


def test_wrong_settings_end_the_run_at_once_and_count_against_nobody(store: Store) -> None:
    with pytest.raises(ProviderConfigError, match="the key was refused"):
        let_judge(
            store,
            "talker:t",
            1,
            clock=make_clock(),
            provider=Talker(ProviderConfigError("the key was refused")),
        )

    assert [row["status"] for row in store.rows("answers")] == ["void"]


def test_a_question_whose_time_is_over_meanwhile_is_closed_by_its_clock(store: Store) -> None:
    clock = make_clock()

    class Slow(Talker):
        def reply(self, request: Request) -> Iterator[Piece]:
            clock.sleep(400)
            yield from super().reply(request)

    summary = let_judge(store, "talker:t", 1, clock=clock, provider=Slow(), limit=2)

    rows = list(store.rows("answers"))
    assert {row["status"] for row in rows} <= {"timed_out_no_answer", "abandoned"}
    assert summary.n_answered == 0


def test_a_plan_of_an_earlier_release_is_not_judged_with_words_that_it_does_not_hold(tmp_path: Path) -> None:
    with make_store(tmp_path) as store, pytest.raises(StudyStateError, match="no prompt judge_message"):
        let_judge(store, "scripted:judge", 1, clock=make_clock())


def test_without_a_plan_nobody_can_take_part(tmp_path: Path) -> None:
    with Store.open(tmp_path / "study.db") as store, pytest.raises(NoPlan):
        let_judge(store, "scripted:judge", 1, clock=make_clock())


# -- beliefs -----------------------------------------------------------------------------


def beliefs_of(store: Store) -> list[dict[str, Any]]:
    return list(store.rows("beliefs"))


def test_a_judge_states_a_belief_after_each_reply_from_its_letters_probabilities(tmp_path: Path) -> None:
    shares = {"A": 0.1, "B": 0.62, "C": 0.2, "D": 0.08}
    talker = Talker(then="B", probabilities={letter: math.log(p) for letter, p in shares.items()})
    answer = {"belief_after_reply": True, "confidence": "distribution"}

    with judged_study(tmp_path, talker, answer=answer) as store:
        beliefs, trials = beliefs_of(store), {row["trial_id"]: row for row in store.rows("trials")}
        assert (
            len(beliefs) == sum(row["condition"] == "human_with_model" for row in store.rows("answers")) > 0
        )
        for belief in beliefs:
            order = OptionOrder(trials[belief["trial_id"]]["option_order"])
            assert belief["choice"] == order.original("B")
            given = {letter: belief[f"p_{order.original(letter).lower()}"] for letter in shares}
            assert given == shares
        assert {row["p_source"] for row in beliefs} == {"logprob"}
        calls = calls_of(store, "judge_belief")
        assert len(calls) == len(beliefs)
        assert {(row["prompt"], row["status"]) for row in calls} == {("judge_answer", "complete")}


def test_one_without_probabilities_states_its_beliefs_in_words(tmp_path: Path) -> None:
    answer = {"belief_after_reply": True, "confidence": "percent"}

    with judged_study(tmp_path, Talker(), answer=answer) as store:
        beliefs = beliefs_of(store)
        assert {(row["confidence"], row["p_source"]) for row in beliefs} == {(0.7, "stated")}
        paths = export_study(store, tmp_path / "out", at=START)
        assert {row["p_source"] for row in rows_of(paths, "beliefs")} == {"stated"}
        assert "judge_belief" in {row["purpose"] for row in rows_of(paths, "model_calls")}


def test_a_belief_that_cannot_be_read_stays_missing_and_the_question_is_answered(tmp_path: Path) -> None:
    class Unsure(Talker):
        """Has nothing to say the first time that it is asked something, and an answer when it is asked again."""

        def reply(self, request: Request) -> Iterator[Piece]:
            is_asked_again = any(before.turns == request.turns for before in self.asked)
            self.then = "B 70%" if is_asked_again else "Hard to say."
            yield from super().reply(request)

    with judged_study(
        tmp_path, Unsure(), answer={"belief_after_reply": True, "confidence": "percent"}
    ) as store:
        assisted = [row for row in store.rows("answers") if row["condition"] == "human_with_model"]
        assert {row["text"] for row in calls_of(store, "judge_belief")} == {"Hard to say."}
        assert beliefs_of(store) == []
        assert {row["status"] for row in assisted} == {"answered"}


@pytest.mark.parametrize(
    ("assistant", "n"),
    [
        ({"protocol": "advice"}, 1),
        ({"protocol": "debate", "rounds": 2, "judge_asks": False}, 1),
        ({"protocol": "debate", "rounds": 2, "judge_asks": True}, 2),
        ({"protocol": "cross_examination", "n_contexts": 2}, 1),
        ({"protocol": "consultancy"}, 2),
    ],
)
def test_under_any_protocol_a_belief_follows_when_all_have_spoken(
    tmp_path: Path, assistant: dict[str, Any], n: int
) -> None:
    answer = {"belief_after_reply": True, "confidence": "percent"}

    with judged_study(tmp_path, Talker(), answer=answer, assistant=assistant) as store:
        assisted = [row for row in store.rows("answers") if row["condition"] == "human_with_model"]
        assert Counter(row["trial_id"] for row in beliefs_of(store)) == {
            row["trial_id"]: n for row in assisted
        }
