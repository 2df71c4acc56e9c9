"""Strategies coded trial by trial, and their shares."""

from pathlib import Path

import pytest

from analysis import load
from analysis.coding import strategy_codes, strategy_shares, with_codes
from analysis.entries import WITH_MODEL
from analysis.messages import Message
from analysis.results import Rows
from tests.analysis.builders import make_row, prepared, write_csv


def asked(text: str) -> list[Message]:
    return [Message(1, "participant", "", text, 0)]


def assisted(person: int, question: int, n_messages: int | str = 1) -> dict[str, str]:
    return make_row(
        trial_id=f"t{person}{question}",
        participant_id=f"p{person}",
        question_id=f"q{question}",
        condition=WITH_MODEL,
        n_messages=n_messages,
    )


def test_the_share_of_trials_with_a_strategy_has_its_interval_and_counts() -> None:
    answers = prepared([assisted(p, q) for p in range(4) for q in range(3)] + [make_row()])
    said = {
        f"t{p}{q}": asked("Is B right?" if p < 2 or q == 0 else "Help") for p in range(4) for q in range(3)
    }

    coded = with_codes(answers, strategy_codes(answers, said))
    found = {row.subgroup: row for row in strategy_shares(coded, Rows.ALL)}

    share = found["strategy=true_false_probe"]
    assert share.estimate == pytest.approx(8 / 12)
    assert share.ci_low is not None
    assert share.ci_high is not None
    assert 0 < share.ci_low < 8 / 12 < share.ci_high < 1
    assert (share.n_answers, share.n_participants, share.role) == (12, 4, "exploratory")
    assert "not validated" in str(share.ci_method)
    assert "rule 1" in share.note
    assert found["strategy=asks_quote"].estimate == 0


def test_a_trial_whose_messages_are_not_all_there_is_left_out_and_said_so() -> None:
    answers = prepared([assisted(1, 1), assisted(1, 2, 2), assisted(2, 1, 0), assisted(2, 2, "")])
    said = {"t11": asked("Is B right?"), "t12": asked("Quote?")}

    codes = {row.trial_id: row for row in strategy_codes(answers, said)}
    found = {row.subgroup: row for row in strategy_shares(with_codes(answers, [*codes.values()]), Rows.ALL)}

    assert [codes[trial].true_false_probe for trial in ("t11", "t12", "t21", "t22")] == [
        True,
        None,
        False,
        None,
    ]
    share = found["strategy=true_false_probe"]
    assert (share.estimate, share.n_answers) == (0.5, 2)
    assert "2 trials are left out" in share.note


def test_without_messages_nothing_is_coded_and_nothing_is_claimed() -> None:
    answers = prepared([assisted(1, 1), assisted(2, 2)])

    assert strategy_codes(answers, None) == []
    assert strategy_shares(with_codes(answers, []), Rows.ALL) == []


def test_an_export_folder_gives_what_participants_wrote_to_the_report(tmp_path: Path) -> None:
    write_csv(tmp_path / "answers.csv", [assisted(p, q) for p in range(3) for q in range(3)])
    lines = ["trial_id,seq,speaker,context,text"]
    for p in range(3):
        for q in range(3):
            lines += [f"t{p}{q},1,participant,0,Can you quote it?", f"t{p}{q},2,assistant,0,Is it true?"]
    (tmp_path / "messages.csv").write_text("\n".join(lines), encoding="utf-8")

    study = load(tmp_path)
    shares = study.results().estimates.where(metric="strategy_share", rows="all")
    paths = study.report(tmp_path / "report")

    assert {row.subgroup: row.estimate for row in shares} == {
        "strategy=asks_quote": 1.0,
        "strategy=true_false_probe": 0.0,
        "strategy=cross_examines_after_reset": 0.0,
    }
    table = (paths.folder / "tables" / "strategy_codes.csv").read_text(encoding="utf-8").splitlines()
    assert table[:2] == [
        "trial_id,asks_quote,true_false_probe,cross_examines_after_reset,rule",
        "t00,1,0,0,1",
    ]
    assert "quote it" not in paths.results.read_text(encoding="utf-8")
