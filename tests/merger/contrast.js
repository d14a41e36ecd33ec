// Luminance and contrast as WCAG 2.1 defines them. Colours are read back from a pixel, so that every notation of CSS is
// understood; backgrounds are laid over each other from the root inwards.
() => {
  const pen = Object.assign(document.createElement("canvas"), { width: 1, height: 1 }).getContext("2d", { willReadFrequently: true });
  const rgba = (colour) => { pen.clearRect(0, 0, 1, 1); pen.fillStyle = colour; pen.fillRect(0, 0, 1, 1); const d = pen.getImageData(0, 0, 1, 1).data; return [d[0], d[1], d[2], d[3] / 255]; };
  const over = (top, under) => [0, 1, 2].map((i) => top[3] * top[i] + (1 - top[3]) * under[i]);
  const channel = (v) => (v / 255 <= 0.04045 ? v / 255 / 12.92 : ((v / 255 + 0.055) / 1.055) ** 2.4);
  const luminance = (c) => 0.2126 * channel(c[0]) + 0.7152 * channel(c[1]) + 0.0722 * channel(c[2]);
  const ratio = (a, b) => { const [x, y] = [luminance(a), luminance(b)].sort((p, q) => q - p); return (x + 0.05) / (y + 0.05); };
  const ground = (node) => {
    const chain = [];
    for (let e = node; e; e = e.parentElement) chain.push(rgba(getComputedStyle(e).backgroundColor));
    return chain.reverse().reduce((under, top) => over(top, under), [255, 255, 255]);
  };
  const bad = [], walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  let seen = 0;
  while (walker.nextNode()) {
    const text = walker.currentNode.textContent.trim(), e = walker.currentNode.parentElement;
    if (!text || ["SCRIPT", "STYLE", "NOSCRIPT"].includes(e.tagName) || !e.checkVisibility({ visibilityProperty: true })) continue;
    if (e.closest(".unseen") || e.tagName === "title") continue;
    const style = getComputedStyle(e), under = ground(e);
    const colour = over(rgba(e.closest("svg") ? style.fill : style.color), under);
    const points = parseFloat(style.fontSize) * 0.75, large = points >= 18 || (points >= 14 && Number(style.fontWeight) >= 700);
    seen += 1;
    if (ratio(colour, under) < (large ? 3 : 4.5)) bad.push(`${text.slice(0, 40)} (${e.tagName} ${e.className?.baseVal ?? e.className}): ${ratio(colour, under).toFixed(2)}`);
  }
  const ink = rgba(css("ink"));
  const fills = [css("map-back"), css("halo"), ...TINTS[state.theme], ...Object.values(STANDARDS[state.theme]), ...MINUTES[state.theme].map(([, c]) => c)];
  for (const fill of fills) if (ratio(ink, rgba(fill)) < 4.5) bad.push(`map label on ${fill}: ${ratio(ink, rgba(fill)).toFixed(2)}`);
  return { seen, bad: [...new Set(bad)] };
}
