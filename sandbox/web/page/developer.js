// The box for developers: what goes over the wire, and two ways to try what the protocol promises.
import { $, el, say } from "./dom.js";

const WIRE = 12; // messages of the wire that are shown

export class Developer {
  /** resend sends the last answered play again, cut breaks the connection. */
  constructor({ resend, cut }) {
    $("#resend").addEventListener("click", resend);
    $("#cut").addEventListener("click", cut);
  }

  received({ type, requestId }) {
    this.#line("←", type, requestId);
  }

  /** play is whether the message is one that may take effect. */
  sent({ type, requestId }, play) {
    if (type !== "ping") this.#line("→", type, requestId);
    if (play) say($("#last-request"), requestId);
  }

  #line(direction, type, requestId = "") {
    $("#wire").prepend(el("li", {}, `${direction} ${type} ${requestId.slice(0, 8)}`));
    while ($("#wire").children.length > WIRE) $("#wire").lastChild.remove();
  }

  enable(resend, cut) {
    $("#resend").disabled = !resend;
    $("#cut").disabled = !cut;
  }
}
