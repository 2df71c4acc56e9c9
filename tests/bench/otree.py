"""oTree beside this tool: installed apart from it, and measured by the driver that came with the task.

It lives in an environment of its own in the user's cache, because it wants other versions of what we want too.
"""

import importlib
import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

DRIVER = Path(__file__).resolve().parents[3] / "shared" / "bench" / "otree_load.py"
_ROOT = Path(__file__).resolve().parents[2]
_INSTALL_S = 600


def installed() -> Path | None:
    """The command `otree`, installed now where it is not yet; None, and said why, when that cannot be done."""
    cache = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache")
    home = cache / "oversight-bench" / "otree"
    command = home / "bin" / "otree"
    if not command.exists():
        print("Installing oTree into an environment of its own ...", flush=True)
        for step in (
            [sys.executable, "-m", "venv", str(home)],
            [str(home / "bin" / "pip"), "install", "--quiet", "otree"],
        ):
            try:
                subprocess.run(step, check=True, capture_output=True, text=True, timeout=_INSTALL_S)
            except (OSError, subprocess.SubprocessError) as error:
                said = str(getattr(error, "stderr", "") or error).strip().splitlines()
                print(f"oTree cannot be installed ({said[-1]}), so this tool is measured alone.")
                return None
    return command


def measured(
    app: str, *, people: int, think_s: float, ramp_s: float, command: Path | None = None
) -> dict[str, Any]:
    """What the driver says of an app, `module:class`; raises AssertionError where an answer was lost."""
    with tempfile.TemporaryDirectory() as room:
        said = Path(room) / "said.json"
        asked = [sys.executable, str(DRIVER), "--driver", app, "--otree", str(command or "otree")]
        asked += ["--n", str(people), "--think", str(think_s), "--ramp", str(ramp_s), "--json", str(said)]
        path = os.pathsep.join([str(_ROOT), str(DRIVER.parent)])
        done = subprocess.run(
            asked,
            env={**os.environ, "PYTHONPATH": path},
            cwd=_ROOT,
            capture_output=True,
            text=True,
            timeout=900,
        )
        if not said.exists():
            raise AssertionError(f"the load driver failed: {done.stderr.strip()[-2000:]}")
        result: dict[str, Any] = json.loads(said.read_text())
    (run,) = result["runs"]
    stored = run["answers"]
    if done.returncode != 0 or run["errors"] or stored["wrong"] or stored["missing"]:
        raise AssertionError(f"{app}: {run['errors']} errors {run['error_samples']}, answers {stored}")
    return result


def submits_only(arguments: Any) -> Any:
    """The driver's own oTree, without each participant's arrival among the page turns: from submit to next question."""
    app = importlib.import_module("otree_load").OTree(arguments)
    play = app.play

    async def play_on(
        run: Any, i: int, rec: Callable[[str, float], None], think: float, sent: Any, answers: list[int]
    ) -> None:
        turns = 0

        def count(kind: str, seconds: float) -> None:
            nonlocal turns
            turns += kind == "turn"
            if kind != "turn" or turns > 1:
                rec(kind, seconds)

        await play(run, i, count, think, sent, answers)

    app.play = play_on
    return app
