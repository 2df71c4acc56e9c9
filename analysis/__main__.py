"""`python -m analysis EXPORT --out DIR`: from an export to a report."""

from pathlib import Path

import click

from analysis.errors import ExportError


@click.command(name="python -m analysis")
@click.argument("export", type=click.Path(path_type=Path))
@click.option(
    "--out", type=click.Path(path_type=Path), required=True, help="Folder to write the report into."
)
@click.option(
    "--wmv-panel-size",
    type=click.IntRange(min=1),
    help="Voters in a panel of the weighted majority vote, where questions have different voters (declared, else 5).",
)
def main(export: Path, out: Path, wmv_panel_size: int | None) -> None:
    """Report on EXPORT: an export folder, or a bare answers.csv from anywhere.

    Writes results.json, tables/*.csv, figures/*.svg and *.png, and report.html, one page that opens offline.
    """
    from analysis.report import write_report  # loads pandas, which --help does not need

    try:
        paths = write_report(export, out, wmv_panel_size)
    except ExportError as error:
        raise click.ClickException(str(error)) from error
    except OSError as error:
        raise click.ClickException(f"The report could not be written: {error}.") from error
    click.echo(f"Wrote {paths.page}")


if __name__ == "__main__":
    main()
