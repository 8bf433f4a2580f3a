// Shows /openapi.json. Text goes into the page as text only, never as markup.
"use strict";

const make = (tag, attributes = {}, ...children) => {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, value);
  element.append(...children.filter((child) => child != null));
  return element;
};

let api;

// What is code in a description: what stands in backticks, JSON, headers and how a signature is made.
const CODE = /`([^`]+)`|\{"(?:[^{}]|\{[^{}]*\})*\}|HMAC-SHA256\([^)]*\)|sha256=|\bX-[A-Z]\w+(?:-\w+)*/g;

const prose = (text = "") => {
  const parts = [];
  let end = 0;
  for (const found of text.matchAll(CODE)) {
    parts.push(text.slice(end, found.index), make("code", {}, found[1] ?? found[0]));
    end = found.index + found[0].length;
  }
  return [...parts, text.slice(end)];
};

const resolve = (schema) => {
  while (schema?.$ref) schema = api.components.schemas[schema.$ref.split("/").pop()];
  return schema ?? {};
};

const typeOf = (schema) => {
  const s = resolve(schema);
  const type = [].concat(s.type ?? "any JSON").join(" or ");
  if (type.startsWith("array")) return `list of ${typeOf(s.items)}`;
  if (s.additionalProperties && typeof s.additionalProperties === "object") return `object of ${typeOf(s.additionalProperties)}`;
  return s.format && s.type === "string" ? `${type} (${s.format})` : type;
};

const bounds = (s) => {
  const says = [];
  if (s.enum) says.push(`always ${s.enum.join(" or ")}`);
  if (s.minLength != null || s.maxLength != null) says.push(`${s.minLength ?? 0}–${s.maxLength ?? "any"} characters`);
  if (s.minimum != null || s.maximum != null) says.push(`from ${s.minimum ?? "any"} to ${s.maximum ?? "any"}`);
  if (s.default != null) says.push(`${s.default} without it`);
  return says.join(", ");
};

// field shows one member, and the members of what it holds.
const field = (name, schema, required, described, seen) => {
  const s = resolve(schema);
  const inner = resolve(s.items ?? (typeof s.additionalProperties === "object" ? s.additionalProperties : s));
  const text = [schema.description ?? s.description ?? described, bounds({ ...s, ...schema })].filter(Boolean).join(" — ");
  const term = make("dt", {}, name, " ", make("span", { class: "type" }, typeOf(schema)), " ");
  if (required) term.append(make("span", { class: "must" }, "required"));
  const definition = make("dd", {}, ...prose(text));
  if (inner.properties && !seen.includes(inner)) definition.append(members(inner, [...seen, inner]));
  return [term, definition];
};

const members = (schema, seen = []) => {
  const list = make("dl");
  const s = resolve(schema);
  const required = s.required ?? []; // in the order that they are meant to be read in
  const optional = Object.keys(s.properties ?? {}).filter((name) => !required.includes(name));
  for (const name of [...required, ...optional]) {
    list.append(...field(name, s.properties[name], required.includes(name), "", seen));
  }
  return list;
};

const example = (schema, seen = []) => {
  const s = resolve(schema);
  if (schema.examples?.length) return schema.examples[0];
  if (s.examples?.length) return s.examples[0];
  if (s.properties && !seen.includes(s)) {
    return Object.fromEntries(Object.entries(s.properties).map(([name, p]) => [name, example(p, [...seen, s])]));
  }
  const type = [].concat(s.type ?? "object")[0];
  return { string: "…", number: 1, integer: 1, boolean: true, array: [] }[type] ?? {};
};

const audience = (security = []) => {
  const names = security.map((way) => ("session" in way ? "player: session token" : "operator: API key and signature"));
  return names.length ? names : ["anyone"];
};

// curl writes a call that can be pasted, once the variables are set. way is how it is authenticated, or undefined.
const curl = (method, path, operation, way) => {
  const byPlayer = way !== undefined && "session" in way;
  let fill = path.replace(/\{(\w+)\}/g, (_, name) => {
    const parameter = (operation.parameters ?? []).find((p) => p.name === name);
    return parameter?.schema?.examples?.[0] ?? parameter?.example ?? name;
  });
  const ofPlayer = (operation.parameters ?? []).some((p) => p.in === "query" && p.name === "playerId");
  if (way && !byPlayer && ofPlayer) fill += "?playerId=player-42";
  const content = operation.requestBody?.content?.["application/json"];
  const body = content ? JSON.stringify(example(content.schema)) : "";
  const lines = [];
  const call = [`curl -s${method === "GET" ? "" : ` -X ${method}`} "$URL${fill}"`];
  if (byPlayer) {
    call.push(`-H "Authorization: Bearer $SESSION_TOKEN"`);
  } else if (way) {
    if (body) lines.push(`BODY='${body}'`);
    lines.push("NOW=$(date +%s)",
      `SIGNATURE=$(printf '%s' "$NOW.${method}.${fill}.${body ? "$BODY" : ""}" | openssl dgst -sha256 -hmac "$API_SECRET" | sed 's/.* //')`);
    call.push(`-H "Authorization: Bearer $API_KEY"`, `-H "X-Timestamp: $NOW"`, `-H "X-Signature: sha256=$SIGNATURE"`);
  }
  if (body) call.push(`-H "Content-Type: application/json"`, way && !byPlayer ? `-d "$BODY"` : `-d '${body}'`);
  return [`URL=${location.origin}`, ...lines, call.join(" \\\n  ")].join("\n");
};

const fold = (title, ...children) => make("details", {}, make("summary", {}, title), ...children);

// examples shows the call once for everybody who may make it.
const examples = (method, path, operation) => {
  const ways = operation.security?.length ? operation.security : [undefined];
  return fold(ways.length > 1 ? "Examples" : "Example", ...ways.flatMap((way) => [
    ways.length > 1 ? make("h4", {}, "session" in way ? "By the player" : "By the operator, signed") : null,
    make("pre", { tabindex: "0" }, curl(method, path, operation, way)),
  ]));
};

const article = (method, path, operation) => {
  const card = make("article", { id: operation.operationId, "data-text": `${method} ${path} ${operation.summary} ${operation.description}`.toLowerCase() },
    make("h3", {}, operation.summary),
    make("p", { class: "route" }, make("span", { class: `method ${method}` }, method), ` ${path}`),
    make("div", {}, ...audience(operation.security).map((who) => make("span", { class: "who" }, who))),
    make("p", {}, ...prose(operation.description)));
  const parameters = operation.parameters ?? [];
  if (parameters.length) {
    const list = make("dl");
    for (const p of parameters) list.append(...field(`${p.name} (${p.in})`, p.schema, p.required, p.description, []));
    card.append(make("h4", {}, "Parameters"), list);
  }
  const content = operation.requestBody?.content?.["application/json"];
  if (content) card.append(make("h4", {}, operation.requestBody.required ? "Body" : "Body, may be left out"), members(content.schema));
  const errors = make("dl");
  for (const [status, response] of Object.entries(operation.responses)) {
    const json = response.content?.["application/json"];
    if (status === "200") {
      const data = resolve(json?.schema).properties?.data;
      if (data) card.append(fold("What data holds in the answer", members(data)));
    } else if (json?.example) {
      errors.append(make("dt", {}, `${status} ${json.example.error.code}`), make("dd", {}, json.example.error.message,
        make("pre", {}, JSON.stringify(json.example, null, 2))));
    }
  }
  card.append(examples(method, path, operation), fold("Errors", errors));
  return card;
};

const VARIABLES = "The examples are for a shell with curl and openssl. `$API_KEY` and `$API_SECRET` are an operator's key and the secret that signs " +
  "its calls: a sandbox prints both when it starts. `$SESSION_TOKEN` is the `sessionToken` that a player got for a launch token. Set them once, " +
  "like `API_KEY=sk_…`, and paste.";

const show = (content, index) => {
  content.replaceChildren(make("div", { id: "intro" }, make("p", { class: "intro" }, ...prose(api.info.description)), make("p", {}, ...prose(VARIABLES))));
  for (const tag of api.tags ?? []) {
    const section = make("section", {}, make("h2", {}, tag.name), make("p", {}, ...prose(tag.description)));
    const links = make("ul");
    const calls = Object.entries(api.paths)
      .flatMap(([path, item]) => Object.entries(item).map(([method, operation]) => ({ path, method: method.toUpperCase(), operation })))
      .filter(({ operation }) => operation.tags?.includes(tag.name))
      .sort((a, b) => a.operation["x-order"] - b.operation["x-order"]);
    for (const { path, method, operation } of calls) {
      section.append(article(method, path, operation));
      links.append(make("li", { "data-for": operation.operationId }, make("a", { href: `#${operation.operationId}` }, operation.summary)));
    }
    content.append(section);
    index.append(make("div", { class: "group" }, make("h2", {}, tag.name), links));
  }
};

const filter = (typed) => {
  const wanted = typed.trim();
  for (const card of document.querySelectorAll("article")) {
    card.hidden = !card.dataset.text.includes(wanted.toLowerCase());
    document.querySelector(`[data-for="${card.id}"]`).hidden = card.hidden;
  }
  for (const section of document.querySelectorAll("section")) section.hidden = !section.querySelector("article:not([hidden])");
  for (const group of document.querySelectorAll(".group")) group.hidden = !group.querySelector("li:not([hidden])");
  document.getElementById("intro").hidden = wanted !== "";
  const found = document.querySelectorAll("article:not([hidden])").length;
  say(wanted === "" ? "" : found === 0 ? `No call has “${wanted}” in its name, path or description.` : `${found} ${found === 1 ? "call" : "calls"}`);
};

const say = (words) => { document.getElementById("status").textContent = words; };

// foldIndex keeps the index open beside the calls, and closed above them where there is no room beside.
const foldIndex = (index) => {
  const wide = matchMedia("(min-width: 52.01rem)");
  const fit = () => { index.open = wide.matches; };
  wide.addEventListener("change", fit);
  index.addEventListener("click", (event) => { if (event.target.closest("a")) fit(); });
  fit();
};

const start = async () => {
  const content = document.getElementById("content");
  try {
    const response = await fetch("/openapi.json");
    if (!response.ok) throw new Error(`status ${response.status}`);
    api = await response.json();
  } catch (error) {
    say(`The description could not be loaded (${error.message}). Reload the page to try again.`);
    return;
  }
  const index = document.getElementById("index");
  show(content, index);
  foldIndex(index);
  say("");
  document.getElementById("find").addEventListener("input", (event) => filter(event.target.value));
  if (location.hash) document.getElementById(location.hash.slice(1))?.scrollIntoView();
};

start();
