"""`atalaya …`: every command by its name; a command's code is loaded when it is called, so that help is there at once."""

import importlib
from dataclasses import dataclass
from typing import Any

import typer
from typer.core import TyperCommand, TyperGroup


@dataclass(frozen=True, slots=True)
class Entry:
    """Where a command is: `module:attribute`, a function or a `typer.Typer`, and what help says of it."""

    where: str
    help: str


COMMANDS = {
    "up": Entry("services.cli.up:up", "Start everything on this machine: Kafka, PostgreSQL, ingest, correlate, notify."),
    "down": Entry("services.cli.down:down", "End what `up` started."),
    "demo": Entry(
        "services.cli.demo.command:demo",
        "The whole road with a real list, real seizures and generated crossings; says whether it was right.",
    ),
    "bench": Entry("services.cli.bench.command:app", "Measure hot paths beside their practical limits."),
    "watchlist": Entry("services.cli.watchlist.command:app", "The watchlist: take lists in, and see what that would change."),
    "screen": Entry(
        "services.cli.screen.command:screen",
        "Screen a file of persons and things against the watchlist, or against list files without any server.",
    ),
    "evaluate": Entry(
        "services.cli.evaluate.command:evaluate",
        "Measure screening: who of the listed is found, against who is stopped for nothing.",
    ),
    "topics": Entry("services.cli.topics:app", "Topics and their settings, as code."),
    "dlq": Entry("services.cli.dlq.command:app", "Dead letters: look at them, send them back."),
    "doctor": Entry("services.cli.doctor.command:doctor", "Is all there and as it should be, and if not, what to do."),
    "offsets": Entry("services.cli.offsets.command:app", "How far each consumer is, and moving it when an operator must."),
    "keys": Entry("services.cli.keys:app", "API keys: make, list, end."),
    "migrate": Entry("services.cli.migrate:migrate", "Bring the schemas of the database up to date."),
    "receive": Entry("services.cli.receive:receive", "A partner's endpoint: verifies webhooks and prints them."),
}


class LazyGroup(TyperGroup):
    """Knows all commands by name and help, and loads the one that is called."""

    def list_commands(self, ctx: Any) -> list[str]:  # noqa: ARG002 - typer's signature
        """All names, in the order of the table."""
        return list(COMMANDS)

    def get_command(self, ctx: Any, cmd_name: str) -> Any:  # noqa: ARG002 - typer's signature
        """A stand-in that only help looks at."""
        entry = COMMANDS.get(cmd_name)
        return None if entry is None else TyperCommand(cmd_name, help=entry.help)

    def resolve_command(self, ctx: Any, args: list[str]) -> tuple[str | None, Any, list[str]]:
        """The real command."""
        name, stand_in, rest = super().resolve_command(ctx, args)
        return name, _load(name) if name in COMMANDS else stand_in, rest


# Plain help: what draws the boxes takes longer to load than all the rest.
app = typer.Typer(cls=LazyGroup, no_args_is_help=True, pretty_exceptions_enable=False, rich_markup_mode=None)


@app.callback()
def _atalaya() -> None:
    """Atalaya: border events in, signed alerts to the nations that can still act out."""


def _load(name: str) -> Any:
    module, _, attribute = COMMANDS[name].where.partition(":")
    target: Any = getattr(importlib.import_module(module), attribute)
    parent = typer.Typer(add_completion=False, callback=_atalaya, pretty_exceptions_enable=False)
    if isinstance(target, typer.Typer):
        parent.add_typer(target, name=name, help=COMMANDS[name].help)
    else:
        parent.command(name=name)(target)
    command: Any = typer.main.get_command(parent)
    return command.commands[name]


if __name__ == "__main__":
    app()
