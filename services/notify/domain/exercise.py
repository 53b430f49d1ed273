"""An alert that says of itself that it is none."""

from datetime import datetime
from uuid import UUID

from shared.contracts.alerts import Alert, AlertMessage, AlertType
from shared.contracts.base import Handling, Nation, Severity, Text, Tlp
from shared.contracts.sightings import Subject
from shared.contracts.vocabulary import Cause, RequestedAction, SubjectKind


def exercise_alert(identity: UUID, nation: Nation, at: datetime, until: datetime) -> AlertMessage:
    """An exercise that only `nation` may see, about no real subject."""
    alert = Alert(
        id=identity,
        revision=1,
        cause=Cause.RULE,
        severity=Severity.LOW,
        score=0,
        exercise=True,
        requested_action=RequestedAction.INFORM_ONLY,
        executed_action=RequestedAction.INFORM_ONLY,
        headline=Text(
            es="EJERCICIO: prueba de la suscripción, no requiere ninguna acción",
            en="EXERCISE: test of the subscription, nothing is asked for",
        ),
        subject=Subject(kind=SubjectKind.VEHICLE, key="vehicle:XX:EXERCISE"),
        evidence=(),
        handling=Handling(tlp=Tlp.GREEN, releasable_to=(nation,)),
        opened_at=at,
        revised_at=at,
        expires_at=until,
    )
    return AlertMessage(type=AlertType.OPENED, timestamp=at, data=alert)
