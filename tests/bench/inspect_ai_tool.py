"""inspect_ai beside this tool: installed apart from it, and given the same questions to ask the same service.

It lives in an environment of its own in the user's cache, because it wants other versions of what we want too. Run as a
script by that environment's Python, this file is the evaluation; it imports nothing of this tool.
"""

import os
import subprocess
import sys
import tempfile
from pathlib import Path

VERSION = "0.3.285"
_INSTALL_S = 900


def installed() -> Path | None:
    """Its Python, installed now where it is not yet; None, and said why, when that cannot be done."""
    cache = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache")
    home = cache / "oversight-bench" / f"inspect-ai-{VERSION}"
    python, whole = home / "bin" / "python", home / "installed"
    if not whole.exists():
        print(f"Installing inspect_ai {VERSION} into an environment of its own ...", flush=True)
        for step in (
            [sys.executable, "-m", "venv", "--clear", str(home)],
            [str(python), "-m", "pip", "install", "--quiet", f"inspect-ai=={VERSION}", "openai"],
        ):
            try:
                subprocess.run(step, check=True, capture_output=True, text=True, timeout=_INSTALL_S)
            except (OSError, subprocess.SubprocessError) as error:
                said = str(getattr(error, "stderr", "") or error).strip().splitlines()
                print(f"inspect_ai cannot be installed ({said[-1]}), so it is left out.")
                return None
        whole.touch()
    return python


def command(python: Path, url: str, texts: Path, parallel: int) -> list[str]:
    """The command that evaluates the questions in a file, one a line with its options, over so many connections."""
    return [str(python), str(Path(__file__).resolve()), url, str(texts), str(parallel)]


def _evaluate(url: str, texts: Path, parallel: int) -> None:
    import json

    from inspect_ai import Task, eval, task  # type: ignore[import-not-found]  # of its own environment
    from inspect_ai.dataset import MemoryDataset, Sample  # type: ignore[import-not-found]
    from inspect_ai.scorer import choice  # type: ignore[import-not-found]
    from inspect_ai.solver import multiple_choice  # type: ignore[import-not-found]

    questions = [json.loads(line) for line in texts.read_text().splitlines()]
    samples = [
        Sample(id=i, input=question["text"], choices=question["options"], target="B")
        for i, question in enumerate(questions)
    ]

    @task  # type: ignore[untyped-decorator]  # the same
    def alone() -> Task:
        return Task(dataset=MemoryDataset(samples), solver=multiple_choice(), scorer=choice())

    with tempfile.TemporaryDirectory() as logs:
        (log,) = eval(
            alone(),
            model="openai-api/local/m",
            model_base_url=url,
            model_args={"api_key": "none"},
            max_connections=parallel,
            max_samples=2 * parallel,
            display="none",
            log_dir=logs,
            log_format="eval",
            temperature=0.0,
        )
    accuracy = log.results.scores[0].metrics["accuracy"].value
    if log.status != "success" or accuracy != 1.0:
        raise SystemExit(f"inspect_ai ended with {log.status}, accuracy {accuracy}")


if __name__ == "__main__":
    _evaluate(sys.argv[1], Path(sys.argv[2]), int(sys.argv[3]))
