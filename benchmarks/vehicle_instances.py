"""Readers of vehicle routing instances: CVRPLIB `.vrp` files and Solomon `.txt` files; routes in CVRPLIB `.sol` form.

Conventions, which the best known values follow: a CVRPLIB file of type EUC_2D has distances rounded to the nearest
whole number (Uchoa et al. 2017), one of type EXPLICIT those it lists; a Solomon file has distances cut to 0.1, times
equal to distances, and the distance alone as its cost (DIMACS 2022). Solomon figures are held in tenths.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np

from benchmarks.instances import InstanceError
from solvers.problem import ProblemError
from solvers.vehicle_routing.problem import Route, VehicleRoutingProblem, VehicleType

# Positions that the listed weights fill, by the format's name, for a matrix of n rows.
TRIANGLES = {
    "FULL_MATRIX": lambda n: np.divmod(np.arange(n * n), n),
    "LOWER_ROW": lambda n: np.tril_indices(n, -1),
    "LOWER_DIAG_ROW": np.tril_indices,
    "UPPER_ROW": lambda n: np.triu_indices(n, 1),
    "UPPER_DIAG_ROW": np.triu_indices,
    # Columns of the lower triangle are rows of the upper one: the matrix is symmetric.
    "LOWER_COL": lambda n: np.triu_indices(n, 1),
    "UPPER_COL": lambda n: np.tril_indices(n, -1),
}


@dataclass(frozen=True)
class VehicleInstance:
    """A problem in whole numbers; `unit` of them make one unit of the published cost."""

    problem: VehicleRoutingProblem
    unit: int

    def cost(self, value: float) -> str:
        """The value in the published unit, as it is printed."""
        return f"{value:.0f}" if self.unit == 1 else f"{value / self.unit:.1f}"


def read_vehicle_instance(path: Path) -> VehicleInstance:
    """The instance of a file, by its ending; InstanceError names the file and what is wrong with it."""
    try:
        text = path.read_text(encoding="utf-8")
        return _solomon(text) if path.suffix == ".txt" else _cvrplib(text)
    except UnicodeDecodeError:
        raise InstanceError(f"{path}: no text file") from None
    except (_FormatError, ProblemError) as e:
        raise InstanceError(f"{path}: {e}") from None


def solution_text(routes: tuple[Route, ...], cost: str) -> str:
    """Routes in CVRPLIB form: clients numbered from 1, without the depot."""
    lines = [f"Route #{i}: {' '.join(map(str, route.clients))}" for i, route in enumerate(routes, 1)]
    return "\n".join([*lines, f"Cost {cost}"]) + "\n"


class _FormatError(ValueError):
    """What is wrong with the text of a file."""


def _cvrplib(text: str) -> VehicleInstance:
    header, sections = _parts(text)
    n, capacity = _whole(header, "DIMENSION"), _whole(header, "CAPACITY")
    if header.get("TYPE", "CVRP") != "CVRP":
        raise _FormatError(f"TYPE is {header['TYPE']}; only CVRP is read")
    kind = header.get("EDGE_WEIGHT_TYPE", "")
    if kind == "EUC_2D":
        place = _table(sections, "NODE_COORD_SECTION", n, 3)[:, 1:]
        distances = np.floor(_between(place) + 0.5).astype(np.int64)
    elif kind == "EXPLICIT":
        distances = _explicit(header, _numbers(sections, "EDGE_WEIGHT_SECTION"), n)
    else:
        raise _FormatError(f"EDGE_WEIGHT_TYPE is {kind or 'missing'}; EUC_2D and EXPLICIT are read")
    demands = _table(sections, "DEMAND_SECTION", n, 2)[:, 1]
    if _numbers(sections, "DEPOT_SECTION").tolist() not in ([1, -1], [1]):
        raise _FormatError("DEPOT_SECTION must name node 1 alone")
    # A limit of the route, as in the instances of Christofides, Mingozzi and Toth, counts service as well.
    limit = _whole(header, "DISTANCE") if "DISTANCE" in header else None
    service = None
    if limit is not None:
        service = np.full(n, _whole(header, "SERVICE_TIME") if "SERVICE_TIME" in header else 0, np.int64)
        service[0] = 0
    number = _whole(header, "VEHICLES") if "VEHICLES" in header else None
    vehicle = VehicleType("vehicle", capacity, number, max_duration=limit)
    durations = None if limit is None else distances
    problem = VehicleRoutingProblem(distances, _as_whole(demands, "demands"), (vehicle,), durations, None, service)
    return VehicleInstance(problem, 1)


def _parts(text: str) -> tuple[dict[str, str], dict[str, list[str]]]:
    """Header fields, and the words of each section."""
    header: dict[str, str] = {}
    sections: dict[str, list[str]] = {}
    words: list[str] | None = None
    for line in text.splitlines():
        stripped = line.strip()
        if stripped == "EOF":
            break
        if stripped.removesuffix(":").strip().endswith("_SECTION"):
            words = sections.setdefault(stripped.removesuffix(":").strip(), [])
        elif ":" in stripped:
            name, _, value = stripped.partition(":")
            header[name.strip()] = value.strip()
            words = None
        elif words is not None:
            words += stripped.split()
        elif stripped:
            raise _FormatError(f"line not understood: {stripped[:40]}")
    return header, sections


def _whole(header: dict[str, str], name: str) -> int:
    try:
        value = float(header[name])
    except KeyError:
        raise _FormatError(f"{name} is missing") from None
    except ValueError:
        raise _FormatError(f"{name} is {header[name]}, not a number") from None
    if value != int(value) or value < 0:
        raise _FormatError(f"{name} is {header[name]}, not a whole number")
    return int(value)


def _numbers(sections: dict[str, list[str]], name: str) -> np.ndarray:
    if name not in sections:
        raise _FormatError(f"{name} is missing")
    return _floats(sections[name], name)


def _floats(words: list[str], name: str) -> np.ndarray:
    try:
        values = np.array([float(w) for w in words])
    except ValueError as e:
        raise _FormatError(f"{name} holds something else than numbers ({e})") from None
    if not np.isfinite(values).all():
        raise _FormatError(f"{name} holds numbers that are not finite")
    return values


def _table(sections: dict[str, list[str]], name: str, rows: int, columns: int) -> np.ndarray:
    """Rows of a section whose first column counts from 1."""
    values = _numbers(sections, name)
    if len(values) != rows * columns:
        raise _FormatError(f"{name} holds {len(values)} numbers; {rows} nodes need {rows * columns}")
    table = values.reshape(rows, columns)
    if (table[:, 0] != np.arange(1, rows + 1)).any():
        raise _FormatError(f"{name} must number its rows from 1 to {rows}")
    return table


def _explicit(header: dict[str, str], weights: np.ndarray, n: int) -> np.ndarray:
    form = header.get("EDGE_WEIGHT_FORMAT", "")
    if form not in TRIANGLES:
        raise _FormatError(f"EDGE_WEIGHT_FORMAT is {form or 'missing'}; known are {', '.join(TRIANGLES)}")
    rows, columns = TRIANGLES[form](n)
    if len(weights) != len(rows):
        raise _FormatError(f"EDGE_WEIGHT_SECTION holds {len(weights)} numbers; {form} of {n} nodes needs {len(rows)}")
    distances = np.zeros((n, n))
    distances[rows, columns] = weights
    if form != "FULL_MATRIX":
        distances = np.maximum(distances, distances.T)
    return _as_whole(distances, "weights")


def _as_whole(values: np.ndarray, name: str) -> np.ndarray:
    if (values != np.rint(values)).any():
        raise _FormatError(f"{name} are not whole numbers")
    return values.astype(np.int64)


def _between(place: np.ndarray) -> np.ndarray:
    return np.sqrt(((place[:, None, :] - place[None, :, :]) ** 2).sum(axis=2))


def _solomon(text: str) -> VehicleInstance:
    """Name; VEHICLE, two words, number and capacity; CUSTOMER, headings, one row of seven numbers a node."""
    lines = [line.split() for line in text.splitlines() if line.strip()]
    marks = [i for i, line in enumerate(lines) if line[0].upper() in ("VEHICLE", "CUSTOMER")]
    if len(marks) != 2 or len(lines) < marks[1] + 3:
        raise _FormatError("not of Solomon's form: a name, VEHICLE, CUSTOMER and a row for each node")
    fleet = _floats(lines[marks[0] + 2], "VEHICLE")
    rows = lines[marks[1] + 2 :]
    if len(fleet) != 2 or any(len(row) != 7 for row in rows):
        raise _FormatError("VEHICLE needs two numbers and each row of CUSTOMER seven")
    table = _floats([word for row in rows for word in row], "CUSTOMER").reshape(len(rows), 7)
    if (table[:, 0] != np.arange(len(rows))).any():
        raise _FormatError(f"CUSTOMER must number its rows from 0 to {len(rows) - 1}")
    # Roots of whole numbers are exact where they are whole, so cutting takes nothing off them.
    distances = np.floor(10 * _between(table[:, 1:3])).astype(np.int64)
    demands, windows, service = (
        _as_whole(part, "demands, times and fleet") for part in (table[:, 3], 10 * table[:, 4:6], 10 * table[:, 6])
    )
    number, capacity = _as_whole(fleet, "demands, times and fleet").tolist()
    vehicle = VehicleType("vehicle", capacity, number)
    return VehicleInstance(VehicleRoutingProblem(distances, demands, (vehicle,), distances, windows, service), 10)
