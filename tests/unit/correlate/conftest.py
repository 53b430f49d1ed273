"""Properties hold at any speed: no example has a deadline, since the first one reads the tables and machines are shared."""

from hypothesis import HealthCheck, settings

settings.register_profile("any-speed", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("any-speed")
