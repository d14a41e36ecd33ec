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
// Slanted lines over what differs, as wide on the screen at every scale.
function hatch(list) {
  const tile = document.createElement("canvas"), pen = tile.getContext("2d"), side = 8 * ratio;
  tile.width = tile.height = side;
  pen.strokeStyle = css("real-line"); pen.lineWidth = 1.6 * ratio;
  for (const shift of [-side, 0, side]) { pen.beginPath(); pen.moveTo(shift, side); pen.lineTo(shift + side, 0); pen.stroke(); }
  const pattern = ctx.createPattern(tile, "repeat");
  pattern.setTransform(new DOMMatrix().scale(1 / (view.k * ratio)));
  ctx.fillStyle = pattern;
  for (const f of list) if (visible(f)) ctx.fill(f.path, "evenodd");
}
function draw() {
  const on = (n) => state.on.has(n);
  ctx.setTransform(1, 0, 0, 1, 0, 0);
  ctx.fillStyle = css("map-back"); ctx.fillRect(0, 0, canvas.width, canvas.height);
  ctx.setTransform(ratio * view.k, 0, 0, ratio * view.k, ratio * (width / 2 - view.x * view.k), ratio * (height / 2 - view.y * view.k));
  const base = layers[state.base];
  for (const f of base) if (visible(f)) {
    ctx.globalAlpha = passes(f) ? 1 : 0.18;
    ctx.fillStyle = fillOf(f); ctx.fill(f.path, "evenodd");
  }
  ctx.globalAlpha = 1;
  if (on("differences")) hatch(layers.units_before.filter((f) => f.p.differs));
  if (on("old_lines") && state.base !== "units_before") strokeAll(layers.units_before, css("old-line"), 0.5);
  if (on("roads")) for (const f of layers.roads || []) strokeAll([f], css("road"), { motorway: 2.2, trunk: 1.7, primary: 1.2 }[f.p.highway] || 0.7);
  strokeAll(base, css("unit-line"), state.base === "units_before" ? 0.6 : 1.1);
  if (on("real_lines") && layers.units_real_2025) strokeAll(layers.units_real_2025, css("real-line"), 1.4, [5, 3]);
  if (on("commute_flows") && layers.commute_flows) {
    ctx.globalAlpha = 0.3;
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
  if (on("seats") && layers.seats && state.base !== "units_real_2025") dots(layers.seats, css("seat"), view.k > 0.006 ? 3.2 : view.k > 0.004 ? 2 : 1.3);
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
  return (layers.sites || []).filter((f) => former || !f.p.site_id.startsWith("district-"));
}
function labels(base, on) {
  const taken = [], order = [];
  if (on("sites")) for (const f of shownSites()) order.push([f.p.name, toScreen(f.rings[0][0], f.rings[0][1] - 11 / view.k), "600 11px", true]);
  if (on("railway") && layers.stations && view.k > 0.012) for (const f of layers.stations) order.push([f.p.name, toScreen(f.rings[0][0], f.rings[0][1] - 10 / view.k), "italic 11px", true]);
  if (on("names")) for (const f of [...base].sort((a, b) => b.size - a.size)) {
    if (visible(f) && passes(f)) order.push([shortName(f.p.name), toScreen(...f.label), "11.5px", Math.sqrt(f.size / 2) * view.k > 26]);
  }
  ctx.textAlign = "center"; ctx.textBaseline = "middle"; ctx.lineJoin = "round";
  for (const [text, [x, y], font, wanted] of order) {
    if (!wanted || x < 0 || y < 0 || x > width || y > height) continue;
    ctx.font = `${font} "Segoe UI", Roboto, "Noto Sans", "DejaVu Sans", Arial, sans-serif`;
    const w = ctx.measureText(text).width / 2 + 4, h = 9;
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

