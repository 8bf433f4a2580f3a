// The player's side: a session, and the connections to games in it. For browsers; it knows no secret of the operator's.
import { Connection } from "./connection.js";
import { CroupierError, Code } from "./errors.js";
import { Rest } from "./rest.js";
export class Player {
    session;
    #rest;
    #kept;
    #refreshing = null;
    constructor({ url, session, kept = () => { }, ...rest }) {
        this.#rest = new Rest(url, rest);
        this.session = session ?? null;
        this.#kept = kept;
    }
    /** Begins the session, by a launch token or by a token that the operator signed. */
    async exchange(arrival) {
        return this.#keep(await this.#rest.call("POST /auth/sso/exchange", { body: arrival }, () => ({})));
    }
    /** Any call of the API that players make, typed by its description. An expired session is refreshed once. */
    async call(operation, input, how) {
        const attempt = () => this.#rest.call(operation, input, () => ({ Authorization: `Bearer ${this.session?.sessionToken ?? ""}` }), how);
        try {
            return await attempt();
        }
        catch (refusal) {
            if (!(refusal instanceof CroupierError) || refusal.code !== Code.sessionExpired || !this.session)
                throw refusal;
            await this.refresh();
            return attempt();
        }
    }
    /** Gets new tokens. Only one refresh is made at a time, and none is made twice: a refresh token used twice ends the session. */
    refresh() {
        this.#refreshing ??= this.#rest.call("POST /auth/refresh", { body: { refreshToken: this.session?.refreshToken ?? "" } }, () => ({}))
            .then((session) => { this.#keep(session); })
            .finally(() => { this.#refreshing = null; });
        return this.#refreshing;
    }
    /** Ends the session, here at once. */
    async logout() {
        const token = this.session?.sessionToken;
        this.session = null;
        this.#kept(null);
        if (token)
            await this.#rest.call("POST /auth/logout", {}, () => ({ Authorization: `Bearer ${token}` })).catch(() => { }); // gone already
    }
    /** The connection to a game. Call open on it. */
    connect(gameId, options = {}) {
        return new Connection({
            ...options, url: this.#rest.base, gameId,
            ticket: async () => (await this.call("POST /socket-tickets", { body: { gameId } })).ticket,
            renew: () => this.refresh(),
        });
    }
    #keep(session) {
        this.session = session;
        this.#kept(session);
        return session;
    }
}
/** What launchUrl put into a page's fragment, as location.hash; null if it is not there. Take the fragment out of the address afterwards:
 * history.replaceState(null, "", location.pathname + location.search). */
export function launchFrom(hash) {
    const values = new URLSearchParams(hash.replace(/^#/, ""));
    const launchToken = values.get("launchToken");
    return launchToken ? { launchToken, gameId: values.get("gameId") ?? undefined } : null;
}
