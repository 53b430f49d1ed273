"""Builds the register of checkpoints and the table of road distances from public sources.

    python deploy/data/build_places.py SOURCES shared/contracts/places/data

SOURCES holds the folders named in `shared/contracts/places/data/README.md`. Nothing runs this at run time: what it writes
is kept in the package. The same sources give the same bytes.
"""  # noqa: INP001 - a script, no package

import csv
import heapq
import sys
from collections import defaultdict
from collections.abc import Iterator
from math import asin, cos, radians, sin, sqrt
from pathlib import Path

EARTH_KM = 6371.0088
STRAIGHT_TO_ROAD = 1.3
"""A straight connection to the highway graph, counted as road: the usual circuity of rural roads."""

BORDER_LEAST_KM, BORDER_ERROR_SHARE, PORT_KM, AIRPORT_KM, TOWN_KM = 5.0, 1.25, 10.0, 5.0, 5.0
ANCHORS = ("PAPTY", "CRSJO", "NIMGA", "HNTGU", "SVSAL", "GTGUA", "BZBZE")
"""Capitals and main ports from which road distances are kept too."""

NO_ROAD = frozenset({"PA-CO-01"})
"""Puerto Obaldía is reached on foot, by boat and by air: no road crosses the Darién."""

Row = dict[str, str]
Graph = dict[str, list[tuple[str, float]]]


def rows(path: Path) -> Iterator[Row]:
    """The rows of a CSV file."""
    with path.open(encoding="utf-8-sig") as lines:
        yield from csv.DictReader(lines)


def kilometres(lat: float, lon: float, other_lat: float, other_lon: float) -> float:
    """The great circle between two positions (haversine)."""
    north, east = radians(other_lat - lat), radians(other_lon - lon)
    a = sin(north / 2) ** 2 + cos(radians(lat)) * cos(radians(other_lat)) * sin(east / 2) ** 2
    return 2 * EARTH_KM * asin(sqrt(a))


def border_posts(sources: Path) -> list[Row]:
    """The land border posts; the radius covers how well the position is known."""
    posts = []
    for post in rows(sources / "locations_border_crossings/border_crossings_central_america.csv"):
        radius = max(BORDER_LEAST_KM, BORDER_ERROR_SHARE * float(post["est_error_km"]))
        nations = f"{post['country_a']} {post['country_b']}"
        posts.append(_place(post["id"], post["name"], post["lat"], post["lon"], nations, "border", radius))
    return posts


def _place(code: str, name: str, lat: str, lon: str, nations: str, kind: str, radius: float) -> Row:
    return {
        "code": code, "name": name, "lat": f"{float(lat):.4f}", "lon": f"{float(lon):.4f}",
        "nations": nations, "kind": kind, "radius_km": f"{radius:g}",
    }  # fmt: skip


def unlocode(sources: Path) -> list[Row]:
    """The UN/LOCODE places that have a position, their own or that of the airport or port of the same code."""
    airports = {
        (row["iso_country"], row["iata_code"]): (row["latitude_deg"], row["longitude_deg"])
        for row in rows(sources / "locations_ourairports/airports_central_america_mx_co.csv")
        if row["iata_code"]
    }
    ports = {
        row["UN/LOCODE"].replace(" ", ""): (row["Latitude"], row["Longitude"])
        for row in rows(sources / "locations_world_port_index/ports_central_america_mx_co.csv")
        if row["UN/LOCODE"]
    }
    places = []
    for row in rows(sources / "locations_unlocode/unlocode_central_america_mx_co.csv"):
        country, location = row["country"], row["location"]
        own = (row["lat"], row["lon"]) if row["lat"] else None
        position = own or ports.get(country + location) or airports.get((country, row["iata"] or location))
        if location and position:
            kind, radius = _kind(row)
            places.append(_place(country + location, row["name"], *position, country, kind, radius))
    return places


def _kind(row: Row) -> tuple[str, float]:
    if row["is_port"] == "1":
        return "port", PORT_KM
    return ("airport", AIRPORT_KM) if row["is_airport"] == "1" else ("town", TOWN_KM)


def highways(sources: Path) -> tuple[Graph, dict[str, tuple[float, float]]]:
    """The largest connected part of the highway graph, and where its nodes are."""
    graph: Graph = defaultdict(list)
    for edge in rows(sources / "geo_roads_osm/edges.csv"):
        graph[edge["from"]].append((edge["to"], float(edge["km"])))
        graph[edge["to"]].append((edge["from"], float(edge["km"])))
    part = _largest_part(graph)
    nodes = rows(sources / "geo_roads_osm/nodes.csv")
    return graph, {node["node_id"]: (float(node["lat"]), float(node["lon"])) for node in nodes if node["node_id"] in part}


def _largest_part(graph: Graph) -> set[str]:
    left, largest = set(graph), set[str]()
    while len(left) > len(largest):
        part, front = set[str](), [next(iter(left))]
        while front:
            node = front.pop()
            if node not in part:
                part.add(node)
                front.extend(neighbour for neighbour, _ in graph[node])
        left -= part
        largest = max(largest, part, key=len)
    return largest


def shortest(graph: Graph, start: str) -> dict[str, float]:
    """The road to every node from one (Dijkstra)."""
    reached: dict[str, float] = {}
    front = [(0.0, start)]
    while front:
        km, node = heapq.heappop(front)
        if node not in reached:
            reached[node] = km
            for neighbour, further in graph[node]:
                heapq.heappush(front, (km + further, neighbour))
    return reached


def roads(sources: Path, places: list[Row]) -> list[Row]:
    """The road between every two places, each joined to its nearest highway node by a straight line × STRAIGHT_TO_ROAD."""
    graph, nodes = highways(sources)
    joined = {}
    for place in sorted(places, key=lambda place: place["code"]):
        at = float(place["lat"]), float(place["lon"])
        joined[place["code"]] = min((kilometres(*at, *where), node) for node, where in nodes.items())
    table = []
    for code, (straight, node) in joined.items():
        reached = shortest(graph, node)
        for other, (other_straight, other_node) in joined.items():
            if code < other:
                km = reached[other_node] + STRAIGHT_TO_ROAD * (straight + other_straight)
                table.append({"from": code, "to": other, "km": f"{km:.1f}"})
    return table


def write(path: Path, table: list[Row]) -> None:
    """The rows as CSV with a header."""
    with path.open("w", encoding="utf-8", newline="") as out:
        writer = csv.DictWriter(out, fieldnames=list(table[0]), lineterminator="\n")
        writer.writeheader()
        writer.writerows(table)


def main(sources: Path, target: Path) -> None:
    """Write both tables."""
    posts, places = border_posts(sources), unlocode(sources)
    anchors = [place for place in places if place["code"] in ANCHORS]
    write(target / "checkpoints.csv", sorted(posts + places, key=lambda place: (place["kind"] != "border", place["code"])))
    write(target / "roads.csv", roads(sources, [post for post in posts if post["code"] not in NO_ROAD] + anchors))


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))
