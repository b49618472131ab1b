// What a report adds where scripts run: values by keyboard, series that can be hidden, downloads, images that are
// chosen and enlarged, sorted tables, and sections that open for links. Without it, everything is readable. It makes no
// request.
"use strict";
(() => {
  const svgNamespace = "http://www.w3.org/2000/svg";

  const make = (name, attributes, ...children) => {
    const element = document.createElement(name);
    for (const [key, value] of Object.entries(attributes)) element.setAttribute(key, value);
    element.append(...children);
    return element;
  };

  // ---- Values on hover and by keyboard

  const tip = make("div", { class: "tip", hidden: "" });
  const said = make("p", { class: "unseen", "aria-live": "polite" });

  const show = (value) => {
    document.querySelector(".value.shown")?.classList.remove("shown");
    value.classList.add("shown");
    tip.textContent = said.textContent = value.dataset.text;
    tip.hidden = false;
    const place = value.getBoundingClientRect();
    const size = tip.getBoundingClientRect();
    const left = place.left + place.width / 2 - size.width / 2;
    tip.style.left = `${Math.max(4, Math.min(left, innerWidth - size.width - 4)) + scrollX}px`;
    const above = place.top - size.height - 6;
    tip.style.top = `${(above > 0 ? above : place.bottom + 6) + scrollY}px`;
  };

  const hide = () => {
    document.querySelector(".value.shown")?.classList.remove("shown");
    tip.hidden = true;
  };

  const middle = (value) => {
    const box = value.getBBox();
    return { x: box.x + box.width / 2, y: box.y + box.height / 2 };
  };

  // Left and right follow a series; up and down go to the nearest value above or below.
  const next = (values, current, key) => {
    const here = middle(current);
    const along = key === "ArrowLeft" || key === "ArrowRight";
    const sign = key === "ArrowLeft" || key === "ArrowUp" ? -1 : 1;
    const order = (value) => values.indexOf(value); // among values at one point
    const coincide = (a, b) => Math.abs(a.x - b.x) <= 0.5 && Math.abs(a.y - b.y) <= 0.5;
    const candidates = values
      .filter((value) => value !== current)
      .map((value) => ({ value, at: middle(value) }))
      .filter(({ value, at }) =>
        along
          ? sign * (at.x - here.x) > 0.5 && value.dataset.series === current.dataset.series
          : sign * (at.y - here.y) > 0.5 || (coincide(at, here) && sign * (order(value) - order(current)) > 0));
    const distance = ({ at }) =>
      along
        ? Math.abs(at.x - here.x) + 0.001 * Math.abs(at.y - here.y)
        : Math.abs(at.x - here.x) * 3 + Math.abs(at.y - here.y);
    return candidates.sort((a, b) => distance(a) - distance(b))[0]?.value;
  };

  const readValues = (figure) => {
    for (const value of figure.querySelectorAll(".value")) {
      const title = value.querySelector("title");
      value.dataset.text = title.textContent;
      title.remove(); // the tip replaces the browser's own
      value.setAttribute("role", "img");
      value.setAttribute("aria-label", value.dataset.text);
      value.addEventListener("pointerenter", () => show(value));
      // A finger leaves when it lifts; its tip stays until the next touch.
      value.addEventListener("pointerleave", (event) => event.pointerType === "mouse" && hide());
    }
    for (const panel of figure.querySelectorAll(".panels > svg")) {
      const values = () => [...panel.querySelectorAll(".value:not(.off)")];
      if (values().length === 0) continue;
      panel.setAttribute("tabindex", "0");
      panel.setAttribute("role", "group");
      panel.setAttribute("aria-label", "Chart; arrow keys go from value to value");
      panel.addEventListener("blur", hide);
      panel.addEventListener("keydown", (event) => {
        if (event.key === "Escape") return hide();
        if (!event.key.startsWith("Arrow")) return undefined;
        const all = values();
        const current = panel.querySelector(".value.shown:not(.off)");
        const wanted = current ? next(all, current, event.key) : all[0];
        if (wanted) show(wanted);
        event.preventDefault();
        return undefined;
      });
    }
  };

  // ---- Series that can be hidden

  const switchSeries = (figure) => {
    for (const entry of figure.querySelectorAll(".legend > li[data-series]")) {
      const name = entry.dataset.series;
      const state = { type: "button", "aria-pressed": "true", title: "Show or hide" };
      const button = make("button", state, ...entry.childNodes);
      entry.append(button);
      button.addEventListener("click", () => {
        const shown = button.getAttribute("aria-pressed") !== "true";
        button.setAttribute("aria-pressed", `${shown}`);
        for (const part of figure.querySelectorAll(".series, .value")) {
          if (part.dataset.series === name) part.classList.toggle("off", !shown);
        }
        hide();
      });
    }
  };

  // ---- Downloads

  const save = (name, type, content) => {
    const link = make("a", { download: name, href: URL.createObjectURL(new Blob([content], { type })) });
    link.click();
    setTimeout(() => URL.revokeObjectURL(link.href), 1000);
  };

  const columns = (count) => (count === 4 ? 2 : Math.min(3, count));

  // All panels in rows and the legend below, as the files next to the report have them.
  const compose = (figure) => {
    const panels = [...figure.querySelectorAll(".panels > svg")];
    const size = (svg) => svg.viewBox.baseVal;
    const whole = document.createElementNS(svgNamespace, "svg");
    const place = (svg, x, y) => {
      const copy = svg.cloneNode(true);
      copy.querySelectorAll(".value, .off").forEach((part) => part.remove());
      for (const name of ["style", "tabindex", "role", "aria-label"]) copy.removeAttribute(name);
      copy.setAttribute("x", x);
      copy.setAttribute("y", y);
      copy.setAttribute("width", size(svg).width);
      copy.setAttribute("height", size(svg).height);
      whole.append(copy);
    };
    let [top, width] = [0, 0];
    const each = columns(panels.length);
    for (let first = 0; first < panels.length; first += each) {
      const row = panels.slice(first, first + each);
      let left = 0;
      for (const svg of row) {
        place(svg, left, top);
        left += size(svg).width + 12;
      }
      width = Math.max(width, left - 12);
      top += Math.max(...row.map((svg) => size(svg).height)) + 12;
    }
    let left = 12;
    for (const entry of figure.querySelectorAll(".legend > li")) {
      const label = entry.querySelector("span").textContent;
      const sample = entry.querySelector("svg");
      const needed = size(sample).width + 30 + 7.5 * label.length;
      if (left > 12 && left + needed > width) {
        left = 12;
        top += 24;
      }
      if (entry.querySelector("button")?.getAttribute("aria-pressed") === "false") continue;
      place(sample, left, top);
      const text = document.createElementNS(svgNamespace, "text");
      text.setAttribute("x", left + size(sample).width + 8);
      text.setAttribute("y", top + 13);
      text.setAttribute("font-size", 14);
      text.setAttribute("font-family", "Arimo, 'Liberation Sans', Arial, Helvetica, sans-serif");
      text.setAttribute("fill", "#222");
      text.textContent = label;
      whole.append(text);
      left += needed;
    }
    if (figure.querySelector(".legend")) top += 30;
    whole.setAttribute("xmlns", svgNamespace);
    whole.setAttribute("viewBox", `0 0 ${width} ${top}`);
    whole.setAttribute("width", width);
    whole.setAttribute("height", top);
    const ground = document.createElementNS(svgNamespace, "rect");
    const white = { width: "100%", height: "100%", fill: "#fff" };
    for (const [key, value] of Object.entries(white)) ground.setAttribute(key, value);
    whole.prepend(ground);
    return { text: new XMLSerializer().serializeToString(whole), width, height: top };
  };

  const toPng = ({ text, width, height }) =>
    new Promise((resolve, reject) => {
      const image = new Image();
      image.onload = () => {
        const canvas = make("canvas", { width: 2 * width, height: 2 * height });
        canvas.getContext("2d").drawImage(image, 0, 0, 2 * width, 2 * height);
        canvas.toBlob((blob) => (blob ? resolve(blob) : reject(new Error("no image"))));
      };
      image.onerror = () => reject(new Error("the drawing could not be read"));
      image.src = `data:image/svg+xml;charset=utf-8,${encodeURIComponent(text)}`;
    });

  const quote = (text) => (/[",\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text);

  const toCsv = (figure) => {
    const rows = [["panel", "heading", "series", "position", "value", "low", "high"]];
    figure.querySelectorAll(".panels > svg").forEach((panel, index) => {
      for (const { dataset } of panel.querySelectorAll(".value:not(.off)")) {
        const { series = "", position, value, low = "", high = "" } = dataset;
        rows.push([`${index + 1}`, panel.dataset.heading ?? "", series, position, value, low, high]);
      }
    });
    return `${rows.map((row) => row.map(quote).join(",")).join("\n")}\n`;
  };

  const offerDownloads = (figure) => {
    const name = figure.dataset.file;
    const button = (format, action) => {
      const made = make("button", { type: "button", "aria-label": `Download ${name} as ${format}` }, format);
      made.addEventListener("click", action);
      return made;
    };
    const tools = make("p", { class: "tools" }, "Download ",
      button("SVG", () => save(`${name}.svg`, "image/svg+xml", compose(figure).text)),
      button("PNG", async () => save(`${name}.png`, "image/png", await toPng(compose(figure)))));
    if (figure.querySelector(".value")) {
      tools.append(button("CSV", () => save(`${name}.csv`, "text/csv", toCsv(figure))));
    }
    figure.append(tools);
  };

  // ---- Images that are chosen, and enlarged

  const enlarge = (image, caption) => {
    const dialog = make("dialog", { class: "enlarged", "aria-label": image.alt });
    const large = make("img", { src: image.src, alt: image.alt });
    // Whole multiples of the image's own pixels, that fit.
    const space = 0.7 * Math.min(innerWidth, innerHeight);
    const times = Math.max(1, Math.floor(space / Math.max(image.naturalWidth, image.naturalHeight)));
    large.width = times * image.naturalWidth;
    large.height = times * image.naturalHeight;
    const close = make("button", { type: "button" }, "Close");
    close.addEventListener("click", () => dialog.close());
    const lines = caption.map((line) => make("span", {}, line));
    dialog.append(large, make("p", {}, make("strong", {}, image.title), ...lines), close);
    dialog.addEventListener("click", (event) => event.target === dialog && dialog.close());
    dialog.addEventListener("close", () => dialog.remove());
    document.body.append(dialog);
    dialog.showModal();
  };

  const chooser = (figure) => {
    const list = figure.querySelector(".images");
    const cells = [...list.children];
    for (const cell of cells) {
      const image = cell.querySelector("img");
      const lines = [...cell.querySelectorAll("span")].map((line) => line.textContent);
      const button = make("button", { type: "button", title: `${image.title}: enlarge` });
      image.replaceWith(button);
      button.append(image);
      button.addEventListener("click", () => enlarge(image, lines));
    }
    const names = list.dataset.facets ? list.dataset.facets.split("|") : [];
    const hasConfidence = cells.some((cell) => cell.dataset.confidence !== undefined);
    if (cells.length < 2 || (names.length === 0 && !hasConfidence)) return;
    const form = make("form", { class: "chooser" });
    const count = make("output", {});
    const facet = (cell, index) => cell.getAttribute(`data-facet-${index}`);
    const selects = names.map((name, index) => {
      const values = [...new Set(cells.map((cell) => facet(cell, index)))];
      if (index === 0) values.sort((a, b) => a.localeCompare(b, "en", { numeric: true }));
      const select = make("select", {}, ...["all", ...values].map((value, at) => make("option", { value: at }, value)));
      form.append(make("label", {}, `${name} `, select));
      return { index, value: () => (select.value === "0" ? null : values[select.value - 1]) };
    });
    const slider = make("input", { type: "range", min: "0", max: "100", step: "5", value: "0" });
    const said = make("span", { class: "amount" });
    if (hasConfidence) form.append(make("label", {}, "confidence at least ", slider, said));
    form.append(count);
    const choose = () => {
      said.textContent = `${slider.value} %`;
      for (const cell of cells) {
        cell.hidden =
          selects.some(({ index, value }) => value() !== null && value() !== facet(cell, index)) ||
          parseFloat(cell.dataset.confidence ?? "0") < slider.valueAsNumber;
      }
      count.textContent = `${cells.filter((cell) => !cell.hidden).length} of ${cells.length} shown`;
    };
    form.addEventListener("input", choose);
    form.addEventListener("submit", (event) => event.preventDefault());
    list.before(form);
    choose();
  };

  // ---- Tables that can be sorted

  // A number with its interval or unit; a duration; a time; otherwise text. What is absent comes last.
  const units = { h: 3600, min: 60, s: 1 };
  const keyOf = (cell) => {
    const text = (cell?.textContent ?? "").trim();
    if (text === "" || text === "–") return { absent: true };
    const parts = [...text.matchAll(/([\d.]+) (h|min|s)\b/g)];
    if (parts.length > 0) return { number: parts.reduce((sum, [, count, unit]) => sum + count * units[unit], 0) };
    const found = /^[-+]?[\d,]*\.?\d+(e[-+]?\d+)?(?=$| \(| %$|%$)/.exec(text);
    return found ? { number: parseFloat(found[0].replaceAll(",", "")) } : { text };
  };

  const compare = (a, b) =>
    a.number !== undefined && b.number !== undefined ? a.number - b.number
    : a.number !== undefined ? -1
    : b.number !== undefined ? 1
    : a.text.localeCompare(b.text, "en", { numeric: true });

  const sortable = (table) => {
    const body = table.tBodies[0];
    if (!body || body.rows.length < 3 || body.querySelector("[rowspan], th[scope=rowgroup]")) return;
    for (const head of table.tHead?.rows[0]?.cells ?? []) {
      const button = make("button", { type: "button", class: "sort" }, ...head.childNodes);
      head.append(button);
      button.addEventListener("click", () => {
        const descending = head.getAttribute("aria-sort") === "ascending";
        for (const other of table.tHead.rows[0].cells) other.removeAttribute("aria-sort");
        head.setAttribute("aria-sort", descending ? "descending" : "ascending");
        const column = head.cellIndex;
        const keyed = [...body.rows].map((row) => ({ row, key: keyOf(row.cells[column]) }));
        const present = keyed.filter(({ key }) => !key.absent).sort((a, b) => compare(a.key, b.key));
        if (descending) present.reverse();
        body.append(...[...present, ...keyed.filter(({ key }) => key.absent)].map(({ row }) => row));
      });
    }
  };

  // ---- Sections that open for links and for printing

  const reveal = () => {
    const target = location.hash.length > 1 && document.getElementById(decodeURIComponent(location.hash.slice(1)));
    if (!target) return;
    for (let part = target; part; part = part.parentElement) if (part.localName === "details") part.open = true;
    target.scrollIntoView();
  };

  document.body.append(tip, said);
  document.documentElement.classList.add("scripted");
  for (const figure of document.querySelectorAll("figure.chart")) {
    readValues(figure);
    switchSeries(figure);
    offerDownloads(figure);
  }
  document.querySelectorAll("figure.gallery").forEach(chooser);
  document.querySelectorAll("table.data").forEach((table) => table.closest(".preview") || sortable(table));
  addEventListener("keydown", (event) => event.key === "Escape" && hide());
  addEventListener("hashchange", reveal);
  addEventListener("beforeprint", () => document.querySelectorAll("details").forEach((part) => { part.open = true; }));
  reveal();
})();
