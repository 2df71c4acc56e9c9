"""The option that says how help is given, for the commands that make a study."""

import click

PROTOCOL = click.option(
    "--protocol",
    # Written out: what a design may say is known only with the libraries that read one.
    type=click.Choice(["chat", "advice", "consultancy", "debate", "critique", "cross_examination"]),
    default="chat",
    show_default=True,
    help="How help is given.",
)
