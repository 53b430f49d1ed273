"""`atalaya migrate`: both schemas brought up to date, once, before a roll-out."""

import asyncio

import typer


def migrate() -> None:
    """Brings the schemas `correlate` and `notify` of ATALAYA_DATABASE__URL up to date. Safe to run again and from several machines at once."""
    from services.correlate.migrate import migrate as migrate_correlate  # noqa: PLC0415 - the command line starts without them
    from services.notify.migrate import migrate as migrate_notify  # noqa: PLC0415
    from shared.platform.database.settings import DatabaseSettings  # noqa: PLC0415

    url = DatabaseSettings().url.get_secret_value()
    asyncio.run(migrate_correlate(url))
    typer.echo("correlate: up to date")
    asyncio.run(migrate_notify(url))
    typer.echo("notify: up to date")
