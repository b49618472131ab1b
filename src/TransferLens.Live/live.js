// The live page: takes the run's events and keeps the page true to them. All text goes in as text, never as markup.
import { Curves } from "/curves.js";

const $ = (id) => document.getElementById(id);
const symbols = { done: "✓", running: "▶", failed: "✗", waiting: "·", broken: "◌", skipped: "–", concluding: "✎", stopped: "■", finished: "✓", unstarted: "·" };

const make = (name, properties = {}, ...children) => {
  const element = Object.assign(document.createElement(name), properties);
  element.append(...children);
  return element;
};

// Changes nothing that is right already, so that a reader's selection and a screen reader's place stay.
const text = (element, value) => { if (element.textContent !== value) element.textContent = value; };
const state = (element, value, word) => {
  element.dataset.state = value;
  text(element.querySelector(".symbol") ?? element.insertAdjacentElement("afterbegin", make("span", { className: "symbol", ariaHidden: "true" })), symbols[value] ?? "");
  text(element.querySelector(".word"), word);
};

let tasks = new Map(); // by key: { title, now, row, group }
let groups = [];       // { name, tasks, box, ... }
let run = { state: "" };
const curves = new Curves($("panels"));

const announce = (words) => text($("announce"), words);

function showPlan(plan) {
  tasks = new Map();
  curves.clear();
  $("failure-list").replaceChildren();
  groups = plan.groups.map((group) => {
    const list = make("ol", { className: "list" });
    const summary = make("summary", {},
      make("span", { className: "state" }, make("span", { className: "word" })),
      make("span", { className: "name", textContent: group.name }), make("span", { className: "count" }));
    const box = make("details", { className: "group" }, summary);
    if (group.needs.length) box.append(make("p", { className: "needs", textContent: `After ${group.needs.join(", ")}.` }));
    box.append(list);
    const all = { ...group, box, touched: false };
    summary.addEventListener("click", () => { all.touched = true; });
    for (const task of group.tasks) {
      const row = make("li", { className: "task" },
        make("span", { className: "state" }, make("span", { className: "word" })),
        make("span", { className: "title", textContent: task.title }),
        make("span", { className: "more" }),
        make("progress", { max: 1, value: 0, hidden: true, ariaLabel: `Progress of ${task.title}` }),
        make("span", { className: "inputs", textContent: task.inputs.length ? `needs ${task.inputs.join(" · ")}` : "" }));
      list.append(row);
      tasks.set(task.key, { ...task, row, group: all, now: { state: "waiting" } });
    }
    return all;
  });
  $("groups").replaceChildren(...groups.map((group) => group.box));
  text($("study"), plan.study);
  for (const id of ["tasks", "overall"]) $(id).hidden = false;
  $("before").hidden = true;
}

function showRun(now) {
  const before = run;
  run = now;
  state($("state"), now.state, now.word);
  $("state").hidden = false;
  if (now.state === "unstarted") {
    $("before").hidden = false;
    if (now.problem) text($("before-text"), now.problem);
    for (const id of ["tasks", "overall", "curves", "failures", "report"]) $(id).hidden = true;
    document.title = "Not begun – TransferLens";
    return;
  }
  $("bar").value = now.fraction;
  text($("pace"), [now.percent, `${now.done} of ${now.count} tasks`, now.elapsed && `${now.state === "running" || now.state === "concluding" ? "running for" : "took"} ${now.elapsed}`, now.left].filter(Boolean).join("  ·  "));
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
  if (!group.touched && was !== now) group.box.open = now === "running" || now === "failed" || now === "broken";
  if (was && was !== now && now === "done") announce(`${group.name}: done.`);
}

function showFailures() {
  const failed = [...tasks.values()].filter((task) => task.now.state === "failed");
  $("failures").hidden = failed.length === 0;
  const open = new Set([...$("failure-list").querySelectorAll("details")].filter((box) => !box.open).map((box) => box.dataset.key));
  $("failure-list").replaceChildren(...failed.map((task) => {
    const log = make("pre", { tabIndex: 0, textContent: task.now.log });
    log.setAttribute("aria-label", `Log of ${task.title}`);
    const box = make("details", { open: !open.has(task.key) }, make("summary", { textContent: "Last lines of its log" }), log,
      make("p", {}, make("a", { href: `/log/${task.key}`, target: "_blank", textContent: "The log by itself" })));
    box.dataset.key = task.key;
    return make("article", { className: "failure" },
      make("h3", {}, make("span", { ariaHidden: "true", textContent: "✗ " }), task.title),
      make("p", { className: "reason", textContent: task.now.more }),
      task.now.log ? box : make("p", { textContent: "It left no log." }));
  }));
}

function showCurves(changed) {
  curves.take(changed);
  $("curves").hidden = false;
  curves.draw();
}

const events = new EventSource("/events");
const on = (name, show) => events.addEventListener(name, (event) => show(JSON.parse(event.data)));
on("plan", showPlan);
on("run", showRun);
on("tasks", showTasks);
on("curves", showCurves);
events.addEventListener("open", () => { $("lost").hidden = true; });
events.addEventListener("error", () => { $("lost").hidden = false; });
