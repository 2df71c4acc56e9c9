"""Tables and figures as HTML: whatever stands in a cell is text, whoever wrote it."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from oversight_app.screens.plain import exact


@dataclass(frozen=True, slots=True)
class Cell:
    """One cell. `href` makes a link of its text, `kind` a class: number, soft, good, bad."""

    text: str
    kind: str = ""
    href: str = ""


def table(heads: Sequence[str], rows: Iterable[Sequence[Cell | str]], *, caption: str) -> str:
    """A table with a caption that screen readers tell."""
    cells = [[Cell(cell) if isinstance(cell, str) else cell for cell in row] for row in rows]
    # A number's head stands over the number.
    kinds = [cell.kind for cell in cells[0]] if cells else [""] * len(heads)
    head = "".join(
        f'<th scope="col"{" class=is-number" if kind == "number" else ""}>{exact(name)}</th>'
        for name, kind in zip(heads, kinds, strict=True)
    )
    body = "".join(
        f"<tr>{''.join(_cell(cell, heads[i]) for i, cell in enumerate(row))}</tr>" for row in cells
    )
    return (
        f'<div class="oc-wide" tabindex="0" role="group" aria-label="{exact(caption)}">'
        f'<table class="oc-table"><caption class="ov-unseen">{exact(caption)}</caption>'
        f"<thead><tr>{head}</tr></thead><tbody>{body}</tbody></table></div>"
    )


def _cell(cell: Cell, head: str) -> str:
    text = exact(cell.text)
    if cell.href:
        text = f'<a href="{exact(cell.href)}" target="_self">{text}</a>'
    kind = f' class="is-{cell.kind}"' if cell.kind else ""
    return f'<td{kind} data-head="{exact(head)}">{text}</td>'


def figures(pairs: Iterable[tuple[str, str, str]]) -> str:
    """Figures side by side: (name, value, what else there is to say)."""
    return (
        '<dl class="oc-figures">'
        + "".join(
            f'<div><dt>{exact(name)}</dt><dd>{exact(value)}</dd><dd class="oc-more">{exact(more)}</dd></div>'
            for name, value, more in pairs
        )
        + "</dl>"
    )


def heading(text: str) -> str:
    """The head of a part of the page."""
    return f'<h2 class="oc-heading">{exact(text)}</h2>'


def file_shown(name: str, text: str, *, is_open: bool = False) -> str:
    """A file as it stands, to be unfolded and read."""
    return (
        f'<details class="oc-file"{" open" if is_open else ""}><summary>{exact(name)}</summary>'
        f'<pre tabindex="0" role="group" aria-label="{exact(name)}">{exact(text)}</pre></details>'
    )


def words(name: str) -> str:
    """A name of the record, in words."""
    return name.replace("_", " ")


def minutes(value: float | None) -> str:
    """A length in minutes; a dash where there is none."""
    return "–" if value is None else f"{value:.1f}"


def seconds(value: float | None) -> str:
    """A length in seconds; a dash where there is none."""
    return "–" if value is None else f"{value:.1f} s"


def bytes_in_words(n: int) -> str:
    """A size, rounded: 3.2 GB."""
    size, unit = float(n), "B"
    for unit in ("B", "kB", "MB", "GB", "TB"):
        if size < 1000 or unit == "TB":
            break
        size /= 1000
    return f"{size:.0f} {unit}" if unit in ("B", "kB") else f"{size:.1f} {unit}"


def ago(moment: datetime | None, now: datetime) -> str:
    """How long ago something was; a dash where it never was."""
    if moment is None:
        return "–"
    passed = max(timedelta(), now - moment)
    if passed < timedelta(minutes=1):
        return f"{passed.total_seconds():.0f} s ago"
    if passed < timedelta(hours=2):
        return f"{passed.total_seconds() / 60:.0f} min ago"
    return moment.strftime("%Y-%m-%d %H:%M UTC")
