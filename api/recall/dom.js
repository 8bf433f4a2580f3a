// The few things that the page does with the document.
export const $ = (selector) => document.querySelector(selector);

/** Makes an element. Properties beginning with "on" are listeners, all others are attributes. */
export function el(tag, properties = {}, ...children) {
  return fill(document.createElement(tag), properties, children);
}

/** Makes an element of a drawing. */
export function draw(tag, attributes = {}, ...children) {
  return fill(document.createElementNS("http://www.w3.org/2000/svg", tag), attributes, children);
}

function fill(element, properties, children) {
  for (const [name, value] of Object.entries(properties)) {
    if (value === undefined || value === false) continue;
    if (name.startsWith("on")) element.addEventListener(name.slice(2), value);
    else element.setAttribute(name, value === true ? "" : value);
  }
  element.append(...children.flat(2).filter((child) => child !== null && child !== undefined));
  return element;
}

/** A list of names and values. */
export function facts(entries) {
  return el("dl", { class: "facts" }, entries.filter(([, value]) => value !== undefined && value !== null && value !== "")
    .map(([name, value]) => el("div", {}, el("dt", {}, name), el("dd", {}, value))));
}

/** A time for people, to the millisecond. */
export function moment(time) {
  return el("time", { datetime: time }, new Date(time).toISOString().replace("T", " ").replace("Z", " UTC"));
}

export function words(status) {
  return { in_progress: "open", completed: "completed", cashed_out: "cashed out", voided: "voided" }[status] ?? status;
}
