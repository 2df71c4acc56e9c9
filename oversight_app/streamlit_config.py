"""Streamlit's settings as command-line flags, so that they are in force wherever a study is served from.

Streamlit reads `.streamlit/config.toml` from the folder it is started in. A researcher starts it from anywhere, and an
installed wheel has no checkout around it. So the wheel carries a copy of the checkout's file, and whoever starts
Streamlit passes all of it as flags, which win over any file and environment variable of the machine.
"""

import tomllib
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

_PACKAGE = Path(__file__).resolve().parent
_IN_WHEEL = _PACKAGE / "_streamlit" / "config.toml"
_IN_CHECKOUT = _PACKAGE.parent / ".streamlit" / "config.toml"


def config_file() -> Path:
    """The settings file: the checkout's own, or the copy that travelled in the wheel.

    The copy comes first because a wheel's neighbours are other people's packages; a checkout never has the copy.
    """
    return _IN_WHEEL if _IN_WHEEL.is_file() else _IN_CHECKOUT


def config_options(**overrides: str | int | bool) -> list[str]:
    """Every setting as a flag of `streamlit run`; an override names its setting with `_` for the dot.

    >>> config_options(server_port=8600)[-1]
    '--server.port=8600'
    """
    settings = dict(_flatten(tomllib.loads(config_file().read_text(encoding="utf-8"))))
    for name, value in overrides.items():
        settings[name.replace("_", ".", 1)] = value
    return [f"--{name}={_spelled(value)}" for name, value in settings.items()]


def _flatten(table: Mapping[str, Any], prefix: str = "") -> Iterator[tuple[str, str | int | bool]]:
    for key, value in table.items():
        if isinstance(value, Mapping):
            yield from _flatten(value, f"{prefix}{key}.")
        else:
            yield prefix + key, value


def _spelled(value: str | int | bool) -> str:
    # Streamlit's command line reads booleans in TOML's spelling.
    return str(value).lower() if isinstance(value, bool) else str(value)
