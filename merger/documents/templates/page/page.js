/* ---- controls, legend, figures, stages and charts; the words of the language; the start ---- */
function chooseBase(name) {
  state.base = name; state.fill = "plain";
  controls(); redraw();
  $("bases").querySelector("input:checked").focus();
}
function controls() {
  $("bases").replaceChildren($("bases").querySelector("legend"), ...BASES.map((n) => el("label", {}, el("input", { type: "radio", name: "base", checked: n === state.base, onchange: () => chooseBase(n) }), ` ${t(n)}`)));
  const has = { minutes: layers.units_before.some((f) => f.p.minutes_to_seat > 0), same: Boolean(layers.units_real_2025) };
  const options = FILLS[state.base].filter((o) => has[o] !== false);
  $("fill").replaceChildren(...options.map((o) => el("option", { value: o, selected: o === state.fill }, t(o))));
  const there = { names: true, old_lines: true, real_lines: layers.units_real_2025, differences: layers.units_real_2025 && after.size };
  $("overlays").replaceChildren($("overlays").querySelector("legend"), ...OVERLAYS.filter((n) => there[n] || layers[n]).map((n) => el("label", {},
    el("input", { type: "checkbox", checked: state.on.has(n), onchange: (e) => { if (e.target.checked) state.on.add(n); else state.on.delete(n); legend(); redraw(); } }), ` ${t(n)}`)));
  legend(); filters(); unitTable();
}
function legend() {
  const items = [], put = (style, cls, text) => { const i = el("i", { class: cls }); Object.assign(i.style, style); items.push(el("div", {}, i, el("span", {}, text))); };
  const count = (test) => num(layers[state.base].filter(test).length);
  if (state.fill === "standard") for (const [k, c] of Object.entries(STANDARDS[state.theme])) if (layers.units_after.some((f) => f.p.standard === k)) put({ background: c }, "", `${word("standard", k)} (${count((f) => f.p.standard === k)})`);
  if (state.fill === "same") { put({ background: TINTS[state.theme][0] }, "", `${t("sameReal")} (${count((f) => f.p.same)})`); put({ background: TINTS[state.theme][1] }, "", `${t("otherReal")} (${count((f) => !f.p.same)})`); }
  if (state.fill === "minutes") MINUTES[state.theme].forEach(([limit, c], i) => put({ background: c }, "", limit > 1e6 ? `${t("over")} ${MINUTES[state.theme][i - 1][0]} ${t("min")}` : `≤ ${limit} ${t("min")}`));
  const dot = (name, colour) => state.on.has(name) && put({ background: `var(--${colour})` }, "dot", t(name));
  const line = (name, colour, cls = "line") => state.on.has(name) && layers[name] && put({ borderColor: `var(--${colour})` }, cls, t(name));
  dot("seats", "seat"); if (state.on.has("sites")) put({ background: "var(--site)" }, "square", t("sites"));
  line("roads", "road"); line("railway", "rail", "dash"); line("routes", "route"); line("commute_flows", "flow"); line("projects", "project", "dash");
  if (state.on.has("real_lines")) put({ borderColor: "var(--real-line)" }, "dash", t("real_lines"));
  if (state.on.has("differences")) put({ background: "repeating-linear-gradient(135deg, var(--real-line) 0 2px, transparent 2px 5px)" }, "", t("inReality"));
  $("legend").replaceChildren(...items);
  $("legend").hidden = !items.length;
}
function panels() {
  $("facts").replaceChildren(...DATA.facts.map((f) => el("div", { class: "fact" }, el("span", {}, both(f.title), tag(f.synthetic)), el("b", { class: both(f.plan).length > 13 ? "long" : "" }, both(f.plan)), el("span", {}, both(f.real)))));
  const head = (key) => ({ "data-head": t(key) });
  const stageRow = (s) => el("tr", {}, el("th", { scope: "row" }, both(s.name)), el("td", { class: `status ${s.status}`, ...head("status") }, word("status", s.status)), el("td", { class: "n", ...head("objective") }, both(s.objective)),
    el("td", { class: "n", ...head("bound") }, both(s.bound)), el("td", { class: "n", ...head("gap") }, both(s.gap)),
    el("td", {}, el("div", {}, both(s.proof)), el("details", {}, el("summary", {}, t("more")), el("ul", {}, ...s.findings.map(both).filter(Boolean).map((x) => el("li", {}, x)), ...both(s.rules).map((x) => el("li", {}, x)), both(s.seconds) === "–" ? null : el("li", {}, `${t("took")}: ${both(s.seconds)} s`)))));
  const heads = ["stage", "status", "objective", "bound", "gap"].map((k, i) => el("th", { class: i > 1 ? "n" : "", scope: "col" }, t(k)));
  $("stages").replaceChildren(el("h2", {}, t("stages")), el("div", { class: "scroll stacked" }, el("table", {}, el("thead", {}, el("tr", {}, ...heads, el("th", { scope: "col" }, t("reasons")))), el("tbody", {}, ...DATA.stages.map(stageRow)))));
  $("charts").replaceChildren(el("h2", {}, t("charts")), ...DATA.charts.map((c) => {
    const most = Math.max(1, ...c.bars.map((b) => b.value));
    return el("div", {}, el("h3", {}, both(c.title), tag(c.synthetic)), ...c.bars.map((b) => {
      const bar = el("i", {}); bar.style.width = `${(48 * b.value) / most}%`;
      return el("div", { class: "hbar" }, el("span", {}, both(b.label)), el("div", { class: "track" }, bar, el("span", {}, both(b.text))));
    }));
  }));
  $("charts").hidden = !DATA.charts.length;
  tasks();
}
function write() {
  document.documentElement.lang = state.lang;
  document.title = both(DATA.title);
  $("title").textContent = both(DATA.title);
  $("lang").textContent = state.lang === "vi" ? "English" : "Tiếng Việt";
  $("lang").lang = state.lang === "vi" ? "en" : "vi";
  $("theme").textContent = state.theme === "dark" ? t("light") : t("dark");
  $("synthetic").textContent = both(DATA.synthetic);
  $("synthetic").hidden = !both(DATA.synthetic);
  $("source").textContent = both(DATA.credit);
  for (const node of document.querySelectorAll("[data-t]")) node.textContent = t(node.dataset.t);
  for (const node of document.querySelectorAll("[data-a]")) { node.title = t(node.dataset.a); node.setAttribute("aria-label", t(node.dataset.a)); }
  for (const node of document.querySelectorAll("[data-label]")) node.setAttribute("aria-label", t(node.dataset.label));
  canvas.setAttribute("aria-label", t("mapHelp"));
  const o = DATA.origin;
  $("origin").textContent = `${t("originText")}: ${o.scenario} · ${o.digest} · seed ${o.seed} · threads ${o.threads} · ${Object.entries(o.versions).map((v) => v.join(" ")).join(" · ")}`;
  controls(); panels(); detail(); redraw();
}
function theme(name) { state.theme = name; document.documentElement.dataset.theme = name; write(); }
$("lang").onclick = () => { state.lang = state.lang === "vi" ? "en" : "vi"; write(); };
if (narrow.matches) $("layer-box").open = false;
$("theme").onclick = () => theme(state.theme === "dark" ? "light" : "dark");
$("print").onclick = () => window.print();
$("fill").onchange = (e) => { state.fill = e.target.value; legend(); redraw(); };
let screenTheme = "light";
window.addEventListener("beforeprint", () => { screenTheme = state.theme; theme("light"); draw(); sheets(true); });
window.addEventListener("afterprint", () => { theme(screenTheme); });
new ResizeObserver(resize).observe(canvas);
if (window.matchMedia("(prefers-color-scheme: dark)").matches) theme("dark"); else theme("light");
resize();
performance.mark("ready");
