"""The parts of what an agency sends. Unknown fields stay with the part they came with; numbers are taken for texts."""

from typing import Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

from services.ingest.domain.values import Amount, BirthDate, Country, Day, LongText, MrzLines, PlaceCode, ShortText
from shared.contracts.base import Tlp
from shared.contracts.vocabulary import ConveyanceKind, SeizedCategory


class Submitted(BaseModel):
    """A part as it came."""

    model_config = ConfigDict(
        extra="allow", str_strip_whitespace=True, coerce_numbers_to_str=True, hide_input_in_errors=True, frozen=True
    )


class SubmittedPlace(Submitted):
    """A checkpoint's code, or coordinates, or both."""

    code: PlaceCode | None = None
    lat: float | None = Field(default=None, ge=-90, le=90)
    lon: float | None = Field(default=None, ge=-180, le=180)

    @model_validator(mode="after")
    def _is_somewhere(self) -> Self:
        if (self.lat is None) != (self.lon is None):
            raise ValueError("lat and lon come together")
        if not self.code and self.lat is None:
            raise ValueError("needs a code, or lat and lon")
        return self


class SubmittedName(Submitted):
    """A name in full or in parts."""

    full: ShortText | None = None
    given: ShortText | None = None
    paternal: ShortText | None = None
    maternal: ShortText | None = None


class SubmittedDocument(Submitted):
    """A document by its number, or by its machine readable zone alone."""

    type: ShortText | None = None
    number: ShortText | None = None
    issuer: Country = None
    expires: Day = None
    mrz: MrzLines | None = None

    @model_validator(mode="after")
    def _has_a_number(self) -> Self:
        if not self.number and not self.mrz:
            raise ValueError("needs a number or an mrz")
        return self


class SubmittedPerson(Submitted):
    """Someone who crossed, was held or was involved."""

    role: ShortText | None = None
    name: SubmittedName | None = None
    birth_date: BirthDate | None = None
    sex: ShortText | None = None
    nationalities: list[Country] | None = Field(default=None, max_length=20)
    birth_place: ShortText | None = None
    documents: list[SubmittedDocument] | None = Field(default=None, max_length=50)


class SubmittedConveyance(Submitted):
    """What carried them."""

    kind: ConveyanceKind
    role: ShortText | None = None
    plate: ShortText | None = None
    country: Country = None
    vin: ShortText | None = None
    imo: ShortText | None = None
    mmsi: ShortText | None = None
    registration: ShortText | None = None
    name: ShortText | None = None


class SubmittedContainer(Submitted):
    """A freight container."""

    number: ShortText = Field(min_length=1)
    seals: list[ShortText] | None = Field(default=None, max_length=50)


class SubmittedCargo(Submitted):
    """Goods."""

    description: LongText | None = None
    hs_code: ShortText | None = None
    weight_kg: Amount | None = None
    consignor: ShortText | None = None
    consignee: ShortText | None = None


class SubmittedMoney(Submitted):
    """A sum."""

    amount: Amount
    currency: ShortText = Field(pattern=r"^[A-Za-z]{3}$")


class SubmittedDeclaration(Submitted):
    """What the traveller declared: origin and destination as country, place code or words."""

    origin: ShortText | None = None
    destination: ShortText | None = None
    money: list[SubmittedMoney] | None = Field(default=None, max_length=100)


class SubmittedHandling(Submitted):
    """Who may see the event; never wider than what is set for the agency."""

    tlp: Tlp = Tlp.AMBER
    releasable_to: list[Country] | None = Field(default=None, max_length=300)


class SubmittedSeized(Submitted):
    """One thing seized."""

    category: SeizedCategory
    substance: ShortText | None = None
    quantity: Amount | None = None
    unit: ShortText | None = None
    form: ShortText | None = None
    count: int | None = Field(default=None, ge=0, lt=2**53)
    serial: ShortText | None = None
    make: ShortText | None = None
    calibre: ShortText | None = None


class SubmittedSeizureRoute(Submitted):
    """Where it came from and was going."""

    producing: Country = None
    departure: Country = None
    destination: Country = None


class SubmittedConsignment(Submitted):
    """Who sent it to whom."""

    consignor: ShortText | None = None
    consignee: ShortText | None = None
