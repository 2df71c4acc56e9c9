"""The last message of a trial."""

from pathlib import Path

import pytest

from analysis.errors import ExportError
from analysis.messages import conversations, last_messages


def test_the_last_message_with_a_text_is_found_whatever_the_order(tmp_path: Path) -> None:
    path = tmp_path / "messages.csv"
    path.write_text(
        "trial_id,seq,at,speaker,text\n"
        't1,3,2026-01-01T00:00:03Z,assistant,"It is B,\nI think."\n'
        "t1,2,2026-01-01T00:00:02Z,participant,Why?\n"
        "t1,4,2026-01-01T00:00:04Z,assistant,\n"
        "t2,1,2026-01-01T00:00:01Z,participant,Hello\n",
        encoding="utf-8",
    )

    found = last_messages(path, {"t1"})

    assert list(found) == ["t1"]
    assert (found["t1"].seq, found["t1"].speaker, found["t1"].text) == (3, "assistant", "It is B,\nI think.")


@pytest.mark.parametrize(
    ("content", "why"),
    [
        (b"trial_id,text\n", "has no column seq, speaker"),
        (b"trial_id,seq,speaker,text\nt1,first,assistant,B\n", "row 2, column seq: found 'first'"),
        (b"trial_id,seq,speaker,text\nt1,1,assistant,\xff\n", "is not UTF-8"),
    ],
)
def test_a_file_that_cannot_be_read_is_named(tmp_path: Path, content: bytes, why: str) -> None:
    path = tmp_path / "messages.csv"
    path.write_bytes(content)

    with pytest.raises(ExportError, match=f"messages.csv.*{why}"):
        last_messages(path, {"t1"})


def test_a_conversation_is_in_the_order_said_whoever_speaks_or_one_speaker_only(tmp_path: Path) -> None:
    path = tmp_path / "messages.csv"
    path.write_text(
        "trial_id,seq,speaker,context,text\n"
        "t1,3,participant,1,Again?\nt1,1,participant,0,Why?\nt1,2,assistant,0,So.\nt2,1,participant,,Hi\n",
        encoding="utf-8",
    )

    both = conversations(path, {"t1", "t2"})
    own = conversations(path, {"t1"}, "participant")

    assert [(said.speaker, said.context) for said in both["t1"]] == [
        ("participant", 0),
        ("assistant", 0),
        ("participant", 1),
    ]
    assert both["t2"][0].context is None
    assert {trial: [said.text for said in messages] for trial, messages in own.items()} == {
        "t1": ["Why?", "Again?"]
    }
