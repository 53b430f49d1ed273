"""Numbers with a check digit: whether they hold, by libraries (python-stdnum, vininfo) and, where these know a register not, by its published rule.

A number that does not hold was misread or made up: it is kept and flagged, never refused.
"""

import re
from collections.abc import Callable, Mapping
from typing import Final, Protocol

import stdnum.ar.dni
import stdnum.br.cpf
import stdnum.cl.rut
import stdnum.co.nit
import stdnum.cr.cpf
import stdnum.cu.ni
import stdnum.do.cedula
import stdnum.ec.ci
import stdnum.es.dni
import stdnum.gt.nit
import stdnum.mx.curp
import stdnum.pe.cui
import stdnum.sv.nit
import stdnum.us.ssn
import stdnum.ve.rif
from stdnum import imo, iso6346
from stdnum.exceptions import InvalidChecksum, InvalidComponent, InvalidFormat
from stdnum.exceptions import ValidationError as NumberError
from vininfo import Vin
from vininfo.exceptions import VininfoException

_NO_SIGN: Final = re.compile(r"[^0-9A-Z]")
_DPI: Final = re.compile(r"\d{13}")
_DUI: Final = re.compile(r"\d{9}")
_DEPARTMENTS: Final = 22
"""Departments of Guatemala: the tenth and eleventh digits of a CUI."""

_VIN_VALUES: Final = dict(zip("0123456789ABCDEFGHJKLMNPRSTUVWXYZ", map(int, "012345678912345678123457923456789"), strict=True))
_VIN_WEIGHTS: Final = (8, 7, 6, 5, 4, 3, 2, 10, 0, 9, 8, 7, 6, 5, 4, 3, 2)
"""ISO 3779 as the rule in North America has it (49 CFR 565.15): the ninth character is the sum of all, weighted, modulo 11."""

Verdict = tuple[str, bool | None]
"""A number as it is compared, and whether it holds: None where it has no check digit."""


class Register(Protocol):
    """What knows the numbers of a register; python-stdnum's modules do."""

    def validate(self, number: str) -> str:
        """The number in its own form. Raises NumberError for one that does not hold."""
        ...


class _Dpi:
    """The CUI on Guatemala's DPI: eight digits, a check digit (their sum weighted 2 to 9, modulo 11), department and municipality.

    Source of the rule: RENAP, as the country's tax authority (SAT) publishes it for the validation of a CUI.
    """

    @staticmethod
    def validate(number: str) -> str:
        if not _DPI.fullmatch(number):
            raise InvalidFormat
        if not 1 <= int(number[9:11]) <= _DEPARTMENTS or number[11:] == "00":
            raise InvalidComponent
        if sum(int(digit) * weight for weight, digit in enumerate(number[:8], start=2)) % 11 != int(number[8]):
            raise InvalidChecksum
        return number


class _Dui:
    """El Salvador's DUI: eight digits weighted 9 to 2 and a check digit that fills their sum up to ten.

    Source of the rule: Registro Nacional de las Personas Naturales, as the ministry of finance publishes it for the DUI as tax number.
    """

    @staticmethod
    def validate(number: str) -> str:
        if not _DUI.fullmatch(number):
            raise InvalidFormat
        if -sum(int(digit) * weight for weight, digit in zip(range(9, 1, -1), number, strict=False)) % 10 != int(number[8]):
            raise InvalidChecksum
        return number


_WITH_CHECK_DIGIT: Final[Mapping[str, Register]] = {
    "BR": stdnum.br.cpf, "CL": stdnum.cl.rut, "DO": stdnum.do.cedula, "EC": stdnum.ec.ci, "ES": stdnum.es.dni,
    "GT": _Dpi(), "MX": stdnum.mx.curp, "SV": _Dui(),
}  # fmt: skip
_SHAPE_ONLY: Final[Mapping[str, Register]] = {
    "AR": stdnum.ar.dni, "CR": stdnum.cr.cpf, "CU": stdnum.cu.ni, "PE": stdnum.pe.cui, "US": stdnum.us.ssn
}  # fmt: skip
_BY_TYPE: Final[Mapping[tuple[str, str], Register]] = {
    ("curp", "MX"): stdnum.mx.curp,
    ("nit", "CO"): stdnum.co.nit,
    ("nit", "GT"): stdnum.gt.nit,
    ("nit", "SV"): stdnum.sv.nit,
    ("rif", "VE"): stdnum.ve.rif,
    ("rut", "CL"): stdnum.cl.rut,
    ("cpf", "BR"): stdnum.br.cpf,
    ("cui", "GT"): _Dpi(),
    ("dpi", "GT"): _Dpi(),
    ("dui", "SV"): _Dui(),
    ("ssn", "US"): stdnum.us.ssn,
}
_ONE_ISSUER: Final[Mapping[str, str]] = {
    "curp": "MX",
    "rif": "VE",
    "rut": "CL",
    "cpf": "BR",
    "dpi": "GT",
    "dui": "SV",
    "ssn": "US",
}
"""Types that one nation alone gives out: the issuer may be left out."""
NATIONAL_ID: Final = frozenset({"national_id", "id", "id_card", "identity_card", "cedula", "dni", "dui", "dpi"})


def compact(text: str) -> str:
    """Letters and digits only, in capitals."""
    upper = text.upper()
    return upper if upper.isalnum() and upper.isascii() else _NO_SIGN.sub("", upper)


def document_number(kind: str, issuer: str | None, text: str) -> Verdict:
    """A document's number; those of national registers are checked where a rule is known."""
    number = compact(text)
    register = _register(kind, issuer)
    if register is None or not number:
        return number, None
    try:
        validate: Callable[[str], str] = register.validate
        return compact(validate(number)), None if register in _SHAPE_ONLY.values() else True
    except NumberError:
        return number, False


def object_holds(field: str, number: str) -> bool | None:
    """Whether the check digit of a vehicle (`vin`), ship (`imo`) or container (`container`) holds; None for other fields.

    A vehicle's is the rule in North America and China alone (ISO 3779).
    """
    match field:
        case "imo":
            return bool(imo.is_valid(number))
        case "container":
            return bool(iso6346.is_valid(number))
        case "vin":
            return _vin_holds(number)
        case _:
            return None


def _vin_holds(number: str) -> bool:
    """Whether a VIN holds. The sum is taken first: the library, which knows makers and years too, takes ten times as long to refuse."""
    try:
        total = sum(_VIN_VALUES[sign] * weight for sign, weight in zip(number, _VIN_WEIGHTS, strict=True))
        return "0123456789X"[total % 11] == number[8] and bool(Vin(number).verify_checksum())
    except (KeyError, ValueError, VininfoException):
        return False


def _register(kind: str, issuer: str | None) -> Register | None:
    own = _BY_TYPE.get((kind, issuer or _ONE_ISSUER.get(kind, "")))
    if own is not None:
        return own
    if kind not in NATIONAL_ID or issuer is None:
        return None
    return _WITH_CHECK_DIGIT.get(issuer) or _SHAPE_ONLY.get(issuer)
