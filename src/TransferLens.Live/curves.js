// Learning curves: one image for each panel, test accuracy or mean AUC by epoch, a line for each training, a style for each group.

const svg = (name, attributes = {}, ...children) => {
  const element = document.createElementNS("http://www.w3.org/2000/svg", name);
  for (const [key, value] of Object.entries(attributes)) element.setAttribute(key, value);
  element.append(...children);
  return element;
};

// An accuracy is shown in percent, a mean AUC as it is.
const written = (value, metric) => metric === "accuracy" ? `${(100 * value).toFixed(1)} %` : value.toFixed(3);
const styles = 7;
const space = { left: 46, right: 12, top: 10, bottom: 34 };
const height = 260;

export class Curves {
  #trainings = new Map(); // by key, in the order in which they came
  #panels = new Map();    // by name: { figure, drawing, legend }
  #place;

  constructor(place) {
    this.#place = place;
    new ResizeObserver(() => this.draw()).observe(place);
  }

  clear() {
    this.#trainings.clear();
    this.#panels.clear();
    this.#place.replaceChildren();
  }

  take(changed) {
    for (const training of changed) this.#trainings.set(training.key, training);
  }

  draw() {
    const byPanel = Map.groupBy(this.#trainings.values(), (training) => training.panel);
    for (const [name, trainings] of byPanel) {
      if (!this.#panels.has(name)) this.#panels.set(name, this.#newPanel(name, trainings[0].metric));
      const panel = this.#panels.get(name);
      const width = panel.drawing.clientWidth;
      if (width > 0) this.#drawPanel(panel, name, trainings, width);
    }
  }

  #newPanel(name, metric) {
    const figure = document.createElement("figure");
    const caption = document.createElement("figcaption");
    caption.textContent = `Test ${metric}: ${name}`;
    const drawing = document.createElement("div");
    drawing.className = "drawing";
    const legend = document.createElement("ul");
    legend.className = "legend";
    figure.append(caption, drawing, legend);
    this.#place.append(figure);
    return { figure, drawing, legend };
  }

  #drawPanel(panel, name, trainings, width) {
    const groups = [...new Set(trainings.map((training) => training.group))];
    const { metric } = trainings[0];
    const epochs = Math.max(1, ...trainings.map((training) => training.epochs));
    const most = Math.max(0.1, ...trainings.flatMap((training) => training.values.map((value) => value ?? 0)));
    const step = most > 0.5 ? 0.2 : most > 0.2 ? 0.1 : 0.05;
    const top = Math.min(1, Math.ceil(most / step + 0.05) * step);
    const x = (epoch) => space.left + (epoch / epochs) * (width - space.left - space.right);
    const y = (share) => height - space.bottom - (share / top) * (height - space.top - space.bottom);
    const image = svg("svg", { width, height, viewBox: `0 0 ${width} ${height}`, role: "img", "aria-label": `Test ${metric} by epoch, ${name}. ${trainings.map((one) => `${one.name}: ${now(one)}`).join("; ")}.` });

    for (let share = 0; share <= top + 1e-9; share += step) {
      image.append(svg("line", { class: "grid", x1: space.left, x2: width - space.right, y1: y(share), y2: y(share) }));
      image.append(svg("text", { class: "tick", x: space.left - 8, y: y(share) + 4, "text-anchor": "end" }, metric === "accuracy" ? `${Math.round(100 * share)} %` : share.toFixed(1)));
    }
    const every = [1, 2, 5, 10, 20, 50, 100, 200, 500, 1000].find((one) => epochs / one <= (width < 480 ? 5 : 10)) ?? epochs;
    for (let epoch = 0; epoch <= epochs; epoch += every) {
      image.append(svg("text", { class: "tick", x: x(epoch), y: height - space.bottom + 16, "text-anchor": "middle" }, `${epoch}`));
    }
    image.append(svg("text", { class: "tick", x: width - space.right, y: height - 3, "text-anchor": "end" }, "epochs"));

    // What runs goes on top.
    for (const training of [...trainings].sort((a, b) => a.running - b.running)) {
      const points = training.values.map((value, epoch) => ({ epoch, value })).filter((point) => point.value !== null);
      const style = `g${groups.indexOf(training.group) % styles}${training.running ? " running" : ""}`;
      const line = svg("g", { class: `curve ${style}`, "data-key": training.key },
        svg("title", {}, `${training.name}: ${now(training)}`),
        svg("polyline", { points: points.map((point) => `${x(point.epoch).toFixed(1)},${y(point.value).toFixed(1)}`).join(" ") }));
      const last = points.at(-1);
      if (last) line.append(svg("circle", { cx: x(last.epoch), cy: y(last.value), r: training.running ? 5 : 3 }));
      image.append(line);
    }
    panel.drawing.replaceChildren(image);
    panel.legend.replaceChildren(...groups.map((group, place) => legendOf(group, place, trainings.filter((training) => training.group === group))));
  }
}

// Where a training is, in words: also the image's text for those who do not see it.
function now(training) {
  const epoch = training.values.length - 1;
  const value = training.values.at(-1);
  const place = training.running || epoch < training.epochs ? `epoch ${epoch} of ${training.epochs}` : `${epoch} epochs`;
  return `${value === null ? "diverged" : written(value, training.metric)}, ${place}`;
}

function legendOf(group, place, trainings) {
  const item = document.createElement("li");
  item.append(
    svg("svg", { class: "swatch", width: 34, height: 12, "aria-hidden": "true" },
      svg("g", { class: `curve g${place % styles}` }, svg("polyline", { points: "1,6 33,6" }))),
    Object.assign(document.createElement("b"), { textContent: group }));
  for (const training of trainings) {
    item.append(Object.assign(document.createElement("span"), { className: training.running ? "running" : "", textContent: `${training.running ? "▶ " : ""}seed ${training.seed}: ${now(training)}` }));
  }
  return item;
}
