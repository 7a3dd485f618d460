"""The command line: one module a command, loaded only when it is called.

Data goes to stdout, talk and progress to stderr. This module is the one place where errors become
exit codes: 0 done, 1 some input failed, 2 usage, 130 interrupted.
"""

from __future__ import annotations

import importlib
import io
import os
import sys
from collections.abc import Sequence

import click

from tenfold.cli.output import note, unexpected
from tenfold.errors import RecipeError, TenfoldError, nearest

__all__ = ["main", "tenfold"]

_COMMANDS = {
    "classify": ("classify", "Read one digit in each picture."),
    "data": ("data", "Fetch, check, locate and import datasets."),
    "evaluate": ("evaluate", "Measure a model: accuracy, calibration, worst errors."),
    "explore": ("explore", "Show the data: statistics, sheets, distributions."),
    "export": ("export", "Turn a run into a model folder (ONNX, safetensors, card)."),
    "models": ("models", "List the models that come with the package, or show one's card."),
    "read": ("read", "Read the numbers on each picture."),
    "recipes": ("recipes", "List the named recipes, or show one in full."),
    "reproduce": ("reproduce", "Reproduce a published system beside what it claimed."),
    "synthesize": ("synthesize", "Draw labelled pages of handwritten numbers."),
    "train": ("train", "Train a recipe."),
    "train-strips": ("train_strips", "Train the model that reads whole numbers."),
}


class _LazyGroup(click.Group):
    """A group whose commands are imported when they are called, so that ``--help`` stays quick."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return sorted(_COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in _COMMANDS:
            return None
        module = importlib.import_module(f"tenfold.cli.{_COMMANDS[cmd_name][0]}")
        command = getattr(module, cmd_name.replace("-", "_"))
        if not isinstance(command, click.Command):
            raise TypeError(f"tenfold.cli.{cmd_name} must define the command '{cmd_name}'")
        return command

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        if args and not args[0].startswith("-") and args[0] not in _COMMANDS:
            ctx.fail(f"no command '{args[0]}'; {nearest(args[0], _COMMANDS)}")
        return super().resolve_command(ctx, args)

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        with formatter.section("Commands"):
            formatter.write_dl([(name, _COMMANDS[name][1]) for name in self.list_commands(ctx)])


@click.group(
    cls=_LazyGroup,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
    epilog="Start with:  tenfold data sample digits, then  tenfold classify digits",
)
@click.version_option(package_name="tenfold", message="tenfold %(version)s")
def tenfold() -> None:
    """Read handwritten digits, and train the networks that do.

    Results go to stdout, progress and notes to stderr. The exit code is 0 when all went well, 1
    when some input failed, 2 when the command was called wrongly and 130 when it was interrupted.
    """


def main(arguments: Sequence[str] | None = None) -> None:
    """Run the command line and exit with its code.

    Args:
        arguments: What follows the program's name; taken from `sys.argv` when None.
    """
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            # A terminal without these letters, or a file name that is no text, shows "?" instead.
            stream.reconfigure(errors="replace")
    if sys.stdout is None:
        sys.exit(_fail("standard output is closed, so that results would be lost", 1))
    sys.exit(run(arguments))


def run(arguments: Sequence[str] | None = None) -> int:
    """Run the command line and return its exit code; errors become one line on stderr."""
    try:
        result = tenfold.main(
            args=None if arguments is None else list(arguments),
            prog_name="tenfold",
            standalone_mode=False,
        )
    except click.exceptions.NoArgsIsHelpError as error:
        click.echo(error.format_message())
        return 2
    except click.UsageError as error:
        path = error.ctx.command_path if error.ctx is not None else "tenfold"
        return _fail(f"{_one_line(error)} (see '{path} --help')", 2)
    except click.ClickException as error:
        return _fail(_one_line(error), error.exit_code)
    except RecipeError as error:
        return _fail(str(error), 2)
    except TenfoldError as error:
        return _fail(str(error), 1)
    except (click.Abort, KeyboardInterrupt):
        note("interrupted")
        return 130
    except BrokenPipeError:
        _silence_stdout()
        return 1
    except (OSError, MemoryError) as error:
        return _fail(_in_words(error), 1)
    except Exception as error:
        if os.environ.get("TENFOLD_DEBUG"):
            raise
        return _fail(unexpected(error), 1)
    return result if isinstance(result, int) else 0


def _fail(message: str, code: int) -> int:
    """Print one line of error and return ``code``."""
    note(message, "error:", "red")
    return code


def _one_line(error: click.ClickException) -> str:
    """Return a message of click's, which may be set in several lines."""
    return " ".join(error.format_message().split())


def _in_words(error: OSError | MemoryError) -> str:
    """Return what the system refused, and where."""
    if isinstance(error, MemoryError):
        return "there is not enough memory for this; use smaller pictures or fewer at a time"
    where = f"{error.filename}: " if error.filename else ""
    return f"{where}{error.strerror or error}"


def _silence_stdout() -> None:
    """Let the interpreter's last flush of a closed pipe (``tenfold ... | head``) go unreported."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
