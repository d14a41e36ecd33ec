"""All problems of a scenario and its tables at once, before anything is planned."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path

import geopandas as gpd
from pyarrow import ArrowException
from pyogrio.errors import DataSourceError

from geodata.checks import check_layer, check_parquet, parquet_values, read_layer
from geodata.columns import TextTable, check_table, missing_file
from geodata.faults import Fault, InputError, shown, summarised
from geodata.references import Names, check_references
from geodata.shipped import PREFIX
from geodata.tables import read_text_table
from scenarios.law import RuleBook, law_faults, read_law
from scenarios.loaded import Loaded
from scenarios.loader import OWN_TABLES, load_partial
from scenarios.locks import Known, check_locks
from scenarios.neighbour_checks import check_neighbours
from scenarios.option_checks import check_options
from scenarios.persons import Scale, unknown_persons
from scenarios.proposals import proposal
from scenarios.province import UnitSource, read_unit_source, units_of
from scenarios.roster_checks import FIELD, Surroundings, check_own_tables, names_of
from scenarios.roster_notes import roster_notes
from scenarios.rosters import Reading, read_roster
from scenarios.schema import Data
from scenarios.stage_needs import missing_tables
from scenarios.tables import all_schemas, schema_of
from scenarios.unit_checks import check_units, crs_fault, in_degrees, is_points, ward_note

LAYERS = ("units_reference",)
PARQUET = ("roads_nodes", "roads_edges")
# So many columns missing or misnamed: the file is taken for another one, and nothing is compared with it.
WRONG_HEAD = 3
# Published shares are rounded to four digits; a unit in up to five parts may miss 1 by this much.
SHARE_TOLERANCE = 0.0005


@dataclass(frozen=True)
class Review:
    """A checked scenario: every fault, one by one; what was read in a way worth saying; mappings to paste.

    `loaded` is None when the scenario file itself cannot be used. `readings` are the planner's rosters as read,
    `around` what they are compared with.
    """

    loaded: Loaded | None
    faults: tuple[Fault, ...]
    notes: tuple[str, ...] = ()
    proposals: tuple[str, ...] = ()
    readings: Mapping[str, Reading] = field(default_factory=dict)
    around: Surroundings | None = None

    def checked(self) -> Loaded:
        """The scenario; raises InputError when it has faults, floods of one kind in short."""
        if self.loaded is None or self.faults:
            raise InputError(summarised(self.faults))
        return self.loaded


def load_checked(
    ref: str | Path,
    overrides: Sequence[str] = (),
    fields: Mapping[str, str] | None = None,
    generated: frozenset[str] | None = None,
) -> Loaded:
    """Load a scenario and check it with all its tables; raises InputError with every fault of both.

    `fields`: known fields of work with their titles; None: those of divisions and staff are not compared. `generated`:
    ids of the divisions that the program makes up where the scenario has none; None: locks on them are not compared.
    """
    return review(ref, overrides, fields, generated).checked()


def review(
    ref: str | Path,
    overrides: Sequence[str] = (),
    fields: Mapping[str, str] | None = None,
    generated: frozenset[str] | None = None,
) -> Review:
    """Load a scenario and check it with all its tables, as `load_checked` does; gives all that a check can tell."""
    loaded, faults = load_partial(ref, overrides)
    if loaded is None:
        return Review(None, tuple(sorted(set(faults))))
    sources = Sources(loaded, fields or {}, generated)
    faults = [*faults, *sources.faults_told()]
    notes = [f"{name}: {note}" for name, reading in sources.readings.items() for note in roster_notes(reading)]
    if sources.units is not None:
        notes += ward_note(sources.units, loaded.scenario.arrange.ward_target)
    notes += [*sources.neighbours[1], *_later_stages(loaded)]
    around = sources.surroundings()
    known, names = around.with_own({n: t for n, t in sources.tables.items() if n in OWN_TABLES})
    proposals = [proposal(r, known, names, sources.written(name)) for name, r in sources.readings.items()]
    rosters = {name: reading for name, reading in sources.readings.items() if name in OWN_TABLES}
    return Review(loaded, tuple(sorted(set(faults))), tuple(notes), tuple(filter(None, proposals)), rosters, around)


def check_scenario(loaded: Loaded) -> list[Fault]:
    """Every fault of the tables, the law and the locks of a loaded scenario by place, floods of one kind in short."""
    return summarised(Sources(loaded).faults_told())


@dataclass
class Sources:
    """The tables of a scenario, read once as text; what cannot be read is a fault and missing here."""

    loaded: Loaded
    fields: Mapping[str, str] = field(default_factory=dict)
    generated: frozenset[str] | None = None
    tables: dict[str, TextTable] = field(default_factory=dict)
    readings: dict[str, Reading] = field(default_factory=dict)
    values: dict[str, frozenset[str]] = field(default_factory=dict)
    faults: list[Fault] = field(default_factory=list)
    law: RuleBook | None = None
    unit_source: UnitSource | None = None

    def __post_init__(self) -> None:
        for name in Data.model_fields:
            path = self.loaded.data_path(name)
            if path is None:
                continue
            if not path.exists():
                self.faults.append(missing_file(path, self._place(name)))
            elif name == "law":
                self._read_law(path)
            else:
                self._read(name, path)
        self._collect_values()

    def faults_told(self) -> list[Fault]:
        """Every fault, those of a planner's own tables with the column of the file."""
        faults = [
            *self.faults,
            *_references(self),
            *_crosswalk(self),
            *self.neighbours[0],
            *_own_tables(self),
            *_law(self),
            *check_locks(self.loaded, self.known()),
            *check_options(self),
        ]
        for reading in self.readings.values():
            faults = [reading.labelled(f) for f in faults]
        return faults

    def _place(self, name: str) -> Fault | None:
        place = self.loaded.place("data", name)
        return place.fault("") if self.loaded.written("data", name) and place.line else None

    def _read(self, name: str, path: Path) -> None:
        try:
            if name == "units":
                self._read_units(path)
            elif name in LAYERS:
                self._read_layer(name, path)
            elif name in PARQUET:
                self._read_parquet(name, path)
            elif name in OWN_TABLES:
                self._read_own(name, path)
            else:
                self.tables[name] = read_text_table(path)
                self.faults += check_table(self.tables[name], all_schemas()[name])
        except InputError as e:
            self.faults += e.faults

    def _read_units(self, path: Path) -> None:
        source = read_unit_source(path, self.loaded.scenario, lambda *s: self.loaded.place("data", "units", *s))
        if not self.loaded.scenario.data.units.file.startswith(PREFIX):
            self.readings["units"] = source.reading
        self.faults += source.reading.faults
        self.tables["units"] = source.reading.draft
        if source.reading.table is None:
            # Columns are missing, which is told already; the cells that are there are looked at all the same.
            cells = check_table(source.reading.draft, source.reading.schema)
            self.faults += [f for f in cells if f.field in source.reading.match.columns]
        unknown = crs_fault(source, self.loaded)
        if unknown is not None:
            self.faults.append(unknown)
            return
        self.unit_source = source
        self.faults += check_units(source, self.loaded)
        if source.layer is not None and not is_points(source.layer):
            self.faults += check_layer(in_degrees(source.layer), source.reading.schema)

    @cached_property
    def units(self) -> gpd.GeoDataFrame | None:
        """The units completed; None when their table has faults."""
        table = self.tables.get("units")
        if table is None or self.unit_source is None or any(f.path == table.path for f in self.faults):
            return None
        return units_of(self.unit_source, self.loaded.scenario)

    @cached_property
    def neighbours(self) -> tuple[list[Fault], list[str]]:
        """Faults of the neighbours of units, and notes on them."""
        return check_neighbours(self)

    def _read_own(self, name: str, path: Path) -> None:
        spec = getattr(self.loaded.scenario.data, name)
        reading = read_roster(path, spec, schema_of(name), lambda *steps: self.loaded.place("data", name, *steps))
        self.readings[name] = reading
        self.faults += reading.faults
        if reading.table is not None:
            self.tables[name] = reading.table

    def _read_layer(self, name: str, path: Path) -> None:
        schema = all_schemas()[name]
        try:
            layer = read_layer(path)
        except DataSourceError as e:
            message = f"cannot be read as a layer: {str(e).splitlines()[0]}"
            raise InputError.single(shown(path), message, "give a GeoPackage, GeoJSON or Shapefile") from None
        self.tables[name] = layer.attributes
        self.faults += [*check_table(layer.attributes, schema), *check_layer(layer, schema)]

    def _read_parquet(self, name: str, path: Path) -> None:
        schema = all_schemas()[name]
        try:
            faults = check_parquet(path, schema)
            self.faults += faults
            wanted = {c.name for c in schema.columns.values() if c.to} | set(schema.key)
            absent = {f.field for f in faults}
            self.values.update({f"{name}.{c}": parquet_values(path, c) for c in sorted(wanted - absent)})
        except (ArrowException, OSError) as e:
            message = f"cannot be read as Parquet: {str(e).splitlines()[0]}"
            self.faults.append(Fault(shown(path), message=message, remedy="write it again with to_parquet"))

    def _read_law(self, path: Path) -> None:
        faults = law_faults(path)
        self.faults += faults
        self.law = None if faults else read_law(path)

    def _collect_values(self) -> None:
        """The values that references point to; a table that lacks most of its head is another file by mistake."""
        heads = Counter(f.path for f in self.faults if f.line == 1 and f.field)
        wrong_head = {path for path, columns in heads.items() if columns >= WRONG_HEAD}
        for target in {c.to for s in all_schemas().values() for c in s.columns.values() if c.to}:
            table, _, column = target.partition(".")
            if table not in self.tables or self.tables[table].path in wrong_head:
                continue
            if column in self.tables[table].header:
                self.values[target] = frozenset(self.tables[table].column(column)) - {""}

    def file(self, name: str) -> str:
        """File name of a table, for messages."""
        path = self.loaded.data_path(name)
        return path.name if path else name

    def by_code(self, column: str) -> dict[str, str]:
        """A column of the units by unit code."""
        units, regions = self.tables["units"], self.loaded.scenario.arrange.regions
        cells = units.column(column)
        if column == "side" and len(regions) == 1:
            cells = [cell or next(iter(regions)) for cell in cells]
        return dict(zip(units.column("code"), cells, strict=True))

    def written(self, name: str) -> str:
        """The path of a table as the scenario has it."""
        node = self.loaded.tree.find(("data", name, "file"))
        return node.text or str(self.loaded.data_path(name))

    def surroundings(self) -> Surroundings:
        """What the planner's divisions and roster are compared with."""
        staff = self.loaded.scenario.data.staff
        known = {k: v for k, v in self.values.items() if k.partition(".")[0] not in OWN_TABLES}
        names: dict[str, Names] = {}
        if "units" in self.tables:
            units = self.tables["units"]
            codes, full = units.column("code"), units.column("name_full")
            with_district = [f"{n}, {d}" for n, d in zip(full, units.column("district"), strict=True)]
            names["units.code"] = names_of(codes, full, with_district, units.column("name"))
        for name, key, column in (("sites", "site_id", "name"), ("agencies", "agency_id", "name_vi")):
            if name in self.tables:
                names[f"{name}.{key}"] = names_of(self.tables[name].column(key), self.tables[name].column(column))
        if self.fields:
            known[FIELD] = frozenset(self.fields)
            names[FIELD] = names_of(self.fields, self.fields.values())
        ranks = None
        if self.law is not None:
            table = self.law.table("severance.salary_rank")
            ranks = {r.id.rsplit(".", 1)[-1]: Scale(r.fields["min"], r.fields["max"]) for r in table}
        files = {name: self.file(name) for name in Data.model_fields}
        today = self.loaded.scenario.dates.start
        return Surroundings(known, names, files, today, ranks, staff.confirmed if staff else {})

    def known(self) -> Known:
        """What locks may refer to."""
        agencies = self.tables.get("agencies")
        data = self.loaded.scenario.data
        rows = list(zip(agencies.column("agency_id"), agencies.column("period"), strict=True)) if agencies else []
        return Known(
            sides=self.by_code("side") if "units" in self.tables else None,
            districts=self.by_code("district") if "units" in self.tables else {},
            agencies=self.values.get("agencies.agency_id"),
            new_agencies=frozenset(a for a, period in rows if period == "after"),
            sites=self.values.get("sites.site_id"),
            divisions=self.generated if data.divisions is None else self.values.get("divisions.division_id"),
            persons=self.values.get("staff.person_id"),
        )


def _references(sources: Sources) -> list[Fault]:
    files = {name: sources.file(name) for name in Data.model_fields}
    faults: list[Fault] = []
    for name, table in sources.tables.items():
        if name in OWN_TABLES:
            continue
        faults += check_references(table, all_schemas()[name], sources.values, files)
    for name in PARQUET:
        for column in all_schemas()[name].columns.values():
            here = sources.values.get(f"{name}.{column.name}")
            there = sources.values.get(column.to)
            stray = sorted(here - there) if here is not None and there is not None else []
            if stray:
                path = shown(sources.loaded.data_path(name) or Path(name))
                message = f"{len(stray)} values are not in {column.to}, e.g. {', '.join(stray[:3])}"
                faults.append(Fault(path, 0, 0, column.name, message, "the files must come from the same graph"))
    return faults


def _crosswalk(sources: Sources) -> list[Fault]:
    """Every old unit goes somewhere, and its shares sum to 1."""
    table = sources.tables.get("crosswalk")
    if table is None or "units.code" not in sources.values:
        return []
    gone = sorted(sources.values["units.code"] - set(table.column("old_code")))
    remedy = "say which new unit it goes to"
    faults = [Fault(table.path, 0, 0, "old_code", f"unit {code} has no row", remedy) for code in gone]
    for column in ("share_area", "share_population"):
        for code, (total, line) in _sums(table, column).items():
            if abs(total - 1) > SHARE_TOLERANCE:
                message = f"the shares of unit {code} sum to {total:.4g}, not to 1"
                faults.append(Fault(table.path, line, 0, column, message, "correct the rows of this unit"))
    return faults


def _sums(table: TextTable, column: str) -> dict[str, tuple[float, int]]:
    """Sum of a column by old unit, with its first row; units with a cell that is no number are left out."""
    sums: dict[str, tuple[float, int]] = {}
    wrong = set()
    for code, cell, line in zip(table.column("old_code"), table.column(column), table.lines, strict=True):
        total, first = sums.get(code, (0.0, line))
        try:
            sums[code] = total + float(cell), first
        except ValueError:
            wrong.add(code)
    return {code: found for code, found in sums.items() if code not in wrong}


def _own_tables(sources: Sources) -> list[Fault]:
    """A planner's divisions and roster against all else."""
    loaded, around = sources.loaded, sources.surroundings()
    own = {name: table for name, table in sources.tables.items() if name in OWN_TABLES}
    faults = [f for f in check_own_tables(own, around) if _of_record(f, sources)]
    staff = own.get("staff")
    if staff is not None and loaded.scenario.data.divisions is None and _names_divisions(staff, sources):
        message = "the roster names divisions, but data.divisions names no table"
        remedy = "give data.divisions too: merger new writes an empty one"
        faults.append(loaded.place("data", "staff").fault(message, remedy))
    for person in unknown_persons(staff, around.confirmed) if staff is not None else ():
        at = loaded.place("data", "staff", "confirmed", person)
        faults.append(at.fault(f'"confirmed": there is no person "{person}"', "correct the id or remove the line"))
    return faults


def _names_divisions(staff: TextTable, sources: Sources) -> bool:
    odd = sources.readings["staff"].rows_at_fault
    return any(cell for row, cell in enumerate(staff.column("division_id")) if row not in odd)


def _of_record(fault: Fault, sources: Sources) -> bool:
    return all(reading.concerns_record(fault) for reading in sources.readings.values())


def _later_stages(loaded: Loaded) -> list[str]:
    """Stages that the scenario gives no tables for."""
    missing = missing_tables(loaded.scenario)
    if not missing:
        return []
    names = dict.fromkeys(f"data.{name}" for lacking in missing.values() for name in lacking)
    return [f"stages {', '.join(missing)} cannot be planned (plan with --only arrange): they need {', '.join(names)}"]


def _law(sources: Sources) -> list[Fault]:
    """Rules that the scenario overrides must exist and keep the kind of value they have in law."""
    law, loaded = sources.law, sources.loaded
    if law is None:
        return []
    wrong = law.override_faults(loaded.scenario.rules)
    return [loaded.place("rules", key).fault(message, remedy) for key, message, remedy in wrong]
