"use strict";
const DATA = JSON.parse(document.getElementById("data").textContent);
const T = {
  vi: {
    skip: "Đến phần chi tiết", print: "In", search: "Tìm xã, phường, trụ sở, tuyến (có dấu hoặc không dấu)", base: "Đơn vị:",
    fill: "Tô màu:", overlays: "Lớp:", map: "Bản đồ", facts: "Chỉ tiêu chính", stages: "Kết quả từng giai đoạn và mức độ tối ưu",
    charts: "Biểu đồ", tasks: "Tiến độ thực hiện", units_after: "đề xuất", units_before: "trước sắp xếp", units_real_2025: "thực tế 2025",
    plain: "theo đơn vị", standard: "theo tiêu chuẩn", standardOf: "Tiêu chuẩn", minutes: "theo phút đến trụ sở", same: "so với thực tế 2025", names: "tên",
    seats: "trụ sở xã", sites: "trụ sở thành phố", stations: "ga", railway: "đường sắt (sơ đồ)", roads: "đường bộ", routes: "tuyến đưa đón",
    commute_flows: "luồng đi lại (không vẽ nhóm nhỏ)", projects: "dự án giao thông", real_lines: "ranh giới thực tế 2025", old_lines: "ranh giới cũ",
    zoomIn: "Phóng to", zoomOut: "Thu nhỏ", home: "Toàn bộ", remote: "Đơn vị ở xa", dark: "Nền tối", light: "Nền sáng",
    mapHelp: "Bản đồ. Phím mũi tên để dời, cộng và trừ để phóng, Enter để chọn đơn vị ở giữa.",
    hint: "Chọn một đơn vị trên bản đồ hoặc tìm theo tên để xem số liệu và lý do.", kind: "Loại", area: "Diện tích", population: "Dân số",
    density: "Mật độ", seat: "Trụ sở tại", perPerson: "Bình quân đến trụ sở", vsStandard: "So với tiêu chuẩn", areaOf: "diện tích", popOf: "dân số",
    members: "Gồm các đơn vị cũ", becomes: "Thành", district: "Huyện cũ", toSeat: "Đến trụ sở mới", reasons: "Lý do và căn cứ", label: "Nhãn",
    sameReal: "Gồm đúng các đơn vị cũ như một đơn vị thực tế năm 2025.", otherReal: "Khác với đơn vị thực tế năm 2025.",
    oneSeat: "Trụ sở đặt ở trung tâm cho tổng thời gian đi lại của người dân nhỏ nhất trong phương án được chọn.",
    law: "Căn cứ nghị quyết", seatText: "Trụ sở công bố", riders: "Hành khách", seatsOf: "chỗ", ride: "Hành trình", departs: "Xuất phát", arrives: "Đến",
    people: "người", persons: "Số người", min: "phút", about: "Phần của đơn vị cũ được tính theo nơi có nhiều dân nhất.", none: "Không tìm thấy",
    stage: "Giai đoạn", status: "Trạng thái", objective: "Giá trị", bound: "Cận dưới đã chứng minh", gap: "Sai lệch tối đa", seconds: "Giây",
    more: "Giải thích, căn cứ", task: "Việc", owner: "Chủ trì", from: "Từ", to: "Đến ngày", slack: "Dự trữ", limit: "hạn theo luật", critical: "việc găng",
    effect: "ngày có hiệu lực", several: "nhiều cơ quan", beyond: "còn tiếp tục", late: "trễ", synthetic: "GIẢ LẬP", over: "trên", stops: "điểm đón", originText: "Lập lại được",
    estimated: "ước tính", fromHome: "Từ", toWork: "Đến", open: "coi như đã mở", notOpen: "chưa mở", north: "B",
  },
  en: {
    skip: "Go to the details", print: "Print", search: "Find a unit, site or route (with or without diacritics)", base: "Units:",
    fill: "Colour:", overlays: "Layers:", map: "Map", facts: "Key figures", stages: "Result of each stage, and how far from the best",
    charts: "Charts", tasks: "Timetable", units_after: "proposed", units_before: "before", units_real_2025: "real 2025",
    plain: "by unit", standard: "by standard", standardOf: "Standard", minutes: "by minutes to the seat", same: "against reality, 2025", names: "names",
    seats: "unit seats", sites: "city sites", stations: "stations", railway: "railway (schematic)", roads: "roads", routes: "commute routes",
    commute_flows: "flows (without small groups)", projects: "transport projects", real_lines: "real borders 2025", old_lines: "old borders",
    zoomIn: "Zoom in", zoomOut: "Zoom out", home: "Whole map", remote: "Remote units", dark: "Dark", light: "Light",
    mapHelp: "Map. Arrow keys move, plus and minus zoom, Enter selects the unit in the middle.",
    hint: "Choose a unit on the map, or search by name, to see its figures and reasons.", kind: "Kind", area: "Area", population: "Population",
    density: "Density", seat: "Seat in", perPerson: "Mean way to the seat", vsStandard: "Against the standard", areaOf: "area", popOf: "population",
    members: "Made of", becomes: "Becomes", district: "District before", toSeat: "To the new seat", reasons: "Reasons and rules", label: "Label",
    sameReal: "Holds exactly the old units of a real unit of 2025.", otherReal: "Differs from the real units of 2025.",
    oneSeat: "The seat is the centre with the smallest total travel time of the residents in the chosen plan.",
    law: "Clause", seatText: "Published seat", riders: "Riders", seatsOf: "seats", ride: "Ride", departs: "Departs", arrives: "Arrives",
    people: "people", persons: "People", min: "min", about: "A split old unit counts where most of its people went.", none: "Nothing found",
    stage: "Stage", status: "Status", objective: "Objective", bound: "Proven bound", gap: "Gap", seconds: "Seconds",
    more: "Explanation and rules", task: "Task", owner: "Owner", from: "From", to: "To", slack: "Slack", limit: "legal limit", critical: "critical",
    effect: "day of effect", several: "several bodies", beyond: "goes on", late: "late", synthetic: "SYNTHETIC", over: "over", stops: "stops", originText: "Reproducible",
    estimated: "estimated", fromHome: "From", toWork: "To", open: "taken as open", notOpen: "not open", north: "N",
  },
};
const BASES = ["units_after", "units_before", "units_real_2025"].filter((n) => DATA.layers[n]);
const FILLS = { units_after: ["plain", "standard", "same"], units_before: ["plain", "minutes"], units_real_2025: ["plain"] };
const OVERLAYS = ["names", "old_lines", "real_lines", "seats", "sites", "roads", "railway", "routes", "commute_flows", "projects"];
const STANDARDS = {
  light: { meets: "#9fcf9b", exempt: "#f5e3a9", needs_decision: "#e59a8b", special: "#a9c6ea" },
  dark: { meets: "#2f6b3a", exempt: "#6b5a20", needs_decision: "#8c3b30", special: "#2f5487" },
};
const MINUTES = {
  light: [[5, "#e3f3de"], [10, "#b0dda8"], [15, "#6fbf73"], [20, "#f6b26b"], [1e9, "#dd6b6b"]],
  dark: [[5, "#24412a"], [10, "#2f6338"], [15, "#3f8a4a"], [20, "#a8651f"], [1e9, "#a33a3a"]],
};
const TINTS = {
  light: ["#d9ead3", "#fbe5b9", "#cfdcf0", "#f4cfc4", "#e4d6ec", "#c9e6e3"],
  dark: ["#33502f", "#5a4a1d", "#2b4165", "#5e3a30", "#4b3759", "#27514d"],
};
const $ = (id) => document.getElementById(id);
const state = { lang: "vi", theme: "light", base: BASES[0], fill: "plain", on: new Set(["names", "seats", "sites", "roads", "routes"]), sel: null, moved: false };
const t = (key) => T[state.lang][key] ?? key;
const both = (o) => o[state.lang];
const word = (group, key) => (DATA.words[group][key] ? both(DATA.words[group][key]) : key ?? "");
// A count of persons: a number as text, "<5" where it is too small to show, "*" where it would give such a one away.
const count = (v) => (/^\d+$/.test(v) ? num(Number(v)) : v === "*" ? "•" : v);
const num = (v, d = 0) => (v === null || v === undefined ? "–" : v.toLocaleString(state.lang === "vi" ? "vi-VN" : "en-GB", { minimumFractionDigits: d, maximumFractionDigits: d }));
const date = (iso) => { if (!iso) return ""; const [y, m, d] = iso.split("-"); return state.lang === "vi" ? `${d}/${m}/${y}` : `${y}-${m}-${d}`; };
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

/* ---- geometry: rings come as first point and steps, in metres, y down ---- */
function decode(flat) {
  const points = new Float64Array(flat.length);
  for (let i = 0, x = 0, y = 0; i < flat.length; i += 2) { x += flat[i]; y += flat[i + 1]; points[i] = x; points[i + 1] = y; }
  return points;
}
function prepare(feature, name, index) {
  const rings = feature.g.map(decode);
  const polygon = name.startsWith("units_");
  const box = [Infinity, Infinity, -Infinity, -Infinity];
  const path = new Path2D();
  let biggest = 0, label = [rings[0][0], rings[0][1]];
  for (const r of rings) {
    let area = 0, cx = 0, cy = 0;
    for (let i = 0; i < r.length; i += 2) {
      if (i) path.lineTo(r[i], r[i + 1]); else path.moveTo(r[0], r[1]);
      box[0] = Math.min(box[0], r[i]); box[1] = Math.min(box[1], r[i + 1]);
      box[2] = Math.max(box[2], r[i]); box[3] = Math.max(box[3], r[i + 1]);
      const j = (i + 2) % r.length, cross = r[i] * r[j + 1] - r[j] * r[i + 1];
      area += cross; cx += (r[i] + r[j]) * cross; cy += (r[i + 1] + r[j + 1]) * cross;
    }
    if (polygon) path.closePath();
    if (Math.abs(area) > biggest) { biggest = Math.abs(area); label = [cx / (3 * area), cy / (3 * area)]; }
  }
  return { p: feature.p, name, index, path, box, label, size: biggest, rings };
}
const layers = {};
for (const [name, features] of Object.entries(DATA.layers)) layers[name] = features.map((f, i) => prepare(f, name, i));
const after = new Map((layers.units_after || []).map((f) => [f.p.code, f]));
const before = new Map(layers.units_before.map((f) => [f.p.code, f]));
const isRemote = (f) => f.label[0] > DATA.frame[2] + 20000 || f.label[1] > DATA.frame[3] + 20000 || f.label[0] < DATA.frame[0] - 20000 || f.label[1] < DATA.frame[1] - 20000;
const remote = layers.units_before.filter(isRemote);

/* ---- view ---- */
const canvas = $("map"), ctx = canvas.getContext("2d");
const view = { x: 0, y: 0, k: 0.01 };
let width = 1, height = 1, ratio = 1, queued = false;
const css = (name) => getComputedStyle(document.documentElement).getPropertyValue(`--${name}`).trim();
const toScreen = (x, y) => [(x - view.x) * view.k + width / 2, (y - view.y) * view.k + height / 2];
const toWorld = (px, py) => [(px - width / 2) / view.k + view.x, (py - height / 2) / view.k + view.y];
function fit([x0, y0, x1, y1], room = 0.94) {
  view.x = (x0 + x1) / 2; view.y = (y0 + y1) / 2;
  view.k = Math.min(0.5, room * Math.min(width / Math.max(x1 - x0, 500), height / Math.max(y1 - y0, 500)));
  redraw();
}
function zoom(factor, px = width / 2, py = height / 2) {
  state.moved = true;
  const [wx, wy] = toWorld(px, py);
  view.k = Math.min(0.5, Math.max(0.0008, view.k * factor));
  view.x = wx - (px - width / 2) / view.k; view.y = wy - (py - height / 2) / view.k;
  redraw();
}
function resize() {
  const box = canvas.getBoundingClientRect();
  ratio = Math.max(1, window.devicePixelRatio || 1);
  width = box.width || 1; height = box.height || 1;
  canvas.width = Math.round(width * ratio); canvas.height = Math.round(height * ratio);
  if (!state.moved) fit(DATA.frame);
  draw(); // at once: a resized canvas is blank until it is drawn
}
function redraw() { if (!queued) { queued = true; requestAnimationFrame(() => { queued = false; draw(); }); } }

/* ---- drawing ---- */
const visible = (f) => { const [a, b] = toScreen(f.box[0], f.box[1]), [c, d] = toScreen(f.box[2], f.box[3]); return c > -20 && a < width + 20 && d > -20 && b < height + 20; };
function fillOf(f) {
  const p = f.p, tints = TINTS[state.theme];
  if (state.fill === "standard") return STANDARDS[state.theme][p.standard] || "#cccccc";
  if (state.fill === "same") return p.same ? tints[0] : tints[1];
  if (state.fill === "minutes") return MINUTES[state.theme].find(([limit]) => (p.minutes_to_seat ?? 0) <= limit)[1];
  const c = f.name === "units_before" && after.size ? after.get(p.new_id)?.p.c : p.c;
  return tints[(c ?? 0) % tints.length];
}
function strokeAll(list, colour, px, dash = []) {
  ctx.strokeStyle = colour; ctx.lineWidth = px / view.k; ctx.lineJoin = ctx.lineCap = "round"; ctx.setLineDash(dash.map((d) => d / view.k));
  for (const f of list) if (visible(f)) ctx.stroke(f.path);
  ctx.setLineDash([]);
}
function draw() {
  const on = (n) => state.on.has(n);
  ctx.setTransform(1, 0, 0, 1, 0, 0);
  ctx.fillStyle = css("map-back"); ctx.fillRect(0, 0, canvas.width, canvas.height);
  ctx.setTransform(ratio * view.k, 0, 0, ratio * view.k, ratio * (width / 2 - view.x * view.k), ratio * (height / 2 - view.y * view.k));
  const base = layers[state.base];
  for (const f of base) if (visible(f)) { ctx.fillStyle = fillOf(f); ctx.fill(f.path, "evenodd"); }
  if (on("old_lines") && state.base !== "units_before") strokeAll(layers.units_before, css("old-line"), 0.5);
  if (on("roads")) for (const f of layers.roads) strokeAll([f], css("road"), { motorway: 2.2, trunk: 1.7, primary: 1.2 }[f.p.highway] || 0.7);
  strokeAll(base, css("unit-line"), state.base === "units_before" ? 0.6 : 1.1);
  if (on("real_lines") && layers.units_real_2025) strokeAll(layers.units_real_2025, css("real-line"), 1.4, [5, 3]);
  if (on("commute_flows") && layers.commute_flows) {
    ctx.globalAlpha = 0.4;
    const most = Math.max(...layers.commute_flows.map((f) => f.p.people));
    for (const f of layers.commute_flows) strokeAll([f], css("flow"), 0.8 + 6 * Math.sqrt(f.p.people / most));
    ctx.globalAlpha = 1;
  }
  if (on("railway") && layers.railway) strokeAll(layers.railway, css("rail"), 1.8, [8, 4]);
  if (on("projects") && layers.projects) strokeAll(layers.projects, css("project"), 2.6, [3, 4]);
  if (on("routes") && layers.routes) for (const f of layers.routes) strokeAll([f], f.p.mode === "train" ? css("rail") : css("route"), f.p.mode === "train" ? 2.6 : 1.9);
  if (state.sel) {
    const f = layers[state.sel.layer][state.sel.index];
    if (f.rings[0].length > 2) strokeAll([f], css("select"), 3.4);
  }
  ctx.setTransform(ratio, 0, 0, ratio, 0, 0);
  const dots = (list, colour, radius, square) => {
    ctx.fillStyle = colour; ctx.strokeStyle = css("halo"); ctx.lineWidth = 1.2;
    for (const f of list) {
      const [x, y] = toScreen(f.rings[0][0], f.rings[0][1]);
      ctx.beginPath();
      if (square) ctx.rect(x - radius, y - radius, 2 * radius, 2 * radius); else ctx.arc(x, y, radius, 0, 7);
      ctx.fill(); ctx.stroke();
    }
  };
  if (on("routes") && layers.stops) dots(layers.stops, css("route"), view.k > 0.012 ? 3.4 : 2);
  if (on("seats") && layers.seats && state.base !== "units_real_2025") dots(layers.seats, css("seat"), view.k > 0.006 ? 3.2 : 2);
  if (on("railway") && layers.stations) dots(layers.stations, css("rail"), 3.6, true);
  if (on("sites")) dots(shownSites(), css("site"), 5, true);
  if (state.sel && layers[state.sel.layer][state.sel.index].rings[0].length === 2) {
    const [x, y] = toScreen(...layers[state.sel.layer][state.sel.index].rings[0]);
    ctx.strokeStyle = css("select"); ctx.lineWidth = 3; ctx.beginPath(); ctx.arc(x, y, 9, 0, 7); ctx.stroke();
  }
  labels(base, on);
  if (document.activeElement === canvas && canvas.matches(":focus-visible")) {
    ctx.strokeStyle = css("select"); ctx.lineWidth = 2; ctx.beginPath();
    ctx.moveTo(width / 2 - 9, height / 2); ctx.lineTo(width / 2 + 9, height / 2);
    ctx.moveTo(width / 2, height / 2 - 9); ctx.lineTo(width / 2, height / 2 + 9); ctx.stroke();
  }
  scaleBar();
}
function shownSites() {
  const former = view.k > 0.02;
  return layers.sites.filter((f) => former || !f.p.site_id.startsWith("district-"));
}
function labels(base, on) {
  const taken = [], order = [];
  if (on("sites")) for (const f of shownSites()) order.push([f.p.name, toScreen(f.rings[0][0], f.rings[0][1] - 11 / view.k), "600 11px", true]);
  if (on("railway") && layers.stations && view.k > 0.012) for (const f of layers.stations) order.push([f.p.name, toScreen(f.rings[0][0], f.rings[0][1] - 10 / view.k), "italic 11px", true]);
  if (on("names")) for (const f of [...base].sort((a, b) => b.size - a.size)) {
    if (visible(f)) order.push([shortName(f.p.name), toScreen(...f.label), "11.5px", Math.sqrt(f.size / 2) * view.k > 26]);
  }
  ctx.textAlign = "center"; ctx.textBaseline = "middle"; ctx.lineJoin = "round";
  for (const [text, [x, y], font, wanted] of order) {
    if (!wanted || x < 0 || y < 0 || x > width || y > height) continue;
    ctx.font = `${font} "Segoe UI", Roboto, "Noto Sans", "DejaVu Sans", Arial, sans-serif`;
    const w = ctx.measureText(text).width / 2 + 3, h = 8;
    if (x - w < 0 || x + w > width || taken.some(([a, b, c, d]) => x - w < c && x + w > a && y - h < d && y + h > b)) continue;
    taken.push([x - w, y - h, x + w, y + h]);
    ctx.strokeStyle = css("halo"); ctx.lineWidth = 3; ctx.globalAlpha = 0.85; ctx.strokeText(text, x, y); ctx.globalAlpha = 1;
    ctx.fillStyle = css("ink"); ctx.fillText(text, x, y);
  }
}
function scaleBar() {
  const most = 130 / view.k, power = 10 ** Math.floor(Math.log10(most));
  const length = [5, 2, 1].map((m) => m * power).find((l) => l <= most);
  $("scale").querySelector("i").style.width = `${length * view.k}px`;
  $("scale").querySelector("span").textContent = length >= 1000 ? `${num(length / 1000)} km` : `${num(length)} m`;
}

/* ---- picking ---- */
function near(list, px, py, reach) {
  let best = null, least = reach;
  for (const f of list) for (const r of f.rings) {
    for (let i = 0; i < r.length; i += 2) {
      const [ax, ay] = toScreen(r[i], r[i + 1]);
      let d;
      if (i + 3 < r.length) {
        const [bx, by] = toScreen(r[i + 2], r[i + 3]), l = (bx - ax) ** 2 + (by - ay) ** 2;
        const s = l ? Math.max(0, Math.min(1, ((px - ax) * (bx - ax) + (py - ay) * (by - ay)) / l)) : 0;
        d = Math.hypot(px - ax - s * (bx - ax), py - ay - s * (by - ay));
      } else d = Math.hypot(px - ax, py - ay);
      if (d < least) { least = d; best = f; }
    }
  }
  return best;
}
function pick(px, py) {
  const on = (n) => state.on.has(n);
  const hit = (on("sites") && near(shownSites(), px, py, 9)) || (on("railway") && near(layers.stations || [], px, py, 8))
    || (on("routes") && near(layers.stops || [], px, py, 7)) || (on("routes") && near(layers.routes || [], px, py, 5))
    || (on("projects") && near(layers.projects || [], px, py, 5)) || (on("commute_flows") && near(layers.commute_flows || [], px, py, 4));
  if (hit) return hit;
  const [wx, wy] = toWorld(px, py);
  ctx.setTransform(1, 0, 0, 1, 0, 0);
  return layers[state.base].find((f) => wx >= f.box[0] && wx <= f.box[2] && wy >= f.box[1] && wy <= f.box[3] && ctx.isPointInPath(f.path, wx, wy, "evenodd"));
}
const nameOf = (f) => f.p.name || (f.p.home ? `${f.p.home} → ${f.p.site}: ${num(f.p.people)} ${t("people")}` : "");
function select(f, move = false) {
  state.sel = f ? { layer: f.name, index: f.index } : null;
  if (f && BASES.includes(f.name) && f.name !== state.base) { state.base = f.name; state.fill = "plain"; controls(); }
  if (f && move) state.moved = true;
  if (f && move) fit([f.box[0] - 1500, f.box[1] - 1500, f.box[2] + 1500, f.box[3] + 1500], 0.6);
  detail(); redraw();
}

/* ---- pointer, wheel, keys ---- */
const fingers = new Map();
let moved = 0;
canvas.addEventListener("pointerdown", (e) => { canvas.setPointerCapture(e.pointerId); fingers.set(e.pointerId, [e.offsetX, e.offsetY]); moved = fingers.size > 1 ? 99 : 0; canvas.classList.add("drag"); });
canvas.addEventListener("pointermove", (e) => {
  const old = fingers.get(e.pointerId);
  if (!old) { hover(e); return; }
  const now = [e.offsetX, e.offsetY];
  state.moved = true;
  if (fingers.size === 1) {
    view.x -= (now[0] - old[0]) / view.k; view.y -= (now[1] - old[1]) / view.k;
    moved += Math.hypot(now[0] - old[0], now[1] - old[1]); redraw();
  } else if (fingers.size === 2) {
    const other = [...fingers].find(([id]) => id !== e.pointerId)[1];
    const was = Math.hypot(old[0] - other[0], old[1] - other[1]), is = Math.hypot(now[0] - other[0], now[1] - other[1]);
    if (was > 0) zoom(is / was, (now[0] + other[0]) / 2, (now[1] + other[1]) / 2);
  }
  fingers.set(e.pointerId, now);
});
function release(e) {
  if (!fingers.delete(e.pointerId)) return;
  if (!fingers.size) canvas.classList.remove("drag");
  if (e.type === "pointerup" && moved < 5) select(pick(e.offsetX, e.offsetY));
}
canvas.addEventListener("pointerup", release);
canvas.addEventListener("pointercancel", release);
canvas.addEventListener("pointerleave", () => { $("tip").hidden = true; });
canvas.addEventListener("wheel", (e) => { e.preventDefault(); zoom(Math.exp(-e.deltaY * (e.deltaMode ? 0.05 : 0.0015)), e.offsetX, e.offsetY); }, { passive: false });
canvas.addEventListener("dblclick", (e) => zoom(2, e.offsetX, e.offsetY));
canvas.addEventListener("keydown", (e) => {
  const step = 60 / view.k;
  const act = {
    ArrowLeft: () => { view.x -= step; }, ArrowRight: () => { view.x += step; }, ArrowUp: () => { view.y -= step; }, ArrowDown: () => { view.y += step; },
    "+": () => zoom(1.4), "=": () => zoom(1.4), "-": () => zoom(1 / 1.4), 0: () => fit(DATA.frame), Home: () => fit(DATA.frame),
    Enter: () => select(pick(width / 2, height / 2)), Escape: () => select(null),
  }[e.key];
  if (act) { state.moved = true; act(); e.preventDefault(); redraw(); }
});
canvas.addEventListener("focus", redraw);
canvas.addEventListener("blur", redraw);
function hover(e) {
  const f = pick(e.offsetX, e.offsetY), tip = $("tip");
  tip.hidden = !f;
  if (f) { tip.textContent = nameOf(f); tip.style.left = `${Math.min(e.offsetX + 14, width - 180)}px`; tip.style.top = `${e.offsetY + 14}px`; }
}
$("in").onclick = () => zoom(1.5);
$("out").onclick = () => zoom(1 / 1.5);
$("home").onclick = () => fit(DATA.frame);
$("remote").onclick = () => fit(remote.reduce((b, f) => [Math.min(b[0], f.box[0]), Math.min(b[1], f.box[1]), Math.max(b[2], f.box[2]), Math.max(b[3], f.box[3])], [Infinity, Infinity, -Infinity, -Infinity]), 0.6);
$("remote").hidden = !remote.length;

/* ---- search ---- */
const index = [];
for (const name of [...BASES, "sites", "routes", "stations"]) for (const f of layers[name] || []) index.push({ f, key: fold(f.p.name), name });
let hits = [], chosen = -1;
function search() {
  const words = fold($("query").value).split(/\s+/).filter(Boolean);
  hits = words.length ? index.filter((e) => words.every((w) => e.key.includes(w))).slice(0, 40) : [];
  const rank = (e) => (fold(shortName(e.f.p.name)).startsWith(words[0] || "") ? 0 : 1);
  hits.sort((a, b) => rank(a) - rank(b));
  hits = hits.slice(0, 14);
  chosen = hits.length ? 0 : -1;
  const nothing = words.length && !hits.length ? [el("li", { "aria-disabled": "true" }, t("none"))] : [];
  $("hits").replaceChildren(...hits.map((e, i) => el("li", { role: "option", id: `hit${i}`, "aria-selected": String(i === chosen), onpointerdown: (ev) => { ev.preventDefault(); take(i); } },
    el("span", {}, e.f.p.name), el("small", {}, [t(e.name), e.f.p.district].filter(Boolean).join(" · ")))), ...nothing);
  $("hits").hidden = !words.length;
  $("query").setAttribute("aria-expanded", String(Boolean(hits.length)));
  mark();
}
function mark() {
  [...$("hits").children].forEach((li, i) => { li.setAttribute("aria-selected", String(i === chosen)); if (i === chosen) li.scrollIntoView({ block: "nearest" }); });
  $("query").setAttribute("aria-activedescendant", chosen >= 0 ? `hit${chosen}` : "");
}
function take(i) { if (hits[i]) { select(hits[i].f, true); $("hits").hidden = true; $("query").setAttribute("aria-expanded", "false"); } }
$("query").addEventListener("input", search);
$("query").addEventListener("focus", search);
$("query").addEventListener("blur", () => { $("hits").hidden = true; });
$("query").addEventListener("keydown", (e) => {
  if (e.key === "ArrowDown" || e.key === "ArrowUp") { chosen = (chosen + (e.key === "ArrowDown" ? 1 : -1) + hits.length) % Math.max(hits.length, 1); mark(); e.preventDefault(); }
  else if (e.key === "Enter") take(chosen);
  else if (e.key === "Escape") { $("query").value = ""; search(); }
});

/* ---- panels ---- */
const row = (label, value) => (value === null || value === "" ? [] : [el("dt", {}, label), el("dd", {}, value)]);
const jump = (f, text) => el("button", { type: "button", onclick: () => select(f, true) }, text || f.p.name);
function memberList(codes) {
  return el("ul", {}, ...codes.map((code) => {
    const f = before.get(code);
    const more = f && f.p.minutes_to_seat !== undefined && f.p.minutes_to_seat !== null ? ` (${num(f.p.population)} ${t("people")}, ${num(f.p.minutes_to_seat)} ${t("min")})` : "";
    return el("li", {}, f ? jump(f) : code, el("span", { class: "muted" }, more));
  }));
}
function detail() {
  const box = $("detail");
  if (!state.sel) { box.replaceChildren(el("p", { class: "muted" }, t("hint"))); return; }
  const f = layers[state.sel.layer][state.sel.index], p = f.p, out = [el("h2", {}, nameOf(f), tag(p.label === "SYNTHETIC"))];
  const size = () => [...row(t("area"), `${num(p.area_km2, 2)} km²`), ...row(t("population"), num(p.population)), ...row(t("density"), `${num(p.population / p.area_km2)}/km²`)];
  if (f.name === "units_after") {
    const seat = before.get(p.seat_code);
    const ratio = p.area_ratio === null ? "" : `${t("areaOf")} ${num(p.area_ratio, 2)} · ${t("popOf")} ${num(p.population_ratio, 2)}`;
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
      ...(p.minutes_to_seat === undefined || p.minutes_to_seat === null ? [] : row(t("toSeat"), `${num(p.km_to_seat, 1)} km · ${num(p.minutes_to_seat)} ${t("min")}`)),
      ...row(t("label"), t("estimated"))));
  } else if (f.name === "units_real_2025") {
    out.push(el("dl", {}, ...row(t("kind"), word("kind", p.kind)), ...size(), ...row(t("law"), p.law_clause), ...row(t("seatText"), p.seat_text)));
    out.push(el("h3", {}, t("members")), memberList(p.members.split(";")), el("p", { class: "muted" }, t("about")));
  } else if (f.name === "routes") {
    out.push(el("dl", {}, ...row(t("kind"), word("mode", p.mode)), ...row(t("riders"), `${count(p.riders)} / ${num(p.seats)} ${t("seatsOf")}`),
      ...row(t("ride"), `${num(p.km, 1)} km · ${num(p.minutes)} ${t("min")}`), ...row(t("departs"), p.depart), ...row(t("arrives"), p.arrive)));
    const own = (layers.stops || []).filter((s) => s.p.route_id === p.route_id);
    out.push(el("h3", {}, t("stops")), el("ul", {}, ...own.map((s) => el("li", {}, `${s.p.time} `, jump(s)))));
  } else if (f.name === "stops") {
    const route = (layers.routes || []).find((r) => r.p.route_id === p.route_id);
    out.push(el("dl", {}, ...row(t("departs"), p.time), ...row(t("persons"), count(p.boarding)), ...(route ? [el("dt", {}, t("routes")), el("dd", {}, jump(route))] : [])));
  } else if (f.name === "commute_flows") {
    out.push(el("dl", {}, ...row(t("fromHome"), p.home), ...row(t("toWork"), p.site), ...row(t("persons"), num(p.people)), ...row("Km", num(p.km, 1))));
  } else if (f.name === "projects") {
    out.push(el("p", {}, p.open ? t("open") : t("notOpen")));
  }
  box.replaceChildren(...out);
}
function controls() {
  $("bases").replaceChildren($("bases").querySelector("legend"), ...BASES.map((n) => el("label", {}, el("input", { type: "radio", name: "base", checked: n === state.base, onchange: () => { state.base = n; state.fill = "plain"; controls(); redraw(); } }), ` ${t(n)}`)));
  const has = { minutes: layers.units_before.some((f) => f.p.minutes_to_seat > 0), same: Boolean(layers.units_real_2025) };
  const options = FILLS[state.base].filter((o) => has[o] !== false);
  $("fill").replaceChildren(...options.map((o) => el("option", { value: o, selected: o === state.fill }, t(o))));
  const there = { names: true, old_lines: true, real_lines: layers.units_real_2025 };
  $("overlays").replaceChildren($("overlays").querySelector("legend"), ...OVERLAYS.filter((n) => there[n] || layers[n]).map((n) => el("label", {},
    el("input", { type: "checkbox", checked: state.on.has(n), onchange: (e) => { if (e.target.checked) state.on.add(n); else state.on.delete(n); legend(); redraw(); } }), ` ${t(n)}`)));
  legend();
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
  $("legend").replaceChildren(...items);
  $("legend").hidden = !items.length;
}
function panels() {
  $("facts").replaceChildren(...DATA.facts.map((f) => el("div", { class: "fact" }, el("span", {}, both(f.title), tag(f.synthetic)), el("b", { class: both(f.plan).length > 13 ? "long" : "" }, both(f.plan)), el("span", {}, both(f.real)))));
  const stageRow = (s) => el("tr", {}, el("td", {}, both(s.name)), el("td", { class: `status ${s.status}` }, word("status", s.status)), el("td", { class: "n" }, both(s.objective)),
    el("td", { class: "n" }, both(s.bound)), el("td", { class: "n" }, both(s.gap)), el("td", { class: "n" }, both(s.seconds)),
    el("td", {}, el("div", {}, both(s.proof)), el("details", {}, el("summary", {}, t("more")), el("ul", {}, ...s.findings.map(both).filter(Boolean).map((x) => el("li", {}, x)), ...both(s.rules).map((x) => el("li", {}, x))))));
  const heads = ["stage", "status", "objective", "bound", "gap", "seconds"].map((k, i) => el("th", { class: i > 1 ? "n" : "", scope: "col" }, t(k)));
  $("stages").replaceChildren(el("h2", {}, t("stages")), el("div", { class: "scroll" }, el("table", {}, el("thead", {}, el("tr", {}, ...heads, el("th", { scope: "col" }, t("reasons")))), el("tbody", {}, ...DATA.stages.map(stageRow)))));
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
$("theme").onclick = () => theme(state.theme === "dark" ? "light" : "dark");
$("print").onclick = () => window.print();
$("fill").onchange = (e) => { state.fill = e.target.value; legend(); redraw(); };
let before_print = "light";
window.addEventListener("beforeprint", () => { before_print = state.theme; theme("light"); draw(); });
window.addEventListener("afterprint", () => theme(before_print));
new ResizeObserver(resize).observe(canvas);
if (window.matchMedia("(prefers-color-scheme: dark)").matches) theme("dark"); else theme("light");
resize();
