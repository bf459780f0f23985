// Draws the panels of a scene as SVG. Every colour has a dash or a marker beside it, and text keeps its size on a phone.
// What a slider does not change, the axes, stays in the page; and all markers of a line are one path: few elements are
// quick to lay out.

const LIGHT = {
  gradient_descent: "#111111", momentum: "#0072B2", nesterov: "#56B4E9", adagrad: "#E69F00", rmsprop: "#009E73",
  adam: "#D55E00", prediction: "#CC79A7", yours: "#6A3D9A", grey: "#767676", here: "#111111",
  minimiser: "#111111",
};
const DARK = {
  gradient_descent: "#EDEDED", momentum: "#4CA3DB", nesterov: "#A5D8F7", adagrad: "#F2B632", rmsprop: "#2CC79A",
  adam: "#F58A4B", prediction: "#E8A6C9", yours: "#C9A8F2", grey: "#9A9A9A", here: "#FFFFFF",
  minimiser: "#FFFFFF",
};
const DASHES = {
  momentum: "9 3", nesterov: "9 3 2 3", adagrad: "2 2.5", rmsprop: "5 2.5", adam: "12 3 2 3 2 3", prediction: "6 4",
  yours: "1 5", grey: "3 3",
};
const WIDTHS = { prediction: 5, yours: 4.5, grey: 1.2 };
const MARGIN = { left: 62, right: 12, top: 8, bottom: 42 };

function escaped(text) {
  return String(text).replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll('"', "&quot;");
}

function superscript(power) {
  return String(power).replace(/./g, (sign) => "⁰¹²³⁴⁵⁶⁷⁸⁹"[sign] ?? "⁻");
}

// Where the labels of an axis stand, and what they say.
function ticks(axis, room) {
  if (axis.log) {
    const first = Math.ceil(Math.log10(axis.low) - 1e-9), last = Math.floor(Math.log10(axis.high) + 1e-9);
    const every = Math.max(1, Math.ceil((last - first + 1) / room));
    const found = [];
    for (let power = first; power <= last; power += every) found.push([10 ** power, "10" + superscript(power)]);
    return found;
  }
  const rough = (axis.high - axis.low) / room, size = 10 ** Math.floor(Math.log10(rough));
  const step = [1, 2, 5, 10].map((times) => times * size).find((one) => one >= rough);
  const found = [];
  for (let count = Math.ceil(axis.low / step - 1e-9); count * step <= axis.high + 1e-9 * step; count++) {
    found.push([count * step, String(Number((count * step).toPrecision(6))).replace("-", "−")]);
  }
  return found;
}

// From numbers of an axis to pixels.
function scale(axis, from, to) {
  const at = axis.log ? (value) => Math.log10(Math.max(value, axis.low * 1e-3)) : (value) => value;
  const low = at(axis.low), high = at(axis.high);
  return (value) => from + ((at(value) - low) / (high - low)) * (to - from);
}

// The bands of a field as an image, one pixel for each of its values.
const painted = new WeakMap();
function bands(field, colour) {
  const before = painted.get(field.values);
  if (before?.colour === colour) return before.address;
  const rows = field.values.length, columns = field.values[0].length;
  const canvas = document.createElement("canvas");
  [canvas.width, canvas.height] = [columns, rows];
  const image = canvas.getContext("2d").createImageData(columns, rows);
  const ink = [1, 3, 5].map((at) => parseInt(colour.slice(at, at + 2), 16));
  field.values.forEach((row, i) => row.forEach((value, j) => {
    const share = (value - field.low) / (field.high - field.low);
    const band = Math.min(field.bands, Math.max(0, Math.ceil(share * field.bands)));
    const alpha = value === null || share > 1 ? 0.45 + 0.12 * ((i + j) % 2) : 0.3 * (band / field.bands);
    image.data.set([...ink, 255 * alpha], 4 * ((rows - 1 - i) * columns + j));
  }));
  canvas.getContext("2d").putImageData(image, 0, 0);
  const address = canvas.toDataURL();
  painted.set(field.values, { colour, address });
  return address;
}

// Around a point, in relative coordinates.
const SHAPES = {
  minimiser: "m0-8l2 5.4 5.6.1-4.5 3.5 1.6 5.5-4.7-3.3-4.7 3.3 1.6-5.5-4.5-3.5 5.6-.1z",
  momentum: "m-3.5-3.5h7v7h-7z", nesterov: "m0-4.5l4.5 8h-9z", adagrad: "m0-4.5l4.5 4.5-4.5 4.5-4.5-4.5z",
  rmsprop: "m0 4.5l4.5-8h-9z", adam: "m-1.5-4.5h3v3h3v3h-3v3h-3v-3h-3v-3h3z", yours: "m-4-4l8 8m0-8l-8 8",
  here: "m-7 0a7 7 0 1 0 14 0a7 7 0 1 0-14 0", dot: "m-3.2 0a3.2 3.2 0 1 0 6.4 0a3.2 3.2 0 1 0-6.4 0",
};

// Markers at points [x, y], as one path.
function markers(look, points, colour) {
  const shape = SHAPES[look] ?? SHAPES.dot, edge = look === "here" ? "var(--paper)" : look in SHAPES ? colour : "none";
  const d = points.map(([x, y]) => `M${x} ${y}${shape}`).join("");
  return `<path d="${d}" fill="${colour}" stroke="${edge}" stroke-width="${look === "here" ? 2 : 1}"/>`;
}

// One mark; a line is cut where a number is missing.
function drawn(mark, x, y, box, colours) {
  const colour = colours[mark.look], width = WIDTHS[mark.look] ?? 2, dash = DASHES[mark.look] ?? "none";
  const stroke = `fill="none" stroke="${colour}" stroke-width="${width}" stroke-dasharray="${dash}" stroke-linecap="round"`;
  if (mark.kind === "rule") {
    const [at] = mark.x.length ? mark.x : mark.y;
    const d = mark.x.length ? `M${x(at)} ${box.top}V${box.bottom}` : `M${box.left} ${y(at)}H${box.right}`;
    return `<path d="${d}" ${stroke}/>`;
  }
  const far = 4000; // pixels: what lies beyond is nowhere near the panel
  const points = mark.x.map((value, i) => {
    if (value === null || mark.y[i] === null || !Number.isFinite(value) || !Number.isFinite(mark.y[i])) return null;
    const tenths = (one) => Math.round(10 * Math.max(-far, Math.min(far, one))) / 10;
    return [tenths(x(value)), tenths(y(mark.y[i]))];
  });
  if (mark.kind === "points") return markers(mark.look, points.filter((at) => at), colour);
  let path = "", pen = "M";
  for (const at of points) {
    if (at) path += `${pen}${at[0]} ${at[1]}`;
    pen = at ? "L" : "M";
  }
  const every = Math.max(1, Math.ceil(points.length / 12));
  const few = mark.look in DASHES && mark.look !== "prediction" && mark.look !== "grey";
  const on = few ? markers(mark.look, points.filter((at, i) => at && i % every === 0), colour) : "";
  return path ? `<path d="${path}" ${stroke} stroke-linejoin="round"/>${on}` : "";
}

// What a panel of this width looks like, its axes and what is drawn between them; and at which share of its width and
// height a pixel lies.
function drawPanel(panel, width, dark, id) {
  const colours = dark ? DARK : LIGHT;
  const ratio = panel.equal ? (panel.y.high - panel.y.low) / (panel.x.high - panel.x.low) : 0.62;
  const inner = width - MARGIN.left - MARGIN.right;
  const height = Math.round(inner * Math.min(1.1, ratio)) + MARGIN.top + MARGIN.bottom;
  const box = { left: MARGIN.left, right: width - MARGIN.right, top: MARGIN.top, bottom: height - MARGIN.bottom };
  const x = scale(panel.x, box.left, box.right), y = scale(panel.y, box.bottom, box.top);
  const parts = [];
  if (panel.field) {
    const size = `x="${box.left}" y="${box.top}" width="${box.right - box.left}" height="${box.bottom - box.top}"`;
    parts.push(`<image ${size} preserveAspectRatio="none" href="${bands(panel.field, dark ? "#ffffff" : "#000000")}"/>`);
  }
  let grid = "";
  for (const [value, label] of ticks(panel.x, Math.max(3, inner / 70))) {
    grid += `M${x(value)} ${box.top}V${box.bottom}`;
    parts.push(`<text x="${x(value)}" y="${box.bottom + 16}" text-anchor="middle">${label}</text>`);
  }
  for (const [value, label] of ticks(panel.y, Math.max(3, (box.bottom - box.top) / 40))) {
    grid += `M${box.left} ${y(value)}H${box.right}`;
    parts.push(`<text x="${box.left - 6}" y="${y(value) + 4}" text-anchor="end">${label}</text>`);
  }
  const middle = (box.top + box.bottom) / 2;
  parts.push(`<text x="${(box.left + box.right) / 2}" y="${height - 6}" text-anchor="middle">${escaped(panel.x.label)}</text>`);
  parts.push(`<text transform="translate(13 ${middle}) rotate(-90)" text-anchor="middle">${escaped(panel.y.label)}</text>`);
  parts.push(`<path class="grid" d="${grid}"/><path class="frame" d="M${box.left} ${box.top}V${box.bottom}H${box.right}"/>`);
  const clip = `<clipPath id="${id}"><rect x="${box.left}" y="${box.top}" width="${box.right - box.left}" height="${box.bottom - box.top}"/></clipPath>`;
  const marks = panel.marks.map((mark) => drawn(mark, x, y, box, colours)).join("");
  const frame = `<svg viewBox="0 0 ${width} ${height}" width="${width}" height="${height}" aria-hidden="true">${clip}` +
    `${parts.join("")}<g clip-path="url(#${id})"></g></svg>`;
  const back = (px, py) => [(px - box.left) / (box.right - box.left), (box.bottom - py) / (box.bottom - box.top)];
  return { frame, marks, back };
}

function drawLegend(panel, dark) {
  const colours = dark ? DARK : LIGHT;
  const box = { left: 0, right: 34, top: 0, bottom: 14 };
  return panel.marks.filter((mark) => mark.label).map((mark) => {
    const sample = mark.kind === "points"
      ? markers(mark.look, [[17, 7]], colours[mark.look])
      : drawn({ ...mark, kind: "line", x: [2, 32], y: [7, 7] }, (at) => at, (at) => at, box, colours);
    return `<span class="entry"><svg width="34" height="14" aria-hidden="true">${sample}</svg>${escaped(mark.label)}</span>`;
  }).join("");
}

export { drawLegend, drawPanel };
