// The pass matrix: examples down, candidates across, a mark for every run; a cell opens its attempts.

const ROWS = 50; // of a page of the matrix
const MOST_MARKS = 10; // runs that are drawn one by one

const LATER = "passed_at_a_later_turn"; // has a mark like an outcome; the outcomes are the first turn's

const SELECTIONS = {
  all: ["every example", () => true],
  everyone: ["passed by every candidate in every run", (cells) => cells.every((cell) => cell.passed === cell.runs)],
  nobody: ["passed by nobody", (cells) => cells.every((cell) => cell.passed === 0)],
  someone: ["passed by some candidates, not by others", (cells) => cells.some((cell) => cell.passed) && cells.some((cell) => !cell.passed)],
  later: ["passed at a later turn", (cells) => cells.some((cell) => cell.later.includes(true))],
  unsteady: ["passed in some runs, not in others", (cells) => cells.some((cell) => cell.passed && cell.passed < cell.runs)],
};

/** Return a cell: how many of its runs passed, and their outcomes and codes. */
function cellOf(task, model, place) {
  const outcomes = task.runs.map((_, run) => outcomeOf(task, model, run, place));
  const errors = task.runs.map((_, run) => errorOf(task, model, run, place));
  const later = task.runs.map((_, run) => passedLater(task, model, run, place));
  const there = outcomes.filter((outcome) => outcome !== null);
  return { outcomes, errors, later, runs: there.length, passed: there.filter((outcome) => outcome === "passed").length };
}

/** Return the selection boxes and a function that shows the examples of a level. */
function passMatrix(task, open) {
  const state = { level: null, selection: "all", text: "", page: 0, sort: "name", isDescending: false };
  const cells = task.examples.map((_, place) => task.models.map((_, model) => cellOf(task, model, place)));
  const found = element("p", { class: "summary", role: "status" });
  const body = element("tbody");
  const headings = matrixHeadings(task, (sort) => {
    state.isDescending = state.sort === sort ? !state.isDescending : sort !== "name" && sort !== "level";
    Object.assign(state, { sort, page: 0 });
    show();
  });
  const caption = element("caption", {}, "Examples and candidates: a mark for every run");
  const table = element("table", { class: "matrix" }, caption, element("thead", {}, element("tr", {}, ...headings.map(([heading]) => heading))), body);
  const scroll = element("div", { class: "scroll", role: "group", tabindex: 0, "aria-label": "Pass matrix" }, table);
  const pages = pageButtons((step) => {
    state.page += step;
    show();
  });
  moveByArrows(body);

  function show() {
    const places = sorted(task, cells, state, selected(task, cells, state));
    const last = Math.max(0, Math.ceil(places.length / ROWS) - 1);
    state.page = Math.min(Math.max(0, state.page), last);
    const [from, to] = [state.page * ROWS, Math.min(places.length, (state.page + 1) * ROWS)];
    body.replaceChildren(...places.slice(from, to).map((place) => matrixRow(task, place, cells[place], open)));
    if (!places.length) body.append(element("tr", {}, element("td", { colspan: headings.length }, "No example fits the selection.")));
    body.querySelector("button")?.setAttribute("tabindex", 0);
    for (const [heading, sort] of headings) {
      heading.setAttribute("aria-sort", sort !== state.sort ? "none" : state.isDescending ? "descending" : "ascending");
    }
    found.textContent = `${count(places.length, "example")} of ${task.examples.length.toLocaleString("en-US")}${places.length > ROWS ? `, ${(from + 1).toLocaleString("en-US")} to ${to.toLocaleString("en-US")} shown` : ""}.`;
    pages.show(state.page, last);
  }

  const controls = matrixControls(task, cells, (change) => {
    Object.assign(state, change, { page: 0 });
    show();
  });
  const parts = [element("div", { class: "controls" }, ...controls), found, legendOf(task), scroll, pages.node];
  return { parts, show: (level) => { Object.assign(state, { level, page: 0 }); show(); } };
}

function matrixHeadings(task, sortBy) {
  const columns = [["Example", "name"], ...(Object.keys(task.levelNames).length ? [["Level", "level"]] : []), ...task.models.map((model, place) => [model.shown, place])];
  return columns.map(([name, sort]) => {
    const button = element("button", { type: "button", class: "sort" }, name);
    button.addEventListener("click", () => sortBy(sort));
    return [element("th", { scope: "col", "aria-sort": "none" }, button), sort];
  });
}

function matrixControls(task, cells, change) {
  const outcomes = task.outcomeNames.filter((name) => name !== "passed");
  const offered = Object.entries(SELECTIONS).filter(([key]) => key !== "later" || task.passedLater.length);
  const choices = [...offered.map(([key, [name]]) => [key, name]), ...outcomes.map((name) => [`outcome:${name}`, `with an attempt that came to: ${words(name)}`])];
  const selection = element("select", { name: "selection" }, ...choices.map(([value, name]) => element("option", { value }, name)));
  const text = element("input", { type: "search", name: "text", placeholder: "sort, or E0308", autocomplete: "off", spellcheck: "false" });
  selection.addEventListener("change", () => change({ selection: selection.value }));
  text.addEventListener("input", () => change({ text: text.value.trim().toLowerCase() }));
  return [element("label", {}, "Examples ", selection), element("label", {}, "Name or error code ", text)];
}

function selected(task, cells, { level, selection, text }) {
  const outcome = selection.startsWith("outcome:") ? selection.slice("outcome:".length) : null;
  const fits = outcome ? (row) => row.some((cell) => cell.outcomes.includes(outcome)) : SELECTIONS[selection][1];
  const names = (place) => task.examples[place][0].toLowerCase().includes(text) || cells[place].some((cell) => cell.errors.some((code) => code?.toLowerCase() === text));
  return examplesOf(task, level).filter((place) => fits(cells[place]) && (text === "" || names(place)));
}

function sorted(task, cells, { sort, isDescending }, places) {
  const keys = { name: (place) => place, level: (place) => task.levels[place] };
  const key = keys[sort] ?? ((place) => cells[place][sort].passed / cells[place][sort].runs);
  const ordered = [...places].sort((a, b) => key(a) - key(b) || a - b); // examples are in the order of their names
  return isDescending ? ordered.reverse() : ordered;
}

function matrixRow(task, place, row, open) {
  const level = Object.keys(task.levelNames).length ? [element("td", { class: "level" }, `${task.levels[place] ?? ABSENT}`)] : [];
  const buttons = row.map((cell, model) => {
    const button = element("button", { type: "button", class: "cell", tabindex: -1, "aria-label": cellLabel(task, model, cell), "data-example": place, "data-model": model });
    button.append(...cellMarks(cell));
    button.addEventListener("click", () => open(place, model));
    return element("td", {}, button);
  });
  return element("tr", {}, element("th", { scope: "row" }, ...breakable(task.examples[place][1])), ...level, ...buttons);
}

/** Return a name that may go on in a new line after a slash or an underscore. */
function breakable(name) {
  return name.split(/(?<=[/_])/).flatMap((part) => [part, element("wbr")]);
}

function cellLabel(task, model, cell) {
  const others = d3.rollups(cell.outcomes.filter((outcome) => outcome !== null && outcome !== "passed"), (each) => each.length, (each) => each);
  const rest = others.map(([outcome, number]) => `, ${words(outcome)} in ${number}`).join("");
  const later = cell.later.filter(Boolean).length;
  return `${task.models[model].shown}: passed in ${cell.passed} of ${count(cell.runs, "run")}${rest}${later ? `; ${words(LATER)} in ${later}` : ""}`;
}

function cellMarks(cell) {
  if (cell.outcomes.length <= MOST_MARKS) return cell.outcomes.map((outcome, run) => markOf(cell.later[run] ? LATER : outcome));
  const later = cell.later.filter(Boolean).length;
  return [element("span", { class: "share" }, `${cell.passed}/${cell.runs}`), ...(later ? [markOf(LATER), `${later}`] : [])];
}

function markOf(outcome) {
  return element("span", { class: `mark ${outcome ?? "absent"}`, "aria-hidden": "true" });
}

function legendOf(task) {
  const names = [...task.outcomeNames].sort((a, b) => (b === "passed") - (a === "passed"));
  if (task.passedLater.length) names.splice(names[0] === "passed" ? 1 : 0, 0, LATER);
  return element("ul", { class: "legend", "aria-label": "Marks" }, ...names.map((name) => element("li", {}, markOf(name), words(name))));
}

function pageButtons(turn) {
  const before = element("button", { type: "button" }, "Previous");
  const after = element("button", { type: "button" }, "Next");
  const where = element("span", {});
  before.addEventListener("click", () => turn(-1));
  after.addEventListener("click", () => turn(1));
  const node = element("nav", { class: "pages", "aria-label": "Pages of the matrix" }, before, where, after);
  const show = (page, last) => {
    node.hidden = last === 0;
    before.disabled = page === 0;
    after.disabled = page === last;
    where.textContent = `${page + 1} of ${last + 1}`;
  };
  return { node, show };
}

/** Let arrow keys move between cells, so that Tab leaves the matrix after one. */
function moveByArrows(body) {
  const steps = { ArrowLeft: [0, -1], ArrowRight: [0, 1], ArrowUp: [-1, 0], ArrowDown: [1, 0] };
  body.addEventListener("keydown", (event) => {
    const step = steps[event.key];
    if (!step || !event.target.matches("button.cell")) return;
    event.preventDefault();
    const rows = [...body.rows].map((row) => [...row.querySelectorAll("button.cell")]);
    const row = rows.findIndex((each) => each.includes(event.target));
    const next = rows[row + step[0]]?.[rows[row].indexOf(event.target) + step[1]];
    if (!next) return;
    event.target.setAttribute("tabindex", -1);
    next.setAttribute("tabindex", 0);
    next.focus();
  });
}
