"""`oversight model-alone --batch`: a model that answers alone, through the batches of its service."""

from pathlib import Path

import click

from oversight_app.commands.calm import EXIT_OF_CTRL_C

_GOES_ON = "Stopped. What was sent goes on at the service, and the same command reads what comes of it."


def run_in_batches(
    study: Path,
    model: str,
    method: str,
    *,
    limit: int | None,
    wait: bool,
    is_dry: bool = False,
    forget: str | None = None,
) -> None:
    """Send, wait and read, and say on the way what happens; or say what would be sent; or forget a batch."""
    from oversight_app.clock import SystemClock
    from oversight_app.errors import ProviderUnavailable
    from oversight_app.model_alone.batch_estimate import expected_of
    from oversight_app.model_alone.batches import BatchRun
    from oversight_app.study_folder import StudyFolder

    with StudyFolder.open(study).open_store() as store:
        run = BatchRun(store, model, method, SystemClock(), tell=click.echo)
        if forget is not None:
            click.echo(
                f"{run.forget(forget):,} requests of {forget} are free again; the next run sends them."
            )
            return
        if is_dry:
            click.echo("\n".join(expected_of(run, limit)))
            return
        try:
            summary = run.go(limit, wait=wait)
        except KeyboardInterrupt:
            click.echo(f"\n{_GOES_ON}", err=True)
            raise click.exceptions.Exit(EXIT_OF_CTRL_C) from None
    is_as_asked = limit is not None and summary.alone.n_open and not summary.has_trouble
    if summary.is_whole or is_as_asked or (not wait and summary.n_under_way and not summary.has_trouble):
        click.echo(summary.describe())
        return
    raise ProviderUnavailable(" ".join(summary.describe().splitlines()))
