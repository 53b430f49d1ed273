"""Builds the data of `atalaya demo` from public sources: the list, the seizures, the names.

    python deploy/data/build_demo.py SOURCES services/cli/demo/data

SOURCES holds the folders named in `services/cli/demo/data/README.md`. Nothing runs this at run time. The same sources give the same bytes.
"""  # noqa: INP001 - a script, no package

import csv
import gzip
import json
import re
import sys
from collections.abc import Iterable, Iterator
from datetime import datetime
from pathlib import Path
from typing import Any

from rigour.territories import lookup_territory

LIST_DATE = "2025-12-24"
PARTNERS = ["BZ", "CO", "CR", "GT", "HN", "MX", "NI", "PA", "SV"]
LEGAL_BASES = {
    "SDNTK": "Foreign Narcotics Kingpin Designation Act (21 U.S.C. 1901-1908)",
    "SDNT": "Executive Order 12978",
    "ILLICIT-DRUGS-EO14059": "Executive Order 14059",
    "TCO": "Executive Order 13581",
}
DOCUMENTS = {
    "C.U.R.P.": "curp", "Passport": "passport", "R.F.C.": "rfc", "Cedula No.": "cedula", "NIT #": "nit", "RUC #": "ruc",
    "National ID No.": "national_id", "Numero de Identidad": "national_id", "D.N.I.": "dni", "C.U.I.": "cui", "Tax ID No.": "tax_id",
    "Credencial electoral": "voter_id", "Electoral Registry No.": "voter_id", "I.F.E.": "voter_id", "LE Number": "voter_id",
    "Driver's License No.": "driving_licence", "Folio Mercantil No.": "company_register", "Matricula Mercantil No": "company_register",
    "Company Number": "company_register", "Registration Number": "company_register", "RTN": "rtn", "C.U.I.T.": "cuit",
}  # fmt: skip
LEFT_OUT = {"SSN"}
"""Of no use at a border, and nothing that should be copied further."""

CITIES = {"Cali": "CO", "Medellin": "CO", "Bogota": "CO", "Uraba": "CO", "Macau": "MO", "Hong Kong": "HK", "Puerto Rico": "PR"}
NAMES_KEPT = {"given": 400, "surnames": 1200}
Row = dict[str, str]


def rows(path: Path) -> Iterator[Row]:
    """The rows of a CSV file."""
    with path.open(encoding="utf-8-sig") as lines:
        yield from csv.DictReader(lines)


def country(name: str | None) -> str | None:
    """The ISO 3166-1 alpha-2 code of an English name, None where it names none."""
    if not name:
        return None
    found = CITIES.get(name)
    territory = None if found else lookup_territory(name)
    return found or (territory.code.upper() if territory and len(territory.code) == len("GT") else None)


def birth_date(text: str) -> str | None:
    """A date as precise as it was written; None for a span of years."""
    text = text.removeprefix("circa ")
    for written, kept in (("%d %b %Y", "%Y-%m-%d"), ("%b %Y", "%Y-%m"), ("%Y", "%Y")):
        try:
            return datetime.strptime(text, written).strftime(kept)  # noqa: DTZ007 - a date, no moment
        except ValueError:
            continue
    return None


def name(text: str, kind: str, **more: str) -> dict[str, str]:
    """`SURNAMES, Given` of a person turned round; two surnames are told apart only where there are just two words."""
    surnames, comma, given = text.partition(", ")
    if kind != "person" or not comma:
        return {"full": text, **more}
    parts = {"full": f"{given} {surnames}", "given": given}
    words = surnames.split()
    if len(words) <= len(("paternal", "maternal")):
        parts |= dict(zip(("paternal", "maternal"), words, strict=False))
    return parts | more


def names(entity: dict[str, Any], kind: str) -> list[dict[str, str]]:
    """The primary name, then the aliases: those that OFAC calls weak as weak ones."""
    found = [name(entity["name"], kind, type="primary", strength="strong")]
    for alias in entity.get("akas", ()):
        sort = "former" if alias["type"] == "fka" else "alias"
        found += [name(alias["name"], kind, type=sort, strength="strong")]
    found += [name(alias, kind, type="alias", strength="weak") for alias in entity.get("weak_aka", ())]
    return list({one["full"]: one for one in reversed(found)}.values())[::-1]


def documents(entity: dict[str, Any]) -> list[dict[str, str]]:
    """What carries a number, with the country that issued it."""
    found = []
    for one in entity.get("ids", ()):
        if one["type"] not in LEFT_OUT:
            kind = DOCUMENTS.get(one["type"]) or re.sub(r"[^a-z]+", "_", one["type"].lower()).strip("_")
            issuer = country(one["country"])
            found.append({"type": kind, "number": one["value"]} | ({"issuer": issuer} if issuer else {}))
    return found


def actor(entity: dict[str, Any]) -> dict[str, Any]:
    """An entry of the watchlist as its issuer would write it."""
    kind = "person" if entity["type"] == "individual" else "organisation"
    nations = [code for each in (*entity.get("nationality", ()), *entity.get("citizen", ())) if (code := country(each))]
    bases = [LEGAL_BASES[programme] for programme in entity["programs"] if programme in LEGAL_BASES]
    body = {
        "kind": kind, "source": "ofac-sdn", "source_id": str(entity["id"]), "category": "inquiry_check",
        "requested_action": "INQUIRY_CHECK", "severity": "high", "names": names(entity, kind),
        "birth_dates": list(dict.fromkeys(date for text in entity.get("dob", ()) if (date := birth_date(text)))),
        "sex": {"Male": "M", "Female": "F"}.get(str(entity.get("gender"))), "nationalities": list(dict.fromkeys(nations)),
        "documents": documents(entity), "programmes": entity["programs"], "list_date": LIST_DATE,
        "reason": f"OFAC narcotics designation ({', '.join(entity['programs'])}); a match is possible, not proven",
        "legal_basis": "; ".join(bases), "handling": {"tlp": "CLEAR", "releasable_to": PARTNERS},
    }  # fmt: skip
    return {key: value for key, value in body.items() if value not in (None, [], "")}


def actors(sources: Path) -> Iterator[dict[str, Any]]:
    """Individuals and organisations that were still listed on LIST_DATE."""
    with (sources / "ofac/narcotics_entities.jsonl").open(encoding="utf-8") as lines:
        for entity in map(json.loads, lines):
            if entity["on_2025_12"] and entity["type"] in {"individual", "entity"}:
                yield actor(entity)


def seizures(sources: Path) -> Iterator[Row]:
    """The seizures as they were reported, countries as codes."""
    table = rows(sources / "seizures_unodc_ids/unodc_ids_central_america_related.csv")
    for number, row in enumerate(table, start=1):
        yield {
            "row": str(number), "country": country(row["COUNTRY"].split(",")[0]) or "", "place": row["PLACE"].strip(),
            "date": row["SEIZURE_DATE"], "drug": row["DRUG_NAME"], "amount": row["AMOUNT"], "unit": row["DRUG_UNIT"],
            "hidden": row["HIDING_PLACE"], "transport": row["TRANSPORT"], "producing": country(row["PRODUCING_COUNTRY"]) or "",
            "departure": country(row["DEPARTURE_COUNTRY"]) or "", "destination": country(row["DESTINATION_COUNTRY"]) or "",
            "lat": row["lat"], "lon": row["lon"],
        }  # fmt: skip


def common_names(sources: Path) -> Iterator[Row]:
    """The most common given names and surnames of a Mexican sample, with their counts."""
    for sex in ("m", "f"):
        table = list(rows(sources / f"names_hispanic/mx_given_{sex}.csv"))[: NAMES_KEPT["given"]]
        yield from ({"kind": f"given_{sex}", "name": row["name"], "count": row["count"]} for row in table)
    for row in list(rows(sources / "names_hispanic/mx_surnames.csv"))[: NAMES_KEPT["surnames"]]:
        yield {"kind": "surname", "name": row["surname"], "count": row["paternal_count"]}


def write(path: Path, table: Iterable[Row]) -> None:
    """The rows as CSV with a header."""
    kept = list(table)
    with path.open("w", encoding="utf-8", newline="") as out:
        writer = csv.DictWriter(out, fieldnames=list(kept[0]), lineterminator="\n")
        writer.writeheader()
        writer.writerows(kept)


def main(sources: Path, target: Path) -> None:
    """Write the three files."""
    lines = "".join(json.dumps(body, ensure_ascii=False, separators=(",", ":")) + "\n" for body in actors(sources))
    (target / "ofac_narcotics.jsonl.gz").write_bytes(gzip.compress(lines.encode(), mtime=0))
    write(target / "unodc_seizures.csv", seizures(sources))
    write(target / "common_names.csv", common_names(sources))


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))
