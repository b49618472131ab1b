// Learning curves: test score by epoch, one line per training run. A panel of few groups is one image, with a style per
// group. Of more groups, each has a small image of its own, on which the others are grey.

const svg = (name, attributes = {}, ...children) => {
  const element = document.createElementNS("http://www.w3.org/2000/svg", name);
  for (const [key, value] of Object.entries(attributes)) element.setAttribute(key, value);
  element.append(...children);
  return element;
};

// Accuracies are shown in percent, other scores as fractions.
const format = (value, metric) => metric === "accuracy" ? `${(100 * value).toFixed(1)} %` : value.toFixed(3);
const styles = 7;
const space = { left: 46, right: 12, top: 10, bottom: 34 };
const heights = { large: 260, small: 150 };
const together = 4; // groups in one image at most
const mostOthers = 60; // grey lines; more would only be slow to draw

export class Curves {
  #runs = new Map(); // by key, in order of arrival
  #panels = new Map();    // by name: { body, parts }
  #container;

  constructor(container) {
    this.#container = container;
    new ResizeObserver(() => this.draw()).observe(container);
  }

  clear() {
    this.#runs.clear();
    this.#panels.clear();
    this.#container.replaceChildren();
  }

  take(changed) {
    for (const run of changed) this.#runs.set(run.key, run);
  }

  draw() {
    const byPanel = Map.groupBy(this.#runs.values(), (run) => run.panel);
    for (const [name, runs] of byPanel) {
      if (!this.#panels.has(name)) this.#panels.set(name, this.#newPanel(name, runs[0].metric));
      const panel = this.#panels.get(name);
      const groups = [...new Set(runs.map((run) => run.group))];
      if (groups.length <= together) this.#drawTogether(panel, name, runs, groups);
      else this.#drawApart(panel, name, runs, groups);
    }
  }

  #newPanel(name, metric) {
    const figure = document.createElement("figure");
    const caption = document.createElement("figcaption");
    caption.textContent = `Test ${metric}: ${name}`;
    const body = document.createElement("div");
    figure.append(caption, body);
    this.#container.append(figure);
    return { body, parts: new Map() }; // parts by group, or by "" for all
  }

  #part(panel, key, small) {
    if (panel.parts.has(key)) return panel.parts.get(key);
    const part = document.createElement("div");
    const drawing = document.createElement("div");
    drawing.className = small ? "drawing small" : "drawing";
    const legend = document.createElement("ul");
    legend.className = "legend";
    part.append(drawing, legend);
    part.className = small ? "multiple" : "";
    panel.body.append(part);
    panel.parts.set(key, { drawing, legend });
    return panel.parts.get(key);
  }

  #drawTogether(panel, name, runs, groups) {
    const part = this.#part(panel, "", false);
    drawImage(part.drawing, name, runs, runs, (run) => `g${groups.indexOf(run.group) % styles}`, heights.large);
    part.legend.replaceChildren(...groups.map((group, index) =>
      makeLegend(group, index, runs.filter((run) => run.group === group))));
  }

  #drawApart(panel, name, runs, groups) {
    if (panel.parts.has("")) {
      panel.parts.clear();
      panel.body.replaceChildren();
    }
    panel.body.className = "multiples";
    for (const group of groups) {
      const part = this.#part(panel, group, true);
      const own = runs.filter((run) => run.group === group);
      const style = (run) => (run.group === group ? "g0" : "other");
      const others = runs.length <= mostOthers ? runs : own;
      drawImage(part.drawing, `${name}, ${group}`, others, own, style, heights.small);
      part.legend.replaceChildren(makeLegend(group, 0, own));
    }
  }
}

// Draws runs into an element. Only the group's own are in the text alternative and have keys.
function drawImage(drawing, name, runs, own, styleOf, height) {
  const width = drawing.clientWidth;
  if (width <= 0) return;
  const { metric } = runs[0];
  const epochs = Math.max(1, ...runs.map((run) => run.epochs));
  const most = Math.max(0.1, ...runs.flatMap((run) => run.values.map((value) => value ?? 0)));
  const step = most > 0.5 ? 0.2 : most > 0.2 ? 0.1 : 0.05;
  const top = Math.min(1, Math.ceil(most / step + 0.05) * step);
  const x = (epoch) => space.left + (epoch / epochs) * (width - space.left - space.right);
  const y = (share) => height - space.bottom - (share / top) * (height - space.top - space.bottom);
  const states = own.map((run) => `${run.name}: ${now(run)}`).join("; ");
  const label = `Test ${metric} by epoch, ${name}. ${states}.`;
  const viewBox = `0 0 ${width} ${height}`;
  const image = svg("svg", { width, height, viewBox, role: "img", "aria-label": label });

  for (let share = 0; share <= top + 1e-9; share += step) {
    image.append(svg("line", { class: "grid", x1: space.left, x2: width - space.right, y1: y(share), y2: y(share) }));
    const tick = metric === "accuracy" ? `${Math.round(100 * share)} %` : share.toFixed(1);
    image.append(svg("text", { class: "tick", x: space.left - 8, y: y(share) + 4, "text-anchor": "end" }, tick));
  }
  const ticks = width < 480 ? 5 : 10;
  const every = [1, 2, 5, 10, 20, 50, 100, 200, 500, 1000].find((step) => epochs / step <= ticks) ?? epochs;
  for (let epoch = 0; epoch <= epochs; epoch += every) {
    const position = { x: x(epoch), y: height - space.bottom + 16, "text-anchor": "middle" };
    image.append(svg("text", { class: "tick", ...position }, `${epoch}`));
  }
  const corner = { x: width - space.right, y: height - 3, "text-anchor": "end" };
  image.append(svg("text", { class: "tick", ...corner }, "epochs"));

  // Runs in question are drawn over the others, and active ones on top.
  const shown = new Set(own);
  const order = (run) => 2 * shown.has(run) + run.running;
  for (const run of [...runs].sort((a, b) => order(a) - order(b))) {
    const points = run.values.map((value, epoch) => ({ epoch, value })).filter((point) => point.value !== null);
    const style = `${styleOf(run)}${run.running ? " running" : ""}`;
    const path = points.map((point) => `${x(point.epoch).toFixed(1)},${y(point.value).toFixed(1)}`).join(" ");
    const line = svg("g", { class: `curve ${style}` }, svg("polyline", { points: path }));
    const last = points.at(-1);
    if (shown.has(run)) {
      line.setAttribute("data-key", run.key);
      line.prepend(svg("title", {}, `${run.name}: ${now(run)}`));
      if (last) line.append(svg("circle", { cx: x(last.epoch), cy: y(last.value), r: run.running ? 5 : 3 }));
    }
    image.append(line);
  }
  drawing.replaceChildren(image);
}

// The state of a run in words, also the text alternative of its curve.
function now(run) {
  const epoch = run.values.length - 1;
  // Not every epoch is tested, but the last one is, unless the run has diverged.
  const diverged = run.done && run.values.at(-1) === null;
  const value = run.values.findLast((one) => one !== null);
  const place = run.running || epoch < run.epochs ? `epoch ${epoch} of ${run.epochs}` : `${epoch} epochs`;
  return `${diverged ? "diverged" : format(value, run.metric)}, ${place}`;
}

function makeLegend(group, index, runs) {
  const item = document.createElement("li");
  item.append(
    svg("svg", { class: "swatch", width: 34, height: 12, "aria-hidden": "true" },
      svg("g", { class: `curve g${index % styles}` }, svg("polyline", { points: "1,6 33,6" }))),
    Object.assign(document.createElement("b"), { textContent: group }));
  for (const run of runs) {
    const textContent = `${run.running ? "▶ " : ""}seed ${run.seed}: ${now(run)}`;
    const className = run.running ? "running" : "";
    item.append(Object.assign(document.createElement("span"), { className, textContent }));
  }
  return item;
}
