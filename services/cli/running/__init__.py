"""The whole of Atalaya on one machine: engines, topics, schemas, services, and whoever keeps them running."""

from services.cli.running.system import UNLIMITED, Ports, System, running

__all__ = ["UNLIMITED", "Ports", "System", "running"]
