import { Connection, type ConnectionOptions } from "./connection.js";
import { type Data, type How, type Input, type RestOptions } from "./rest.js";
import type { Operations, SessionData } from "./types.js";
export interface PlayerOptions extends RestOptions {
    /** The server: scheme and host, as "https://play.example". */
    url: string;
    /** A session that began earlier, as kept gave it. */
    session?: SessionData;
    /** Told of every new session, and of null when it is over: where to keep it over a reload of the page. */
    kept?: (session: SessionData | null) => void;
}
export declare class Player {
    #private;
    session: SessionData | null;
    constructor({ url, session, kept, ...rest }: PlayerOptions);
    /** Begins the session, by a launch token or by a token that the operator signed. */
    exchange(arrival: {
        launchToken: string;
    } | {
        operatorToken: string;
        operatorId: string;
    }): Promise<SessionData>;
    /** Any call of the API that players make, typed by its description. An expired session is refreshed once. */
    call<K extends keyof Operations>(operation: K, input: Input<K>, how?: How): Promise<Data<K>>;
    /** Gets new tokens. Only one refresh is made at a time, and none is made twice: a refresh token used twice ends the session. */
    refresh(): Promise<void>;
    /** Ends the session, here at once. */
    logout(): Promise<void>;
    /** The connection to a game. Call open on it. */
    connect(gameId: string, options?: Pick<ConnectionOptions, "WebSocket" | "storage" | "parse">): Connection;
}
/** What launchUrl put into a page's fragment, as location.hash; null if it is not there. Take the fragment out of the address afterwards:
 * history.replaceState(null, "", location.pathname + location.search). */
export declare function launchFrom(hash: string): {
    launchToken: string;
    gameId?: string;
} | null;
