// Figures as the tables word them; what is not known is a dash.

const ABSENT = "\u2013";
const SPACE = "\u00a0"; // between a figure and its unit

function percent(share) {
  return share === null ? ABSENT : `${(100 * share).toFixed(1).replace(/\.0$/, "")}${SPACE}%`;
}

function percentRange(low, high) {
  return low === null || high === null ? ABSENT : `${percent(low).replace(`${SPACE}%`, "")}${ABSENT}${percent(high)}`;
}

function dollars(amount) {
  if (amount === null) return ABSENT;
  if (amount === 0) return "$0";
  if (amount >= 1) return `$${amount.toLocaleString("en-US", { minimumFractionDigits: 2, maximumFractionDigits: 2 })}`;
  const decimals = 1 - Math.floor(Math.log10(amount));
  return decimals <= 9 ? `$${amount.toFixed(decimals)}` : `$${amount.toExponential(1)}`;
}

function milliseconds(latency) {
  if (latency === null) return ABSENT;
  if (latency >= 999.5) return `${(latency / 1000).toLocaleString("en-US", { minimumFractionDigits: 1, maximumFractionDigits: 1 })}${SPACE}s`;
  return latency >= 9.95 ? `${latency.toFixed(0)}${SPACE}ms` : `${Number(latency.toPrecision(2))}${SPACE}ms`;
}

function megabytes(bytes) {
  return bytes === null ? ABSENT : `${Math.round(bytes / 1e6).toLocaleString("en-US")}${SPACE}MB`;
}

function count(number, noun) {
  return `${number.toLocaleString("en-US")} ${noun}${number === 1 ? "" : "s"}`;
}

function words(identifier) {
  return identifier.replaceAll("_", " ");
}
