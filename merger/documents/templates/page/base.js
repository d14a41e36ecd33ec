/* ---- what the page knows of its own state, and the making of elements and words ---- */
const BASES = ["units_after", "units_before", "units_real_2025"].filter((n) => DATA.layers[n]);
const FILLS = { units_after: ["plain", "standard", "same"], units_before: ["plain", "minutes"], units_real_2025: ["plain"] };
const OVERLAYS = ["names", "old_lines", "real_lines", "differences", "seats", "sites", "roads", "railway", "routes", "commute_flows", "projects"];
const STANDARDS = {
  light: { meets: "#9fcf9b", exempt: "#f5e3a9", needs_decision: "#e59a8b", special: "#a9c6ea" },
  dark: { meets: "#2f6b3a", exempt: "#6b5a20", needs_decision: "#8c3b30", special: "#2f5487" },
};
const MINUTES = {
  light: [[5, "#e3f3de"], [10, "#b0dda8"], [15, "#6fbf73"], [20, "#f6b26b"], [1e9, "#dd6b6b"]],
  dark: [[5, "#24412a"], [10, "#2f6338"], [15, "#35743f"], [20, "#8a5218"], [1e9, "#943434"]],
};
const TINTS = {
  light: ["#d9ead3", "#fbe5b9", "#cfdcf0", "#f4cfc4", "#e4d6ec", "#c9e6e3"],
  dark: ["#33502f", "#5a4a1d", "#2b4165", "#5e3a30", "#4b3759", "#27514d"],
};
const $ = (id) => document.getElementById(id);
const state = { lang: "vi", theme: "light", base: BASES[0], fill: "plain", on: new Set(["names", "seats", "sites", "roads", "routes"]), sel: null, moved: false, filter: { side: "", kind: "", standard: "", same: "" }, sort: { key: "name", down: false } };
const t = (key) => T[state.lang][key] ?? key;
const both = (o) => o[state.lang];
const word = (group, key) => (DATA.words[group][key] ? both(DATA.words[group][key]) : key ?? "");
// A count of persons: a number as text, "<5" where it is too small to show, "*" where it would give such a one away.
const count = (v) => (/^\d+$/.test(v) ? num(Number(v)) : v === "*" ? "•" : v);
const num = (v, d = 0) => (v === null || v === undefined ? "–" : v.toLocaleString(state.lang === "vi" ? "vi-VN" : "en-GB", { minimumFractionDigits: d, maximumFractionDigits: d }));
const date = (iso) => { if (!iso) return ""; const [y, m, d] = iso.split("-"); return state.lang === "vi" ? `${d}/${m}/${y}` : new Date(`${iso}T00:00:00Z`).toLocaleDateString("en-GB", { day: "numeric", month: "short", year: "numeric", timeZone: "UTC" }); };
const fold = (s) => s.normalize("NFD").replace(/[\u0300-\u036f]/g, "").replace(/đ/g, "d").replace(/Đ/g, "D").toLowerCase();
const shortName = (s) => s.replace(/^(Phường|Xã|Đặc khu|Thị trấn) /, "");

function el(tag, attributes = {}, ...children) {
  const node = document.createElement(tag);
  for (const [key, value] of Object.entries(attributes)) {
    if (key.startsWith("on")) node.addEventListener(key.slice(2), value);
    else if (value !== null && value !== false) node.setAttribute(key, value === true ? "" : value);
  }
  node.append(...children.filter((c) => c !== null && c !== undefined));
  return node;
}
const tag = (on) => (on ? el("span", { class: "tag" }, t("synthetic")) : null);

// What happened, for those who do not see it; the same words twice are said twice.
function tell(text) { $("said").textContent = ""; requestAnimationFrame(() => { $("said").textContent = text; }); }
const narrow = window.matchMedia("(max-width: 640px)"); // a phone
