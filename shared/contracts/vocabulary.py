"""Closed lists of the field (Regulation (EU) 2018/1862 for actions and categories; UN/CEFACT for modes)."""

from enum import StrEnum
from typing import Final


class Mode(StrEnum):
    """How a border is crossed."""

    ROAD = "road"
    FOOT = "foot"
    RIVER = "river"
    RAIL = "rail"
    SEA = "sea"
    AIR = "air"


class Direction(StrEnum):
    """Relative to the nation of the reporting agency."""

    ENTRY = "entry"
    EXIT = "exit"
    TRANSIT = "transit"


class ConveyanceKind(StrEnum):
    """What carries persons and goods."""

    VEHICLE = "vehicle"
    VESSEL = "vessel"
    AIRCRAFT = "aircraft"
    RAIL = "rail"


class SeizedCategory(StrEnum):
    """What was seized."""

    DRUG = "drug"
    PRECURSOR = "precursor"
    ARMS = "arms"
    MONEY = "money"
    CONTRABAND = "contraband"
    PERSONS = "persons"


class ActorKind(StrEnum):
    """What an actor entry is about."""

    PERSON = "person"
    ORGANISATION = "organisation"
    VEHICLE = "vehicle"
    TRAILER = "trailer"
    VESSEL = "vessel"
    AIRCRAFT = "aircraft"
    CONTAINER = "container"
    DOCUMENT = "document"
    FIREARM = "firearm"


class SubjectKind(StrEnum):
    """A thing that moves and can be seen again."""

    PERSON = "person"
    VEHICLE = "vehicle"
    TRAILER = "trailer"
    VESSEL = "vessel"
    AIRCRAFT = "aircraft"
    RAIL = "rail"
    CONTAINER = "container"
    DOCUMENT = "document"
    FIREARM = "firearm"
    ORGANISATION = "organisation"
    ROUTE = "route"


class Category(StrEnum):
    """Why an entry is listed (SIS categories)."""

    ARREST = "arrest"
    MISSING = "missing"
    VULNERABLE = "vulnerable"
    JUDICIAL_PROCEDURE = "judicial_procedure"
    DISCREET_CHECK = "discreet_check"
    INQUIRY_CHECK = "inquiry_check"
    SPECIFIC_CHECK = "specific_check"
    OBJECT_FOR_SEIZURE = "object_for_seizure"
    REFUSAL_OF_ENTRY = "refusal_of_entry"
    UNKNOWN_WANTED_PERSON = "unknown_wanted_person"


class RequestedAction(StrEnum):
    """What an entry asks the officer to do, strongest first."""

    ARREST = "ARREST"
    SEIZE = "SEIZE"
    PROTECT = "PROTECT"
    REFUSE_ENTRY = "REFUSE_ENTRY"
    SPECIFIC_CHECK = "SPECIFIC_CHECK"
    INQUIRY_CHECK = "INQUIRY_CHECK"
    LOCATE = "LOCATE"
    DISCREET_CHECK = "DISCREET_CHECK"
    INFORM_ONLY = "INFORM_ONLY"


class NameType(StrEnum):
    """Which name of an actor."""

    PRIMARY = "primary"
    ALIAS = "alias"
    MAIDEN = "maiden"
    FORMER = "former"


class Strength(StrEnum):
    """How well an alias identifies: a weak one never alerts alone."""

    STRONG = "strong"
    WEAK = "weak"


class EntryState(StrEnum):
    """Where an entry is in its life. Only an active one alerts, and one whose review is due."""

    DRAFT = "draft"
    SUBMITTED = "submitted"
    ACTIVE = "active"
    REVIEW_DUE = "review_due"
    SUSPENDED = "suspended"
    EXPIRED = "expired"
    EXECUTED = "executed"
    REVOKED = "revoked"
    DELETED = "deleted"

    @property
    def alerts(self) -> bool:
        """Whether it is matched against what is seen."""
        return self in _ALERTING

    @property
    def ended(self) -> bool:
        """Whether it can never alert again; the same thing may be listed anew."""
        return self in _ENDED


_ALERTING: Final = frozenset({EntryState.ACTIVE, EntryState.REVIEW_DUE})
_ENDED: Final = frozenset({EntryState.EXPIRED, EntryState.EXECUTED, EntryState.REVOKED, EntryState.DELETED})


class EntryChange(StrEnum):
    """What a version of an entry changed."""

    LISTED = "listed"
    EDITED = "edited"
    IMPORTED = "imported"
    UNDONE = "undone"
    SUBMITTED = "submitted"
    APPROVED = "approved"
    REJECTED = "rejected"
    SUSPENDED = "suspended"
    RESUMED = "resumed"
    REVIEW_DUE = "review_due"
    EXTENDED = "extended"
    FLAGGED = "flagged"
    UNFLAGGED = "unflagged"
    CLEARED = "cleared"
    UNCLEARED = "uncleared"
    EXPIRED = "expired"
    EXECUTED = "executed"
    KEPT = "kept"
    REVOKED = "revoked"
    DELETED = "deleted"


class DocumentState(StrEnum):
    """Why a document is listed (Regulation (EU) 2018/1862, Article 38)."""

    STOLEN = "stolen"
    MISAPPROPRIATED = "misappropriated"
    LOST = "lost"
    INVALIDATED = "invalidated"
    FALSE = "false"


class SetRole(StrEnum):
    """What a part is in an object that is made of several."""

    TRACTOR = "tractor"
    TRAILER = "trailer"
    CONTAINER = "container"
    SEAL = "seal"
    PLATE = "plate"
    ENGINE = "engine"


class LinkKind(StrEnum):
    """How two entries are tied."""

    OWNER = "owner"
    USER = "user"
    COMPANION = "companion"
    SAME_ORGANISATION = "same_organisation"
    MEMBER = "member"
    FAMILY = "family"
    CARRIED_BY = "carried_by"
    OTHER = "other"


class NoticeColour(StrEnum):
    """INTERPOL's notices by colour."""

    RED = "red"
    BLUE = "blue"
    GREEN = "green"
    YELLOW = "yellow"
    BLACK = "black"
    ORANGE = "orange"
    PURPLE = "purple"
    SILVER = "silver"


class WarningMarker(StrEnum):
    """What an officer must know before acting (Regulation (EU) 2018/1862, Article 20(3), and what the field adds)."""

    ARMED = "armed"
    VIOLENT = "violent"
    ESCAPE_RISK = "escape_risk"
    ESCAPED = "escaped"
    SUICIDE_RISK = "suicide_risk"
    HEALTH_RISK = "health_risk"
    CONTAGIOUS = "contagious"
    TERRORISM_RELATED = "terrorism_related"
    EXPLOSIVES = "explosives"
    CHILD_PRESENT = "child_present"


class Cause(StrEnum):
    """Why an alert stands."""

    ACTOR = "actor"
    ROUTE = "route"
    CONVOY = "convoy"
    SWAP = "swap"
    IMPOSSIBLE_TRAVEL = "impossible_travel"
    DOCUMENT_CONFLICT = "document_conflict"
    SEIZURE_LINK = "seizure_link"
    SURGE = "surge"
    RULE = "rule"


class AlertState(StrEnum):
    """Where an alert is in its life."""

    OPEN = "open"
    ACKNOWLEDGED = "acknowledged"
    INTERDICTED = "interdicted"
    NEGATIVE = "negative"
    FALSE_POSITIVE = "false_positive"
    EXPIRED = "expired"
    WITHDRAWN = "withdrawn"
