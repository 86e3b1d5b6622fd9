// The document's tables with a row per model can be sorted.

const UNITS = { ms: 1, s: 1000, kB: 1e3, MB: 1e6, GB: 1e9 };

/** Return the figure that a cell begins with, in the smallest unit; null where there is none. */
function figureIn(text) {
  const found = /^[$]?(-?[\d,]*\.?\d+(?:e[-+]\d+)?)\s*(ms|s|kB|MB|GB)?/.exec(text.trim());
  return found ? Number(found[1].replaceAll(",", "")) * (UNITS[found[2]] ?? 1) : null;
}

function makeSortable(table) {
  const body = table.tBodies[0];
  const headings = [...table.tHead.rows[0].cells];
  headings.forEach((heading, column) => {
    const button = element("button", { type: "button", class: "sort" }, ...heading.childNodes);
    heading.replaceChildren(button);
    button.addEventListener("click", () => {
      const isFigure = heading.classList.contains("figure");
      const first = isFigure ? "descending" : "ascending";
      const order = heading.getAttribute("aria-sort") === first ? (isFigure ? "ascending" : "descending") : first;
      headings.forEach((each) => each.removeAttribute("aria-sort"));
      heading.setAttribute("aria-sort", order);
      body.append(...rowsInOrder([...body.rows], column, order === "descending" ? -1 : 1));
    });
  });
}

/** Return rows by one of their cells; those without a figure come last either way. */
function rowsInOrder(rows, column, sign) {
  const text = (row) => row.cells[column].textContent;
  const isFigure = rows.some((row) => row.cells[column].classList.contains("figure"));
  return rows.sort((a, b) => {
    if (!isFigure) return sign * text(a).localeCompare(text(b));
    const [one, other] = [figureIn(text(a)), figureIn(text(b))];
    if (one === null || other === null) return (one === null) - (other === null);
    return sign * (one - other);
  });
}
