"""`atalaya migrate`: both schemas brought up to date, once, before a roll-out."""

import asyncio

import typer


def migrate() -> None:
    """Bring the schemas `correlate` and `notify` of ATALAYA_DATABASE__URL up to date. Safe to run again and from several machines at once."""
    from services.cli.settings import DATABASE_VARIABLE, UpSettings  # noqa: PLC0415 - the command line starts without them
    from services.correlate.migrate import migrate as migrate_correlate  # noqa: PLC0415
    from services.notify.migrate import migrate as migrate_notify  # noqa: PLC0415
    from shared.platform.settings import load_settings  # noqa: PLC0415

    address = load_settings(UpSettings).foreign_database
    if address is None:
        typer.echo(f"Name the database in {DATABASE_VARIABLE}=postgresql://…", err=True)
        raise typer.Exit(2)
    asyncio.run(migrate_correlate(address))
    asyncio.run(migrate_notify(address))
    typer.echo("the schemas correlate and notify are up to date")
