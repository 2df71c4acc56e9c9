"""The console's command: who may open it, and from where; started for real once."""

import re
import signal
from pathlib import Path

import pytest
from click.testing import CliRunner

from oversight_app.cli import main
from oversight_app.commands.console import PASSWORD, is_loopback, must_be_private
from oversight_app.commands.server import free_port, server_command
from oversight_app.errors import BadInput
from tests.builders import make_store
from tests.commands.test_server import answer_of, started


@pytest.mark.parametrize("host", ["127.0.0.1", "127.8.0.1", "::1", "[::1]", "localhost"])
def test_this_machine_alone_needs_nothing(host: str) -> None:
    assert is_loopback(host)
    must_be_private(host, open_to_network=False, has_password=False)


@pytest.mark.parametrize(
    "host", ["0.0.0.0", "::", "192.0.2.1", "study.example.org", "localhost.example.org", ""]
)
def test_an_address_that_others_reach_has_to_be_meant_and_needs_a_password(host: str) -> None:
    with pytest.raises(BadInput, match="found no --open-to-network"):
        must_be_private(host, open_to_network=False, has_password=True)
    with pytest.raises(BadInput, match="needs a password of your own"):
        must_be_private(host, open_to_network=True, has_password=False)
    must_be_private(host, open_to_network=True, has_password=True)


def test_nothing_is_served_at_a_public_address_by_accident(tmp_path: Path) -> None:
    make_store(tmp_path).close()

    said = CliRunner().invoke(main, ["console", str(tmp_path), "--host", "0.0.0.0"])

    assert said.exit_code == 1
    assert "would open the console to other machines" in said.stderr


def test_a_short_password_and_a_folder_with_half_a_study_are_refused(tmp_path: Path) -> None:
    make_store(tmp_path).close()
    said = CliRunner().invoke(main, ["console", str(tmp_path)], env={PASSWORD: "short"})
    assert (said.exit_code, "has 5 characters" in said.stderr) == (1, True)

    (tmp_path / "half").mkdir()
    (tmp_path / "half" / "study.toml").write_text("", encoding="utf-8")
    (tmp_path / "file").write_text("", encoding="utf-8")
    for name, why in (("half", "holds a study.toml already"), ("file", "is a file")):
        said = CliRunner().invoke(main, ["console", str(tmp_path / name)])
        assert (said.exit_code, why in said.stderr) == (1, True)


def test_where_there_is_no_study_or_no_plan_the_console_opens_with_the_design(tmp_path: Path) -> None:
    CliRunner().invoke(main, ["init", str(tmp_path / "made"), "--design", "demo"])

    for name in ("new", "made"):
        port = free_port("127.0.0.1", start=18_601)
        with started("console", str(tmp_path / name), "--port", str(port), cwd=tmp_path) as process:
            status, page = answer_of(f"http://127.0.0.1:{port}/login")
            process.send_signal(signal.SIGINT)
            said, _ = process.communicate(timeout=30)

        assert (status, 'type="password"' in page) == (200, True)
        assert "the console opens with the design of the study" in said
    assert not (tmp_path / "new").exists()


def test_the_console_is_a_server_of_its_own() -> None:
    assert Path(server_command("127.0.0.1", 8601, door="console")[3]).name == "console.py"


def test_the_console_prints_a_new_password_once_and_asks_for_it(tmp_path: Path) -> None:
    make_store(tmp_path).close()
    port = free_port("127.0.0.1", start=18_601)

    with started("console", str(tmp_path), "--port", str(port), cwd=tmp_path) as process:
        status, page = answer_of(f"http://127.0.0.1:{port}/login")
        process.send_signal(signal.SIGINT)
        said, _ = process.communicate(timeout=30)

    assert (status, 'type="password"' in page) == (200, True)
    assert len(re.findall(r"^Password: [A-Za-z0-9_-]{16}$", said, re.MULTILINE)) == 1
    assert process.returncode == 0
    assert "Traceback" not in said
