// Making elements. Text is always text: nothing here, or anywhere, sets innerHTML.

const SVG = "http://www.w3.org/2000/svg";

/** Return an element with attributes and children; a string child is text, null is left out. */
function element(name, attributes = {}, ...children) {
  return filled(document.createElement(name), attributes, children);
}

/** Return an SVG element in the same way. */
function drawing(name, attributes = {}, ...children) {
  return filled(document.createElementNS(SVG, name), attributes, children);
}

function filled(node, attributes, children) {
  for (const [key, value] of Object.entries(attributes)) {
    if (value !== null && value !== undefined && value !== false) node.setAttribute(key, value === true ? "" : value);
  }
  node.append(...children.flat().filter((child) => child !== null && child !== undefined));
  return node;
}

/** Return what a text says, with each control character and each turn of direction spelled out. */
function visible(text) {
  const hidden = /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u061c\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff]/g;
  const parts = [];
  let end = 0;
  for (const found of text.replaceAll("\r\n", "\n").matchAll(hidden)) {
    const code = found[0].codePointAt(0).toString(16).toUpperCase().padStart(4, "0");
    parts.push(found.input.slice(end, found.index), element("span", { class: "hidden-character" }, `U+${code}`));
    end = found.index + 1;
    if (parts.length > 2000) break; // nobody reads on, and the page has to stay quick
  }
  parts.push(text.replaceAll("\r\n", "\n").slice(end));
  return parts.filter((part) => part !== "");
}
