// Where the keyboard is. Being disabled takes the focus away from a control; it is given back when there is something to press again.

export class Focus {
  #wanted = null; // the control that had the focus, or true for whatever the game goes on from

  /** area is the element whose controls are meant. */
  constructor(area) {
    this.area = area;
  }

  /** Asks for the focus on whatever the game goes on from. */
  ask() {
    this.#wanted = true;
  }

  forget() {
    this.#wanted = null;
  }

  /** Notes where the focus is, before controls are disabled. */
  note() {
    if (this.area.contains(document.activeElement)) this.#wanted = document.activeElement;
  }

  /** Gives the focus back to where it was, or to target if that cannot be pressed any more. Not if it is elsewhere by now. */
  goOn(target) {
    const wanted = this.#wanted;
    if (wanted === null) return;
    const back = wanted !== true && wanted.isConnected && !wanted.disabled && wanted.checkVisibility() ? wanted : target;
    if (!back || back.disabled) return;
    this.#wanted = null;
    const focused = document.activeElement;
    if (focused === document.body || focused.disabled) back.focus({ preventScroll: true });
  }
}
