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
    limit: int | None = None,
    repeat: int = 1,
    wait: bool = True,
    is_dry: bool = False,
    forget: str | None = None,
) -> None:
    """Send, wait and read, and say on the way what happens; or say what would be sent; or forget a batch."""
    from oversight_app.clock import SystemClock
    from oversight_app.errors import ProviderUnavailable
    from oversight_app.model_alone import expected_alone
    from oversight_app.model_alone.batches import BatchRun
    from oversight_app.providers.batches import PRICE_SHARE
    from oversight_app.study_folder import StudyFolder

    with StudyFolder.open(study).open_store() as store:
        run = BatchRun(store, model, method, SystemClock(), repeat=repeat, tell=click.echo)
        if forget is not None:
            click.echo(
                f"{run.forget(forget):,} requests of {forget} are free again; the next run sends them."
            )
            return
        if is_dry:
            now = SystemClock().now()
            expected = expected_alone(
                store, model, method=method, limit=limit, repeat=repeat, now=now, price_share=PRICE_SHARE
            )
            click.echo(f"In batches, at half the price of single requests:\n{expected}")
            return
        try:
            summary = run.go(limit, wait=wait)
        except KeyboardInterrupt:
            click.echo(f"\n{_GOES_ON}", err=True)
            raise click.exceptions.Exit(EXIT_OF_CTRL_C) from None
    if summary.has_fallen_short:
        raise ProviderUnavailable(" ".join(summary.describe().splitlines()))
    click.echo(summary.describe())
