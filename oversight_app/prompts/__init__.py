"""The words that models are spoken to with: one Markdown file per prompt, found by its name without `.md`.

The files have named holes that `oversight_app.study.transcript` fills; README.md beside them says what each is for.
Only `planning` reads them: it freezes their texts into the plan, and a running study uses those.
"""

from importlib.resources import files

_NOT_A_PROMPT = "README"


def load_prompts() -> dict[str, str]:
    """Every prompt's text by its name, "chat" for chat.md, in alphabetical order."""
    found = {
        entry.name.removesuffix(".md"): entry.read_text(encoding="utf-8")
        for entry in files(__name__).iterdir()
        if entry.name.endswith(".md")
    }
    return {name: found[name] for name in sorted(found) if name != _NOT_A_PROMPT}
