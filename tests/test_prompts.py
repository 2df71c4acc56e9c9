import re
from importlib.resources import files

import pytest

from oversight_app.prompts import load_prompts
from oversight_app.study.design import AdviceForm, Protocol
from oversight_app.study.methods import METHODS, method_named, parse
from oversight_app.study.protocols import PROTOCOLS
from oversight_app.study.questions import Passage
from oversight_app.study.transcript import fill, holes
from tests.builders import make_question

WITH_PASSAGE = make_question(passage=Passage("p", "The ice went out at night."), text="When did it go?")


def hole_names(text: str) -> set[str]:
    return set(re.findall(r"\{(\w+)\}", text))


def test_every_prompt_is_found_by_its_name_and_the_readme_is_none() -> None:
    assert {"chat", "chat_assigned", "zero_shot"} < set(load_prompts())
    assert "README" not in load_prompts()


def test_whatever_a_protocol_or_a_method_asks_for_is_there() -> None:
    # Free chat speaks from chat or chat_assigned (study/protocols/chat.py); a method names its prompts.
    assert set(PROTOCOLS) == set(Protocol)
    assert {"chat", "chat_assigned"} <= set(load_prompts())
    for label in (*METHODS, "best_of_n(shots=5)"):
        assert set(method_named(*parse(label)).prompts) <= set(load_prompts())
    assert {f"advice_{form.value}" for form in AdviceForm} <= set(load_prompts())


def test_the_readme_names_every_prompt_and_every_hole() -> None:
    readme = (files("oversight_app.prompts") / "README.md").read_text(encoding="utf-8")
    prompts = load_prompts()

    assert all(f"`{name}.md`" in readme for name in prompts)
    assert all(f"`{{{hole}}}`" in readme for text in prompts.values() for hole in hole_names(text))


WITH_PASSAGE_FIRST = sorted(name for name, text in load_prompts().items() if "{passage}" in text)
OTHERS = {
    **{"brief": "Be brief.", "max_characters": "500", "chat": "", "n_left": "1"},
    **{"reasoning": "Ice melts at night.", "proposed": "(B) at night"},
}


def test_every_prompt_but_those_that_stand_inside_others_holds_the_passage() -> None:
    assert set(load_prompts()) - set(WITH_PASSAGE_FIRST) == {
        *("begin", "go_on", "heard"),
        *("brief_as_is", "brief_assigned", "read_advice", "cot_answer"),
    }


@pytest.mark.parametrize("name", WITH_PASSAGE_FIRST)
def test_the_passage_stands_first(name: str) -> None:
    filling = holes(WITH_PASSAGE, "CADB", "B", pass_question=True) | OTHERS
    filled = fill(load_prompts()[name], filling, name=name)

    assert filled.startswith("Passage:\n\nThe ice went out at night.\n\n")


@pytest.mark.parametrize("name", WITH_PASSAGE_FIRST)
def test_nothing_changes_between_participants_before_the_passage_ends(name: str) -> None:
    first, second = (
        fill(
            load_prompts()[name],
            holes(WITH_PASSAGE, order, stance, pass_question=True) | OTHERS,
            name=name,
        )
        for order, stance in (("ABCD", "A"), ("DCBA", "C"))
    )

    shared = len("Passage:\n\nThe ice went out at night.\n\n")
    assert first[:shared] == second[:shared]


def test_only_the_assigned_prompt_speaks_of_a_stance() -> None:
    with_stance = {name for name, text in load_prompts().items() if "stance" in text}

    assert with_stance == {"chat_assigned", "brief_assigned"}


def test_without_a_question_its_introduction_goes_too() -> None:
    filled = fill(
        load_prompts()["chat"], holes(make_question(), "ABCD", "", pass_question=False), name="chat"
    )

    assert "The question they have to answer" not in filled
    assert "\n\n\n" not in filled
    assert not hole_names(filled)


def test_the_assigned_prompt_names_the_displayed_letter_and_its_words() -> None:
    question = make_question(options=("one", "two", "three", "four"))

    filled = fill(
        load_prompts()["chat_assigned"],
        holes(question, "CADB", "C", pass_question=True),
        name="chat_assigned",
    )

    assert "You argue for option A: three" in filled
