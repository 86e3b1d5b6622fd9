// From run to run, and what came of the attempts.

const ERROR_NAMES = {
  E0004: "pattern not exhaustive", E0015: "call not constant", E0023: "pattern with wrong fields", E0026: "no such field in pattern",
  E0061: "wrong number of arguments", E0063: "missing field", E0106: "missing lifetime", E0107: "wrong number of generics",
  E0121: "type left out of a signature", E0133: "unsafe needed", E0252: "name imported twice", E0267: "break outside of a loop",
  E0277: "trait not implemented", E0282: "type annotations needed", E0283: "type annotations needed", E0308: "mismatched types",
  E0369: "operator not defined", E0373: "closure outlives a borrow", E0381: "used before it is set", E0382: "used after a move",
  E0384: "assigned twice", E0403: "name used twice", E0404: "not a trait", E0405: "no such trait", E0408: "binding not in every pattern",
  E0412: "no such type", E0423: "not a value", E0424: "self without a method", E0425: "no such name", E0428: "defined twice",
  E0432: "import not found", E0433: "path not found", E0434: "captured by a function", E0435: "not a constant", E0463: "crate not found",
  E0499: "two mutable borrows", E0502: "shared and mutable borrow", E0505: "moved while borrowed", E0506: "assigned while borrowed",
  E0507: "moved out of a borrow", E0515: "returns a borrow of its own", E0560: "no such field", E0562: "impl Trait not allowed here",
  E0583: "file of module not found", E0594: "assigned but not mutable", E0596: "borrowed mutably, not mutable", E0597: "does not live long enough",
  E0599: "no such method", E0600: "operator not defined", E0601: "no main function", E0603: "private", E0605: "impossible cast",
  E0606: "impossible cast", E0608: "cannot be indexed", E0609: "no such field", E0614: "cannot be dereferenced", E0616: "private field",
  E0618: "cannot be called", E0658: "unstable feature", E0689: "ambiguous number", E0716: "temporary dropped too early",
  E0728: "await outside of async", E0765: "string not closed",
};

/** Return a figure with a row of dots per candidate, one for each run. */
function spreadFigure(task, figures, width, context) {
  const shown = figures.filter((each) => each.rates.every(Number.isFinite));
  const [row, top] = [34, 8];
  const names = Math.min(0.4 * width, 12 + 7 * Math.max(...shown.map((each) => [...each.model.shown].length)));
  const box = { left: names, right: width - 16, top, bottom: top + row * shown.length };
  const across = scaleOf(shown.flatMap((each) => each.rates), MEASURES.rate, [box.left, box.right]);
  const chart = drawing("svg", { viewBox: `0 0 ${width} ${box.bottom + 44}`, role: "group", "aria-label": `Chart: pass rate of every run. ${context}` });
  const grid = drawing("g", { class: "grid", "aria-hidden": "true" });
  for (const [value, text] of across.marks) {
    grid.append(drawing("line", { x1: across(value), x2: across(value), y1: box.top, y2: box.bottom }));
    grid.append(drawing("text", { x: across(value), y: box.bottom + 18, "text-anchor": "middle" }, text));
  }
  grid.append(drawing("text", { class: "name", x: (box.left + box.right) / 2, y: box.bottom + 38, "text-anchor": "middle" }, "Examples passed in a run"));
  chart.append(grid);
  shown.forEach((each, place) => chart.append(spreadRow(task, each, across, box, top + row * (place + 0.5))));
  return element("figure", { class: "spread" }, element("figcaption", {}, element("strong", {}, "From run to run"), " A dot for each run; the line is their mean."), chart);
}

function spreadRow(task, each, across, box, middle) {
  const lines = each.rates.map((rate, run) => [`Run ${task.runs[run]}`, percent(rate)]);
  const label = `${each.model.shown}: ${lines.map((line) => line.join(" ")).join("; ")}`;
  const row = drawing("g", { class: each.isLeading ? "point leading" : "point", tabindex: 0, role: "img", "aria-label": label });
  const longest = Math.floor((box.left - 12) / 7);
  const name = [...each.model.shown];
  const mean = across(each.rates.reduce((sum, rate) => sum + rate, 0) / each.rates.length);
  row.append(
    drawing("rect", { class: "target", x: 0, y: middle - 16, width: box.right, height: 32 }),
    drawing("text", { class: "row-name", x: 0, y: middle + 4 }, name.length > longest ? `${name.slice(0, longest - 1).join("")}\u2026` : each.model.shown),
    drawing("line", { class: "mean", x1: mean, x2: mean, y1: middle - 11, y2: middle + 11 }),
    ...each.rates.map((rate, run) => drawing("circle", { class: "run", cx: across(rate), cy: middle + 5 * ((run % 3) - 1), r: 4 })),
  );
  explain(row, each.model.shown, () => lines);
  return row;
}

/** Return a table of outcomes, compile errors by rustc's code, with a bar in each cell. */
function outcomeTable(task, examples, mostCodes = 8) {
  const counts = task.models.map((_, model) => countAttempts(task, model, examples));
  const total = (key) => d3.sum(counts, (each) => each.get(key) ?? 0);
  const keys = [...new Set(counts.flatMap((each) => [...each.keys()]))];
  const outcomes = keys.filter((key) => !key.includes("/")).sort((a, b) => (b === "passed") - (a === "passed") || total(b) - total(a));
  const codes = keys.filter((key) => key.includes("/")).sort((a, b) => total(b) - total(a) || (a < b ? -1 : 1));
  const rows = outcomes.flatMap((key) => [
    outcomeRow(words(key), key, counts, task, examples, ""),
    ...(key === "compile_error" ? codes.slice(0, mostCodes).map((code) => outcomeRow(codeName(code), code, counts, task, examples, "detail")) : []),
  ]);
  const left = codes.slice(mostCodes);
  const heading = element("tr", {}, element("th", { scope: "col" }, "Outcome"), ...task.models.map((model) => element("th", { scope: "col", class: "figure" }, model.shown)));
  const caption = element("caption", {}, "What came of the attempts");
  const note = left.length ? element("p", { class: "note" }, `${count(left.length, "rarer code")} not listed: ${d3.sum(left, total).toLocaleString("en-US")} attempts.`) : null;
  return [element("div", { class: "scroll", role: "group", tabindex: 0, "aria-label": "What came of the attempts" }, element("table", { class: "outcomes" }, caption, element("thead", {}, heading), element("tbody", {}, ...rows))), note];
}

function countAttempts(task, model, examples) {
  const counts = new Map();
  const add = (key) => counts.set(key, (counts.get(key) ?? 0) + 1);
  task.runs.forEach((_, run) => {
    for (const place of examples) {
      const outcome = outcomeOf(task, model, run, place);
      if (outcome !== null) add(outcome);
      if (outcome === "compile_error") add(`compile_error/${errorOf(task, model, run, place) ?? ""}`);
    }
  });
  return counts;
}

function codeName(key) {
  const code = key.slice("compile_error/".length);
  if (code === "") return "without a code";
  return ERROR_NAMES[code] ? `${code} ${ERROR_NAMES[code]}` : code;
}

function outcomeRow(name, key, counts, task, examples, kind) {
  const attempts = examples.length * task.runs.length;
  const cells = counts.map((each) => {
    const number = each.get(key) ?? 0;
    const bar = element("span", { class: "bar", "aria-hidden": "true" });
    bar.style.width = `${(100 * number) / attempts}%`;
    const text = number ? `${number.toLocaleString("en-US")} (${Math.round((100 * number) / attempts)}${SPACE}%)` : ABSENT;
    return element("td", { class: "figure" }, element("span", { class: "number" }, text), number ? bar : null);
  });
  return element("tr", { class: kind || null }, element("th", { scope: "row" }, name), ...cells);
}
