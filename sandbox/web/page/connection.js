// The page's connection to a game: the TypeScript client's, with this page's session, reader and storage.
import { Connection as Client, KEPT } from "./client/connection.js";
import { call, refresh } from "./server.js";
import { parse } from "./verify/exact.js";

export class Connection extends Client {
  /** A connection for one game. What was sent for it and not answered before is sent again when it opens. */
  constructor(game) {
    super({
      url: location.origin, gameId: game, parse, storage: sessionStorage, renew: refresh,
      ticket: async () => (await call("POST", "/socket-tickets", { gameId: game })).ticket,
    });
  }
}

/** Forgets what waits for its answer, in all games: the session that it was sent in is over. */
export function forgetPending() {
  for (const name of Object.keys(sessionStorage)) if (name.startsWith(KEPT)) sessionStorage.removeItem(name);
}
