"""The process that serves: what it has ready before anybody comes."""

import subprocess
import sys
from pathlib import Path

import pytest

from tests.builders import make_design, make_plan, make_store

ROOT = Path(__file__).resolve().parents[1]
OPENED = """
import sys, threading, pathlib
from oversight_app import running
before = {part} in sys.modules
running.open_study(pathlib.Path(sys.argv[1]))
for thread in threading.enumerate():
    if thread.name == "preparing":
        thread.join(60)
print(before, {part} in sys.modules)
running.close()
"""


@pytest.mark.parametrize(
    ("model", "part", "key"),
    [
        ("compatible:x@http://127.0.0.1:9/v1", "openai.resources.chat.completions", ""),
        ("openai:x", "openai.resources.responses", "OPENAI_API_KEY"),
        ("anthropic:x", "anthropic.resources.messages", "ANTHROPIC_API_KEY"),
    ],
)
def test_the_first_reply_finds_the_services_library_loaded(
    tmp_path: Path, model: str, part: str, key: str
) -> None:
    make_store(tmp_path, make_plan(make_design(assistant={"model": model}))).close()
    (tmp_path / "study.toml").touch()
    code = OPENED.replace("{part}", repr(part))

    done = subprocess.run(
        [sys.executable, "-W", "error", "-c", code, str(tmp_path)],
        cwd=ROOT,
        env={"PATH": "", **({key: "k"} if key else {})},
        capture_output=True,
        text=True,
        timeout=100,
    )

    assert (done.returncode, done.stdout.split(), done.stderr) == (0, ["False", "True"], "")


def test_a_server_without_a_key_opens_all_the_same(tmp_path: Path) -> None:
    make_store(tmp_path, make_plan(make_design(assistant={"model": "openai:x"}))).close()
    (tmp_path / "study.toml").touch()

    done = subprocess.run(
        [sys.executable, "-c", OPENED.replace("{part}", "'openai'"), str(tmp_path)],
        cwd=ROOT,
        env={"PATH": ""},
        capture_output=True,
        text=True,
        timeout=100,
    )

    assert (done.returncode, done.stderr) == (0, "")
