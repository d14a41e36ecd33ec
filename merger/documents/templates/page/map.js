/* ---- geometry: rings come as first point and steps, in parts of a metre, y down ---- */
function decode(flat) {
  const points = new Float64Array(flat.length);
  for (let i = 0, x = 0, y = 0; i < flat.length; i += 2) { x += flat[i]; y += flat[i + 1]; points[i] = x / DATA.steps; points[i + 1] = y / DATA.steps; }
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
const real = new Map((layers.units_real_2025 || []).map((f) => [f.p.code, f]));
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

