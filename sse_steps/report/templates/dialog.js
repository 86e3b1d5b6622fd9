// One example and one candidate: prompt, Python, Rust, diagnostics and verdict of every run.

const dialog = element("dialog", { class: "attempt", "aria-labelledby": "attempt-title" });
const unpacked = new Map();

/** Return the texts of an example; null where the page had no room for them. */
async function textsOf(task, place) {
  const chunk = task.textsOf[place];
  if (chunk === null) return null;
  const id = `texts-${task.number}-${chunk}`;
  if (!unpacked.has(id)) unpacked.set(id, unpack(document.getElementById(id).textContent));
  return (await unpacked.get(id))[place];
}

async function unpack(base64) {
  const bytes = Uint8Array.from(atob(base64.trim()), (letter) => letter.charCodeAt(0));
  const stream = new Blob([bytes]).stream().pipeThrough(new DecompressionStream("deflate"));
  return JSON.parse(await new Response(stream).text());
}

/** Show an example's attempts by one candidate; `run` is a place in the list of runs. */
async function openAttempt(task, place, model, run = 0) {
  const address = hashOf(task, place, model, run);
  history.replaceState(null, "", address);
  const bundle = await textsOf(task, place);
  if (location.hash !== address) return; // another one was asked for while this was unpacked
  const focused = dialog.contains(document.activeElement) ? document.activeElement.dataset.keeps : null;
  dialog.replaceChildren(...attemptParts(task, place, model, run, bundle));
  if (!dialog.open) dialog.showModal();
  dialog.querySelector(focused ? `[data-keeps="${focused}"]` : ".close")?.focus();
  dialog.scrollTop = 0;
}

function attemptParts(task, place, model, run, bundle) {
  const cell = cellOf(task, model, place);
  const level = task.levels[place];
  const close = element("button", { type: "button", class: "close", "aria-label": "Close" }, "\u00d7");
  close.addEventListener("click", () => dialog.close());
  const heading = element("header", {}, element("h3", { id: "attempt-title" }, task.examples[place][1]), close);
  const where = element("p", { class: "note" }, level === null ? task.shownTask : `Level ${level} ${task.levelNames[level]}`);
  const candidates = choices("Candidate", task.models.map((each) => [each.shown]), model, (chosen) => openAttempt(task, place, chosen, run), "model");
  const runs = choices("Run", task.runs.map((number, index) => [markOf(cell.outcomes[index]), `${number}`, element("span", { class: "unseen" }, `: ${words(cell.outcomes[index] ?? "no attempt")}`)]), run, (chosen) => openAttempt(task, place, model, chosen), "run");
  const turns = bundle ? attemptsIn(bundle, task.models[model].name, task.runs[run]) : null;
  const body = turns?.length ? turns.flatMap((turn) => turnParts(task, bundle, turn, turns.length)) : [verdictLine(task, cell, run), leftOut(task, place, model)];
  return [heading, where, candidates, runs, ...body, ...(bundle && task.isCode ? [promptOf(bundle)] : [])];
}

/** Return the turns of one attempt: the bundle has a list for every column. */
function attemptsIn(bundle, model, run) {
  const columns = Object.entries(bundle.attempts);
  const rows = bundle.attempts.model.map((_, row) => Object.fromEntries(columns.map(([name, values]) => [name, values[row]])));
  return rows.filter((row) => row.model === model && row.run === run);
}

function choices(name, labels, chosen, choose, kind) {
  const buttons = labels.map((label, index) => {
    const button = element("button", { type: "button", "aria-pressed": `${index === chosen}`, "data-keeps": `${kind}-${index}` }, ...label);
    button.addEventListener("click", () => choose(index));
    return button;
  });
  return element("div", { class: "choices", role: "group", "aria-label": name }, element("span", { class: "name" }, name), ...buttons);
}

function verdictLine(task, cell, run) {
  const outcome = cell.outcomes[run];
  const code = cell.errors[run] === null ? "" : `, ${cell.errors[run]}`;
  return element("p", { class: "verdict" }, markOf(outcome), element("strong", {}, capital(words(outcome ?? "no attempt"))), code);
}

function turnParts(task, bundle, attempt, turns) {
  const text = (place) => bundle.texts[place];
  const facts = [
    task.isCode && attempt.tests_total ? `${attempt.tests_passed} of ${attempt.tests_total} cases answered right` : null,
    attempt.score === null ? null : `score ${Number(attempt.score.toFixed(3))} of 1`,
    attempt.error_code,
    attempt.latency_s === null ? null : milliseconds(1000 * attempt.latency_s),
    attempt.cost_usd === null ? null : dollars(attempt.cost_usd),
    attempt.cached ? "reused from an equal request" : null,
  ].filter((fact) => fact !== null);
  const title = turns > 1 ? [element("span", { class: "note" }, `Turn ${attempt.turn} `)] : [];
  const verdict = element("p", { class: "verdict" }, ...title, markOf(attempt.outcome), element("strong", {}, capital(words(attempt.outcome))), facts.map((fact) => ` \u00b7 ${fact}`).join(""));
  const texts = task.isCode ? programParts(bundle, attempt) : answerParts(bundle, attempt);
  const notes = [["What the judge said", attempt.diagnostics], ["Beside the Python", attempt.divergence], ["What the engine said", attempt.error]];
  const cut = attempt.isCut ? [element("p", { class: "note" }, "A longer text was cut here; the database has it whole.")] : [];
  return [verdict, ...texts, ...notes.filter(([, place]) => place).map(([name, place]) => block(name, text(place))), ...cut];
}

function programParts(bundle, attempt) {
  const text = (place) => bundle.texts[place];
  const answer = attempt.rust ? block("Rust", text(attempt.rust)) : block("Reply, with no code to be found in it", text(attempt.reply));
  return [element("div", { class: "pair" }, block("Python", text(bundle.python)), answer)];
}

/** In a task whose answers are texts: what was asked and replied, what was taken for the answer, and what is right. */
function answerParts(bundle, attempt) {
  const text = (place) => bundle.texts[place];
  const prompt = [...(bundle.system ? [block("System prompt", text(bundle.system))] : []), block("Prompt", text(bundle.prompt))];
  const reply = [block("Reply", text(attempt.reply)), block("Taken for the answer", text(attempt.answer)), block("Right answer", text(attempt.label))];
  return [element("div", { class: "pair" }, element("div", {}, ...prompt), element("div", {}, ...reply))];
}

function block(name, text) {
  const content = text ? visible(text) : [element("span", { class: "note" }, "Nothing.")];
  return element("section", { class: "text", "aria-label": name }, element("h4", {}, name), element("pre", { tabindex: 0, dir: "ltr" }, element("code", {}, ...content)));
}

function promptOf(bundle) {
  const [system, prompt] = [bundle.texts[bundle.system], bundle.texts[bundle.prompt]];
  return element("details", {}, element("summary", {}, "Prompt"), ...(system ? [block("System prompt", system)] : []), block("Prompt", prompt));
}

/** Say why there are no texts, and how to see them. */
function leftOut(task, place, model) {
  const quoted = (text) => `'${text.replaceAll("'", "''")}'`;
  const kept = task.textsOf.filter((chunk) => chunk !== null).length;
  const sql = `select run, turn, outcome, rust, reply, diagnostics\nfrom completions join verdicts using (task, model, run, example, turn)\nwhere task = ${quoted(task.task)} and model = ${quoted(task.models[model].name)}\n  and example = ${quoted(task.examples[place][0])}\norder by run, turn;`;
  const why = `This page has room for the texts of ${kept.toLocaleString("en-US")} of ${count(task.examples.length, "example")} (report.page_mb). The others are in ${task.database}:`;
  return element("div", { class: "left-out" }, element("p", {}, why), element("pre", { tabindex: 0 }, element("code", {}, ...visible(sql))));
}

function hashOf(task, place, model, run) {
  return `#${new URLSearchParams({ task: task.task, example: task.examples[place][0], model: task.models[model].name, run: task.runs[run] })}`;
}

/** Open what the address names, if it names an attempt. */
function openFromHash(tasks) {
  const wanted = new URLSearchParams(location.hash.slice(1));
  const task = tasks.find((each) => each.task === wanted.get("task"));
  if (!task) return;
  const place = task.examples.findIndex(([name]) => name === wanted.get("example"));
  const model = task.models.findIndex((each) => each.name === wanted.get("model"));
  const run = task.runs.indexOf(Number(wanted.get("run")));
  if (place >= 0 && model >= 0) openAttempt(task, place, model, Math.max(0, run));
}

dialog.addEventListener("close", () => history.replaceState(null, "", location.href.split("#")[0]));
dialog.addEventListener("click", (event) => {
  if (event.target === dialog) dialog.close(); // beside it
});
