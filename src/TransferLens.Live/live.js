// Updates the live page from the run's events. Data is inserted as text, never as markup.
import { Curves } from "/curves.js";

const $ = (id) => document.getElementById(id);
const symbols = {
  done: "✓", running: "▶", failed: "✗", waiting: "·", broken: "◌", skipped: "–",
  concluding: "✎", stopped: "■", finished: "✓", unstarted: "·",
};

const make = (name, properties = {}, ...children) => {
  const element = Object.assign(document.createElement(name), properties);
  element.append(...children);
  return element;
};

// Leaves unchanged text alone, which keeps the selection and the position of a screen reader.
const text = (element, value) => { if (element.textContent !== value) element.textContent = value; };
const makeSymbol = () => make("span", { className: "symbol", ariaHidden: "true" });
const state = (element, value, word) => {
  element.dataset.state = value;
  const symbol = element.querySelector(".symbol") ?? element.insertAdjacentElement("afterbegin", makeSymbol());
  text(symbol, symbols[value] ?? "");
  text(element.querySelector(".word"), word);
};

let tasks = new Map(); // by key: { title, now, row, group }
let groups = [];       // { name, tasks, box, ... }
let run = { state: "" };
const curves = new Curves($("panels"));

const announce = (words) => text($("announce"), words);

function showPlan(plan) {
  // After a lost connection, the plan comes again.
  const opened = new Map(groups.filter((group) => group.touched).map((group) => [group.name, group.box.open]));
  tasks = new Map();
  curves.clear();
  $("failure-list").replaceChildren();
  groups = plan.groups.map((group) => {
    const list = make("ol", { className: "list" });
    const summary = make("summary", {},
      make("span", { className: "state" }, make("span", { className: "word" })),
      make("span", { className: "name", textContent: group.name }), make("span", { className: "count" }));
    const box = make("details", { className: "group" }, summary);
    if (group.needs.length) {
      box.append(make("p", { className: "needs", textContent: `After ${group.needs.join(", ")}.` }));
    }
    box.append(list);
    const shown = { ...group, box, touched: opened.has(group.name) };
    box.open = opened.get(group.name) ?? false;
    summary.addEventListener("click", () => { shown.touched = true; });
    for (const task of group.tasks) {
      const row = makeRow(task);
      list.append(row);
      tasks.set(task.key, { ...task, row, group: shown, now: { state: "waiting" } });
    }
    return shown;
  });
  $("groups").replaceChildren(...groups.map((group) => group.box));
  text($("study"), plan.study);
  for (const id of ["tasks", "overall"]) $(id).hidden = false;
  $("before").hidden = true;
}

function makeRow(task) {
  const inputs = task.inputs.length ? `needs ${task.inputs.join(" · ")}` : "";
  return make("li", { className: "task" },
    make("span", { className: "state" }, make("span", { className: "word" })),
    make("span", { className: "title", textContent: task.title }),
    make("span", { className: "more" }),
    make("progress", { max: 1, value: 0, hidden: true, ariaLabel: `Progress of ${task.title}` }),
    make("span", { className: "inputs", textContent: inputs }));
}

function showRun(now) {
  const before = run;
  run = now;
  state($("state"), now.state, now.word);
  $("state").hidden = false;
  if (now.state === "unstarted") {
    $("before").hidden = false;
    if (now.problem) text($("before-text"), now.problem);
    for (const id of ["tasks", "overall", "now", "curves", "failures", "report"]) $(id).hidden = true;
    document.title = "Not started – TransferLens";
    return;
  }
  $("bar").value = now.fraction;
  const verb = now.state === "running" || now.state === "concluding" ? "running for" : "took";
  const elapsed = now.elapsed && `${verb} ${now.elapsed}`;
  const pace = [now.percent, `${now.done} of ${now.count} tasks`, elapsed, now.left];
  text($("pace"), pace.filter(Boolean).join("  ·  "));
  $("report").hidden = now.state !== "finished";
  document.title = `${now.state === "running" ? now.percent : now.word} – ${$("study").textContent} – TransferLens`;
  if (before.state && before.state !== now.state) announce(`The run is ${now.word}.`);
}

function showTasks(changed) {
  const touched = new Set();
  for (const now of changed) {
    const task = tasks.get(now.key);
    if (!task) continue;
    const before = task.now.state;
    task.now = now;
    state(task.row.querySelector(".state"), now.state, now.word);
    task.row.dataset.state = now.state;
    text(task.row.querySelector(".more"), now.state === "failed" ? "" : now.more);
    const bar = task.row.querySelector("progress");
    bar.hidden = now.state !== "running";
    bar.value = now.fraction;
    touched.add(task.group);
    if (now.state === "failed" || before === "failed") showFailures();
    if (now.state === "failed" && before !== "failed") announce(`The task ${task.title} failed.`);
  }
  touched.forEach(showGroup);
  showNow();
}

// The tasks that are running, in the order of the plan.
function showNow() {
  const running = [...tasks.values()].filter((task) => task.now.state === "running");
  $("now").hidden = running.length === 0;
  const rows = new Map([...$("now-list").children].map((row) => [row.dataset.key, row]));
  const wanted = running.map((task) => {
    const row = rows.get(task.key) ?? make("li", {},
      make("span", { className: "title", textContent: task.title }), make("span", { className: "more" }),
      make("progress", { max: 1, ariaLabel: `Progress of ${task.title}` }));
    row.dataset.key = task.key;
    text(row.querySelector(".more"), task.now.more);
    row.querySelector("progress").value = task.now.fraction;
    return row;
  });
  if (wanted.length !== rows.size || wanted.some((row, index) => row !== $("now-list").children[index])) {
    $("now-list").replaceChildren(...wanted);
  }
}

function showGroup(group) {
  const states = group.tasks.map((task) => tasks.get(task.key).now.state);
  const count = (which) => states.filter((one) => one === which).length;
  const now = ["running", "failed", "broken", "waiting", "skipped"].find(count) ?? "done";
  const word = { broken: "interrupted", skipped: "not started" }[now] ?? now;
  const was = group.box.dataset.state;
  group.box.dataset.state = now;
  state(group.box.querySelector("summary .state"), now, word);
  const failed = count("failed") ? `, ${count("failed")} failed` : "";
  text(group.box.querySelector(".count"), `${count("done")} of ${states.length}${failed}`);
  if (!group.touched && was !== now) group.box.open = ["running", "failed", "broken"].includes(now);
  if (was && was !== now && now === "done") announce(`${group.name}: done.`);
}

function showFailures() {
  const failed = [...tasks.values()].filter((task) => task.now.state === "failed");
  $("failures").hidden = failed.length === 0;
  const boxes = [...$("failure-list").querySelectorAll("details")];
  const closed = new Set(boxes.filter((box) => !box.open).map((box) => box.dataset.key));
  $("failure-list").replaceChildren(...failed.map((task) => {
    const log = make("pre", { tabIndex: 0, textContent: task.now.log });
    log.setAttribute("aria-label", `Log of ${task.title}`);
    const link = make("a", { href: `/log/${task.key}`, target: "_blank", textContent: "Open the log" });
    const summary = make("summary", { textContent: "Last lines of the log" });
    const box = make("details", { open: !closed.has(task.key) }, summary, log, make("p", {}, link));
    box.dataset.key = task.key;
    return make("article", { className: "failure" },
      make("h3", {}, make("span", { ariaHidden: "true", textContent: "✗ " }), task.title),
      make("p", { className: "reason", textContent: task.now.more }),
      task.now.log ? box : make("p", { textContent: "There is no log." }));
  }));
}

function showCurves(changed) {
  curves.take(changed);
  $("curves").hidden = false;
  curves.draw();
}

// A browser connects again by itself, except after an answer that is no stream, such as that of a proxy.
function connect() {
  const events = new EventSource("/events");
  const on = (name, show) => events.addEventListener(name, (event) => show(JSON.parse(event.data)));
  on("plan", showPlan);
  on("run", showRun);
  on("tasks", showTasks);
  on("curves", showCurves);
  events.addEventListener("open", () => { $("lost").hidden = true; });
  events.addEventListener("error", () => {
    $("lost").hidden = false;
    if (events.readyState === EventSource.CLOSED) setTimeout(connect, 3000);
  });
}

connect();
