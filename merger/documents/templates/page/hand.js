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
const projectOf = (f) => DATA.projects[f.p.project_id];
const nameOf = (f) => (f.name === "projects" && projectOf(f) ? both(projectOf(f).name) : f.p.name) || (f.p.home ? `${f.p.home} → ${f.p.site}: ${num(f.p.people)} ${t("people")}` : "");
function select(f, move = false) {
  state.sel = f ? { layer: f.name, index: f.index } : null;
  state.agency = null;
  if (f && BASES.includes(f.name) && f.name !== state.base) { state.base = f.name; state.fill = "plain"; controls(); }
  if (f && move) state.moved = true;
  // A point comes with what lies around it.
  const room = f && f.rings[0].length === 2 ? 9000 : 1500;
  if (f && move) fit([f.box[0] - room, f.box[1] - room, f.box[2] + room, f.box[3] + room], 0.6);
  detail(); redraw();
  if (f) tell(`${t("picked")}: ${nameOf(f)}`);
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
  if (e.type !== "pointerup" || moved >= 5) return;
  select(pick(e.offsetX, e.offsetY));
  // On a phone the details stand below the map: at least their title comes into view.
  if (narrow.matches) $("detail").firstElementChild.scrollIntoView({ block: "nearest" });
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

