"""The first screen's cards say what the verdicts say, and never that nothing was found where nothing is settled."""

from analysis.cards import cards
from analysis.export import Export
from analysis.findings import analyse
from analysis.simulate import Truth, simulate
from analysis.tables import Tables
from tests.analysis.builders import make_export


def of(export: Export) -> Tables:
    return Tables(export, analyse(export))


def test_each_task_has_a_card_with_its_word_its_sentence_and_both_baselines() -> None:
    tables = of(make_export(simulate(1, 40, 60, tasks=("mmlu", "quality"), truth=Truth(effect=3))))

    made = cards(tables)

    assert [card.title for card in made] == ["MMLU", "QuALITY"]
    assert made[0].said.startswith("On MMLU, simulated participants with the assistant were right more often")
    assert [line.name for line in made[0].lines] == ["Against simulated alone", "Against the model alone"]
    assert made[0].lines[0].tag == "more often right"
    assert made[0].lines[0].value.startswith("+")


def test_what_is_not_settled_is_called_so() -> None:
    tables = of(make_export(simulate(1, 6, 8, truth=Truth(effect=0))))

    (card,) = cards(tables)

    assert card.tag == "not settled"
    assert "does not settle" in card.said + card.joint or "not shown" in card.said
    assert "no difference" not in card.said


def test_without_a_model_alone_the_card_speaks_of_people_alone() -> None:
    tables = of(make_export(simulate(1, 12, 20, has_model_alone=False)))

    (card,) = cards(tables)

    assert card.joint == ""
    assert [line.tag for line in card.lines][1] == "not there"


def test_without_assisted_answers_there_is_no_card() -> None:
    answers = simulate(1, 6, 8)
    alone = answers[answers["condition"] != "human_with_model"].reset_index(drop=True)

    assert cards(of(make_export(alone))) == []
