"use strict";
/* ---- timetable: a chart of all bodies or of one, in vectors, and the list of tasks ---- */
const CHART = {
  vi: { body: "Cơ quan:", all: "Tất cả (nhóm việc)", events: "Mốc: nghị quyết, kỳ họp, ngày hiệu lực", slackBar: "có dự phòng", event: "mốc", target: "mục tiêu", holiday: "nghỉ lễ",
    list: "Danh sách việc", city: "Cấp thành phố và trung ương", local: "Xã, phường, đặc khu và cấp huyện cũ", later: "kết thúc sau khung, tháng/năm", more: "việc" },
  en: { body: "Body:", all: "All (groups of tasks)", events: "Events: resolutions, sittings, entry into force", slackBar: "with slack", event: "event", target: "target", holiday: "public holiday",
    list: "List of tasks", city: "City and central bodies", local: "Communes and former districts", later: "ends later, month/year", more: "tasks" },
};
// Lengths in units of the drawing: columns of names and of the tail, rows of one line and each further line, bars.
const ROOM = { width: 1180, names: 420, tail: 74, row: 23, line: 15, bar: 12, top: 44, alike: 6, after: 183, sheet: 1640 };
// On a phone the names give way, so that bars are seen beside them.
function makeRoom(paper) { Object.assign(ROOM, narrow.matches && !paper ? { width: 700, names: 190 } : { width: 1180, names: 420 }); }
let chartBody = -1;
// Draws the chart for paper, in sheets, or for the screen; set where the chart is.
let sheets = () => {};
const say = (key) => CHART[state.lang][key];
const dayOf = (iso) => Date.parse(`${iso}T00:00:00Z`) / 864e5;
const monthOf = (day) => { const d = new Date(day * 864e5); return `${d.getUTCMonth() + 1}/${d.getUTCFullYear()}`; };
const titleOf = (r) => { const title = state.lang === "vi" ? r.title_vi : r.title_en; return title.charAt(0).toUpperCase() + title.slice(1); };

// The name of the namespace as the browser knows it: the page holds no address at all.
const SVG = $("drawing").namespaceURI;
function svg(name, attributes, ...children) {
  const node = document.createElementNS(SVG, name);
  for (const [key, value] of Object.entries(attributes)) node.setAttribute(key, value);
  node.append(...children);
  return node;
}
function wrapped(text, width, pen) {
  const lines = [""];
  for (const one of text.split(" ")) {
    const longer = lines.at(-1) ? `${lines.at(-1)} ${one}` : one;
    if (lines.at(-1) === "" || pen.measureText(longer).width <= width) lines[lines.length - 1] = longer;
    else if (lines.length === 3) { lines[2] += "…"; break; } else lines.push(one);
  }
  return lines;
}
// Spans of days on which some task goes on, those with slack first: what is critical lies over them.
function busy(tasks) {
  return [false, true].flatMap((critical) => {
    const joined = [];
    for (const r of tasks.filter((r) => r.critical === critical).sort((a, b) => dayOf(a.start) - dayOf(b.start))) {
      const [first, last] = [dayOf(r.start), dayOf(r.finish)];
      if (joined.length && first <= joined.at(-1)[1] + 1) joined.at(-1)[1] = Math.max(joined.at(-1)[1], last);
      else joined.push([first, last, critical]);
    }
    return joined;
  });
}
function chartRow(name, tasks, from) {
  const fixed = tasks.every((r) => r.fixed), latest = (key) => tasks.map((r) => r[key]).filter(Boolean).sort().at(-1);
  return { name, parts: fixed ? [] : busy(tasks), events: fixed ? tasks.map((r) => dayOf(r.start)) : [], legal: fixed ? "" : latest("legal_limit"), target: fixed ? "" : latest("target"),
    start: Math.min(...tasks.map((r) => dayOf(r.start))), finish: Math.max(...tasks.map((r) => dayOf(r.finish))), order: from };
}
function chartRows() {
  const rows = [], events = [];
  for (const family of DATA.tasks) {
    let own = family.members.length ? family.members : [family];
    if (chartBody >= 0) own = own.filter((r) => r.bodies.includes(chartBody));
    if (!own.length) continue;
    if (chartBody < 0 && own.every((r) => r.fixed)) { events.push(...own); continue; }
    if (chartBody >= 0 && own.length <= ROOM.alike) rows.push(...own.map((r) => chartRow(titleOf(r), [r])));
    else rows.push(chartRow(own.length > 1 ? `${titleOf(family)} (${num(own.length)})` : titleOf(own[0]), own));
  }
  rows.sort((a, b) => a.start - b.start || a.finish - b.finish);
  if (events.length && rows.length) {
    const row = chartRow("", events), first = Math.min(...rows.map((r) => r.start));
    row.events = row.events.filter((d) => d >= first);
    rows.unshift({ ...row, name: `${say("events")} (${num(row.events.length)})`, start: first, finish: first });
  }
  return rows;
}
// Rows of `all` that fit on a sheet of paper, sheet by sheet.
function sheetsOf(all, pen) {
  const parts = [[]];
  let used = 0;
  for (const r of all) {
    const height = ROOM.row + ROOM.line * (wrapped(r.name, ROOM.names - 16, pen).length - 1);
    if (used + height > ROOM.sheet) { parts.push([]); used = 0; }
    parts.at(-1).push(r); used += height;
  }
  return parts;
}
function penOf() {
  const pen = document.createElement("canvas").getContext("2d");
  pen.font = "12.5px Arial, sans-serif";
  return pen;
}
// A chart of some rows, on the days of all of them.
function chart(all = chartRows(), rows = all) {
  const pen = penOf(), ends = all.map((r) => r.finish).sort((a, b) => a - b), effect = dayOf(DATA.effect);
  // The few tasks that end years later are cut, so that the months of the move stay readable.
  const first = Math.min(...all.map((r) => r.start)) - 1, last = Math.max(first + 27, Math.min(ends.at(-1), Math.max(ends[Math.floor(0.8 * (ends.length - 1))], effect + ROOM.after)) + 4);
  const x = (day) => ROOM.names + ((Math.max(first, Math.min(last, day)) - first) / (last - first)) * (ROOM.width - ROOM.names - ROOM.tail);
  const names = rows.map((r) => wrapped(r.name, ROOM.names - 16, pen)), heights = names.map((n) => ROOM.row + ROOM.line * (n.length - 1));
  const bottom = ROOM.top + heights.reduce((a, b) => a + b, 0);
  const page = svg("svg", { viewBox: `0 0 ${ROOM.width} ${bottom + 4}`, role: "img", "aria-label": `${t("tasks")}: ${chartBody < 0 ? say("all") : DATA.bodies[chartBody].name}`, class: "chart" });
  const put = (name, attributes, ...children) => page.append(svg(name, attributes, ...children));
  let y = ROOM.top;
  heights.forEach((h, k) => { if (k % 2) put("rect", { x: 0, y, width: ROOM.width, height: h, class: "band" }); y += h; });
  for (const day of DATA.holidays.map(dayOf)) if (day >= first && day < last) put("rect", { x: x(day), y: ROOM.top, width: x(day + 1) - x(day), height: bottom - ROOM.top, class: "off" });
  const d = new Date(first * 864e5), months = (last - first) / 30.4, every = [1, 2, 3, 6, 12].find((n) => ((ROOM.width - ROOM.names) / months) * n >= 58) ?? 12;
  for (d.setUTCDate(1), d.setUTCMonth(d.getUTCMonth() + 1); d / 864e5 < last; d.setUTCMonth(d.getUTCMonth() + 1)) {
    const at = x(d / 864e5), told = d.getUTCMonth() % every === 0;
    put("line", { x1: at, x2: at, y1: ROOM.top - (told ? 8 : 0), y2: bottom, class: told ? "month" : "month faint" });
    if (told && at < ROOM.width - ROOM.tail - 30) put("text", { x: at + 3, y: ROOM.top - 5, class: "when" }, monthOf(d / 864e5));
  }
  put("path", { d: `M${ROOM.names} ${bottom}V${ROOM.top}H${ROOM.width - ROOM.tail}`, class: "axis" });
  y = ROOM.top;
  rows.forEach((r, k) => {
    const middle = y + heights[k] / 2;
    names[k].forEach((line, i) => put("text", { x: 4, y: middle + 4.5 + (i - (names[k].length - 1) / 2) * ROOM.line }, line));
    for (const e of r.events) if (e < last) put("path", { d: `M${x(e + 0.5)} ${middle - 6}l6 6l-6 6l-6 -6Z`, class: "event" });
    if (!r.events.length && r.start < last) {
      if (r.parts.length > 1) put("line", { x1: x(r.start), x2: x(r.finish + 1), y1: middle, y2: middle, class: "span" });
      for (const [a, b, critical] of r.parts) if (a < last) {
        put("rect", { x: x(a), y: middle - ROOM.bar / 2, width: Math.max(3, x(b + 1) - x(a)), height: ROOM.bar, class: critical ? "work critical" : "work" },
          svg("title", {}, `${r.name}: ${date(new Date(a * 864e5).toISOString().slice(0, 10))} – ${date(new Date(b * 864e5).toISOString().slice(0, 10))}`));
      }
    }
    if (r.finish >= last && !r.events.length) put("text", { x: ROOM.width - 4, y: middle + 4, "text-anchor": "end", class: "when" }, `» ${monthOf(r.finish)}`);
    if (r.target && dayOf(r.target) < last) put("path", { d: `M${x(dayOf(r.target) + 1)} ${middle + 2}l5.5 8.5h-11Z`, class: "target" }, svg("title", {}, `${say("target")} ${date(r.target)}`));
    if (r.legal && dayOf(r.legal) < last) put("path", { d: `M${x(dayOf(r.legal) + 1) - 1.2} ${middle + 9}v-14l-4 -5h10.4l-4 5v14Z`, class: "limit" }, svg("title", {}, `${t("limit")} ${date(r.legal)}`));
    y += heights[k];
  });
  if (effect >= first && effect < last) {
    put("line", { x1: x(effect), x2: x(effect), y1: ROOM.top - 22, y2: bottom, class: "effect" });
    put("text", { x: x(effect), y: ROOM.top - 27, "text-anchor": "middle", class: "effect" }, `${t("effect")}: ${date(DATA.effect)}`);
  }
  return page;
}
function chartKey() {
  const sign = (...shapes) => svg("svg", { viewBox: "0 0 22 20", class: "chart sign" }, ...shapes);
  const work = (kind) => sign(svg("rect", { x: 1, y: 4, width: 20, height: 12, class: kind }));
  return el("p", { class: "muted keys" }, ...[
    [work("work critical"), t("critical")], [work("work"), say("slackBar")], [sign(svg("path", { d: "M11 4l6 6l-6 6l-6 -6Z", class: "event" })), say("event")],
    [sign(svg("path", { d: "M9.8 19v-14l-4 -5h10.4l-4 5v14Z", class: "limit" })), t("limit")], [sign(svg("path", { d: "M11 6l5.5 8.5h-11Z", class: "target" })), say("target")],
    [sign(svg("rect", { x: 6, y: 0, width: 10, height: 20, class: "off" })), say("holiday")], [el("span", {}, "»"), say("later")],
  ].map(([mark, text]) => el("span", {}, mark, ` ${text}`)));
}
function bodyChoice(show) {
  const option = (b, k) => el("option", { value: k }, `${b.name} (${num(b.tasks)})`), of = (local) => DATA.bodies.map((b, k) => (b.local === local ? option(b, k) : null));
  const select = el("select", { id: "chart-body", onchange: (e) => { chartBody = Number(e.target.value); show(); } }, el("option", { value: -1 }, say("all")),
    el("optgroup", { label: say("city") }, ...of(false)), el("optgroup", { label: say("local") }, ...of(true)));
  select.value = String(chartBody);
  return el("p", {}, el("label", { for: "chart-body" }, `${say("body")} `), select);
}
function taskList() {
  const cells = (r, name) => [el("td", {}, name), el("td", {}, r.owner || t("several")), el("td", { class: "n" }, date(r.start)), el("td", { class: "n" }, date(r.finish)),
    el("td", { class: "n" }, date(r.legal_limit)), el("td", { class: "n" }, `${num(r.slack_days)}${r.legal_late_days > 0 ? ` · ${t("late")} ${num(r.legal_late_days)}` : ""}`)];
  const body = el("tbody"), marked = (r) => (r.critical ? "critical" : "");
  for (const r of DATA.tasks) {
    if (!r.members.length) { body.append(el("tr", { class: marked(r) }, ...cells(r, titleOf(r)))); continue; }
    const toggle = el("button", { type: "button", class: "open", "aria-expanded": "false" }, `▸ ${titleOf(r)} (${num(r.tasks)})`), head = el("tr", { class: marked(r) }, ...cells(r, toggle));
    let rows = [];
    toggle.onclick = () => {
      const opened = rows.length > 0;
      if (opened) { rows.forEach((x) => x.remove()); rows = []; } else { rows = r.members.map((m) => el("tr", { class: `member ${marked(m)}` }, ...cells(m, titleOf(m)))); head.after(...rows); }
      toggle.setAttribute("aria-expanded", String(!opened));
      toggle.textContent = `${opened ? "▸" : "▾"} ${titleOf(r)} (${num(r.tasks)})`;
    };
    body.append(head);
  }
  return el("details", {}, el("summary", {}, say("list")), el("div", { class: "scroll tasks", tabindex: "0", role: "region", "aria-label": say("list") }, el("table", {},
    el("thead", {}, el("tr", {}, ...["task", "owner", "from", "to", "limit", "slack"].map((k, i) => el("th", { scope: "col", class: i > 1 ? "n" : "" }, t(k))))), body)));
}
function tasks() {
  const box = $("tasks");
  box.hidden = !DATA.tasks.length;
  if (box.hidden) return;
  const frame = el("div", { class: "scroll gantt", tabindex: "0", role: "region", "aria-label": `${t("charts")}: ${t("tasks")}` }), show = () => sheets(false);
  sheets = (paper) => { makeRoom(paper); const all = chartRows(); frame.replaceChildren(...(paper ? sheetsOf(all, penOf()).map((rows) => chart(all, rows)) : [chart(all)])); };
  show();
  box.replaceChildren(el("h2", {}, `${t("tasks")} (${num(DATA.tasks.reduce((n, r) => n + r.tasks, 0))})`), bodyChoice(show), chartKey(), frame, taskList());
}
