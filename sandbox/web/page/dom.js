// The few things that the page does with the document.
import { Decimal } from "./verify/exact.js";

export const $ = (selector) => document.querySelector(selector);

/** Makes an element. Properties beginning with "on" are listeners, those that an element does not have are attributes. */
export function el(tag, properties = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(properties)) {
    if (value === undefined || value === false) continue;
    if (name.startsWith("on")) element.addEventListener(name.slice(2), value);
    else if (name === "class") element.className = value;
    else element.setAttribute(name, value === true ? "" : value);
  }
  element.append(...children.flat().filter((child) => child !== null && child !== undefined));
  return element;
}

const SVG = "http://www.w3.org/2000/svg";

/** Makes an element of a drawing. */
export function draw(tag, attributes = {}, ...children) {
  const element = document.createElementNS(SVG, tag);
  for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, value);
  element.append(...children.flat());
  return element;
}

/** Draws a symbol of the sprite in index.html, beside a text that says it. Nothing for one that is not there. */
export function icon(symbol) {
  if (!document.getElementById(`symbol-${symbol}`)) return "";
  return draw("svg", { viewBox: "0 0 64 64", class: "symbol", "aria-hidden": "true" }, draw("use", { href: `#symbol-${symbol}` }));
}

/** Draws a symbol, or writes it where there is no drawing of it. */
export function picture(symbol) {
  return icon(symbol) || el("span", { class: "symbol written", "aria-hidden": "true" }, symbol);
}

/** JSON of a flat object. Decimals are written as numbers with all their digits. */
export function json(fields) {
  const value = (v) => (v instanceof Decimal ? String(v) : JSON.stringify(v));
  return `{${Object.entries(fields).map(([name, v]) => `${JSON.stringify(name)}:${value(v)}`).join(",")}}`;
}

/** Sets an element's text if it is another, so that nobody hears the same twice. */
export function say(element, text) {
  if (element.textContent !== text) element.textContent = text;
}

/** Says what is noted below the stake. A problem is said as an error. */
export function hint(text, problem = false) {
  say($("#hint"), text);
  $("#hint").classList.toggle("problem", problem);
}

/** Marks a field as filled in wrongly, or as right again. */
export function invalid(field, yes) {
  if (yes) field.setAttribute("aria-invalid", "true"); // an empty value would mean false
  else field.removeAttribute("aria-invalid");
}

export const stillness = matchMedia("(prefers-reduced-motion: reduce)");

/** "1,234.50" of "1234.50": for reading only. */
export function grouped(amount) {
  const [whole, fraction] = String(amount).split(".");
  const text = whole.replace(/\B(?=(\d{3})+(?!\d))/g, ",");
  return fraction === undefined ? text : `${text}.${fraction}`;
}

export function day(time) {
  return new Date(time).toLocaleDateString([], { weekday: "long", year: "numeric", month: "long", day: "numeric" });
}

export function clock(time) {
  return new Date(time).toLocaleTimeString([], { hour: "2-digit", minute: "2-digit", second: "2-digit" });
}

export function moment(time) {
  return `${new Date(time).toLocaleDateString()}, ${clock(time)}`;
}
