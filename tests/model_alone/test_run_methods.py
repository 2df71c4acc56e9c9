"""A model whose beliefs are known answers by every method, and the table holds exactly what is known."""

import math
import re
import threading
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest

from oversight_app.errors import BadInput
from oversight_app.model_alone import answer_alone
from oversight_app.prompts import load_prompts
from oversight_app.providers.base import Piece, Reply, Request, Text
from oversight_app.store import Store
from oversight_app.study.methods import METHODS
from oversight_app.study.questions import LETTERS, Question, Role
from oversight_app.transcripts import account
from tests.builders import make_clock, make_design, make_plan, make_question, make_questions, make_store

WORDS = ("first", "second", "third", "fourth")
"""With which the options of the builders begin, in original order."""
BELIEFS = dict(zip(WORDS, (0.1, 0.6, 0.2, 0.1), strict=True))
P_TRUE = 0.8
_OPTION = re.compile(r"^\(([A-D])\) (\w+)", re.MULTILINE)


class Knowing:
    """Believes in options by their words, wherever they stand; samples follow its beliefs, ten to a round."""

    name = "knowing"

    def __init__(self, *, gives_log_probabilities: bool = True) -> None:
        self.gives = gives_log_probabilities
        self.asked: list[Request] = []
        self._n_sampled: Counter[str] = Counter()
        self._lock = threading.Lock()

    def reply(self, request: Request) -> Iterator[Piece]:
        self.asked.append(request)
        text, likely = self._answer(request)
        yield Text(text)
        logs = {letter: math.log(p) for letter, p in likely.items()}
        yield Reply(text, "stop", model="knowing-1", log_probabilities=logs if self.gives and logs else None)

    def _answer(self, request: Request) -> tuple[str, dict[str, float]]:
        told = request.turns[-1].text
        if "Is the proposed answer" in told:
            believed = {"A": P_TRUE, "B": 1 - P_TRUE}
            return self._drawn(request, believed), believed
        # A conversation that ends with "Based on the above" has its options further up.
        shown = next(found for turn in reversed(request.turns) if (found := _OPTION.findall(turn.text)))
        likely = {letter: BELIEFS[word] for letter, word in shown[:4]}
        if request.letters:
            return self._drawn(request, likely), likely
        if "Score:" in told:
            return "50", {}
        if "70%" in told:
            return f"{_most(likely)} 60%", {}
        letter = self._drawn(request, likely)
        return f"I thought about it.\n\nThe single, most likely answer choice is ({letter})", {}

    def _drawn(self, request: Request, likely: dict[str, float]) -> str:
        if request.temperature == 0:
            return _most(likely)
        ten = [letter for letter, p in likely.items() for _ in range(round(10 * p))]
        # Calls are made on many threads, and each tenth of the samples is to be drawn once.
        with self._lock:
            self._n_sampled[request.prompt_hash] += 1
            return ten[self._n_sampled[request.prompt_hash] % 10]


def _most(likely: dict[str, float]) -> str:
    return max(likely, key=lambda letter: likely[letter])


def make_examples() -> list[Question]:
    return [
        make_question(f"dev/{subject}:{i}", subject=subject, split="dev", role=Role.EXAMPLE, correct=i % 4)
        for subject in ("anatomy", "virology")
        for i in range(5)
    ]


BANK = [*make_questions(n_mmlu=12), *make_examples()]
MMLU = make_design(tasks={"mmlu": {"questions_per_condition": 6}})
PLAN = make_plan(MMLU, BANK, prompts=load_prompts())
KEYS = [question.correct for question in BANK if question.question_id in PLAN.study_question_ids]
ACCURACY = KEYS.count(1) / len(KEYS)
"""The model holds the second option to be right, so it is right as often as that is the key."""


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    with make_store(tmp_path, PLAN, BANK) as made:
        yield made


def rows(store: Store) -> list[dict[str, object]]:
    return [row for row in store.rows("trials") if row["participant_kind"] == "model"]


def check(store: Store, confidence: float, probabilities: tuple[float | None, ...], p_source: str) -> None:
    answers = rows(store)
    assert {row["status"] for row in answers} == {"answered"}
    assert {row["choice"] for row in answers} == {"B"}
    assert sum(row["correct"] == 1 for row in answers) / len(answers) == ACCURACY
    assert {row["p_source"] for row in answers} == {p_source}
    for row in answers:
        assert row["confidence"] == pytest.approx(confidence)
        found = tuple(row[f"p_{letter.lower()}"] for letter in LETTERS)
        assert found == pytest.approx(probabilities)


ALL_FOUR = (0.1, 0.6, 0.2, 0.1)
CHOSEN_ALONE = (None, 0.6, None, None)


def test_the_accuracy_is_a_number_between_the_easy_ones() -> None:
    assert 0 < ACCURACY < 1


@pytest.mark.parametrize(
    ("label", "confidence", "probabilities", "p_source"),
    [
        ("zero_shot", 0.6, ALL_FOUR, "logprob"),
        ("few_shot", 0.6, ALL_FOUR, "logprob"),
        ("few_shot(shots=2)", 0.6, ALL_FOUR, "logprob"),
        ("cot", 0.6, ALL_FOUR, "logprob"),
        ("best_of_n(n=3)", 0.6, ALL_FOUR, "logprob"),
        ("best_of_n(n=2,shots=5)", 0.6, ALL_FOUR, "logprob"),
        ("self_consistency", 0.6, ALL_FOUR, "samples"),
        ("verbal_confidence", 0.6, CHOSEN_ALONE, "stated"),
        ("p_true", P_TRUE, (None, P_TRUE, None, None), "logprob"),
    ],
)
def test_what_the_model_believes_comes_out_of_every_method(
    store: Store, label: str, confidence: float, probabilities: tuple[float | None, ...], p_source: str
) -> None:
    summary = answer_alone(store, "scripted:x", method=label, clock=make_clock(), provider=Knowing())

    assert (summary.n_answered, summary.n_open) == (12, 0)
    assert {row["method"] for row in rows(store)} == {label}
    check(store, confidence, probabilities, p_source)


@pytest.mark.parametrize(
    ("label", "confidence", "probabilities"),
    [
        ("zero_shot(samples=10)", 0.6, ALL_FOUR),
        ("few_shot(samples=10)", 0.6, ALL_FOUR),
        ("cot(samples=10)", 0.6, ALL_FOUR),
        ("best_of_n(n=2,samples=10)", 0.6, ALL_FOUR),
        ("p_true(samples=10)", P_TRUE, (None, P_TRUE, None, None)),
    ],
)
def test_a_service_without_log_probabilities_is_sampled_to_the_same_end(
    store: Store, label: str, confidence: float, probabilities: tuple[float | None, ...]
) -> None:
    model = Knowing(gives_log_probabilities=False)

    answer_alone(store, "scripted:x", method=label, clock=make_clock(), provider=model)

    check(store, confidence, probabilities, "samples")


@pytest.mark.parametrize("label", ["zero_shot", "few_shot", "cot", "best_of_n(n=2)", "p_true"])
def test_without_log_probabilities_and_samples_the_run_says_that_there_is_no_confidence(
    store: Store, label: str
) -> None:
    model = Knowing(gives_log_probabilities=False)

    summary = answer_alone(store, "scripted:x", method=label, clock=make_clock(), provider=model)

    assert {(row["confidence"], row["p_source"], row["p_b"]) for row in rows(store)} == {(None, None, None)}
    (line,) = [line for line in summary.describe().splitlines() if "confidence" in line]
    assert line.startswith("In 12 questions: the service gave no log-probabilities")
    assert "samples=10" in line
    assert "verbal_confidence" in line


@pytest.mark.parametrize(
    "label", [*METHODS, "zero_shot(samples=3)", "best_of_n(n=2,shots=5,samples=2)", "p_true(samples=2)"]
)
def test_every_call_of_every_method_can_be_made_again_from_the_record(store: Store, label: str) -> None:
    model = Knowing(gives_log_probabilities="samples" not in label)

    answer_alone(store, "scripted:x", method=label, clock=make_clock(), provider=model, limit=3)

    by_hash = {request.prompt_hash: request for request in model.asked}
    closed = [str(row["trial_id"]) for row in rows(store) if row["status"]]
    calls = [call for trial_id in closed for call in account(store, trial_id).calls]
    assert len(closed) == 3
    assert len(calls) == len(model.asked)
    for call in calls:
        assert call.sent.sent is not None, call.sent.why
        sent = by_hash[call.sent.sent.prompt_hash]
        assert [(turn.role, turn.text) for turn in sent.turns] == [
            (line.role, line.text) for line in call.sent.sent.turns
        ]


def test_a_model_by_two_methods_is_two_participants_and_defaults_are_one(store: Store) -> None:
    for label in ("best_of_n(n=2)", "best_of_n(n=1)", "few_shot(shots=5)", "few_shot"):
        answer_alone(store, "scripted:x", method=label, clock=make_clock(), provider=Knowing())

    assert Counter(row["method"] for row in rows(store)) == {
        "best_of_n(n=2)": 12,
        "best_of_n(n=1)": 12,
        "few_shot": 12,
    }
    assert len({row["participant_id"] for row in rows(store)}) == 3


def test_another_model_scores_where_one_is_named_and_the_record_says_so(store: Store) -> None:
    model, scorer = Knowing(), Knowing()

    summary = answer_alone(
        store,
        "scripted:x",
        method="best_of_n(n=2,scorer=openai:judge)",
        clock=make_clock(),
        provider=model,
        scorer=scorer,
    )

    assert {request.model for request in scorer.asked} == {"judge"}
    assert all("Score:" in request.turns[-1].text for request in scorer.asked)
    assert not any("Score:" in request.turns[-1].text for request in model.asked)
    by_purpose = {(row["purpose"], row["provider"], row["model"]) for row in store.rows("model_calls")}
    assert by_purpose == {
        ("reasoning", "knowing", "x"),
        ("score", "openai", "judge"),
        ("answer", "knowing", "x"),
    }
    assert "that openai:judge scored best" in summary.describe()


def test_reasonings_are_calls_and_not_answers(store: Store) -> None:
    answer_alone(store, "scripted:x", method="best_of_n(n=4)", clock=make_clock(), provider=Knowing())

    assert len(rows(store)) == 12
    purposes = Counter(row["purpose"] for row in store.rows("model_calls"))
    assert purposes == {"reasoning": 48, "score": 48, "answer": 12}


def test_sampled_calls_have_the_temperature_that_was_set_and_others_none_but_zero(store: Store) -> None:
    model = Knowing()

    answer_alone(
        store,
        "scripted:x",
        method="best_of_n(n=2,temperature=0.7)",
        clock=make_clock(),
        provider=model,
        limit=1,
    )

    assert [request.temperature for request in model.asked] == [0.7, 0.7, 0, 0, 0]


def test_a_temperature_that_a_service_does_not_take_is_an_error_and_nothing_is_asked(store: Store) -> None:
    model = Knowing()
    model.name = "anthropic"

    with pytest.raises(BadInput, match="anthropic models take none"):
        answer_alone(
            store, "anthropic:x", method="self_consistency(temperature=1)", clock=make_clock(), provider=model
        )

    assert model.asked == []


def test_a_task_without_examples_is_left_out_and_the_run_says_so(tmp_path: Path) -> None:
    bank = [*make_questions(), *make_examples()]
    with make_store(tmp_path, make_plan(questions=bank, prompts=load_prompts()), bank) as store:
        summary = answer_alone(store, "scripted:x", method="few_shot", clock=make_clock(), provider=Knowing())
        again = answer_alone(
            store, "scripted:x", method="few_shot", clock=make_clock(), provider=Knowing(), repeat=2
        )

        assert {row["task"] for row in rows(store)} == {"mmlu"}
        assert (summary.n_trials, summary.n_answered, again.n_trials) == (4, 4, 8)
        assert "Questions left out, for want of 5 examples with each: 6 of quality." in summary.describe()


def test_without_any_examples_it_says_how_they_are_imported(tmp_path: Path) -> None:
    with make_store(tmp_path, make_plan(prompts=load_prompts())) as store:
        with pytest.raises(BadInput, match="They come with an import of MMLU"):
            answer_alone(store, "scripted:x", method="few_shot", clock=make_clock(), provider=Knowing())

        assert rows(store) == []


def test_rotated_options_are_four_answers_to_each_question_and_the_run_tells_of_position(
    store: Store,
) -> None:
    summary = answer_alone(
        store, "scripted:x", method="zero_shot(orders=rotated)", clock=make_clock(), provider=Knowing()
    )

    answers = rows(store)
    orders = Counter(row["question_id"] for row in answers)
    assert set(orders.values()) == {4}
    assert {row["sample"] for row in answers} == {1, 2, 3, 4}
    assert len({(row["question_id"], row["option_order"]) for row in answers}) == 48
    assert {row["choice"] for row in answers} == {"B"}
    assert "Position: answered A 25 % (key 25 %" in summary.describe()
    assert "The same option in every order: 12 of 12 questions (100 %)." in summary.describe()
