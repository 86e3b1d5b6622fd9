// Puts the parts together. The document is whole without them: what fails here leaves it as it was.

/** Return the words for what is shown, with the number of examples and runs. */
function contextOf(task, level) {
  const examples = count(examplesOf(task, level).length, "example");
  return level === null ? examples : `${examples} of level ${level}`;
}

function summaryOf(task, level) {
  const runs = count(task.runs.length, "run");
  if (level === null) return `All levels: ${count(task.examples.length, "example")}, ${runs}. Figures as in the tables.`;
  const number = examplesOf(task, level).length;
  return `Level ${level} ${task.levelNames[level]}: pass rates, intervals and frontiers are computed in this page from ${count(number, "example")} in ${runs}${number < 30 ? "; so few examples show only large differences" : ""}. Cost and latency are of these examples. Tables keep all levels.`;
}

/** Return a selection box of levels, or nothing in a task without levels. */
function levelBox(task, change) {
  const levels = Object.entries(task.levelNames);
  if (levels.length < 2) return [];
  const options = levels.map(([level, name]) => element("option", { value: level }, `${level} ${name}`));
  const box = element("select", { name: "level" }, element("option", { value: "" }, "all levels"), ...options);
  box.addEventListener("change", () => change(box.value === "" ? null : Number(box.value)));
  return [element("label", {}, "Level ", box)];
}

function explore(article, task) {
  const charts = article.querySelector("[data-part=charts]");
  const attempts = article.querySelector("[data-part=attempts]");
  const state = { level: null };
  const matrix = passMatrix(task, (place, model) => openAttempt(task, place, model));
  const [pareto, summary, overview] = [element("div", { class: "charts" }), element("p", { class: "summary", role: "status" }), element("div", { class: "charts overview" })];
  const change = (level) => {
    state.level = level;
    for (const box of article.querySelectorAll("select[name=level]")) box.value = level ?? "";
    draw();
    matrix.show(level);
  };
  charts?.append(element("div", { class: "controls" }, ...levelBox(task, change)), summary, pareto, element("p", { class: "note" }, "Up and to the left is better; for cost and latency, down and to the left. Filled points are on the frontier of accuracy, cost and latency. The solid line is the frontier of the two that are drawn; the dashed one is what mixing two models buys on average. Bars are 95\u00a0% intervals over examples (Wilson). Point at a mark, or reach it with Tab."));
  attempts.append(element("div", { class: "controls" }, ...levelBox(task, change)), overview, ...matrix.parts);

  function draw() {
    const figures = figuresOf(task, state.level);
    const context = contextOf(task, state.level);
    const pairs = pairsOf(task);
    pareto.classList.toggle("even", pairs.length % 2 === 0);
    const width = (place) => chartWidth(pareto, pairs.length % 2 === 1 && place === 0);
    pareto.replaceChildren(...pairs.map((pair, place) => paretoFigure(figures, pair, width(place), context)));
    overview.replaceChildren(spreadFigure(task, figures, chartWidth(overview, true), context), element("div", {}, ...outcomeTable(task, examplesOf(task, state.level)).filter(Boolean)));
    summary.textContent = summaryOf(task, state.level);
  }

  charts?.removeAttribute("hidden");
  attempts.hidden = false;
  for (const figure of article.querySelectorAll(".static")) figure.hidden = true; // drawn here with more to it
  change(null);
  redrawWhenWider(attempts, draw);
}

/** Return the width that a chart gets: all of its container, or half where there is room for two. */
function chartWidth(container, isWhole) {
  const whole = Math.max(280, container.clientWidth);
  return isWhole || whole < 640 ? whole : Math.floor((whole - 32) / 2);
}

function redrawWhenWider(node, draw) {
  let width = node.clientWidth;
  new ResizeObserver(() => {
    if (node.clientWidth === width) return;
    width = node.clientWidth;
    requestAnimationFrame(draw);
  }).observe(node);
}

document.body.append(tooltip, dialog);
document.querySelectorAll("table[data-sortable]").forEach(makeSortable);
const tasks = [...document.querySelectorAll("article[data-task]")].map((article) => {
  const task = JSON.parse(document.getElementById(`data-${article.dataset.task}`).textContent);
  task.number = article.dataset.task;
  explore(article, task);
  return task;
});
openFromHash(tasks);
window.addEventListener("hashchange", () => openFromHash(tasks));
