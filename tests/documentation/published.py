"""Made-up questions in the layouts in which MMLU and QuALITY are published, at the places that the README names."""

import csv
import json
from pathlib import Path


def write_published(folder: Path) -> None:
    """As many as the recommended design needs at the least: 48 of MMLU, and three to each of 21 stories."""
    mmlu = folder / "path" / "to" / "mmlu" / "data" / "val"
    mmlu.mkdir(parents=True)
    for subject in ("anatomy", "astronomy", "virology"):
        with (mmlu / f"{subject}_val.csv").open("w", encoding="utf-8", newline="") as file:
            csv.writer(file).writerows(
                [f"Question {n} about {subject}?", *(f"{option} of {n}" for option in "wxyz"), "ABCD"[n % 4]]
                for n in range(16)
            )
    stories = [json.dumps(_story(n)) for n in range(21)]
    quality = folder / "path" / "to" / "QuALITY.v1.0.1.htmlstripped.dev"
    quality.write_text("".join(f"{story}\n" for story in stories), encoding="utf-8")


def _story(n: int) -> dict[str, object]:
    questions = [
        {
            "question": f"What happens in story {n}, part {part}?",
            "question_unique_id": f"{n}_A_{part}",
            "options": [f"{option} of {n}.{part}" for option in "wxyz"],
            "writer_label": 1 + part,
            "gold_label": 1 + part,
            "validation": [],
            "difficult": part % 2,
        }
        for part in range(3)
    ]
    return {
        "article_id": str(n),
        "set_unique_id": f"{n}_A",
        "source": "Nobody",
        "title": f"Story {n}",
        "year": 1950,
        "author": "Somebody",
        "article": f"Story {n} begins. It ends.",
        "questions": questions,
        "url": "http://example.org",
        "license": "Free to read",
    }
