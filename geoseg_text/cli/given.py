"""Which flags the user has given, for commands that work in several ways and refuse those of another way."""

from __future__ import annotations

from collections.abc import Collection

import click
from click.core import ParameterSource


def given_flags() -> dict[str, str]:
    """Of each argument and flag that stands on the command line its name, and how to call it in a message."""
    context = click.get_current_context()
    parameters = [one for one in context.command.params if one.name and one.expose_value]
    return {
        str(one.name): one.get_error_hint(context)
        for one in parameters
        if context.get_parameter_source(str(one.name)) is ParameterSource.COMMANDLINE
    }


def refuse(names: Collection[str], why: str) -> None:
    """Refuse flags that say nothing in the chosen way.

    Raises:
        UsageError: one was given; says why.
    """
    for name, hint in given_flags().items():
        if name in names:
            raise click.UsageError(f"{hint} {why}.", click.get_current_context())
