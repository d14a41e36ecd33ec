"""A scenario of one's own to edit: every option with meaning and present value, and empty tables."""

from __future__ import annotations

import json
import os
import re
import unicodedata
from collections.abc import Mapping
from datetime import date
from pathlib import Path
from typing import Any

from pydantic import BaseModel

from geodata.columns import Column, TableSchema
from geodata.faults import InputError, shown
from scenarios.loaded import Loaded, portable, shipped_folder, with_files
from scenarios.loader import FILE, load_scenario
from scenarios.options import LOADER_KEYS, Option, fields_of
from scenarios.schema import OwnTable, Scenario
from scenarios.tables import schema_of

TABLES = ("divisions", "staff")
# Tables of an origin with units of its own, copied for the planner to put his own in their place.
PROVINCE = ("units", "adjacency", "links")
# Keys that the file sets itself; all others are listed switched off.
OWN = ("version", "name", "title")
HEAD = """\
# {title_vi}
#
# Kịch bản này bắt đầu từ "{origin}"; chỉ ghi những gì khác đi. Mọi tùy chọn được liệt kê bên dưới với
# ý nghĩa, đơn vị và giá trị đang có. Để bật một dòng, xóa một dấu # ở đầu dòng đó và ở đầu dòng tên mục
# (giữ nguyên khoảng thụt). Kiểm tra: merger check {folder}
# Lập phương án: merger plan {folder} -o PHUONG-AN
#
# This scenario starts from "{origin}"; write only what differs. Every option is listed below with its
# meaning, unit and the value it has now. To switch a line on, delete one # at its start and at the start
# of its section (keep the indentation).
"""
OVERRIDES = (
    f"## {LOADER_KEYS['overrides']}",
    "#overrides:",
    "#  fewer-rides:",
    "#    commute: {min_riders_route: 30}",
    f"## {LOADER_KEYS['use']}",
    "#use: []",
)
# Plain words that YAML 1.1 or 1.2 readers may take for something else.
KEYWORDS = ("true", "false", "null", "yes", "no", "on", "off")
PLAIN = re.compile(r"[a-z][\w./-]*(:[\w./-]+)?")
MAPPING = (
    "Bảng có tên cột riêng (units, divisions, staff): thay đường dẫn bằng các dòng sau. merger check đề xuất sẵn.",
    "A table with headers of its own: write these lines in place of the path. merger check proposes them to paste.",
    "  staff:",
)
EXAMPLES = {
    "file": "danh-sach.xlsx",
    "sheet": "Cán bộ",
    "encoding": "windows-1258",
    "header_row": "4",
    "header_rows": "1",
    "first_row": "6",
    "last_row": "28548",
    "skip_without": "person_id",
    "columns": '{person_id: "Mã số", born: "Ngày, tháng, năm sinh", home_code: "column F"}',
    "values": '{sex: {Nam: m, Nữ: f}, role: {"Trưởng phòng": head}, leadership_coefficient: {"": "0"}}',
    "formats": '{born: "dd/mm/yyyy, mm/yyyy, excel"}',
    "constants": "{side: hai_duong, label: official}",
    "decimal": '","',
    "confirmed": '{HD-00012: "hồ sơ gốc đã kiểm tra"}',
    "accept_proposed": "false",
}
README = """\
# Bảng để điền / Tables to fill in

Điền `divisions.csv` (các phòng, đơn vị trước sắp xếp) và `staff.csv` (danh sách nhân sự), rồi bật hai dòng
tương ứng trong mục `data` của `{file}`. Khi chưa có, chương trình tạo dữ liệu mô phỏng, ghi nhãn SYNTHETIC ở
mọi nơi. Có thể lưu dạng CSV UTF-8 hoặc XLSX, giữ nguyên tên cột. Mã đơn vị định dạng văn bản để không mất
số 0 ở đầu. Số thập phân dùng dấu chấm, ngày ghi YYYY-MM-DD. Không ghi họ tên: mỗi người chỉ có mã
`person_id`. `merger check` chỉ ra từng ô sai với dòng, cột và cách sửa.

Bảng sẵn có với tên cột tiếng Việt hoặc tiếng Anh không cần chép lại: khai báo trong mục `data` (xem chú thích ở
`{file}`). `merger check` đề xuất phần khai báo để dán vào, không tự áp dụng; `merger check --corrected THU-MUC` ghi
bản đã sửa, danh sách mọi chỗ sửa và đánh dấu dòng cần người quyết định. Cột họ tên, điện thoại, số căn cước không
được lưu lại.

Fill in `divisions.csv` (divisions before the merger) and `staff.csv` (the roster), then switch on the two
lines in section `data` of `{file}`. Without them the program makes up data, labelled SYNTHETIC in all files.
Save as CSV UTF-8 or as XLSX with the same columns. Format codes as text, so that leading zeros stay. Write a
decimal point and dates as YYYY-MM-DD. No names: a person is a `person_id`. `merger check` names every wrong
cell with its row, column and remedy.

`letter.vi.docx` và `letter.en.docx` là mẫu báo cáo và dự thảo nghị quyết: sửa bằng Word phông chữ, lề, kiểu (style),
quốc hiệu, chức danh người ký, câu chữ cố định; giữ các ô {{{{...}}}} mà chương trình điền vào. Rồi đặt
`templates: templates` trong mục `documents` của `{file}` và chạy `merger report`.

`letter.vi.docx` and `letter.en.docx` are the templates of the report and the draft resolution: change fonts, margins,
styles, letterhead, who signs and the fixed texts in Word; keep the fields {{{{...}}}} that the program fills. Then set
`templates: templates` in section `documents` of `{file}` and run `merger report`.

A table that you have already, with Vietnamese or English headers, need not be copied: say in section `data` what they
mean (see the comments in `{file}`). `merger check` proposes that mapping to paste, and applies nothing by itself;
`merger check --corrected DIR` writes a corrected copy, a list of every correction, and marks the rows that a person has
to decide. Columns with names, phones and identity numbers are not kept.

"""


def new_scenario(folder: Path, origin: str) -> Path:
    """Write a scenario that extends `origin` (shipped name, file or folder); returns its scenario.yaml.

    Raises InputError when the folder is not empty, or the origin is none; nothing is written then.
    """
    folder = Path(folder)
    if folder.is_file():
        raise InputError.single(shown(folder), "is a file", "name a new or an empty folder")
    if folder.is_dir() and any(folder.iterdir()):
        raise InputError.single(shown(folder), "the folder is not empty", "name a new or an empty folder")
    loaded = load_scenario(origin)
    copied = _province_tables(loaded)
    texts = {FILE: scenario_text(loaded, folder, {name: path.name for name, path in copied.items()})}
    for name in TABLES:
        # With a byte order mark, Excel reads the Vietnamese in a CSV file as it is.
        texts[f"templates/{name}.csv"] = "\ufeff" + ",".join(schema_of(name).columns) + "\n"
    texts["templates/README.md"] = README.format(file=FILE) + "\n".join(_columns(schema_of(t)) for t in TABLES)
    for path in copied.values():
        texts[path.name] = "\ufeff" + path.read_text(encoding="utf-8")
    if copied:
        texts["README.md"] = (loaded.folder / "README.md").read_text(encoding="utf-8")
    for name, text in texts.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    return folder / FILE


def _province_tables(origin: Loaded) -> dict[str, Path]:
    """The tables of a shipped origin that is a province to fill in, by option; {} for all others."""
    units = origin.data_path("units")
    if units is None or origin.folder.parent != shipped_folder() or units.parent != origin.folder:
        return {}
    return {name: path for name in PROVINCE if (path := origin.data_path(name)) is not None}


def scenario_text(origin: Loaded, folder: Path, copied: Mapping[str, str] | None = None) -> str:
    """The scenario file for a folder: every option of the schema, switched off, as the origin has it.

    `copied`: files beside the new scenario by option of section `data`. With them it stands for itself, for a planner
    changes everything about the units: it extends nothing, and what the origin writes is switched on.
    """
    reference = _reference(origin, folder)
    title = origin.scenario.title
    head = HEAD.format(title_vi=title.vi, origin=reference, folder=folder)
    own = [] if copied else [f"extends: {_flow(reference)}"]
    own += ["version: 1", f"name: {slug(folder.absolute().name)}", "title:"]
    own += [f"  vi: {_flow(title.vi)}", f"  en: {_flow(title.en)}"]
    lines = [*own, "", *OVERRIDES]
    files = {("data", name): file for name, file in (copied or {}).items()}
    for option in fields_of(Scenario):
        if option.path[0] in OWN:
            continue
        written = copied and origin.written(*option.path)
        told = _option_lines(option, files[option.path] if option.path in files else _value_at(origin, option, written))
        lines += _switched_on(told) if written else told
        if option.path == ("data", TABLES[-1]):
            lines += _mapping_lines()
    return head + "\n".join(lines) + "\n"


def slug(text: str) -> str:
    """A short name from any text: lower case, plain letters, digits and hyphens."""
    plain = unicodedata.normalize("NFD", text.casefold().replace("đ", "d"))
    words = re.findall(r"[a-z0-9]+", "".join(c for c in plain if not unicodedata.combining(c)))
    return "-".join(words) or "scenario"


def _reference(origin: Loaded, folder: Path) -> str:
    """How the new file names its origin: a shipped name, else a path relative to the folder."""
    path = origin.sources[-1].absolute()
    if path.parent.parent == shipped_folder():
        return path.parent.name
    target = path.parent if path.name == FILE else path
    return Path(os.path.relpath(target, folder.absolute())).as_posix()


def _value_at(origin: Loaded, option: Option, written: bool = False) -> Any:
    """The value of an option as the new file has it; `written`: as it is, no example for a table that is null."""
    value: Any = origin.scenario
    for step in option.path:
        value = getattr(value, step)
    if option.path[:-1] != ("data",):
        return value
    if isinstance(value, OwnTable):
        return with_files({option.path[-1]: value.model_dump(mode="json")}, portable)[option.path[-1]]
    own = f"templates/{option.path[-1]}.csv" if option.path[-1] in TABLES and not written else None
    return portable(value) if isinstance(value, str) else own


def _option_lines(option: Option, value: Any) -> list[str]:
    """An option as switched-off lines: its meaning (##), then key and value (#)."""
    indent = "  " * (len(option.path) - 1)
    meaning = f"#{indent}# {option.meaning}"
    key = f"#{indent}{option.path[-1]}:"
    if isinstance(value, BaseModel) and option.field.annotation is option.model:
        return [*([""] if not indent else []), meaning, key]
    if isinstance(value, tuple) and value and isinstance(value[0], BaseModel):
        return [meaning, key, *(f"#{indent}  - {_flow(v.model_dump(exclude_none=True))}" for v in value)]
    return [meaning, f"{key} {_flow(value)}"]


def _switched_on(lines: list[str]) -> list[str]:
    """The lines of an option in force, its meaning still a comment."""
    return [line if line[1:].lstrip().startswith("#") else line.removeprefix("#") for line in lines]


def _mapping_lines() -> list[str]:
    """How a table with headers of one's own is mapped: each option with its meaning and an example, as comments."""
    lines = [f"#  # {text}" for text in MAPPING]
    for name, field in OwnTable.model_fields.items():
        example = f"{name}: {EXAMPLES[name]}"
        lines += [f"#  #     # {field.description}", f"#  #     {example}"]
    return lines


def _flow(value: Any) -> str:
    """A value as YAML on one line."""
    if value is None:
        return "null"
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    if isinstance(value, BaseModel):
        return _flow(value.model_dump())
    if isinstance(value, dict):
        return "{" + ", ".join(f"{_flow(k)}: {_flow(v)}" for k, v in value.items()) + "}"
    if isinstance(value, (list, tuple)):
        return "[" + ", ".join(_flow(v) for v in value) + "]"
    if isinstance(value, str) and PLAIN.fullmatch(value) and value not in KEYWORDS:
        return value
    return json.dumps(value, ensure_ascii=False)


def _columns(schema: TableSchema) -> str:
    rows = [f"| {c.name} | {_form(c)} | {c.meaning} |" for c in schema.columns.values()]
    return "\n".join([f"## {schema.file}", "", "| column | values | meaning |", "|---|---|---|", *rows, ""])


def _form(column: Column) -> str:
    words = "; ".join(column.values) if column.values else f"{column.type} {column.unit}".strip()
    missing = column.optional or column.default is not None
    may = " (có thể không có / may be missing)" if missing else " (có thể để trống / may be empty)"
    return words + (may if missing or column.empty else "")
