// The player's side: a session, and the connections to games in it. For browsers; it knows no secret of the operator's.
import { Connection, type ConnectionOptions } from "./connection.js";
import { CroupierError, Code } from "./errors.js";
import { Rest, type Data, type How, type Input, type RestOptions } from "./rest.js";
import type { Operations, SessionData } from "./types.js";

export interface PlayerOptions extends RestOptions {
  /** The server: scheme and host, as "https://play.example". */
  url: string;
  /** A session that began earlier, as kept gave it. */
  session?: SessionData;
  /** Told of every new session, and of null when it is over: where to keep it over a reload of the page. */
  kept?: (session: SessionData | null) => void;
}

export class Player {
  session: SessionData | null;
  readonly #rest: Rest;
  readonly #kept: (session: SessionData | null) => void;
  #refreshing: Promise<void> | null = null;

  constructor({ url, session, kept = () => {}, ...rest }: PlayerOptions) {
    this.#rest = new Rest(url, rest);
    this.session = session ?? null;
    this.#kept = kept;
  }

  /** Begins the session, by a launch token or by a token that the operator signed. */
  async exchange(arrival: { launchToken: string } | { operatorToken: string; operatorId: string }): Promise<SessionData> {
    return this.#keep(await this.#rest.call("POST /auth/sso/exchange", { body: arrival }, () => ({})));
  }

  /** Any call of the API that players make, typed by its description. An expired session is refreshed once. */
  async call<K extends keyof Operations>(operation: K, input: Input<K>, how?: How): Promise<Data<K>> {
    const attempt = (): Promise<Data<K>> =>
      this.#rest.call(operation, input, () => ({ Authorization: `Bearer ${this.session?.sessionToken ?? ""}` }), how);
    try {
      return await attempt();
    } catch (refusal) {
      if (!(refusal instanceof CroupierError) || refusal.code !== Code.sessionExpired || !this.session) throw refusal;
      await this.refresh();
      return attempt();
    }
  }

  /** Gets new tokens. Only one refresh is made at a time, and none is made twice: a refresh token used twice ends the session. */
  refresh(): Promise<void> {
    this.#refreshing ??= this.#rest.call("POST /auth/refresh", { body: { refreshToken: this.session?.refreshToken ?? "" } }, () => ({}))
      .then((session) => { this.#keep(session); })
      .finally(() => { this.#refreshing = null; });
    return this.#refreshing;
  }

  /** Ends the session, here at once. */
  async logout(): Promise<void> {
    const token = this.session?.sessionToken;
    this.session = null;
    this.#kept(null);
    if (token) await this.#rest.call("POST /auth/logout", {}, () => ({ Authorization: `Bearer ${token}` })).catch(() => {}); // gone already
  }

  /** The connection to a game. Call open on it. */
  connect(gameId: string, options: Pick<ConnectionOptions, "WebSocket" | "storage" | "parse"> = {}): Connection {
    return new Connection({
      ...options, url: this.#rest.base, gameId,
      ticket: async () => (await this.call("POST /socket-tickets", { body: { gameId } })).ticket,
      renew: () => this.refresh(),
    });
  }

  #keep(session: SessionData): SessionData {
    this.session = session;
    this.#kept(session);
    return session;
  }
}

/** What launchUrl put into a page's fragment, as location.hash; null if it is not there. Take the fragment out of the address afterwards:
 * history.replaceState(null, "", location.pathname + location.search). */
export function launchFrom(hash: string): { launchToken: string; gameId?: string } | null {
  const values = new URLSearchParams(hash.replace(/^#/, ""));
  const launchToken = values.get("launchToken");
  return launchToken ? { launchToken, gameId: values.get("gameId") ?? undefined } : null;
}
