"""Which nation's things a request may see."""

from shared.platform.auth.access import Principal


def seen_by(principal: Principal) -> str | None:
    """The nation whose things the request is kept to; None for an administrator, who sees all."""
    return None if principal.allows("admin") else principal.nation
