"""The rules of the house that neither ruff nor import-linter can say. Each tells what it keeps away."""

import ast
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import click
import pytest

from oversight_app.store import Store

ROOT = Path(__file__).resolve().parent.parent
PACKAGES = ("oversight_app", "analysis", "questions")
MAX_LINES = 350


def code_files(*folders: str) -> list[Path]:
    return sorted(path for folder in folders or PACKAGES for path in (ROOT / folder).rglob("*.py"))


def tracked_files() -> list[Path]:
    """What git knows of or would take in; a tree without git has only the code to look at."""
    listing = ["git", "ls-files", "--cached", "--others", "--exclude-standard", "-z"]
    done = subprocess.run(listing, cwd=ROOT, capture_output=True, text=True)
    if done.returncode != 0:
        pytest.skip("not a git checkout, so nobody can say which files belong to the project")
    return [path for name in done.stdout.split("\0") if name and (path := ROOT / name).is_file()]


def name_of(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


def parsed(path: Path) -> ast.Module:
    return ast.parse(path.read_text(encoding="utf-8"), filename=str(path))


def texts_of(tree: ast.Module) -> Iterator[ast.Constant]:
    """Every string in the code, the fixed parts of f-strings included; docstrings are not code."""
    docstrings = {
        id(first.value)
        for node in ast.walk(tree)
        if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef)
        and node.body
        and isinstance(first := node.body[0], ast.Expr)
    }
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in docstrings:
            yield node


def imports_of(tree: ast.AST) -> Iterator[tuple[int, str]]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from ((node.lineno, alias.name) for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            yield node.lineno, node.module or ""


def imports_at_the_top(tree: ast.Module) -> Iterator[tuple[int, str]]:
    """Imports that happen when the module is imported, and not when one of its functions is called."""
    for node in tree.body:
        if not isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            yield from imports_of(node)


# -- where things live -------------------------------------------------------------------------------


def test_no_folder_is_named_pages() -> None:
    """Streamlit turns a folder `pages/` beside its script into a menu, and every file in it into an address that a
    participant can open: the console, a trial of somebody else. The screens are therefore in `screens/`."""
    found = [name_of(path) for path in ROOT.glob("oversight_app/**/pages")]

    assert found == []


def test_no_module_is_named_after_nothing() -> None:
    """A `utils.py` has no subject, so everything fits in, and it ends as the file that all others import. A function
    without a home is a sign that its noun is missing."""
    nothing = re.compile(
        r"^_?(utils?|helpers?|commons?|managers?|misc|tools|stuff)(_\w+)?$|_(utils?|helpers?|manager)$"
    )
    modules = {
        part
        for path in code_files(*PACKAGES, "tests")
        for part in path.relative_to(ROOT).with_suffix("").parts
    }

    assert sorted(module for module in modules if nothing.search(module)) == []


def test_no_file_outgrows_a_sitting() -> None:
    """The model is a file that is read in one sitting. Projects that this one learned from have files of several
    thousand lines, and each grew one reasonable line at a time; this is where it stops."""
    long = {
        name_of(path): n for path in code_files() if (n := len(path.read_text().splitlines())) > MAX_LINES
    }

    assert long == {}


def test_sql_lives_in_the_store() -> None:
    """Another store (several hosts, design section 9) is a second class beside `store/sqlite.py`. That stays true only
    while no other module knows a table's name."""
    statement = re.compile(
        r"^\s*(SELECT\b.+\bFROM\b|WITH\b.+\bAS\s*\(|PRAGMA\s|BEGIN\b|COMMIT$|ROLLBACK$)"
        r"|(?i:^\s*(INSERT\s+(OR\s+\w+\s+)?INTO\s|UPDATE\s+\w+\s+SET\s|DELETE\s+FROM\s"
        r"|(CREATE|DROP|ALTER)\s+(TEMP\s+)?(TABLE|VIEW|INDEX|UNIQUE INDEX|TRIGGER)\s))"
        r"|^\s*select\s[\w*,. ()]+\sfrom\s\w+",
        re.DOTALL,
    )
    found = [
        f"{name_of(path)}:{text.lineno}"
        for path in code_files()
        if not path.is_relative_to(ROOT / "oversight_app" / "store")
        for text in texts_of(parsed(path))
        if statement.search(str(text.value))
    ]

    assert found == []


def test_prompt_texts_live_in_prompts() -> None:
    """The plan freezes and hashes the prompts. A sentence to a model that stands in the code is in no hash: after an
    upgrade a running study would go on with other words than its first participants had."""
    to_a_model = re.compile(
        r"\b(You are (a|an|the|helping|one|taking|debating)\b|Your (task|job|role) is"
        r"|(Answer|Reply|Respond|Finish) with (the|a|one|only|just|exactly)|multiple[- ]choice question)",
    )
    who_talks = ["providers", "study", "replies.py", "model_alone.py", "proctor.py", "rehearsal.py"]
    found = [
        f"{name_of(path)}:{text.lineno}: {text.value!r}"
        for path in code_files("oversight_app")
        if path.relative_to(ROOT / "oversight_app").parts[0] in who_talks
        for text in texts_of(parsed(path))
        if to_a_model.search(str(text.value))
    ]

    assert found == []


# -- imports that the contracts cannot see --------------------------------------------------------------


def test_packages_are_imported_by_their_full_name() -> None:
    """Streamlit puts its script's folder on the path, so `from study import ...` works under it, and makes a second
    copy of every class: `isinstance` then says no to a value of the right type, and only on the served page."""
    bare = {path.stem for path in (ROOT / "oversight_app").iterdir() if path.is_dir() or path.suffix == ".py"}
    found = [
        f"{name_of(path)}:{line}: {module}"
        for path in code_files("oversight_app")
        for line, module in imports_of(parsed(path))
        if module.split(".")[0] in bare
    ]

    assert found == []


def test_only_the_export_knows_the_columns_at_import() -> None:
    """The contracts allow the command line and the rehearsal to call the analysis. If they did so on import, every
    `oversight serve` would load pandas and statsmodels, three seconds and 200 MB that no participant needs. What reads
    exports again, to prove or to join them, takes the columns as the export does; so does a selection, whose table is
    guarded by the export's rule."""
    who_may = {"export", "export_files", "verification", "merging", "selecting", "selection"}
    found = [
        f"{name_of(path)}:{line}: {module}"
        for path in code_files("oversight_app")
        for line, module in imports_at_the_top(parsed(path))
        if module.split(".")[0] == "analysis" and not who_may & {path.stem, *path.parts}
    ]

    assert found == []


def test_the_columns_need_only_the_standard_library() -> None:
    """`export.py` imports them in the serving process; see the test above."""
    files = (ROOT / "analysis" / "columns").glob("*.py")
    modules = {module for path in files for _, module in imports_of(parsed(path))}

    outside = {module for module in modules if module.split(".")[0] not in sys.stdlib_module_names}
    assert {module for module in outside if not module.startswith("analysis.columns.")} == set()
    assert outside


def test_the_command_line_starts_without_the_heavy_libraries() -> None:
    """`oversight --help` answers at once. openai, anthropic, statsmodels and pandas cost 0.5 to 2 s each on import, and
    one import at the top of one module is enough to make every command pay."""
    heavy = {"anthropic", "altair", "openai", "pandas", "scipy", "statsmodels", "streamlit"}
    code = (
        "import sys, oversight_app.cli as cli; cli.main(['--help'], standalone_mode=False); "
        "[command.get_help(cli.main.make_context('o', ['x'], resilient_parsing=True)) "
        "for command in cli.main.commands.values()]; print(*sys.modules)"
    )

    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)

    assert heavy & set(done.stdout.split()) == set()


def test_the_server_starts_without_the_heavy_libraries(tmp_path: Path) -> None:
    """A server that answers within a second loses nobody over a restart, and one of 75 MiB runs on any machine. pandas
    alone, which sqlite_utils brings along, cost 0.4 s and 80 MiB."""
    heavy = {
        "anthropic",
        "altair",
        "numpy",
        "openai",
        "pandas",
        "pyarrow",
        "scipy",
        "sqlite_utils",
        "statsmodels",
    }
    Store.open(tmp_path / "study.db").close()
    code = (
        "import pathlib, sys, oversight_app.app; from oversight_app.store import Store; "
        f"Store.open(pathlib.Path({str(tmp_path / 'study.db')!r})).close(); print(*sys.modules)"
    )

    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)

    assert heavy & set(done.stdout.split()) == set()


def test_dice_in_the_rules_are_always_seeded() -> None:
    """`random.choice` rolls the process's dice: the same plan with the same seed would give other trials. The rules
    take a `random.Random` as an argument."""
    found = [
        f"{name_of(path)}:{node.lineno}: random.{node.attr}"
        for path in code_files("oversight_app")
        for node in ast.walk(parsed(path))
        if isinstance(node, ast.Attribute)
        and isinstance(node.value, ast.Name)
        and node.value.id == "random"
        and node.attr != "Random"
    ]
    found += [
        f"{name_of(path)}:{node.lineno}: from random import {alias.name}"
        for path in code_files("oversight_app")
        for node in ast.walk(parsed(path))
        if isinstance(node, ast.ImportFrom) and node.module == "random"
        for alias in node.names
        if alias.name != "Random"
    ]

    assert found == []


# -- what a reader is told -------------------------------------------------------------------------------


def commands(group: click.Group, prefix: str = "") -> set[str]:
    """Every command a user can type, without the groups: `init`, `bank import`, ..."""
    found: set[str] = set()
    for name, command in group.commands.items():
        found |= commands(command, f"{name} ") if isinstance(command, click.Group) else {name}
    return {prefix + name for name in found}


def top_group() -> click.Group:
    # Imported here, so that a command line that does not import leaves the other rules standing.
    from oversight_app import cli

    groups = [value for value in vars(cli).values() if isinstance(value, click.Group)]
    inner = {id(command) for group in groups for command in group.commands.values()}
    (top,) = {id(group): group for group in groups if id(group) not in inner}.values()
    return top


def readme_commands() -> set[str]:
    """Every `oversight ...` that stands in code in the README, in a block or between backticks."""
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    blocks = re.findall(r"^```.*?^```", readme, re.MULTILINE | re.DOTALL)
    blocks += re.findall(r"^ {4}\S.*$", readme, re.MULTILINE)
    spans = re.findall(r"`[^`\n]+`", re.sub(r"^```.*?^```", "", readme, flags=re.MULTILINE | re.DOTALL))
    typed = re.findall(
        r"(?:^|[\s`/])oversight ([a-z][a-z-]*)(?: ([a-z][a-z-]*)\b)?", "\n".join(blocks + spans)
    )
    groups = {name for name, command in top_group().commands.items() if isinstance(command, click.Group)}
    return {f"{first} {second}" if first in groups else first for first, second in typed}


def test_every_command_in_the_readme_exists() -> None:
    """A command that was renamed lives on in the README, where a newcomer meets it first."""
    assert readme_commands() - commands(top_group()) == set()


def test_every_command_is_in_the_readme() -> None:
    """What is not written there is not found (sqlite-utils keeps its commands documented with the same test)."""
    assert commands(top_group()) - readme_commands() == set()


# -- what the tree may hold --------------------------------------------------------------------------------


def test_no_file_names_a_machine_or_a_package_index() -> None:
    """A path of somebody's machine works once, there. An index named in a file overrides what the machine's owner
    configured, and behind a firewall the set-up then hangs without saying why."""
    machine = re.compile(r"(?<![\w.~-])/(work|root|home|Users)/\w")
    index = re.compile(r"pypi\.org/simple|files\.pythonhosted|--(extra-)?index-url|registry\.npmjs")
    found = []
    for path in tracked_files():
        if path == Path(__file__).resolve() or (text := text_of(path)) is None:
            continue
        for number, line in enumerate(text.splitlines(), start=1):
            if machine.search(line) or index.search(line):
                found.append(f"{name_of(path)}:{number}: {line.strip()[:80]}")

    assert found == []


def text_of(path: Path) -> str | None:
    try:
        return path.read_text(encoding="utf-8")
    except UnicodeDecodeError:
        return None  # a picture


def test_every_pin_is_exact_and_nothing_else() -> None:
    """A hash or an option in constraints.txt would tie the set-up to one index and one platform."""
    lines = (ROOT / "constraints.txt").read_text().splitlines()

    assert [line for line in lines if not re.fullmatch(r"[A-Za-z0-9._-]+==[A-Za-z0-9.]+", line)] == []


def test_every_test_file_mirrors_something() -> None:
    """`tests/study/test_sitting.py` is about `oversight_app/study/sitting.py`: whoever changes one finds the other. A
    longer name (`test_sitting_resume.py`) is welcome, a file about nothing in particular is not."""
    whole_house = {"test_house.py", "test_wheel.py", "test_whole_road.py"}
    without_mirror = [
        name_of(path)
        for path in sorted((ROOT / "tests").rglob("test_*.py"))
        if path.name not in whole_house
        and not {"browser", "protocol", "bench", "deployment", "documentation"}
        & set(path.relative_to(ROOT / "tests").parts)
        and not has_mirror(path)
    ]

    assert without_mirror == []


def has_mirror(path: Path) -> bool:
    folder = path.parent.relative_to(ROOT / "tests")
    subject = path.stem.removeprefix("test_")
    for mirror in (ROOT / "oversight_app" / folder, ROOT / folder, ROOT / "questions" / folder):
        nouns = {entry.name.split(".")[0] for entry in mirror.iterdir()} if mirror.is_dir() else set()
        if any(subject == noun or subject.startswith(f"{noun}_") for noun in nouns):
            return True
    return False
