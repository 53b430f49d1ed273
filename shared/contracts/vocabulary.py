"""Closed lists of the field (Regulation (EU) 2018/1862 for actions and categories; UN/CEFACT for modes)."""

from enum import StrEnum


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
    VESSEL = "vessel"
    AIRCRAFT = "aircraft"
    CONTAINER = "container"
    DOCUMENT = "document"


class SubjectKind(StrEnum):
    """A thing that moves and can be seen again."""

    PERSON = "person"
    VEHICLE = "vehicle"
    VESSEL = "vessel"
    AIRCRAFT = "aircraft"
    RAIL = "rail"
    CONTAINER = "container"
    DOCUMENT = "document"
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
