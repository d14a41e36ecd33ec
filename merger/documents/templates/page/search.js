/* ---- search: by every word of a name, with or without diacritics ---- */
const namesOf = (f) => (f.name === "projects" && projectOf(f) ? Object.values(projectOf(f).name) : [f.p.name]);
const index = [];
for (const name of [...BASES, "sites", "routes", "stations", "projects"]) for (const f of layers[name] || []) index.push({ name, title: () => nameOf(f), keys: namesOf(f).map(fold), more: f.p.district, take: () => select(f, true) });
DATA.agencies.forEach((a, k) => index.push({ name: "agencies", title: () => agencyName(a), keys: [fold(a.name), fold(a.name_en)], take: () => selectAgency(k) }));
let hits = [], chosen = -1;
const MOST_HITS = 14;
// Whole name first, then names that begin with what was typed, then those with it inside; proposed units before others.
function rank(key, typed) {
  const short = fold(shortName(key.replace(/^(phuong|xa|dac khu|thi tran) /, "")));
  return short === typed || key === typed ? 0 : short.startsWith(typed) ? 1 : key.includes(typed) ? 2 : 3;
}
function found(typed) {
  const words = typed.split(/\s+/).filter(Boolean);
  const all = [];
  for (const entry of words.length ? index : []) {
    const keys = entry.keys.filter((k) => words.every((w) => k.includes(w)));
    if (keys.length) all.push({ ...entry, rank: Math.min(...keys.map((k) => rank(k, words.join(" ")))) });
  }
  return all.sort((a, b) => a.rank - b.rank).slice(0, MOST_HITS);
}
function search() {
  const typed = fold($("query").value).trim();
  hits = found(typed);
  chosen = hits.length ? 0 : -1;
  const nothing = typed && !hits.length ? [el("li", { role: "option", "aria-disabled": "true", "aria-selected": "false" }, t("none"))] : [];
  $("hits").replaceChildren(...hits.map((e, i) => el("li", { role: "option", id: `hit${i}`, "aria-selected": "false", onpointerdown: (ev) => { ev.preventDefault(); take(i); } },
    el("span", {}, e.title()), el("small", {}, [t(e.name), e.more].filter(Boolean).join(" · ")))), ...nothing);
  showHits(Boolean(typed));
  mark();
  if (typed) tell(hits.length ? t("found")(num(hits.length)) : t("none"));
}
function showHits(on) {
  $("hits").hidden = !on;
  $("query").setAttribute("aria-expanded", String(on));
}
function mark() {
  [...$("hits").children].forEach((li, i) => { li.setAttribute("aria-selected", String(i === chosen)); if (i === chosen) li.scrollIntoView({ block: "nearest" }); });
  if (chosen >= 0) $("query").setAttribute("aria-activedescendant", `hit${chosen}`); else $("query").removeAttribute("aria-activedescendant");
}
function take(i) { if (hits[i]) { showHits(false); hits[i].take(); } }
$("query").addEventListener("input", search);
$("query").addEventListener("blur", () => showHits(false));
$("query").addEventListener("keydown", (e) => {
  if ((e.key === "ArrowDown" || e.key === "ArrowUp") && hits.length) { showHits(true); chosen = (chosen + (e.key === "ArrowDown" ? 1 : -1) + hits.length) % hits.length; mark(); e.preventDefault(); }
  else if (e.key === "Enter") take(chosen);
  else if (e.key === "Escape") { $("query").value = ""; search(); }
});
