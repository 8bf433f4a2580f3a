// The rules of move, as docs/games/move.md has them, in a program of their own. Cells are numbers, from the upper left, row by row;
// positions and moves are in tenths of a cell. Pure: no network, no document.
import { OPEN, PAID, LOST, REFUNDED, cashoutGame, lose, multiply } from "./cashout.js";
import { Decimal, int } from "./exact.js";
import { shown } from "./pay.js";

export function game(rules) {
  const [side, size, longest, trapCount] = [int(rules.side), int(rules.cellSize), int(rules.longestMove), int(rules.traps)];
  const maxMoves = int(rules.maxMoves);
  const values = rules.values.map((value) => BigInt(int(value)));
  const most = values[int(rules.lastCell)];
  const covered = side * side - 1; // cells that may hide a trap
  const centre = covered / 2;
  const middle = (at) => at * size + size / 2;
  const [column, row] = [(cell) => cell % side, (cell) => Math.floor(cell / side)];
  const told = (cells) => cells.map((cell) => [column(cell), row(cell)]);

  const view = ({ value, takeable, own, steps }, open) => ({
    x: new Decimal(BigInt(own.x), 1), y: new Decimal(BigInt(own.y), 1), opened: told(own.opened), movesLeft: maxMoves - steps,
    multiplier: shown(value), ...(open ? { nextMultiplier: shown(values[own.opened.length + 1]) } : {}), canCashOut: open && takeable,
  });
  const traps = ({ own }) => ({ traps: told(own.traps) });

  /** The end of a move along one coordinate, in tenths. */
  const moved = (from, number) => {
    const { units, scale } = Decimal.from(number).scaled(1);
    const unit = 10n ** BigInt(scale - 1);
    const by = Number(units / unit);
    if (units % unit !== 0n || Math.abs(by) > longest || from + by < 0 || from + by >= side * size) throw new RangeError("no such move");
    return from + by;
  };

  /** Opens the cells that a move enters until one ends the round. Says how the round stands, and how many were entered. */
  const walk = (round, entered) => {
    const { own } = round;
    for (const [i, cell] of entered.entries()) {
      if (cell === centre || own.opened.includes(cell)) continue;
      if (own.traps.includes(cell)) return { ending: lose(round), walked: i + 1 };
      const left = covered - own.opened.length;
      own.opened.push(cell);
      if (multiply(round, BigInt(left), BigInt(left - trapCount), most)) return { ending: PAID, walked: i + 1 };
    }
    return { ending: OPEN, walked: entered.length };
  };

  return cashoutGame({
    start: values[0], most, action: "move",
    async deal(stream) {
      const all = Array.from({ length: covered + 1 }, (_, i) => i).filter((cell) => cell !== centre);
      await stream.shuffle(all, "which two cells are swapped, from the last");
      return { x: middle(column(centre)), y: middle(row(centre)), opened: [], traps: all.slice(0, trapCount).sort((a, b) => a - b) };
    },
    step(round, payload) {
      const { own } = round;
      const [x, y] = [moved(own.x, payload.dx), moved(own.y, payload.dy)];
      if (x === own.x && y === own.y) throw new RangeError("a move must lead somewhere");
      const entered = path(own, { x, y }, size).map(([i, j]) => side * j + i);
      const before = own.opened.length;
      let { ending, walked } = walk(round, entered);
      const stop = entered[walked - 1];
      [own.x, own.y] = ending === OPEN ? [x, y] : [middle(column(stop)), middle(row(stop))];
      if (ending === OPEN && round.steps + 1 === maxMoves) ending = round.takeable ? PAID : REFUNDED;
      const open = ending === OPEN;
      const now = { ...round, steps: round.steps + 1 };
      const outcome = { entered: told(entered.slice(0, walked)), newCells: own.opened.length - before, trapped: ending === LOST,
        ...view(now, open), ...(open ? {} : traps(round)) };
      return { ending, outcome };
    },
    show: (round) => view(round, true),
    reveal: (round) => ({ ...view(round, false), ...traps(round) }),
  });
}

/**
 * The cells, [column, row], that the straight way between two positions goes through, in order, without the first one's. Each cell
 * holds its left and its upper edge. The way changes its cell where it meets a line of the grid: to the right and downwards with the
 * first point on the line, to the left and upwards just behind it. Changes at the same moment are one.
 */
export function path(from, to, size) {
  const crossings = (a, b, axis) => {
    const [first, last] = [Math.floor(a / size), Math.floor(b / size)];
    const forward = b > a;
    return Array.from({ length: Math.abs(last - first) }, (_, i) => ({
      axis, by: forward ? 1 : -1, forward, length: Math.abs(b - a),
      distance: forward ? (first + 1 + i) * size - a : a - (first - i) * size,
    }));
  };
  // At a fraction distance/length of the way; behind the line comes after on the line.
  const order = (c, d) => c.distance * d.length - d.distance * c.length || Number(d.forward) - Number(c.forward);
  const all = [...crossings(from.x, to.x, 0), ...crossings(from.y, to.y, 1)].sort(order);
  const at = [Math.floor(from.x / size), Math.floor(from.y / size)];
  const cells = [];
  all.forEach((crossing, i) => {
    at[crossing.axis] += crossing.by;
    if (i + 1 === all.length || order(crossing, all[i + 1]) !== 0) cells.push([...at]);
  });
  return cells;
}
