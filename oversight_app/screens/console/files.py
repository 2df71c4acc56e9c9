"""A list of files that can be opened or taken along."""

from dataclasses import dataclass

from oversight_app.screens.plain import exact

LINKS = "/download/links.csv"


@dataclass(frozen=True, slots=True)
class File:
    """One entry. `opens` makes a browser show it in a tab of its own, where it would otherwise save it."""

    href: str
    name: str
    what: str = ""
    opens: bool = False


def listed(files: list[File], *, none: str = "") -> str:
    """The list as HTML, or what there is to say where it is empty."""
    if not files:
        return f'<p class="ov-small">{exact(none)}</p>'
    return f'<ul class="oc-files">{"".join(map(_entry, files))}</ul>'


def _entry(file: File) -> str:
    target = 'target="_blank" rel="noopener noreferrer"' if file.opens else 'target="_self"'
    what = f' <span class="ov-small">{exact(file.what)}</span>' if file.what else ""
    return f'<li><a href="{exact(file.href)}" {target}>{exact(file.name)}</a>{what}</li>'
