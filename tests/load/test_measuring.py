"""The steps of a measurement grow to the most that was asked for, and what cannot be gone through is refused."""

import asyncio
from pathlib import Path

import pytest

from oversight_app.clock import SystemClock
from oversight_app.errors import BadInput
from oversight_app.load.copied import copied
from oversight_app.load.measuring import Asked, measure, sizes
from oversight_app.load.serving import served
from tests.load.test_copied import folder_with


@pytest.mark.parametrize("most", [1, 5, 39, 40, 41, 500])
def test_steps_grow_and_end_with_the_most_that_was_asked_for(most: int) -> None:
    found = list(sizes(most))

    assert found == sorted(set(found))
    assert found[-1] == most
    assert found[0] == min(40, most)


def test_where_no_page_can_be_opened_that_is_said_and_no_number(tmp_path: Path) -> None:
    async def at_nobodys_door(folder: Path) -> None:
        await measure(
            folder,
            "http://127.0.0.1:9",
            Asked(most=4),
            n_cores=1,
            started=SystemClock().monotonic(),
            on_progress=lambda *_: None,
        )

    with copied(folder_with(tmp_path)) as folder, pytest.raises(BadInput, match="could not be gone through"):
        asyncio.run(at_nobodys_door(folder))


def test_a_server_that_does_not_come_up_is_said_with_its_last_words(tmp_path: Path) -> None:
    async def start() -> None:
        words = ["sh", "-c", "echo no such library >&2; exit 3"]
        async with served(words, {}, "http://127.0.0.1:9", tmp_path / "log"):
            raise AssertionError("it is up")

    with pytest.raises(BadInput, match=r"did not come up, so nothing was measured. It said: no such library"):
        asyncio.run(start())
