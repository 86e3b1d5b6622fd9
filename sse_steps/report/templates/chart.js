// The Pareto charts: two of accuracy, cost, latency and size against each other.

const MEASURES = {
  rate: { label: "Examples passed (pass@1)", name: "accuracy", format: percent, isShare: true, least: false },
  cost: { label: "Cost per example, log scale", name: "cost", format: dollars, tick: dollarTick, zero: "$0", least: true },
  latency: { label: "Latency p50, log scale", name: "latency", format: milliseconds, tick: latencyTick, zero: "0 ms", least: true },
  size: { label: "Size of the weights, log scale", name: "size", format: megabytes, tick: sizeTick, zero: "0 MB", least: true },
};
const PAIRS = [["cost", "rate"], ["latency", "rate"], ["cost", "latency"], ["size", "rate"]];

function dollarTick(value) {
  return value >= 1 ? `$${value.toLocaleString("en-US")}` : value >= 1e-7 ? `$${Number(value.toPrecision(1)).toFixed(Math.max(0, -Math.floor(Math.log10(value) + 1e-9)))}` : `$${value.toExponential(0)}`;
}

function latencyTick(value) {
  return value >= 1000 ? `${(value / 1000).toLocaleString("en-US")} s` : `${Number(value.toPrecision(2))} ms`;
}

function sizeTick(value) {
  return value >= 1e9 ? `${value / 1e9} GB` : value >= 1e6 ? `${value / 1e6} MB` : `${value / 1e3} kB`;
}

/** Return the pairs of measures that at least one candidate has both of. */
function pairsOf(task) {
  const has = { rate: () => true, cost: (m) => m.cost !== null, latency: (m) => m.latency !== null, size: (m) => m.size !== null };
  return PAIRS.filter(([x, y]) => task.models.some((model) => has[x](model) && has[y](model)));
}

/** Return a figure with the chart of one pair. */
function paretoFigure(figures, [x, y], width, context) {
  const known = figures.filter((each) => each[x] !== null && each[y] !== null);
  const unknown = figures.filter((each) => !known.includes(each));
  const title = `${capital(MEASURES[y].name)} and ${MEASURES[x].name}`;
  const caption = element("figcaption", {}, element("strong", {}, title));
  if (unknown.length) caption.append(` Not known, so not drawn: ${unknown.map((each) => each.model.shown).join(", ")}.`);
  const chart = known.length ? paretoChart(known, [x, y], width, title, context) : element("p", { class: "note" }, "Nothing to draw.");
  return element("figure", { class: "pareto", "data-pair": `${x}-${y}` }, caption, chart);
}

function capital(text) {
  return text[0].toUpperCase() + text.slice(1);
}

function paretoChart(known, [x, y], width, title, context) {
  const height = Math.round(Math.min(420, Math.max(250, 0.58 * width)));
  const box = { left: 52, right: width - 12, top: 30, bottom: height - 46 };
  const across = scaleOf(known.map((each) => each[x]), MEASURES[x], [box.left, box.right]);
  const up = scaleOf(known.flatMap((each) => (y === "rate" ? [each.rate, each.high ?? each.rate] : [each[y]])), MEASURES[y], [box.bottom, box.top]);
  const chart = drawing("svg", { viewBox: `0 0 ${width} ${height}`, role: "group", "aria-label": `Chart: ${title}. ${context}` });
  chart.append(gridOf(across, up, box, MEASURES[x], MEASURES[y]));
  const gain = (each) => (MEASURES[y].least ? -each[y] : each[y]);
  const points = known.map((each) => [each[x], gain(each)]);
  chart.append(stairs(nonDominated(points), across, up, box, MEASURES[y].least));
  // Money is spent in proportion to the mixture; a median of latencies is not.
  if (x === "cost" && y === "rate") chart.append(mixtures(convexFrontier(points), across, up, box));
  const marks = known.map((each) => pointOf(each, x, y, across, up, context));
  chart.append(...marks);
  const bars = y === "rate" ? known.filter((each) => each.low !== null).map((each) => [across(each[x]) - 2, up(each.high), across(each[x]) + 2, up(each.low)]) : [];
  placeLabels(marks, box, known.map((each) => [across(each[x]), up(each[y])]), bars);
  return chart;
}

/** Return a scale with `marks`, value and text: linear from 0 for shares, else logarithmic with a place for zero. */
function scaleOf(values, measure, range) {
  if (measure.isShare) {
    const top = Math.min(1.02, Math.max(0.1, 1.12 * Math.max(...values)));
    const scale = d3.scaleLinear([0, top], range);
    const room = Math.abs(range[1] - range[0]) / (range[1] > range[0] ? 60 : 30);
    const marks = scale.ticks(Math.min(6, room)).filter((tick) => tick <= 1).map((tick) => [tick, `${d3.format(".3~f")(100 * tick)} %`]);
    return Object.assign((value) => scale(value), { marks });
  }
  const positive = values.filter((value) => value > 0);
  const low = positive.length ? Math.min(...positive) : 1;
  const high = positive.length ? Math.max(...positive) : 1;
  const hasZero = values.some((value) => value === 0);
  const margin = Math.max(0.16 * Math.log10(high / low), 0.4);
  const span = [low / 10 ** (hasZero ? margin + 0.6 : margin), high * 10 ** margin];
  const scale = d3.scaleLog(span, range);
  const zeroAt = scale(span[0] * 10 ** 0.25);
  const beyond = (place) => (hasZero && (place - zeroAt) * (range[1] - range[0]) < 0 ? zeroAt : place);
  const floor = hasZero ? span[0] * 10 ** 0.55 : span[0];
  let ticks = d3.range(Math.ceil(Math.log10(floor)), Math.floor(Math.log10(span[1])) + 1).map((power) => Number(`1e${power}`));
  if (ticks.length < 3) ticks = scale.ticks().filter((tick) => /^[125](?!\.[1-9])/.test(tick.toExponential()) && tick >= floor);
  const apart = range[1] > range[0] ? 68 : 34;  // what a label takes, beside or below the next
  const hasRoom = (tick, kept) => !kept.length || Math.abs(scale(tick) - scale(kept.at(-1))) >= apart;
  ticks = ticks.reduce((kept, tick) => (hasRoom(tick, kept) ? [...kept, tick] : kept), []);
  const marks = ticks.map((tick) => [tick, measure.tick(tick)]);
  if (hasZero) marks.unshift([0, measure.zero]);
  return Object.assign((value) => (value > 0 ? beyond(scale(value)) : zeroAt), { marks, breakAt: hasZero ? scale(floor) : null });
}

function gridOf(across, up, box, ofX, ofY) {
  const grid = drawing("g", { class: "grid", "aria-hidden": "true" });
  for (const [value, text] of across.marks) {
    grid.append(drawing("line", { x1: across(value), x2: across(value), y1: box.top, y2: box.bottom }));
    grid.append(drawing("text", { x: across(value), y: box.bottom + 18, "text-anchor": "middle" }, text));
  }
  for (const [value, text] of up.marks) {
    grid.append(drawing("line", { x1: box.left, x2: box.right, y1: up(value), y2: up(value) }));
    grid.append(drawing("text", { x: box.left - 8, y: up(value) + 4, "text-anchor": "end" }, text));
  }
  grid.append(drawing("line", { class: "axis", x1: box.left, x2: box.right, y1: box.bottom, y2: box.bottom }));
  if (across.breakAt !== null && across.breakAt !== undefined) {
    grid.append(drawing("path", { class: "axis", d: `M${across.breakAt - 5},${box.bottom + 5}l4,-10m3,10l4,-10` }));
  }
  grid.append(drawing("text", { class: "name", x: (box.left + box.right) / 2, y: box.bottom + 38, "text-anchor": "middle" }, ofX.label));
  grid.append(drawing("text", { class: "name", x: 0, y: 12 }, ofY.label));
  return grid;
}

/** Draw, for every x, the best that no more than that buys. */
function stairs(frontier, across, up, box, isLeast) {
  const value = (point) => up(isLeast ? -point[1] : point[1]);
  let path = `M${across(frontier[0][0])},${value(frontier[0])}`;
  for (const point of frontier.slice(1)) path += `H${across(point[0])}V${value(point)}`;
  return drawing("path", { class: "frontier", d: `${path}H${box.right}` });
}

/** Draw what mixing two models buys: a straight line in dollars, bent on a log axis. */
function mixtures(frontier, across, up, box) {
  const places = [];
  for (let step = 0; step + 1 < frontier.length; step += 1) {
    const [x0, y0] = frontier[step];
    const [x1, y1] = frontier[step + 1];
    for (const share of d3.range(0, 1.0001, 0.02)) places.push([across(x0 + share * (x1 - x0)), up(y0 + share * (y1 - y0))]);
  }
  if (!places.length) return drawing("g");
  return drawing("path", { class: "frontier convex", d: `M${places.map((place) => place.join(",")).join("L")}` });
}

function pointOf(each, x, y, across, up, context) {
  const [left, top] = [across(each[x]), up(each[y])];
  const label = `${each.model.shown}: ${explanation(each, context).map((line) => line.join(" ")).join("; ")}`;
  const mark = drawing("g", { class: each.isLeading ? "point leading" : "point", tabindex: 0, role: "img", "aria-label": label, "aria-describedby": "tooltip" });
  const bar = y === "rate" && each.low !== null ? drawing("line", { class: "interval", x1: left, x2: left, y1: up(each.low), y2: up(each.high) }) : null;
  mark.append(
    ...[bar].filter(Boolean),
    drawing("circle", { class: "target", cx: left, cy: top, r: 16 }),
    drawing("circle", { class: "dot", cx: left, cy: top, r: 5.5 }),
    drawing("text", { class: "label", x: left, y: top }, each[x] === 0 ? `${each.model.shown} (${MEASURES[x].zero})` : each.model.shown),
  );
  explain(mark, each.model.shown, () => explanation(each, context));
  return mark;
}

/** Return what the tooltip says of a candidate: pairs of label and value. */
function explanation(each, context) {
  const lines = [
    ["Passes", `${percent(each.rate)} of ${context}`],
    ["95 % interval", percentRange(each.low, each.high)],
    ["Per example", each.cost === null ? "cost not known" : dollars(each.cost)],
    ["Latency p50", each.latency === null ? "not measured" : milliseconds(each.latency)],
  ];
  if (each.size !== null) lines.push(["Size", megabytes(each.size)]);
  lines.push(["Frontier", frontierWords(each)]);
  return lines;
}

function frontierWords(each) {
  if (each.isLeading) return "on it: none is better in one of accuracy, cost and latency and no worse in the others";
  return each.dominatedBy.length ? `behind ${each.dominatedBy.join(", ")}` : "passes nothing";
}

/** Put each label where it covers least: right or left, near and then farther. */
function placeLabels(marks, box, places, bars) {
  const taken = [...places.map(([left, top]) => [left - 9, top - 9, left + 9, top + 9]), ...bars];
  marks.forEach((mark, index) => {
    const [label, [left, top]] = [mark.querySelector(".label"), places[index]];
    const width = 6.7 * [...label.textContent].length;
    const tried = [-8, 18, -20, 30].flatMap((down) => [[12, down], [-12 - width, down]]);
    const areas = tried.map(([right, down]) => [left + right, top + down - 11, left + right + width, top + down + 3]);
    const faults = areas.map((area) => taken.filter((other) => overlaps(area, other)).length + (area[0] < box.left || area[2] > box.right || area[1] < 0 || area[3] > box.bottom ? 5 : 0));
    const best = areas[faults.indexOf(Math.min(...faults))];
    label.setAttribute("x", best[0]);
    label.setAttribute("y", best[1] + 11);
    taken.push(best);
  });
}

function overlaps(one, other) {
  return one[0] < other[2] && other[0] < one[2] && one[1] < other[3] && other[1] < one[3];
}
