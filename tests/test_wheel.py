"""The built wheel does, far from any checkout, what the README promises.

The wheel is installed in a virtual environment of its own. Its dependencies are this environment's, put on the path as
a plain folder: that takes a second and no network, and Python reads no `.pth` files from such a folder, so the editable
checkout stays out of sight. That the declared dependencies suffice is a test of its own, at the end.
"""

import ast
import importlib.metadata
import json
import os
import re
import subprocess
import sys
import sysconfig
import tomllib
import venv
import zipfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import pytest

_ROOT = Path(__file__).resolve().parent.parent
_PACKAGES = ("oversight_app", "analysis", "questions")


@dataclass(frozen=True)
class Installation:
    """A virtual environment with the wheel in it, and an empty folder to work in."""

    wheel: Path
    bin: Path
    room: Path

    def run(self, *command: str) -> str:
        """What the command prints; a failure shows everything it said."""
        # A home of its own: nothing that this machine's user configured may help.
        env = {
            key: value for key, value in os.environ.items() if not key.startswith(("PYTHON", "STREAMLIT_"))
        }
        return run(
            [str(self.bin / command[0]), *command[1:]], self.room, env | {"HOME": str(self.room / "home")}
        )


def run(command: Sequence[str], cwd: Path, env: dict[str, str] | None = None) -> str:
    __tracebackhide__ = True  # a report of this frame would print the whole environment, keys included
    done = subprocess.run(command, cwd=cwd, env=env, stdin=subprocess.DEVNULL, capture_output=True, text=True)
    if done.returncode != 0:
        pytest.fail(f"{' '.join(command)}\nexit code {done.returncode}\n{done.stdout}\n{done.stderr}")
    return done.stdout


@pytest.fixture(scope="module")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Installation:
    top = tmp_path_factory.mktemp("wheel")
    run([sys.executable, "-m", "hatchling", "build", "--target", "wheel", "--directory", str(top)], _ROOT)
    (wheel,) = top.glob("*.whl")
    venv.create(top / "venv", symlinks=True)
    python = top / "venv" / "bin" / "python"
    pip = [sys.executable, "-m", "pip", "--python", str(python), "--disable-pip-version-check"]
    run([*pip, "install", "--quiet", "--no-deps", "--no-index", str(wheel)], top)
    (site_packages,) = (top / "venv" / "lib").glob("python*/site-packages")
    (site_packages / "dependencies.pth").write_text(sysconfig.get_path("purelib") + "\n")
    (top / "room" / "home").mkdir(parents=True)
    return Installation(wheel, python.parent, top / "room")


def test_the_wheel_is_used_and_not_the_checkout(installed: Installation) -> None:
    code = f"import {', '.join(_PACKAGES)}; print(*({', '.join(f'{name}.__file__' for name in _PACKAGES)},), sep='\\n')"

    homes = [Path(line) for line in installed.run("python", "-c", code).splitlines()]

    assert len(homes) == len(_PACKAGES)
    assert all(home.is_relative_to(installed.bin.parent) for home in homes)


def test_everything_beside_the_code_travels(installed: Installation) -> None:
    """Banks, designs, texts, prompts, page assets and templates are read at run time, so no import would miss them."""
    listing = run(["git", "ls-files", "-z", *_PACKAGES], _ROOT) if (_ROOT / ".git").exists() else ""
    tracked = {name for name in listing.split("\0") if name and (_ROOT / name).is_file()}

    carried = set(zipfile.ZipFile(installed.wheel).namelist())

    assert tracked - carried == set()


def test_the_settings_of_the_pages_travel(installed: Installation) -> None:
    code = "from oversight_app.streamlit_config import config_file as f; print(f()); print(f().read_text(), end='')"

    place, text = installed.run("python", "-c", code).split("\n", 1)

    assert Path(place).is_relative_to(installed.bin.parent)
    assert text == (_ROOT / ".streamlit" / "config.toml").read_text()


def test_the_demo_starts_from_the_wheel(installed: Installation) -> None:
    said = installed.run("oversight", "demo", "--prepare-only")

    assert re.search(r"https?://\S+/go/\S+", said), said


def test_a_study_goes_from_bank_to_report_with_the_wheel_alone(installed: Installation) -> None:
    installed.run("oversight", "init", "study", "--design", "demo")
    installed.run("oversight", "bank", "import", "study", "builtin")
    installed.run("oversight", "plan", "study")
    installed.run(
        "oversight", "rehearse", "study", "--participants", "12", "--seed", "1", "--into", "rehearsed"
    )
    installed.run("oversight", "export", "rehearsed", "--out", "exported")

    installed.run("python", "-m", "analysis", "exported", "--out", "results")

    results = json.loads((installed.room / "results" / "results.json").read_text())
    measured = {
        (row["condition"], row["metric"]) for row in results["estimates"] if row["estimate"] is not None
    }
    assert {("human_alone", "accuracy"), ("human_with_model", "accuracy")} <= measured
    assert "<html" in (installed.room / "results" / "report.html").read_text()


def test_every_library_that_the_code_imports_is_declared() -> None:
    """A library of the tests is there in every developer's environment and in no researcher's."""
    imported = {
        name.split(".")[0]
        for package in _PACKAGES
        for path in (_ROOT / package).rglob("*.py")
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        for name in _imported(node)
    }
    outside = imported - sys.stdlib_module_names - set(_PACKAGES)
    dependencies = tomllib.loads((_ROOT / "pyproject.toml").read_text())["project"]["dependencies"]
    declared = {_normal(re.split(r"[^\w.-]", line, maxsplit=1)[0]) for line in dependencies}
    homes = importlib.metadata.packages_distributions()

    undeclared = {name for name in outside if not declared & {_normal(home) for home in homes.get(name, [])}}

    assert undeclared == set()


def _imported(node: ast.AST) -> list[str]:
    match node:
        case ast.Import(names=names):
            return [alias.name for alias in names]
        case ast.ImportFrom(module=str(module)):
            return [module]
    return []


def _normal(name: str) -> str:
    """One spelling per distribution, as the packaging standards fold it: `Jinja2` and `jinja2`, `_` and `-`."""
    return re.sub(r"[-_.]+", "-", name).lower()
