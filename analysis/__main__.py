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
@click.option(
    "--coding-sample",
    type=click.IntRange(min=1),
    help="Also draw so many trials for coding by hand, with their messages, into coding_sample.csv.",
)
@click.option(
    "--codes",
    type=click.Path(path_type=Path),
    multiple=True,
    help="A coder's filled coding_sample.csv: gives Cohen's kappa; once more for a second coder.",
)
def main(
    export: Path, out: Path, wmv_panel_size: int | None, coding_sample: int | None, codes: tuple[Path, ...]
) -> None:
    """Report on EXPORT: an export folder, or a bare answers.csv from anywhere.

    Writes results.json, tables/*.csv, figures/*.svg and *.png, and report.html, one page that opens offline.
    """
    from analysis.report import write_report  # loads pandas, which --help does not need

    try:
        paths = write_report(export, out, wmv_panel_size, coding_sample=coding_sample, codes=codes)
    except ExportError as error:
        raise click.ClickException(str(error)) from error
    except OSError as error:
        raise click.ClickException(f"The report could not be written: {error}.") from error
    for line in (*paths.said, f"Wrote {paths.page}"):
        click.echo(line)


if __name__ == "__main__":
    main()
