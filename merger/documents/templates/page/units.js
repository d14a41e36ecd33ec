/* ---- filters of the map, and the units that pass them as a table: all that the map shows, without the map ---- */
const FILTERS = {
  side: { label: "side", values: () => distinct("side"), word: (v) => word("side", v) },
  kind: { label: "kind", values: () => distinct("kind"), word: (v) => word("kind", v) },
  standard: { label: "standardOf", values: () => (state.base === "units_after" ? distinct("standard") : []), word: (v) => word("standard", v) },
  same: { label: "differs", values: () => (layers.units_real_2025 && state.base !== "units_real_2025" ? ["yes", "no"] : []), word: (v) => t(v) },
};
const COLUMNS = {
  units_after: ["name", "kind", "side", "old", "area_km2", "population", "meanKm", "standard", "same"],
  units_before: ["name", "kind", "district", "becomes", "area_km2", "population", "km_to_seat", "same"],
  units_real_2025: ["name", "kind", "side", "old", "area_km2", "population"],
};
const HEADS = { area_km2: "area", population: "population", km_to_seat: "toSeat", standard: "standardOf", same: "differs" };
const UNITS_OF = { area_km2: " (km²)", km_to_seat: " (km)" };
const sameOf = (f) => (f.name === "units_before" ? !f.p.differs : f.p.same) ? "yes" : "no";
const distinct = (key) => [...new Set(layers[state.base].map((f) => f.p[key]).filter(Boolean))];
const valueOf = (f, key) => (key === "same" ? sameOf(f) : f.p[key]);
const passes = (f) => Object.entries(state.filter).every(([key, wanted]) => !wanted || valueOf(f, key) === wanted);

// What stands in a cell: what rows are sorted by, and its text.
function cellOf(f, key) {
  const p = f.p, folded = (text) => [fold(text || ""), text || ""];
  if (key === "old") { const n = p.members.split(";").length; return [n, num(n)]; }
  if (key === "meanKm") { const km = p.population ? p.person_km / p.population : 0; return [km, num(km, 1)]; }
  if (key === "area_km2" || key === "km_to_seat") return [p[key] ?? -1, num(p[key], key === "area_km2" ? 2 : 1)];
  if (key === "population") return [p.population, num(p.population)];
  if (key === "becomes") return folded(after.get(p.new_id)?.p.name);
  if (key === "same") return folded(t(sameOf(f)));
  if (key === "name") return [fold(shortName(p.name)), p.name];
  return folded(key === "district" ? p.district : word(key, p[key]));
}
const numeric = (key) => ["old", "area_km2", "population", "meanKm", "km_to_seat"].includes(key);

function filters() {
  for (const [key, filter] of Object.entries(FILTERS)) if (state.filter[key] && !filter.values().includes(state.filter[key])) state.filter[key] = "";
  const choices = Object.entries(FILTERS).map(([key, filter]) => [key, filter, filter.values()]).filter(([, , values]) => values.length > 1);
  const boxes = choices.map(([key, filter, values]) => {
    const select = el("select", { id: `filter-${key}`, onchange: (e) => { state.filter[key] = e.target.value; filtered(); } }, el("option", { value: "" }, t("any")), ...values.map((v) => el("option", { value: v }, filter.word(v))));
    select.value = state.filter[key];
    return el("label", {}, `${t(filter.label)} `, select);
  });
  const clear = el("button", { type: "button", onclick: () => { for (const key of Object.keys(state.filter)) state.filter[key] = ""; filters(); filtered(); } }, t("clear"));
  $("filters").replaceChildren($("filters").querySelector("legend"), ...boxes, clear);
}
function filtered() {
  unitTable(); legend(); redraw();
  tell(t("shown")(num(layers[state.base].filter(passes).length), num(layers[state.base].length)));
}
function unitTable() {
  const columns = COLUMNS[state.base].filter((key) => key !== "same" || layers.units_real_2025);
  if (!columns.includes(state.sort.key)) state.sort = { key: "name", down: false };
  const { key: by, down } = state.sort, all = layers[state.base];
  const rows = all.filter(passes).map((f) => [cellOf(f, by)[0], f]).sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0) * (down ? -1 : 1));
  const head = (key) => el("th", { scope: "col", class: numeric(key) ? "n" : "", "aria-sort": key === by ? (down ? "descending" : "ascending") : "none" },
    el("button", { type: "button", class: "open", onclick: () => { state.sort = { key, down: key === by && !down }; unitTable(); $("units").querySelector('[aria-sort$="ending"] button').focus(); } },
      `${t(HEADS[key] || key)}${UNITS_OF[key] || ""}${key === by ? (down ? " ▾" : " ▴") : ""}`));
  const cell = (f, key) => (key === "name" ? el("th", { scope: "row" }, el("button", { type: "button", class: "open", onclick: () => { select(f, true); showDetail(); } }, f.p.name)) : el("td", { class: numeric(key) ? "n" : "" }, cellOf(f, key)[1]));
  $("units").querySelector("summary").textContent = `${t("units")}: ${t(state.base)} – ${t("shown")(num(rows.length), num(all.length))}`;
  $("unit-table").setAttribute("aria-label", `${t("units")}: ${t(state.base)}`);
  $("unit-table").replaceChildren(el("table", {}, el("thead", {}, el("tr", {}, ...columns.map(head))), el("tbody", {}, ...rows.map(([, f]) => el("tr", {}, ...columns.map((key) => cell(f, key)))))));
}
