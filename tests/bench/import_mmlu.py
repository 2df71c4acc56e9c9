"""How long it takes to bring all of MMLU into a study: the promise is less than 5 s for its 15,858 records."""

import tempfile
import time
from datetime import UTC, datetime
from pathlib import Path

from oversight_app.banks import check_bank, import_bank
from oversight_app.store import Store
from questions.importers import mmlu
from tests.bench import Figure

_SHARED_DATA = Path(__file__).resolve().parents[3] / "shared" / "data"
_NOON = datetime(2026, 1, 5, 12, tzinfo=UTC)
PROMISED_S = 5.0


def run() -> list[Figure]:
    """Reading alone, the whole import into a new study, and a second import that changes nothing."""
    source = _SHARED_DATA / "mmlu"
    if not source.is_dir():
        raise FileNotFoundError("the real MMLU is not there: no folder ../shared/data beside the checkout")
    started = time.perf_counter()
    n = len(list(mmlu.read(source)))
    read_s = time.perf_counter() - started
    with tempfile.TemporaryDirectory() as folder, Store.open(Path(folder) / "study.db") as store:
        import_s = _timed(store, source)
        again_s = _timed(store, source)
        started = time.perf_counter()
        check_bank(store)
        check_s = time.perf_counter() - started
    note = f"{n:,} records"
    return [
        Figure("reading MMLU", read_s, "s", note),
        Figure(
            "importing MMLU into a new study", import_s, "s", f"{note}, promised under {PROMISED_S:.0f} s"
        ),
        Figure("importing it again", again_s, "s", note),
        Figure("checking the bank", check_s, "s", note),
    ]


def _timed(store: Store, source: Path) -> float:
    started = time.perf_counter()
    import_bank(store, "mmlu", source, at=_NOON)
    return time.perf_counter() - started
