"""A served study with a place for each test: the server is shared, the participant never."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from playwright.sync_api import Page, expect

from oversight_app.study.events import Event, Happened
from oversight_app.study.questions import LETTERS
from oversight_app.study.sitting import Sitting, Stage
from oversight_app.study.trial import Trial
from tests.browser.served import Served, settled
from tests.browser.studies import Study, make_study


@dataclass(frozen=True)
class Place:
    """One participant's place, and what the record says of them."""

    served: Served
    token: str
    participant_id: str

    @property
    def sitting(self) -> Sitting:
        """As it is recorded now."""
        return self.served.sitting(self.participant_id)

    @property
    def trial(self) -> Trial:
        """The question at hand."""
        return self.sitting.trial

    @property
    def draft(self) -> int | None:
        """Which option from the top is kept as marked on the question at hand."""
        return place_of(self.trial, self.trial.draft.choice)

    def closed(self, n: int) -> tuple[str, int | None]:
        """How question `n` was closed, and with which option from the top; empty while it is open."""
        trial = self.sitting.trials[n - 1]
        return trial.status, place_of(trial, trial.closed.choice if trial.closed else "")

    def happened(self, *kinds: type[Event]) -> list[Happened]:
        """What is on record of these kinds, or of all."""
        all_of_it = self.served.happened(self.participant_id)
        return [item for item in all_of_it if not kinds or isinstance(item.event, kinds)]

    def open(self, page: Page, *, url: str = "") -> None:
        """Open the link in a tab, perhaps by way of another address, and wait for the page."""
        page.goto(f"{url or self.served.url}/go/{self.token}")
        expect(page.locator("[data-testid=stApp]")).to_be_visible()
        settled(page)


@dataclass
class Places:
    """The places of one served study."""

    study: Study
    served: Served
    _n_taken: int = field(default=0)

    def take(self, *, to: Stage = Stage.TRIAL, answered: int = 0) -> Place:
        """The next place, of somebody who stands at this stage; see `Study.seat`."""
        who = self._n_taken
        self._n_taken += 1
        self.study.seat(who, to=to, answered=answered)
        return Place(self.served, self.study.tokens[who], self.study.participants[who])


@contextmanager
def serving(folder: Path, *settings: str, **study: Any) -> Iterator[Places]:
    """A study in this folder, served with these settings until the block ends."""
    made = make_study(folder / "study", **study)
    served = Served(made.folder, settings=settings, is_warm=True)
    served.start()
    try:
        yield Places(made, served)
    finally:
        served.stop()


def place_of(trial: Trial, letter: str) -> int | None:
    """Where the option with this original letter stands on the page, from the top."""
    return trial.plan.option_order.index(letter) if letter in tuple(LETTERS) else None
