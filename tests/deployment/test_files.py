"""What docs/deployment.md and its files say is what systemd, the build and the code take."""

import ast
import re
import shutil
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import click
import pytest

from oversight_app.cli import main
from tests.deployment.nginx import DEPLOY

ROOT = DEPLOY.parents[1]
PAGE = (ROOT / "docs" / "deployment.md").read_text("utf-8")
_VARIABLE = re.compile(r"OVERSIGHT_[A-Z_]+|[A-Z]+(?:_[A-Z]+)*_(?:API_KEY|BASE_URL)")


def variables_in_the_code() -> set[str]:
    """Every name of a variable that stands in the code as a string of its own."""
    return {
        node.value
        for package in ("oversight_app", "analysis", "questions")
        for path in (ROOT / package).rglob("*.py")
        for node in ast.walk(tree(path))
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and _VARIABLE.fullmatch(node.value)
    }


def tree(path: Path) -> ast.AST:
    """The parsed file. In a thread of its own: beside a browser's driver the parser counts its depth wrongly."""
    with ThreadPoolExecutor(1) as thread:
        return thread.submit(ast.parse, path.read_text("utf-8")).result()


def first_cells(heading: str) -> set[str]:
    """What stands between backticks in the first column of the table with this heading."""
    table = PAGE.partition(f"| {heading} |")[2].partition("\n\n")[0]
    return set(re.findall(r"^\| `([^`]+)` \|", table, re.MULTILINE))


def test_the_page_lists_every_variable_that_the_code_reads_and_no_other() -> None:
    assert first_cells("variable") == variables_in_the_code()


def test_the_page_lists_every_setting_of_the_server() -> None:
    serve = main.commands["serve"]
    options = {
        o for p in serve.params if isinstance(p, click.Option) for o in p.opts if o not in ("-h", "--help")
    }

    assert first_cells("setting") == options


def test_every_command_on_the_page_and_in_its_files_exists_with_its_options() -> None:
    code = "\n".join(re.findall(r"^ {4}\S.*$", PAGE, re.MULTILINE))
    units = "\n".join(path.read_text("utf-8") for path in DEPLOY.glob("*.service"))
    typed = re.findall(r"(?:-- |/bin/)oversight ([a-z-]+)(.*)$", f"{code}\n{units}", re.MULTILINE)

    assert {name for name, _ in typed} >= {"init", "check", "serve", "backup", "upgrade", "verify", "restore"}
    for name, rest in typed:
        command = main.commands[name]
        known = {o for p in command.params for o in p.opts}
        assert set(re.findall(r"--[a-z-]+", rest)) <= known, f"oversight {name}{rest}"


def test_every_file_beside_the_page_is_named_in_it() -> None:
    assert [path.name for path in DEPLOY.iterdir() if path.name not in PAGE] == []


def test_systemd_accepts_the_units(tmp_path: Path) -> None:
    systemd = shutil.which("systemd-analyze")
    if systemd is None:
        pytest.skip("systemd is not on this machine")
    for unit in [*DEPLOY.glob("*.service"), *DEPLOY.glob("*.timer")]:
        # Programs that the administrator installs are not here, and systemd looks whether they are.
        text = re.sub(r"(?m)^(Exec\w+=)\S+", r"\1/bin/true", unit.read_text("utf-8"))
        (tmp_path / unit.name.replace("@", "@8501")).write_text(text, "utf-8")

    said = [
        subprocess.run([systemd, "verify", str(path)], capture_output=True, text=True)
        for path in sorted(tmp_path.iterdir())
    ]

    assert [(done.returncode, done.stderr) for done in said] == [(0, "")] * 3


def test_what_the_container_copies_is_enough_to_build_the_tool(tmp_path: Path) -> None:
    """The image itself cannot be built without a registry; that no file is missing in it can be seen without one."""
    text = (DEPLOY / "Containerfile").read_text("utf-8")
    room = tmp_path / "build"
    room.mkdir()
    for names in re.findall(r"^COPY (?!--)(.*)$", text, re.MULTILINE):
        *sources, into = names.split()
        for source in sources:
            if (ROOT / source).is_dir():
                ignored = shutil.ignore_patterns("__pycache__", "*.db")
                shutil.copytree(ROOT / source, room / into, ignore=ignored)
            else:
                shutil.copy(ROOT / source, room / into)

    command = [sys.executable, "-m", "hatchling", "build", "--target", "wheel", "--directory", str(tmp_path)]
    done = subprocess.run(command, cwd=room, capture_output=True, text=True)

    assert done.returncode == 0, done.stderr
    assert len(list(tmp_path.glob("*.whl"))) == 1
    assert re.search(r"^USER (?!root)\S+$", text, re.MULTILINE)
    assert "HEALTHCHECK" in text
    assert "VOLUME /study" in text
