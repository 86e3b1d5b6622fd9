// What follows from the attempts of one task, over the examples of one level or of all.
// `task` is what page_data.py embeds; a level is a number, or null for all levels.

const FIRST_LETTER = 48;

/** Return an attempt's outcome by name; null where there was no such attempt. */
function outcomeOf(task, model, run, example) {
  return task.outcomeNames[task.outcomes[model][run].charCodeAt(example) - FIRST_LETTER - 1] ?? null;
}

/** Return an attempt's rustc error code; null where there is none. */
function errorOf(task, model, run, example) {
  return task.errorCodes[task.errors[model][run].charCodeAt(example) - FIRST_LETTER - 1] ?? null;
}

/** Whether a later turn passed what the first one did not. */
function passedLater(task, model, run, example) {
  return task.passedLater[model]?.[run][example] === "1";
}

/** Return the places of the examples of a level. */
function examplesOf(task, level) {
  const places = task.examples.map((_, place) => place);
  return level === null ? places : places.filter((place) => task.levels[place] === level);
}

/** Return the share of `examples` that each run of a model passed. */
function runRates(task, model, examples) {
  return task.runs.map((_, run) => {
    const passed = examples.filter((place) => outcomeOf(task, model, run, place) === "passed").length;
    return passed / examples.length;
  });
}

/** Return each candidate's figures, for all levels or for one; only rates of runs are counted here. */
function figuresOf(task, level) {
  const examples = examplesOf(task, level);
  const figures = task.models.map((model, place) => {
    const rates = runRates(task, place, examples);
    const own = { model, place, rates, size: model.size };
    if (level === null) return { ...own, rate: model.passAt1, low: model.low, high: model.high, cost: model.cost, latency: model.latency };
    const rate = rates.reduce((sum, each) => sum + each, 0) / rates.length;
    return { ...own, rate, ...model.byLevel[level] };
  });
  for (const each of figures) {
    each.dominatedBy = figures.filter((other) => dominates(other, each)).map((other) => other.model.shown);
    each.isLeading = each.rate > 0 && each.dominatedBy.length === 0; // as the tables have it: who passes nothing is on no frontier
  }
  return figures;
}

/** Whether one is no worse in accuracy, cost and latency, and better in one; unknown is the worst. */
function dominates(one, other) {
  const known = (value) => value ?? Infinity;
  const pairs = [
    [-one.rate, -other.rate],
    [known(one.cost), known(other.cost)],
    [known(one.latency), known(other.latency)],
  ];
  return pairs.every(([ours, theirs]) => ours <= theirs) && pairs.some(([ours, theirs]) => ours < theirs);
}

/** Return the points, [x, gain], that no other beats: less x, more gain; by x. */
function nonDominated(points) {
  const kept = [];
  for (const point of [...points].sort((a, b) => a[0] - b[0] || b[1] - a[1])) {
    if (kept.length === 0 || point[1] > kept.at(-1)[1]) kept.push(point);
  }
  return kept;
}

/** Return those of `nonDominated` that no mixture of two others beats. */
function convexFrontier(points) {
  const kept = [];
  for (const point of nonDominated(points)) {
    while (kept.length > 1 && isBelow(kept.at(-2), kept.at(-1), point)) kept.pop();
    kept.push(point);
  }
  return kept;
}

function isBelow([x0, y0], [x1, y1], [x2, y2]) {
  return (y1 - y0) * (x2 - x0) < (y2 - y0) * (x1 - x0);
}
