"""The scenario file: every field with its meaning and unit. One class a section; a stage's options in its class."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, PlainValidator
from pydantic_core import PydanticCustomError

from scenarios.objectives import Written, meaning, read_objective

Code = Annotated[str, Field(min_length=1, description="official code or id, as text")]
Share = Annotated[float, Field(ge=0, le=1)]
Side = str


class Section(BaseModel):
    """Base of all sections: immutable, unknown keys refused."""

    model_config = ConfigDict(extra="forbid", frozen=True, allow_inf_nan=False)


class Title(Section):
    """A title in both languages."""

    vi: str = Field(description="Vietnamese")
    en: str = Field(description="English")


class Dates(Section):
    """Days that the plan is built around (ISO dates)."""

    start: date = Field(date(2025, 4, 14), description="first day on which planned tasks may run")
    effect: date = Field(date(2025, 7, 1), description="day on which the new units operate and districts end")
    province_decision: date = Field(date(2025, 6, 12), description="clock of leaving benefits, province level")
    commune_decision: date = Field(date(2025, 6, 16), description="clock of leaving benefits, commune level")
    end: date = Field(date(2030, 7, 1), description="last day of the plan: five years to come into line")


class OwnTable(Section):
    """A table of one's own, and how its headers, words, numbers and dates are meant; a path alone is {file: PATH}."""

    file: str = Field(description="path of the CSV or XLSX file")
    sheet: str | None = Field(None, description="sheet of the workbook; none: the first")
    encoding: Literal["utf-8", "utf-16", "windows-1258"] | None = Field(
        None, description="encoding of a CSV file; none: UTF-8, or UTF-16 with a byte order mark"
    )
    header_row: int | None = Field(
        None, ge=1, description="row of the header, as Excel counts; none: the first row that is not blank"
    )
    header_rows: int = Field(
        1, ge=1, le=4, description="rows of the header; in one of several, a column is called UPPER / LOWER"
    )
    first_row: int | None = Field(None, ge=1, description="first row of data; none: the row after the header")
    last_row: int | None = Field(None, ge=1, description="last row of data, above totals and signatures; none: the end")
    skip_without: str | None = Field(
        None, description="our column: rows in which it is empty are headings or totals and left out"
    )
    columns: dict[str, str] = Field({}, description='our column: header in the file, or "column F"')
    values: dict[str, dict[str, str]] = Field(
        {}, description='our column: {word in the file: our value}; "" is an empty cell'
    )
    formats: dict[str, str] = Field(
        {}, description="our column of dates: forms in the file, e.g. dd/mm/yyyy, mm/yyyy, excel (number of a day)"
    )
    constants: dict[str, str] = Field({}, description="our column: one value for all rows")
    decimal: Literal[".", ","] = Field(".", description="decimal sign of numbers that are text in the file")
    confirmed: dict[str, str] = Field(
        {}, description="id of a person: why an unusual age, insurance, salary or spouse is right, checked in the files"
    )
    accept_proposed: bool = Field(
        False, description="take the known headers, words and header row that merger check proposes, as it prints them"
    )


class OwnUnits(OwnTable):
    """A table or layer of units; known headers and words (xã, phường ...) are taken unless switched off."""

    crs: str = Field(
        "EPSG:4326",
        description="coordinate system of columns x and y, e.g. EPSG:3405 (VN-2000); a layer states its own",
    )
    accept_proposed: bool = Field(True, description="take known headers and words; merger check lists what was taken")


class Data(Section):
    """Where each table lies: `geodata:NAME` for shipped geography, else a path beside the scenario file.

    Units, divisions and staff: a path, or a map that says how one's own headers are meant (`OwnTable`). Stage arrange
    needs units and law alone; a table that is null is empty, and stages that need it say so.
    """

    units: OwnUnits = Field(
        OwnUnits(file="geodata:units_before.gpkg"),
        description="units before: a layer (GeoPackage, Shapefile, GeoJSON) or a table (CSV, XLSX) with x and y",
    )
    units_reference: str | None = Field("geodata:units_after_2025.gpkg", description="real units of 2025")
    crosswalk: str | None = Field("geodata:crosswalk.csv", description="old unit to new unit of 2025, with shares")
    adjacency: str | None = Field(
        "geodata:adjacency_before.csv", description="pairs of neighbouring units; none: from the polygons"
    )
    links: str | None = Field(None, description="pairs joined by a bridge or ferry besides: code_a, code_b, kind")
    roads_nodes: str | None = Field(
        "geodata:roads_nodes.parquet", description="road nodes; none: straight lines (arrange.detour_factor, speed_kmh)"
    )
    roads_edges: str | None = Field("geodata:roads_edges.parquet", description="road edges")
    ferries: str | None = Field("geodata:ferries.csv", description="ferry links")
    stations: str | None = Field("geodata:railway_stations.csv", description="railway stations and timetable")
    projects: str | None = Field("geodata:transport_projects.csv", description="links for what-if runs")
    travel_time_checks: str | None = Field(
        "geodata:travel_time_checks.csv", description="published travel times that the traffic factors are fitted to"
    )
    sites: str | None = Field("geodata:sites.csv", description="work sites")
    agencies: str | None = Field("agencies.csv", description="agencies before and after")
    programmes: str | None = Field("programmes.csv", description="programmes and tasks (mandates)")
    deadlines: str | None = Field("deadlines.csv", description="dated steps")
    arrangement_before: str | None = Field(
        None, description="units.csv of a plan, or CSV old_code,new_id,seat_code (for the objective least_change)"
    )
    timetable_before: str | None = Field(
        None, description="re-planning: timetable.csv of the plan before, whose dates move as little as possible"
    )
    progress: str | None = Field(None, description="re-planning: tasks begun or done")
    allowances: str | None = Field("commute_allowances.csv", description="travel and rent support, fares")
    totals: str | None = Field("staff_totals.csv", description="published totals")
    housing: str | None = Field("housing.csv", description="official housing")
    surplus_offices: str | None = Field("surplus_offices.csv", description="seats kept and surplus")
    it_systems: str | None = Field("it_systems.csv", description="shared IT systems")
    divisions: OwnTable | None = Field(None, description="divisions inside agencies; none: generated, SYNTHETIC")
    staff: OwnTable | None = Field(None, description="roster, one row a person; none: generated, SYNTHETIC")
    law: str = Field("law", description="folder of legal figures, *.toml")

    def reference(self, name: str) -> str | None:
        """Where a table lies: `geodata:NAME` or a path; None when the scenario names none."""
        value = getattr(self, name)
        return value.file if isinstance(value, OwnTable) else value


class Prices(Section):
    """One currency for everything: VND. Values are this project's assumptions unless a source is given."""

    person_hour_vnd: float = Field(60_000, ge=0, description="VND for one hour of a person's travel time")
    vehicle_km_vnd: float = Field(3_000, ge=0, description="VND for one km by own motorbike or car")
    working_days_month: float = Field(22, gt=0, description="commuting days a month")
    site_move_person_vnd: float = Field(2_000_000, ge=0, description="VND to move one desk with its files")
    mandate_move_vnd: float = Field(50_000_000, ge=0, description="VND to hand a mandate to another body")
    overhead_post_vnd_year: float = Field(300_000_000, ge=0, description="VND a year for one head or deputy post")


class Locks(Section):
    """Decisions already taken; the engine keeps them or says that it cannot."""

    must_join: tuple[tuple[Code, ...], ...] = Field((), description="sets of old units that stay together")
    must_not_join: tuple[tuple[Code, ...], ...] = Field((), description="sets of old units, no two together")
    fixed_seat: tuple[Code, ...] = Field((), description="old units that must be the seat of their new unit")
    forbidden_seat: tuple[Code, ...] = Field((), description="old units that must not be a seat")
    keep_whole: tuple[Code, ...] = Field((), description="old units that stay a unit of their own")
    fixed_successor: dict[str, str] = Field({}, description="division or agency id: id of its new agency")
    fixed_site: dict[str, str] = Field({}, description="new agency id, or division id: site where it sits afterwards")
    pair: tuple[tuple[Code, ...], ...] = Field((), description="sets of divisions that become one new division")
    keep_apart: tuple[tuple[Code, ...], ...] = Field(
        (), description="sets of divisions, no two of them in one new division"
    )
    fixed_post: dict[str, str] = Field({}, description="person id: id of the new division or unit")


class StopOptions(Section):
    """When a stage stops."""

    seconds: float = Field(60, gt=0, description="wall-clock limit, seconds")
    work: float | None = Field(None, gt=0, description="deterministic limit in the solver's own unit")
    gap: float = Field(0.0, ge=0, description="relative gap at which the stage may stop")


class Range(Section):
    """A number that is not fixed."""

    least: int = Field(ge=0, description="least number")
    most: int = Field(ge=0, description="largest number")


def read_number(value: object) -> int | Range:
    """A whole number, or {least: NUMBER, most: NUMBER}."""
    if isinstance(value, int) and not isinstance(value, bool) and value >= 0:
        return value
    if isinstance(value, Range):
        return value
    ends = value if isinstance(value, dict) and set(value) == {"least", "most"} else {}
    whole = all(isinstance(n, int) and not isinstance(n, bool) and n >= 0 for n in ends.values())
    if not ends or not whole or ends["least"] > ends["most"]:
        raise PydanticCustomError("number_or_range", "neither a whole number nor {{least: , most: }} in this order")
    return Range(**ends)


def ends_of(number: int | Range) -> tuple[int, int]:
    """Least and largest number."""
    return (number.least, number.most) if isinstance(number, Range) else (number, number)


Number = Annotated[int | Range, PlainValidator(read_number)]
Objective = Annotated[Written, PlainValidator(read_objective)]


class Special(Section):
    """A unit fixed in advance as a special zone (đặc khu)."""

    name: str = Field(description="name of the new unit")
    members: tuple[Code, ...] = Field((), description="old units")
    district: str | None = Field(None, description="or: all old units of this district")


class Arrange(Section):
    """Stage arrange: old units to new ones."""

    objectives: tuple[Objective, ...] = Field(
        ("travel",),
        min_length=1,
        description="aims in order, each as good as the earlier ones let it be; a name, or {name: weight} for a "
        f"weighted sum, a weight being the price of one: {meaning()}",
    )
    regions: dict[Side, Number] = Field(
        {"hai_duong": 64, "hai_phong": 50},
        description="new units per side, special zones included: a number, or {least: , most: }",
    )
    total_regions: Number | None = Field(
        None, description="new units of all sides together: a number, or {least: , most: }; none: as the sides have it"
    )
    max_members: int | None = Field(None, ge=1, description="largest number of old units in one new unit; none: any")
    seats_available: tuple[Code, ...] = Field(
        (), description="old units whose office can be the seat of a new unit (for the objective seats_reused)"
    )
    max_needs_decision: int = Field(0, ge=0, description="new units that may need a decision under Art 5(3)")
    max_area_km2: float | None = Field(None, gt=0, description="ceiling on the area of a new unit, km2")
    max_population: float | None = Field(None, gt=0, description="ceiling on the population of a new unit, persons")
    special_zones: tuple[Special, ...] = Field((), description="units fixed as special zones")
    adjacency: Literal["table", "polygons", "voronoi"] | None = Field(
        None,
        description="where neighbours come from; none: data.adjacency, else the polygons. voronoi: ESTIMATED from the "
        "centres alone, taken only when written here",
    )
    min_border_m: float = Field(60, gt=0, description="polygons: shortest common border of neighbours, m")
    border_gap_m: float = Field(
        5, ge=0, le=200, description="polygons: gaps up to this wide between drawn borders are closed and reported, m"
    )
    neighbour_kinds: tuple[Literal["land", "bridge", "ferry"], ...] = Field(
        ("land", "bridge"), min_length=1, description="kinds of pairs (data.adjacency, data.links) that join units"
    )
    detour_factor: float = Field(
        1.3, ge=1, description="without roads: length of a way over the straight line (ASSUMED)"
    )
    speed_kmh: float = Field(25, gt=0, description="without roads: mean speed of a way, km/h (ASSUMED)")
    require_road_link: bool = Field(
        False, description="units count as neighbours only when a road (no motorway) crosses their border"
    )
    ward_target: Literal["phuong_central_city", "phuong_mountain_border_province", "phuong_other"] = Field(
        "phuong_central_city", description="floors of wards that apply: id of standards.target (Art 5(1)(c))"
    )
    traffic_factor: float | None = Field(
        None, ge=1, description="normal traffic over free flow, ferries apart; none: fitted to data.travel_time_checks"
    )
    alternatives: int = Field(0, ge=0, le=20, description="further plans to look for, as unlike as possible")
    alternatives_gap: Share = Field(0.01, description="most by which an objective may be worse in a further plan")
    stop: StopOptions = StopOptions(seconds=120)


class Consolidate(Section):
    """Stage consolidate: divisions of both sides' agencies to new divisions and sites."""

    floor_m2_person: float = Field(12, gt=0, description="office area a person, m2")
    stay_sites: dict[Side, str] = Field(
        {"hai_duong": "hd-provincial-centre-old", "hai_phong": "hp-peoples-committee-old"},
        description="second site of each side",
    )
    main_site: str = Field("bac-song-cam", description="site of the new city's bodies")
    site_floor_m2: dict[str, float] = Field({}, description="floor area by site where sites.csv has none, m2")
    second_site_share: Share = Field(0.0, description="largest share of divisions that may stay at a second site")
    archive_m2_per_m: float = Field(0.2, ge=0, description="floor for one metre of files, m2")
    province_class: Literal["hanoi_hcmc", "class_1", "class_2_3"] = Field(
        "class_1", description="class of the new province for the smallest division (Decree 45/2025 Art 5)"
    )
    successors: Literal["published", "free"] = Field(
        "published",
        description="published: each body to its published successor; free: any new body of its bloc",
    )
    largest_mixed_division: int = Field(30, ge=1, description="largest division that joins several teams, persons")
    max_divisions: dict[str, int] = Field({}, description="new agency id: largest number of divisions")
    small_division_vnd_year: float | None = Field(
        None, ge=0, description="VND a year for a division below the legal minimum; none: not allowed"
    )
    mixed_team_vnd_year: float = Field(
        1_300_000_000,
        ge=0,
        description="VND a year for each further team in a division: above the most that a "
        "merger of two divisions saves (four leading posts), so teams are mixed only to reach the smallest size",
    )
    split_team_vnd_year: float = Field(
        600_000_000,
        ge=0,
        description="VND a year for counterpart teams of both sides kept in separate divisions",
    )
    coordination_trips_week: float = Field(
        4, ge=0, description="round trips a week between a division at a second site and the main site"
    )
    division_equipment: dict[str, dict[str, int]] = Field(
        {},
        description="division id or field of work: units of each equipment that it needs where it works; archive_m "
        "(metres of files) is known from the divisions",
    )
    site_equipment: dict[str, dict[str, int]] = Field(
        {},
        description="site id: units of each equipment there (rooms, halls, archive_m, ...); a kind named for one site "
        "is missing at the other sites of the centre unless named there too",
    )
    tradeoff_shares: tuple[Share, ...] = Field(
        (0.0, 0.05, 0.1, 0.15, 0.2, 0.3, 0.5, 1.0),
        description="shares of divisions at second sites for which the best structure is shown",
    )
    alternatives: int = Field(3, ge=0, description="near-optimal structures to show")
    alternatives_gap: float = Field(0.01, ge=0, description="how much dearer than the best they may be, as a share")
    merge_service_units: bool = Field(
        False, description="also join counterpart public service units (otherwise a project of its own)"
    )
    stop: StopOptions = StopOptions(seconds=60)


class ProtectedCase(Section):
    """What a protected case changes in the placement of a person."""

    travel_multiplier: float = Field(1.0, ge=1, description="multiplier on the price of the person's travel")
    max_km: float | None = Field(None, gt=0, description="way to a commune post beyond which the price is due, km")
    beyond_vnd_year: float = Field(
        60_000_000, ge=0, description="VND a year for a commune post farther than `max_km`: such posts come last"
    )
    surplus_multiplier: float = Field(
        1.0, ge=1, description="multiplier on the price of keeping the person above the establishment"
    )


class SmallChild(ProtectedCase):
    """Care of small children."""

    travel_multiplier: float = Field(1.5, ge=1, description="multiplier on the price of the person's travel")
    max_km: float | None = Field(20, gt=0, description="way to a commune post beyond which the price is due, km")


class Pregnant(ProtectedCase):
    """Pregnancy."""

    travel_multiplier: float = Field(1.5, ge=1, description="multiplier on the price of the person's travel")
    max_km: float | None = Field(15, gt=0, description="way to a commune post beyond which the price is due, km")
    surplus_multiplier: float = Field(
        1.5, ge=1, description="multiplier on the price of keeping the person above the establishment"
    )


class Disability(ProtectedCase):
    """Disability."""

    travel_multiplier: float = Field(2.0, ge=1, description="multiplier on the price of the person's travel")
    max_km: float | None = Field(10, gt=0, description="way to a commune post beyond which the price is due, km")
    surplus_multiplier: float = Field(
        1.5, ge=1, description="multiplier on the price of keeping the person above the establishment"
    )


class NearRetirement(ProtectedCase):
    """Near retirement."""

    travel_multiplier: float = Field(1.25, ge=1, description="multiplier on the price of the person's travel")
    max_km: float | None = Field(20, gt=0, description="way to a commune post beyond which the price is due, km")


class Protected(Section):
    """Protected cases of the roster; of several, the strictest value counts."""

    small_child: SmallChild = SmallChild()
    pregnant: Pregnant = Pregnant()
    disability: Disability = Disability()
    near_retirement: NearRetirement = NearRetirement()


class Couple(Section):
    """Spouses on the roster: not both far from home."""

    travel_multiplier: float = Field(1.25, ge=1, description="multiplier on the price of travel of both")
    far_km: float = Field(15, gt=0, description="way to work that counts as far, km")
    both_far_vnd_year: float | None = Field(
        30_000_000, ge=0, description="VND a year when both work far from home; none: never both in the communes"
    )


class Relocate(Section):
    """Stage relocate: persons to posts."""

    party_posts_commune: int = Field(17, ge=0, description="Party posts in a commune-level unit")
    front_posts_commune: int = Field(8, ge=0, description="Front posts in a commune-level unit")
    take_up_early_retirement: Share = Field(0.5, description="share of eligible persons who choose early retirement")
    take_up_resignation: Share = Field(0.01, description="share of eligible persons who choose resignation")
    max_commune_move_km: float = Field(40, gt=0, description="longest commute of a commune post, km")
    transitional_vnd_year: float = Field(
        150_000_000, ge=0, description="VND a year for a person kept above the establishment"
    )
    unplaced_vnd_year: float = Field(
        1_000_000_000, ge=0, description="VND a year for a person without any post: keeps such cases last"
    )
    surplus_by_eligibility: bool = Field(
        False,
        description="whether a place above the establishment costs less for those who may leave with a benefit; "
        "off: eligibility moves nobody",
    )
    max_transitional_share: float = Field(
        1.0,
        ge=0,
        description="persons above the establishment of a commune-level unit, as a share of its posts",
    )
    change_body_vnd_year: float = Field(
        15_000_000,
        ge=0,
        description="VND a year for work in another body than that of one's field, same bloc",
    )
    change_bloc_vnd_year: float = Field(
        40_000_000, ge=0, description="VND a year for work in another bloc (government, Party, Front)"
    )
    loss_of_rank_vnd_year: float = Field(25_000_000, ge=0, description="VND a year for each level of rank lost")
    promotion_vnd_year: float = Field(
        10_000_000, ge=0, description="VND a year for each level of rank gained: needs an appointment"
    )
    leave_area_vnd_year: float = Field(
        12_000_000,
        ge=0,
        description="VND a year for leaving the successor of one's own old unit, or one's old district",
    )
    rank_levels: tuple[float, ...] = Field(
        (0.15, 0.25, 0.3, 0.5),
        description="leadership coefficients from which a local leader has level 1, 2, ...",
    )
    wish_vnd_year: float = Field(
        8_000_000, ge=0, description="VND a year for work elsewhere than in the successor of the unit wished for"
    )
    keep_team_vnd_year: float | None = Field(
        12_000_000,
        ge=0,
        description="VND a year for each further unit that a team of the roster is spread over; none: never spread",
    )
    protected: Protected = Protected()
    couple: Couple = Couple()
    side_balance_share: Share = Field(
        0.3,
        description="share of the leaders of a new agency, and of its heads of division, that each side has at least",
    )
    side_balance_vnd_year: float | None = Field(
        60_000_000, ge=0, description="VND a year for each leading post short of that share; none: never short"
    )
    commute_feedback: bool = Field(
        True, description="place again at the prices of travel that stage commute found for each home and site"
    )
    stop: StopOptions = StopOptions(seconds=60, gap=0.0001)


class Vehicle(Section):
    """A vehicle type for shuttles."""

    id: str
    seats: int = Field(gt=0, description="passenger seats")
    fixed_vnd_day: float = Field(ge=0, description="hire with driver, VND a day")
    km_vnd: float = Field(ge=0, description="VND a km")
    fleet: int = Field(50, ge=0, description="vehicles available")
    co2_kg_km: float = Field(0.8, ge=0, description="CO2, kg a km")


class Commute(Section):
    """Stage commute: support for people whose workplace moves."""

    arrive_by: str = Field("07:30", pattern=r"^\d\d:\d\d$", description="latest arrival at the site")
    leave_from: str = Field("17:00", pattern=r"^\d\d:\d\d$", description="earliest departure from the site")
    longest_ride_minutes: float = Field(75, gt=0, description="longest ride on a shuttle, minutes")
    min_riders_route: int = Field(40, ge=1, description="smallest number of people registered for a vehicle")
    walk_to_stop_km: float = Field(1.5, ge=0, description="access to a stop without a feeder, km")
    budget_vnd_month: float | None = Field(None, ge=0, description="ceiling on public money a month, VND")
    peak_factor: float | None = Field(
        None, ge=1, description="peak traffic over free flow, ferries apart; none: fitted to data.travel_time_checks"
    )
    take_up: float = Field(0.7, gt=0, le=1, description="share of those registered who ride shuttle or train, expected")
    take_up_sd: float = Field(0.15, ge=0, le=0.5, description="its standard deviation: how unsure the share is")
    ramp: tuple[float, ...] = Field(
        (0.75, 1.5, 1.0), min_length=1, description="riders of the first weeks over the expected ones; the last lasts"
    )
    time_prices: tuple[float, ...] = Field(
        (0.3, 3.0, 6.0, 10.0),
        description="prices of time over the scenario's, at which budget and minutes are traded; empty: none",
    )
    co2_vnd_tonne: float = Field(0, ge=0, description="price of CO2 in the choice, VND a tonne (no money flows)")
    own_co2_kg_km: float = Field(0.12, ge=0, description="CO2 of an own vehicle, kg a km (car and motorbike mixed)")
    train_co2_kg_km: float = Field(0.04, ge=0, description="CO2 of the train, kg a passenger and km")
    second_site_share: Share = Field(
        0.0, description="largest share of those entitled who work some days at the site nearest home or from home"
    )
    second_site_days_week: float = Field(2, gt=0, le=5, description="these days a week")
    second_site_public_vnd_month: float = Field(500_000, ge=0, description="public cost of such a desk, VND a month")
    second_site_vnd_day: float = Field(
        60_000, ge=0, description="weight of a day away from the team, VND (no money flows)"
    )
    area_people: int = Field(40, ge=1, description="commuters of a commune above which it is split into home areas")
    vehicles: tuple[Vehicle, ...] = Field(
        (
            Vehicle(id="16", seats=16, fixed_vnd_day=900_000, km_vnd=6_000, co2_kg_km=0.25),
            Vehicle(id="29", seats=29, fixed_vnd_day=1_300_000, km_vnd=8_000, co2_kg_km=0.5),
            Vehicle(id="45", seats=45, fixed_vnd_day=1_800_000, km_vnd=10_000, co2_kg_km=0.8),
        ),
        description="vehicle types (this project's assumptions)",
    )
    projects: tuple[str, ...] = Field((), description="transport projects taken as open")
    travel_allowances: tuple[str, ...] = Field(
        ("hp-travel-15", "hp-travel-30", "hp-travel-45"),
        description="allowance ids of the travel tiers in force",
    )
    rent_allowance: str | None = Field("hp-rent-30", description="allowance id of the rent support, or none")
    train_month_fare: str = Field("fare-month-nov", description="allowance id of the train's monthly ticket")
    train_single_fare: str = Field("fare-single", description="allowance id of the train's single ticket")
    link_bus_fare: str = Field("fare-link-bus", description="allowance id of the connecting bus")
    train_timetable: str = Field("2025_09_22", description="edition of the train's timetable in the table of stations")
    train_seat_share: Share = Field(1.0, description="share of the train's seats open to these commuters")
    irregular_days_week: float = Field(3, gt=0, le=7, description="commuting days a week of those who wish irregular")
    feeder_km: float = Field(5, ge=0, description="longest way to a stop by own vehicle, km")
    feeder_minutes: float = Field(5, ge=0, description="parking and walking at a stop reached by own vehicle, minutes")
    feeder_vnd_day: float = Field(5_000, ge=0, description="parking at a stop or station, VND a day (assumed)")
    station_km: float = Field(25, ge=0, description="longest way to a railway station by own vehicle, km")
    walk_kmh: float = Field(4.5, gt=0, description="walking speed, km/h")
    stop_spacing_km: float = Field(1.5, ge=0, description="smallest distance between two candidate stops, km")
    min_people_stop: int = Field(4, ge=1, description="people within reach that make a candidate stop")
    main_road_km: float = Field(1.0, ge=0, description="how far a stop may move to lie on a main road, km")
    max_stops_route: int = Field(6, ge=1, description="largest number of stops of a route")
    dwell_minutes: float = Field(1, ge=0, description="stay at a stop, minutes")
    wait_minutes: float = Field(5, ge=0, description="waiting at a shuttle stop, and margin before arrive_by, minutes")
    transfer_minutes: float = Field(10, ge=0, description="at a station: from own vehicle or bus to train, minutes")
    driver_hours_day: float = Field(8, gt=0, description="longest driving of a shuttle driver a day, hours")
    rent_market_vnd_month: float = Field(3_500_000, ge=0, description="rent of a room near the site, VND a month")
    flat_public_vnd_month: float = Field(
        2_700_000, ge=0, description="public cost of a flat reserved for staff, VND a month"
    )
    trips_home_month: float = Field(4.3, ge=0, description="trips home a month of those who live near the site")
    local_minutes: float = Field(12, ge=0, description="way to work of those who rent near the site, minutes")
    apart_vnd_month: float = Field(
        4_000_000,
        ge=0,
        description="weight of living apart from one's family, VND a person and month (no money flows)",
    )
    unserved_vnd_month: float = Field(
        20_000_000,
        ge=0,
        description="weight of an entitled person without support, VND a month (no money flows)",
    )
    stop: StopOptions = StopOptions(seconds=240, work=5, gap=0.005)


class Absence(Section):
    """Units of a resource that are away for some days."""

    resource: str = Field(description="name of the resource, as in working_groups")
    first: date = Field(description="first day of the absence")
    last: date = Field(description="last day of the absence")
    units: int = Field(ge=1, description="units away")


class Sitting(Section):
    """A day on which the People's Council sits and can vote."""

    day: date = Field(description="day of the sitting")
    basis: Literal["known", "assumed"] = Field("known", description="known: from a source; assumed: by this project")


class Timetable(Section):
    """Stage timetable: tasks against deadlines. Groups, rates and prices are this project's assumptions."""

    working_groups: dict[str, int] = Field(
        {
            "working_group": 8,
            "audit_team": 6,
            "asset_team": 3,
            "trainers": 4,
            "contract_team": 4,
            "it_team": 6,
            "digitisation_lines": 8,
            "trucks": 32,
            "commune_groups": 40,
            "commune_trucks": 60,
            "works_crew": 28,
        },
        description="renewable resources: units available on each day of work",
    )
    desks_truck_day: float = Field(20, gt=0, description="persons whose desks one truck moves in a day")
    archive_m_truck_day: float = Field(60, gt=0, description="metres of files that one truck moves in a day")
    trucks_per_move: int = Field(8, ge=1, description="trucks that one agency can load at the same time")
    first_to_move: tuple[Code, ...] = Field(
        (), description="new agencies that move before the day of effect, as the leadership works there"
    )
    archive_move_share: Share = Field(0.2, description="share of the files that move with the staff; the rest stays")
    digitise_share: Share = Field(0.1, description="share of the files to be digitised")
    pages_per_m: int = Field(5_000, ge=1, description="pages in one metre of files")
    pages_line_day: int = Field(15_000, ge=1, description="pages that one digitisation line does in a day")
    late_target_vnd_day: float = Field(50_000_000, ge=0, description="price of one working day after a target date")
    late_legal_vnd_day: float = Field(5_000_000_000, ge=0, description="price of one working day after a legal limit")
    unit_vnd_day: dict[str, float] = Field(
        {
            "working_group": 4_000_000,
            "audit_team": 5_000_000,
            "asset_team": 4_000_000,
            "trainers": 3_000_000,
            "contract_team": 3_000_000,
            "it_team": 6_000_000,
            "digitisation_lines": 4_000_000,
            "trucks": 2_500_000,
            "commune_groups": 3_000_000,
            "commune_trucks": 2_000_000,
            "works_crew": 12_000_000,
        },
        description="price of one more unit of a resource, VND a day of work (assumed)",
    )
    comfortable_share: Share = Field(
        0.85, description="share of a resource's units that may be at work without strain; use above it is avoided"
    )
    absences: tuple[Absence, ...] = Field((), description="units of a resource that are away for some days")
    council_sittings: tuple[Sitting, ...] = Field(
        (), description="sittings of the People's Council, the only days for its votes; none: any working day"
    )
    contractor_budget_vnd: float | None = Field(
        None, ge=0, description="most money for work by contractors, VND; none: no limit"
    )
    duration: dict[str, int] = Field({}, description="what-if: days of a task, or of all tasks of a type")
    not_before: dict[str, date] = Field({}, description="what-if: first day of a task, or of all tasks of a type")
    mode: dict[str, str] = Field({}, description="way of doing a task, or all tasks of a type: own or contractor")
    status_date: date | None = Field(None, description="re-planning: nothing that has not begun starts before this day")
    move_vnd_day: float = Field(
        1_000_000,
        ge=0,
        description="re-planning: weight of one day by which a task's start moves, VND (no money flows)",
    )
    relief_schedules: int = Field(
        80, ge=0, description="schedules tried to find what must give where limits do not hold"
    )
    risk_runs: int = Field(1_000, ge=100, description="simulated runs of the timetable")
    risk_correlation: Share = Field(
        0.3,
        description="simulation: correlation of the durations of two tasks of one owner and kind (assumed); "
        "half of it when only one of the two is the same",
    )
    stop: StopOptions = StopOptions(seconds=120, work=8)


class Documents(Section):
    """Heads of the Word report, in the form of Decree 30/2020/NĐ-CP on administrative documents."""

    superior: Title = Field(
        Title(vi="Ủy ban nhân dân thành phố Hải Phòng", en="People's Committee of Hải Phòng city"),
        description="superior body of the issuing body",
    )
    issuer: Title = Field(
        Title(vi="Sở Nội vụ", en="Department of Home Affairs"), description="body that issues the report"
    )
    symbol: str = Field("BC-SNV", description="symbol after the number: kind of document and body")
    place: str = Field("Hải Phòng", description="place in the date line")
    addressee: Title = Field(
        Title(
            vi="Ban Chỉ đạo sắp xếp, tổ chức lại đơn vị hành chính thành phố Hải Phòng",
            en="Steering Committee for the arrangement of administrative units, Hải Phòng city",
        ),
        description="body that decides",
    )
    templates: str = Field(
        "",
        description="folder of the Word templates letter.vi.docx and letter.en.docx edited by you, relative to this "
        "scenario (merger new writes them into templates); empty: those of the program",
    )
    recipients: tuple[Title, ...] = Field(
        (
            Title(vi="Như trên", en="As above"),
            Title(
                vi="Thường trực Thành ủy, HĐND, UBND thành phố",
                en="Standing boards of the Party Committee, Council, PC",
            ),
            Title(vi="Các sở, ngành liên quan", en="Departments concerned"),
            Title(vi="Lưu: VT", en="File"),
        ),
        description="list of recipients",
    )
    website: str = Field(
        "https://haiphong.gov.vn",
        pattern=r"^https?://[^\s/]+\.[^\s]+$",
        description="website of the city, named in the feed of routes (GTFS) as required there",
    )
    smallest_group: int = Field(
        5, ge=3, description="persons in the smallest group that documents, maps and public tables show"
    )


class Scenario(Section):
    """One planning case, complete: what `extends`, `overrides` and `--set` resolve to."""

    version: Literal[1] = Field(1, description="version of this schema")
    name: str = Field(pattern=r"^[a-z0-9][a-z0-9-]*$", description="short name, used for folders")
    title: Title
    dates: Dates = Dates()
    data: Data = Data()
    rules: dict[str, Any] = Field({}, description="legal figures overridden here: rule id: value")
    prices: Prices = Prices()
    locks: Locks = Locks()
    arrange: Arrange = Arrange()
    consolidate: Consolidate = Consolidate()
    relocate: Relocate = Relocate()
    commute: Commute = Commute()
    timetable: Timetable = Timetable()
    documents: Documents = Documents()
    seed: int = Field(2025, description="seed of the generator and of every solver")
    threads: int = Field(1, ge=1, description="threads of every solver; more than 1 may change ties between runs")
