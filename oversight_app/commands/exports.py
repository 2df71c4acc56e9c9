"""The export of a study: everything for the lab, or what anybody may read."""

from pathlib import Path

import click

from oversight_app.commands.terminal import fresh, study_argument


@click.command(short_help="Write all tables as CSV.")
@study_argument
@click.option("--out", type=click.Path(path_type=Path), help="Folder to write.  [default: STUDY/exports/...]")
@click.option(
    "--wide", is_flag=True, help="Also wide.csv: one row per person, columns item.1.choice and so on."
)
@click.option("--parquet", is_flag=True, help="Also each table as Parquet, typed.")
@click.option("--excel", is_flag=True, help="Begin each CSV with the mark by which Excel knows UTF-8.")
@click.option(
    "--public",
    is_flag=True,
    help="For anybody to read: other ids, no words of people, times from each person's beginning.",
)
@click.option(
    "--with-text", is_flag=True, help="With --public: people's words and chats, scrubbed. Read them first."
)
@click.option(
    "--with-bank",
    "banks",
    multiple=True,
    metavar="BANK",
    help="With --public: texts of this bank may be passed on (table: your own questions). Repeat for more.",
)
def export(
    study: Path,
    out: Path | None,
    wide: bool,
    parquet: bool,
    excel: bool,
    public: bool,
    with_text: bool,
    banks: tuple[str, ...],
) -> None:
    """Write everything that was recorded as CSV tables, with a manifest and a codebook for people and programs.

    With --public nobody can be found in it by id or by the clock; README.md in the folder says what was changed.

    \b
    Example: oversight export mystudy --out mystudy-export --wide
             oversight export mystudy --public --out mystudy-public
    """
    from oversight_app.clock import SystemClock, stamp
    from oversight_app.export import export_study
    from oversight_app.export_files.codebooks import Beside
    from oversight_app.export_files.public import Public
    from oversight_app.study_folder import StudyFolder

    if not public and (with_text or banks):
        raise click.UsageError("--with-text and --with-bank go with --public.")
    at = SystemClock().now()
    folder = StudyFolder.open(study)
    with folder.open_store() as store:
        made = export_study(
            store,
            out or fresh(folder.exports, stamp(at) + ("-public" if public else "")),
            at=at,
            beside=Beside(wide, parquet, excel),
            public=Public(with_text, banks) if public else None,
        )
    click.echo(f"Wrote {made.n_answers:,} answers to {made.folder}")
    if public:
        click.echo(
            f"Read {made.folder / 'README.md'} before you publish it: it says what was changed, and what not."
        )
