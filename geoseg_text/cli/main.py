"""The command `geoseg-text`: its group, its exit codes, and how errors and warnings reach the user.

Exit codes: 0 done, 1 a stated error, 2 usage, 3 done but windows were not seen or a checked copy has faults,
130 stopped by Ctrl-C. Data goes to stdout, words to stderr, an error in one line. Nothing heavy is imported
before a command needs it.
"""

from __future__ import annotations

import sys
from collections.abc import Sequence

import click

import geoseg_text
from geoseg_text.cli import cut, dataset, doctor, evaluate, merge, models, scene, segment, train, worker
from geoseg_text.cli.messages import say
from geoseg_text.errors import GeosegError
from geoseg_text.process_memory import keep_freed_memory

STOPPED = 130  # 128 + SIGINT, as a shell reports it


@click.group(context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 110})
@click.version_option(geoseg_text.__version__, "--version", prog_name="geoseg-text")
def cli() -> None:
    """Find what a phrase means in georeferenced imagery, and write it as polygons.

    \b
    geoseg-text segment town.tif -p "the red roofs beside the road" -o roofs.gpkg
    geoseg-text scene town.tif --seed 3
    geoseg-text models list
    geoseg-text doctor

    Exit codes: 0 done, 1 a stated error, 2 usage, 3 done but some windows were not seen,
    or a data set that was checked has faults.
    """


for command in (
    segment.command,
    merge.command,
    cut.command,
    scene.command,
    models.command,
    dataset.command,
    train.command,
    evaluate.command,
    doctor.command,
    worker.command,
):
    cli.add_command(command)


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command line and return its exit code.

    Args:
        arguments: the words after the program's name; those of the process if None.

    Returns:
        The exit code; the caller gives it to the shell.
    """
    keep_freed_memory()
    try:
        status = cli.main(arguments, prog_name="geoseg-text", standalone_mode=False)
    except click.exceptions.NoArgsIsHelpError as error:
        error.show()
        return error.exit_code
    except click.ClickException as error:
        place = error.ctx.command_path if isinstance(error, click.UsageError) and error.ctx else "geoseg-text"
        say("error", f"{error.format_message()} See '{place} --help'.")
        return error.exit_code
    except GeosegError as error:
        say("error", str(error))
        return error.exit_code
    except (click.Abort, KeyboardInterrupt):
        say("error", "interrupted; no output was written")
        return STOPPED
    return status if isinstance(status, int) else 0


if __name__ == "__main__":
    sys.exit(main())
