"""How a sitting ends: the code comes after the last write, comes again, and places come free."""

import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import pytest

from oversight_app.errors import StoreError
from oversight_app.proctor import Proctor
from oversight_app.store import Store
from oversight_app.store.store import Record
from oversight_app.study.design import ENDINGS
from oversight_app.study.page import BeginPage, DebriefPage, EndPage, Page
from oversight_app.study.sitting import Stage
from tests.builders import make_clock, make_design, make_plan, make_store, seat

CODES = {outcome: f"CODE-{outcome}".replace("_", "-") for outcome in ENDINGS}
URL = "https://panel.example/done?code={code}"


class Watched(Store):
    """A store that calls `before_commit` when all of a transaction is written and nothing is committed yet."""

    before_commit: Callable[[], None] = staticmethod(lambda: None)

    @contextmanager
    def write(self) -> Iterator[Record]:
        with super().write() as record:
            yield record
            self.before_commit()


def make_proctor(folder: Path, **sitting: object) -> tuple[Proctor, Watched]:
    design = make_design(sitting={"completion_url": URL, **sitting})
    plan = make_plan(design, codes=CODES, completion_code="CODE-completed")
    make_store(folder, plan).close()
    store = Watched.open(folder / "study.db", synchronous="NORMAL")
    return Proctor(store, make_clock()), store


def go_to_the_debrief(proctor: Proctor, who: str) -> None:
    """Answer everything; each step takes two seconds."""
    while (sitting := proctor.sitting(who)).stage is not Stage.DEBRIEF:
        proctor.clock.sleep(2)
        match sitting.stage:
            case Stage.REST:
                proctor.go_on(who)
            case Stage.TRIAL:
                proctor.page(who)
                proctor.clock.sleep(2)
                proctor.submit(who, sitting.trial.plan.n, 0, 0.6)
            case Stage.FEEDBACK:
                proctor.read_feedback(who, sitting.trial.plan.n)
            case Stage.SURVEY:
                proctor.answer_survey(
                    who, dict.fromkeys(("help_web_search", "help_assistant", "help_seen_before"), "no")
                )


def code_of(page: Page) -> str:
    return page.code if isinstance(page, EndPage) else ""


def is_on_disk(store: Store, kind: str) -> bool:
    """Whether another program finds it in the file."""
    with closing(sqlite3.connect(store.path)) as other:
        return other.execute("SELECT 1 FROM events WHERE kind = ?", (kind,)).fetchone() is not None


def test_no_page_shows_the_code_before_the_last_write_is_committed(tmp_path: Path) -> None:
    """Another tab may ask for its page at the very moment at which the end is written and not yet on disk."""
    proctor, store = make_proctor(tmp_path)
    seat(proctor)
    go_to_the_debrief(proctor, "p1")
    seen: list[tuple[str, bool]] = []

    def look() -> None:
        store.before_commit = lambda: None
        seen.append((code_of(proctor.page("p1")), is_on_disk(store, "SittingEnded")))

    store.before_commit = look
    proctor.finish("p1")
    seen.append((code_of(proctor.page("p1")), is_on_disk(store, "SittingEnded")))

    assert seen == [("", False), ("CODE-completed", True)]


def test_an_end_that_could_not_be_written_shows_no_code(tmp_path: Path) -> None:
    proctor, store = make_proctor(tmp_path)
    seat(proctor)
    go_to_the_debrief(proctor, "p1")

    def fail() -> None:
        raise StoreError("the disk is full")

    store.before_commit = fail
    with pytest.raises(StoreError):
        proctor.finish("p1")
    store.before_commit = lambda: None

    assert isinstance(proctor.page("p1"), DebriefPage)
    proctor.finish("p1")
    assert code_of(proctor.page("p1")) == "CODE-completed"


def test_each_way_to_end_has_its_own_code_in_the_address(tmp_path: Path) -> None:
    proctor, _ = make_proctor(tmp_path, comprehension_attempts=1)
    proctor.give_consent("no", agreed=False)
    proctor.give_consent("wrong", agreed=True)
    proctor.finish_instructions("wrong")
    proctor.answer_comprehension("wrong", (0,))
    seat(proctor, "gone")
    proctor.withdraw("gone")
    seat(proctor, "done")
    go_to_the_debrief(proctor, "done")
    proctor.finish("done")

    ends = {who: proctor.page(who) for who in ("no", "wrong", "gone", "done")}

    outcomes = {"no": "no_consent", "wrong": "failed_checks", "gone": "withdrew", "done": "completed"}
    for who, outcome in outcomes.items():
        code = f"CODE-{outcome}".replace("_", "-")
        page = ends[who]
        assert isinstance(page, EndPage)
        assert (page.outcome, page.code, page.url) == (
            outcome,
            code,
            f"https://panel.example/done?code={code}",
        )


def test_who_has_finished_gets_the_code_again_by_their_link_and_with_another_session(tmp_path: Path) -> None:
    proctor, store = make_proctor(tmp_path)
    link = {"PROLIFIC_PID": "ann", "SESSION_ID": "first"}
    who = proctor.participant_from_platform(link)
    assert who is not None
    seat(proctor, who)
    go_to_the_debrief(proctor, who)
    proctor.finish(who)
    n_events = len(store.events_of(who))

    again = Proctor(store, make_clock(proctor.clock.now()))
    codes = set()
    for session in ("first", "second"):
        same = again.participant_from_platform(link | {"SESSION_ID": session})
        assert same == who
        codes.add(code_of(again.page(who)))
        again.finish(who)

    assert codes == {"CODE-completed"}
    assert len(store.events_of(who)) == n_events


def test_the_place_of_somebody_who_leaves_is_given_back_and_who_comes_then_is_told_that_the_study_is_full(
    tmp_path: Path,
) -> None:
    proctor, _ = make_proctor(tmp_path, max_participants=1, idle_limit_s=600)
    seat(proctor, "first")
    proctor.give_consent("early", agreed=True)
    early = proctor.page("early")

    proctor.clock.sleep(599)
    proctor.sweep()
    proctor.give_consent("too early", agreed=True)
    proctor.clock.sleep(2)
    proctor.sweep()
    seat(proctor, "second")
    proctor.give_consent("late", agreed=True)

    assert (
        code_of(early)
        == code_of(proctor.page("too early"))
        == code_of(proctor.page("late"))
        == "CODE-study-full"
    )
    assert proctor.sitting("first").outcome == "left"
    assert proctor.sitting("second").stage is Stage.REST


def test_two_people_at_the_last_place_are_not_both_let_in(tmp_path: Path) -> None:
    proctor, _ = make_proctor(tmp_path, max_participants=1)
    correct = tuple(question.correct for question in proctor.plan.comprehension)
    for who in ("one", "other"):
        proctor.give_consent(who, agreed=True)
        proctor.finish_instructions(who)
        proctor.answer_comprehension(who, correct)
        assert isinstance(proctor.page(who), BeginPage)

    proctor.begin("one")
    proctor.begin("other")

    assert proctor.sitting("one").stage is Stage.REST
    assert code_of(proctor.page("other")) == "CODE-study-full"
