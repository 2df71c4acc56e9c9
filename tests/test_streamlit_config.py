"""The settings hold wherever a study is served from, whatever else the machine is configured to do."""

import json
import subprocess
import sys
import tomllib
from pathlib import Path
from typing import Any

from oversight_app import streamlit_config

_ROOT = Path(__file__).resolve().parent.parent

# Streamlit's own command line reads the flags, as `streamlit run` does, and then says what is in force.
_ASK_STREAMLIT = """
import contextlib, io, json, sys
from streamlit import config
from streamlit.web import cli
with contextlib.redirect_stdout(io.StringIO()):
    cli.main(["config", "show", *json.loads(sys.argv[1])], standalone_mode=False)
print(json.dumps({name: config.get_option(name) for name in json.loads(sys.argv[2])}))
"""


def in_force(folder: Path, flags: list[str], names: list[str]) -> dict[str, Any]:
    done = subprocess.run(
        [sys.executable, "-c", _ASK_STREAMLIT, json.dumps(flags), json.dumps(names)],
        cwd=folder,
        capture_output=True,
        text=True,
        check=True,
    )
    settings: dict[str, Any] = json.loads(done.stdout)
    return settings


def settings_of_the_checkout() -> dict[str, Any]:
    sections = tomllib.loads((_ROOT / ".streamlit" / "config.toml").read_text())
    return {f"{section}.{key}": value for section, keys in sections.items() for key, value in keys.items()}


def test_every_setting_is_in_force_in_a_foreign_folder_with_settings_of_its_own(tmp_path: Path) -> None:
    (tmp_path / ".streamlit").mkdir()
    (tmp_path / ".streamlit" / "config.toml").write_text(
        '[runner]\npostScriptGC = true\n[client]\nshowErrorDetails = "full"\n[theme]\nbase = "dark"\n'
    )
    wanted = settings_of_the_checkout()

    found = in_force(tmp_path, streamlit_config.config_options(), list(wanted))

    assert found == wanted


def test_a_caller_may_set_what_differs_between_two_pages_of_one_study() -> None:
    options = streamlit_config.config_options(server_port=8600, server_address="0.0.0.0")

    assert "--server.port=8600" in options
    assert [option for option in options if option.startswith("--server.address")] == [
        "--server.address=0.0.0.0"
    ]


def test_a_traceback_never_reaches_a_participant_and_no_full_collection_follows_a_rerun() -> None:
    """Streamlit's defaults are the opposite of both; the second takes nine tenths of a process's participants."""
    wanted = {
        "client.showErrorDetails": "none",
        "runner.postScriptGC": False,
        "browser.gatherUsageStats": False,
    }

    assert settings_of_the_checkout().items() >= wanted.items()
