"""The least that asks: the openai SDK's own call, in as many threads, keeping nothing. Run as a script.

What a runner adds to it, recording, resuming, limits, progress, is what it costs beside this.
"""

import json
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path


def command(url: str, texts: Path, parallel: int) -> list[str]:
    """The command that asks the questions in a file, one a line with its options."""
    return [sys.executable, str(Path(__file__).resolve()), url, str(texts), str(parallel)]


def _ask_all(url: str, texts: Path, parallel: int) -> None:
    from openai import OpenAI

    client = OpenAI(api_key="none", base_url=url, max_retries=0)
    questions = [json.loads(line) for line in texts.read_text().splitlines()]

    def ask(question: dict[str, str]) -> str | None:
        answer = client.chat.completions.create(
            model="m",
            messages=[{"role": "user", "content": question["prompt"]}],
            max_tokens=1,
            temperature=0.0,
            logprobs=True,
            top_logprobs=20,
        )
        return answer.choices[0].message.content

    with ThreadPoolExecutor(parallel) as threads:
        letters = set(threads.map(ask, questions))
    if letters != {"B"}:
        raise SystemExit(f"the service answered {letters}")


if __name__ == "__main__":
    _ask_all(sys.argv[1], Path(sys.argv[2]), int(sys.argv[3]))
