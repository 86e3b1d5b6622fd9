// One tooltip for all charts: on hover, on keyboard focus and on touch; Escape closes it.

const tooltip = element("div", { class: "tooltip", role: "tooltip", id: "tooltip", hidden: true });

/** Show `lines()` beside `node` while it is pointed at or focused: a heading, then label and value. */
function explain(node, heading, lines) {
  const show = () => showTooltip(node, heading, lines());
  node.addEventListener("pointerenter", show);
  node.addEventListener("click", show);
  node.addEventListener("focus", show);
  node.addEventListener("pointerleave", (event) => {
    if (event.pointerType === "mouse" && document.activeElement !== node) hideTooltip();
  });
  node.addEventListener("blur", hideTooltip);
}

function showTooltip(node, heading, lines) {
  const rows = lines.map(([label, value]) => element("div", {}, element("dt", {}, label), element("dd", {}, value)));
  tooltip.replaceChildren(element("strong", {}, heading), element("dl", {}, ...rows));
  tooltip.hidden = false;
  const around = (node.querySelector(".dot") ?? node).getBoundingClientRect();
  const { width, height } = tooltip.getBoundingClientRect();
  const left = Math.min(Math.max(8, around.left + around.width / 2 - width / 2), document.documentElement.clientWidth - width - 8);
  const isRoom = around.top - height - 10 > 0;
  const top = isRoom ? around.top - height - 10 : around.bottom + 10;
  tooltip.style.left = `${left + window.scrollX}px`;
  tooltip.style.top = `${top + window.scrollY}px`;
}

function hideTooltip() {
  tooltip.hidden = true;
}

document.addEventListener("keydown", (event) => {
  if (event.key === "Escape") hideTooltip();
});
document.addEventListener("pointerdown", (event) => {
  if (!event.target.closest?.(".point, .tooltip")) hideTooltip();
});
