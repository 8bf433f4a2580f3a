// Where a round can be looked at and checked without this page: the server's page of past rounds, and the independent verifier.
import { el } from "./dom.js";
import { textOf } from "./server.js";

/** A link to a round's page. rel=opener: a tab without one would not have this tab's session, and would ask who looks. */
export function stepsLink(id, words) {
  return el("a", { href: `/rounds/${encodeURIComponent(id)}`, target: "_blank", rel: "opener" }, words);
}

/** A link to the verifier with the round filled in: what is after # stays in the browser. It is a plain one until the record is there. */
export function verifierLink(id, words) {
  const link = el("a", { href: "/verifier", target: "_blank", rel: "noopener" }, words);
  brought(id).then((text) => { link.href = `/verifier#record=${encodeURIComponent(text)}`; }, () => {});
  return link;
}

/** The record to the byte, because its receipt is of that, and the keys that sign receipts. */
async function brought(id) {
  const keys = fetch("/.well-known/receipt-keys.json").then((response) => (response.ok ? response.text() : ""), () => "");
  return [await textOf(`/rounds/${encodeURIComponent(id)}`), await keys].map((text) => text.trim()).join("\n");
}
