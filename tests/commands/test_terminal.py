"""Progress and Ctrl-C, as somebody at a terminal meets them, and a log file."""

import os
import signal
from collections.abc import Iterator

import pytest

from oversight_app.commands.terminal import stopped_by_ctrl_c, telling_progress


@pytest.fixture(autouse=True)
def _at_a_terminal() -> Iterator[None]:
    """Whoever starts the tests in the background has Ctrl-C ignored, and every process under them."""
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    yield
    signal.signal(signal.SIGINT, before)


def test_where_nobody_watches_progress_is_a_line_every_half_minute(
    capsys: pytest.CaptureFixture[str],
) -> None:
    with telling_progress("Asking") as tell:
        for second in range(100):
            tell(second * 10, 2_000, "10 questions/s, $0.12, 3 min left", float(second))

    lines = capsys.readouterr().err.splitlines()
    assert lines == [
        f"Asking: {done} of 2,000, 10 questions/s, $0.12, 3 min left" for done in ("300", "600", "900")
    ]


def test_a_short_run_says_nothing_where_nobody_watches(capsys: pytest.CaptureFixture[str]) -> None:
    with telling_progress("Asking") as tell:
        tell(10, 10, "10 questions/s", 1.0)

    assert capsys.readouterr().err == ""


def test_the_first_ctrl_c_asks_to_stop_and_the_second_ends_at_once(
    capsys: pytest.CaptureFixture[str],
) -> None:
    with stopped_by_ctrl_c() as stop:
        os.kill(os.getpid(), signal.SIGINT)
        assert stop.wait(10)

        with pytest.raises(KeyboardInterrupt):
            os.kill(os.getpid(), signal.SIGINT)

    assert "Ctrl-C again ends at once" in capsys.readouterr().err


def test_ctrl_c_is_as_before_after_that() -> None:
    before = signal.getsignal(signal.SIGINT)

    with stopped_by_ctrl_c():
        pass

    assert signal.getsignal(signal.SIGINT) == before
