"""A record is proven also while somebody begins to serve it; what is wrong with one at rest stays wrong."""

from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from oversight_app.store import Store
from oversight_app.store.audit import Audit
from oversight_app.verification import verify_study
from tests.builders import START

NONSENSE = "a page of which half was written"


@pytest.fixture
def looks(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """What each look at the file finds; the first one finds nonsense."""
    found: list[str] = []
    damage = Audit.damage

    def nonsense_at_first(audit: Audit) -> list[str]:
        found.append("" if found else NONSENSE)
        return [NONSENSE] if found == [NONSENSE] else damage(audit)

    monkeypatch.setattr(Audit, "damage", nonsense_at_first)
    return found


@pytest.fixture
def somebody_begins_to_serve(
    study: Path, looks: list[str], monkeypatch: pytest.MonkeyPatch
) -> Iterator[None]:
    """In the middle of the first look at the file, and goes on until the test ends."""
    damage = Audit.damage
    with ExitStack() as served:

        def serve_first(audit: Audit) -> list[str]:
            if not looks:
                store = served.enter_context(Store.open(study / "study.db"))
                with store.write() as record:
                    record.beat("a server", START, tolerance_s=30)
            return damage(audit)

        monkeypatch.setattr(Audit, "damage", serve_first)
        yield


@pytest.mark.usefixtures("somebody_begins_to_serve")
def test_a_record_that_is_opened_in_the_middle_of_its_proof_is_looked_at_once_more(
    study: Path, looks: list[str]
) -> None:
    verified = verify_study(study)

    assert verified.findings == []
    assert looks == [NONSENSE, ""]


def test_what_is_wrong_with_a_record_at_rest_is_said_at_once(study: Path, looks: list[str]) -> None:
    (finding,) = verify_study(study).findings

    assert NONSENSE in str(finding)
    assert looks == [NONSENSE]
