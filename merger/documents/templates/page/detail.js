/* ---- what is told of the thing chosen ---- */
const row = (label, value) => (value === null || value === "" ? [] : [el("dt", {}, label), el("dd", {}, value)]);
const jump = (f, text) => el("button", { type: "button", class: "open", onclick: () => { select(f, true); showDetail(); } }, text || f.p.name);
// To the details, for those who came by keyboard or hold a phone.
function showDetail() { $("detail").focus({ preventScroll: true }); $("detail").scrollIntoView({ block: "nearest" }); }
const agencyName = (a) => (state.lang === "vi" ? a.name : `${a.name_en} (${a.name})`);
const bullets = (lines) => el("ul", {}, ...lines.map((line) => el("li", {}, line)));
const agencyList = (keys) => el("ul", {}, ...[...keys].map((k) => el("li", {}, el("button", { type: "button", class: "open", onclick: () => { selectAgency(k); showDetail(); } }, agencyName(DATA.agencies[k])))));
function selectAgency(k) {
  const a = DATA.agencies[k], f = (layers.sites || []).find((s) => s.p.site_id === a.site);
  if (f) select(f, true);
  state.agency = k;
  detail();
  tell(`${t("picked")}: ${agencyName(a)}`);
}
function agencyDetail(a) {
  const { kind, facts, reasons, sections, rules } = both(a.answer), site = (layers.sites || []).find((s) => s.p.site_id === a.site);
  return [el("p", { class: "muted" }, kind), el("dl", {}, ...facts.flatMap(([label, value]) => row(label, value)), ...(site ? [el("dt", {}, t("site")), el("dd", {}, jump(site))] : [])),
    el("h3", {}, t("reasons")), bullets([...reasons, ...rules]),
    ...sections.map(([title, lines], i) => el("details", { open: i < 2 }, el("summary", {}, title), bullets(lines)))];
}
function memberList(codes) {
  return el("ul", {}, ...codes.map((code) => {
    const f = before.get(code);
    const more = f && f.p.minutes_to_seat !== undefined && f.p.minutes_to_seat !== null ? ` (${num(f.p.population)} ${t("people")}, ${num(f.p.minutes_to_seat)} ${t("min")})` : "";
    return el("li", {}, f ? jump(f) : code, el("span", { class: "muted" }, more));
  }));
}
function detail() {
  const box = $("detail");
  if (state.agency !== null && state.agency !== undefined) {
    const a = DATA.agencies[state.agency];
    box.replaceChildren(el("h2", {}, agencyName(a), tag(a.synthetic)), ...agencyDetail(a));
    return;
  }
  if (!state.sel) {
    const agencies = DATA.agencies.length ? [el("h3", {}, `${t("cityAgencies")} (${num(DATA.agencies.length)})`), agencyList(DATA.agencies.keys())] : [];
    box.replaceChildren(el("p", { class: "muted" }, t("hint")), ...agencies);
    return;
  }
  const f = layers[state.sel.layer][state.sel.index], p = f.p, out = [el("h2", {}, nameOf(f), tag(p.label === "SYNTHETIC"))];
  const size = () => [...row(t("area"), `${num(p.area_km2, 2)} km²`), ...row(t("population"), num(p.population)), ...row(t("density"), `${num(p.population / p.area_km2)}/km²`)];
  if (f.name === "units_after") {
    const seat = before.get(p.seat_code);
    const ratio = p.area_ratio === null ? "" : `${t("areaOf")} ${num(p.area_ratio, 2)} ${t("times")} · ${t("popOf")} ${num(p.population_ratio, 2)} ${t("times")}`;
    out.push(el("dl", {}, ...row(t("kind"), word("kind", p.kind)), ...size(), ...row(t("seat"), seat ? seat.p.name : ""),
      ...row(t("perPerson"), `${num(p.person_km / p.population, 1)} km · ${num(p.person_minutes / p.population, 1)} ${t("min")}`),
      ...row(t("standardOf"), word("standard", p.standard)), ...row(t("vsStandard"), ratio)));
    out.push(el("h3", {}, t("members")), memberList(p.members.split(";")));
    const rules = (p.rules || "").split(";").map((r) => DATA.rules[r]).filter(Boolean).map(both).filter(Boolean);
    out.push(el("h3", {}, t("reasons")), el("ul", {}, el("li", {}, t("oneSeat")), ...rules.map((r) => el("li", {}, r)),
      layers.units_real_2025 ? el("li", {}, p.same ? t("sameReal") : t("otherReal")) : null));
  } else if (f.name === "units_before") {
    const home = after.get(p.new_id);
    out.push(el("dl", {}, ...row(t("kind"), word("kind", p.kind)), ...row(t("district"), p.district), ...size(),
      ...(home ? [el("dt", {}, t("becomes")), el("dd", {}, jump(home))] : []),
      ...(real.has(p.real) ? [el("dt", {}, t("realUnit")), el("dd", {}, jump(real.get(p.real)))] : []),
      ...(p.minutes_to_seat === undefined || p.minutes_to_seat === null ? [] : row(t("toSeat"), `${num(p.km_to_seat, 1)} km · ${num(p.minutes_to_seat)} ${t("min")}`)),
      ...row(t("label"), t("estimated"))));
    if (p.differs) out.push(el("p", { class: "muted" }, `${t("inReality")}.`));
  } else if (f.name === "units_real_2025") {
    out.push(el("dl", {}, ...row(t("kind"), word("kind", p.kind)), ...size(), ...row(t("law"), both(p.clause)), ...row(t("seatText"), p.seat_text)));
    out.push(el("h3", {}, t("members")), memberList(p.members.split(";")), el("p", { class: "muted" }, t("about")));
  } else if (f.name === "routes") {
    out.push(el("dl", {}, ...row(t("kind"), word("mode", p.mode)), ...row(t("riders"), `${count(p.riders)} / ${num(p.seats)} ${t("seatsOf")}`),
      ...row(t("ride"), `${num(p.km, 1)} km · ${num(p.minutes)} ${t("min")}`), ...row(t("departs"), p.depart), ...row(t("arrives"), p.arrive)));
    out.push(el("h3", {}, t("reasons")), bullets(both(DATA.reasons[p.route_id] || { vi: [], en: [] })));
    const own = (layers.stops || []).filter((s) => s.p.route_id === p.route_id);
    out.push(el("h3", {}, t("stops")), el("ul", {}, ...own.map((s) => el("li", {}, `${s.p.time} `, jump(s)))));
  } else if (f.name === "stops") {
    const route = (layers.routes || []).find((r) => r.p.route_id === p.route_id);
    out.push(el("dl", {}, ...row(t("timeHere"), p.time), ...row(t("boarding"), count(p.boarding)), ...(route ? [el("dt", {}, t("routes")), el("dd", {}, jump(route))] : [])));
  } else if (f.name === "commute_flows") {
    out.push(el("dl", {}, ...row(t("fromHome"), p.home), ...row(t("toWork"), p.site), ...row(t("persons"), num(p.people)), ...row("Km", num(p.km, 1))));
  } else if (f.name === "projects") {
    const told = projectOf(f);
    out.push(el("dl", {}, ...row(t("status"), told ? both(told.status) : ""), ...row(t("inPlan"), p.open ? t("open") : t("notOpen"))), el("p", { class: "muted" }, t("projectsHint")));
  } else if (f.name === "stations") {
    out.push(el("p", { class: "muted" }, t("stations")));
  } else if (f.name === "sites") {
    const here = [...DATA.agencies.keys()].filter((k) => DATA.agencies[k].site === p.site_id);
    if (here.length) out.push(el("h3", {}, `${t("agenciesHere")} (${num(here.length)})`), agencyList(here));
  }
  box.replaceChildren(...out);
}
