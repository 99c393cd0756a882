"""The ``dateline`` command: its groups of commands, and how expected failures are reported."""

import atexit
import gc
import signal
import sys
from typing import Any, NoReturn

import click
import psycopg

from api.cli import data, doctor, keys, schema, serve
from api.cli.output import notes
from api.errors import Problem
from api.formats.mistakes import FileMistake
from api.postgres import locate, revisions
from api.postgres.embedded.server import EmbeddedError
from api.settings import SettingsError

EXPECTED = (EmbeddedError, FileMistake, SettingsError, locate.NoArchive, revisions.UnfitDatabase)


class Dateline(click.Group):
    """A group that reports expected failures in one line, with exit code 1."""

    def invoke(self, ctx: click.Context) -> Any:
        try:
            return super().invoke(ctx)
        except EXPECTED as error:
            raise click.ClickException(str(error)) from None
        except Problem as problem:
            raise click.ClickException(problem.detail) from None
        except psycopg.OperationalError as error:
            raise click.ClickException(f"The database does not answer: {' '.join(str(error).split())}") from None
        except psycopg.Error as error:
            raise click.ClickException(f"Database error: {' '.join(str(error).split())}") from None
        except KeyboardInterrupt:
            notes.print("Interrupted.")
            ctx.exit(130)

    def list_commands(self, ctx: click.Context) -> list[str]:
        """In the order in which they are added below, not by their names."""
        return list(self.commands)


@click.group(cls=Dateline, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="dateline", prog_name="dateline")
def main() -> None:
    """Dateline, a news archive queried by hashtag.

    The archive is in the Postgres of DATABASE_URL, or else in an embedded Postgres whose data is in DATELINE_DATA.
    `dateline serve --help` lists all settings.

    Exit codes: 0 success, 1 failure (stderr says why), 2 wrong usage, 130 interrupted, 143 terminated. A server that
    is asked to stop exits with 0.
    """
    signal.signal(signal.SIGTERM, _terminated)
    # Otherwise the interpreter takes all objects apart as it ends, which takes longer than most commands.
    atexit.register(gc.freeze)


def _terminated(_signal: int, _frame: object) -> NoReturn:
    # Unwinds, so that an embedded Postgres is stopped in order.
    sys.exit(143)


for _command in (
    serve.serve_command,
    schema.migrate_command,
    data.seed,
    data.import_group,
    data.export,
    keys.keys_group,
    doctor.doctor_command,
    schema.stats,
    schema.reindex,
    schema.grant,
    serve.openapi,
):
    main.add_command(_command)
