"""Words of the timetable: resources, what a task waits for, chains of tasks."""

from __future__ import annotations

from datetime import date

from solvers.schedule.drivers import Cause

RESOURCES = {
    "working_group": ("nhóm giúp việc sắp xếp tổ chức", "working groups"),
    "audit_team": ("tổ kiểm kê, kiểm toán", "audit teams"),
    "asset_team": ("tổ xử lý tài sản", "asset teams"),
    "trainers": ("nhóm tập huấn", "training teams"),
    "contract_team": ("nhóm hợp đồng vận chuyển", "contract teams"),
    "it_team": ("đội công nghệ thông tin", "IT teams"),
    "digitisation_lines": ("dây chuyền số hóa", "digitisation lines"),
    "trucks": ("xe tải chuyển trụ sở cấp thành phố", "trucks for city bodies"),
    "commune_groups": ("nhóm hỗ trợ cấp xã", "commune support groups"),
    "commune_trucks": ("xe tải cấp xã", "commune trucks"),
    "works_crew": ("đội thi công trụ sở", "building crews"),
}
HEAD, TAIL = 2, 3  # tasks of a long chain that are told at its beginning and at its end


def resource_words(name: str, lang: str) -> str:
    """A resource in words; one that has none comes back as it is."""
    return RESOURCES.get(name, (name, name))[0 if lang == "vi" else 1]


def split_cause(text: str) -> tuple[str, str]:
    """Cause and resource of a cell such as `units=trucks`."""
    cause, _, resource = str(text).partition("=")
    return cause, resource


def cause_words(cause: str, before: str, lang: str) -> str:
    """What a task waits for: `cause` as in table timetable, `before` the title of the task behind it."""
    kind, resource = split_cause(cause)
    unit = resource_words(resource, lang)
    vi, en = {
        Cause.ORDER: (f"chờ việc trước hoàn thành: {before}", f"waits for the end of: {before}"),
        Cause.LAG: (f"chờ đủ số ngày tối thiểu sau việc: {before}", f"waits the least number of days after: {before}"),
        Cause.EVENT: (f"chờ mốc cố định: {before}", f"waits for the event: {before}"),
        Cause.UNITS: (f"chờ {unit} làm xong việc: {before}", f"waits for {unit} that are at work on: {before}"),
        Cause.FOLLOWER: (
            f"không sớm hơn vì việc sau phải làm liền kề: {before}",
            f"not earlier, as it must be followed closely by: {before}",
        ),
        Cause.RELEASE: ("ngày sớm nhất được bắt đầu", "the first day on which it may begin"),
        Cause.START_DAY: ("chờ ngày được phép bắt đầu (cuối tuần)", "waits for a day on which it may begin (weekend)"),
        Cause.FIXED: ("ngày cố định, phương án không dời được", "a fixed day that the plan cannot move"),
    }[Cause(kind)]
    return vi if lang == "vi" else en


def chain_words(titles: list[str], causes: list[str], lang: str) -> str:
    """A chain from its first task to its last: A → (tổ công tác) → B. `causes` as in table timetable, one a task."""
    between = ("… {n} việc …", "… {n} tasks …")[lang != "vi"]
    shown = list(range(len(titles)))
    hidden = len(titles) - HEAD - TAIL
    if hidden > 1:
        shown = [*shown[:HEAD], *shown[-TAIL:]]
    text = ""
    for place, k in enumerate(shown):
        kind, resource = split_cause(causes[k])
        if place:
            text += " → "
            if hidden > 1 and place == HEAD:
                text += between.format(n=hidden) + " → "
            if kind == Cause.UNITS:
                text += f"({resource_words(resource, lang)}) → "
        text += titles[k]
    return text


def day_vi(day: date | str) -> str:
    """A date as Vietnamese documents write it."""
    return date.fromisoformat(str(day)).strftime("%d/%m/%Y")
