/** An exact decimal as it stands in JSON, as "25.00". Compute with a decimal library, never with Number(). */
export type Decimal = string;
export interface AddBalanceInputBody {
    /** More than 0 */
    amount: Decimal;
    currency: string;
}
export interface BalanceData {
    /** Free to stake or withdraw */
    balance: Decimal;
    currency: string;
    /** At stake in open rounds */
    escrow: Decimal;
    playerId: string;
}
export interface Check {
    expected: string;
    got: string;
    name: string;
    ok: boolean;
}
export interface CreateTokenInputBody {
    /** Of the player; it never changes */
    currency: string;
    /** Play money. A sandbox operator's players never have other money, a live operator's never have this */
    demoMode?: boolean;
    /** What the player came for */
    gameId?: string;
    /** Whose rules the player plays under */
    jurisdiction: string;
    locale: string;
    /** Your own id of the player, who is made if there is none */
    playerId: string;
    /** What the player is called on the screen */
    username?: string;
}
export interface DayRates {
    /** In UTC */
    day: string;
}
export interface Draw {
    label: string;
    n: number;
    value: number;
    words: Array<number>;
}
export interface EndedData {
    /** Always true: the session's tokens are refused from now on, and its sockets are closed */
    ended: boolean;
}
export interface ExchangeInputBody {
    /** Made by POST /auth/sso/create-token */
    launchToken?: string;
    /** Whose operatorToken it is */
    operatorId?: string;
    /** In place of it: a JWT that the operator made. Its operatorId is needed too */
    operatorToken?: string;
}
export interface Failure {
    error: Reason;
    requestId: string;
    success: false;
}
export interface ForceData {
    gameId: string;
    /** Always true: the player's next round of the game has this outcome, and is marked as forced */
    pending: boolean;
    playerId: string;
}
export interface ForceInputBody {
    /** An id or an alias */
    gameId: string;
    /** An object, by game. slots: {"reelPositions": [five stops]} */
    outcome: unknown;
    /** The player's id or your own id of the player */
    playerId: string;
}
export interface GameConfigData {
    /** Other ids that it may be connected to by */
    aliases: Array<string>;
    gameId: string;
    /** Smallest and largest stake of a round, by currency: a player sees its own */
    limits: {
        [name: string]: Limits;
    };
    name: string;
    rtp: RtpData;
    /** All that an outcome depends on, in canonical JSON (RFC 8785) */
    rules: unknown;
    /** Hex SHA-256 of the rules' canonical JSON */
    rulesHash: string;
    /** The rules as the text that rulesHash is of, for clients whose JSON parser does not keep it: SHA-256(rulesText) = rulesHash */
    rulesText: string;
    /** The build that new rounds are played by */
    variant: string;
    /** All builds that an operator may choose from */
    variants: Array<VariantData>;
}
export interface GameData {
    /** Other ids that it may be connected to by */
    aliases: Array<string>;
    gameId: string;
    /** Smallest and largest stake of a round, by currency: a player sees its own */
    limits: {
        [name: string]: Limits;
    };
    name: string;
    rtp: RtpData;
    /** Hex SHA-256 of the rules' canonical JSON */
    rulesHash: string;
    /** The build that new rounds are played by */
    variant: string;
}
export interface GamesData {
    games: Array<GameData>;
}
export interface KeyData {
    /** The networks that it may be used from; none: anywhere */
    allowedFrom: Array<string>;
    createdAt: string;
    /** The id of the API key, or who did it by command */
    createdBy?: string;
    /** As it was made; not there: never */
    expiresAt?: string;
    /** It can be used now */
    inForce: boolean;
    keyId: string;
    /** Recorded once in 10 minutes */
    lastUsedAt?: string;
    /** The key that it took the place of */
    replaces?: string;
    /** When it ends because another took its place */
    retiresAt?: string;
    revokedAt?: string;
    revokedBy?: string;
    /** What it may be used for */
    scopes: Array<string>;
}
export interface KeysData {
    /** Oldest first, with those that have ended */
    keys: Array<KeyData>;
}
export interface LaunchData {
    /** 30 seconds from now */
    expiresAt: string;
    /** Of one use */
    launchToken: string;
}
export interface Limits {
    /** An exact decimal with the currency's decimals: read it as a decimal, not as a float */
    max: Decimal;
    /** An exact decimal with the currency's decimals: read it as a decimal, not as a float */
    min: Decimal;
}
export interface LimitsData {
    /** Of one address, on each server */
    address: RateData;
    /** Of this API key */
    key?: RateData;
    /** Which the house put your operator, or this key, on; none: this server has no limits for keys and players */
    plan: string;
    /** Of each player, over REST */
    player?: RateData;
}
export interface LogConsistencyData {
    /** The newest checkpoint; that of size to only if to was left out */
    checkpoint: string;
    from: number;
    fromRootHash: string;
    /** The consistency proof of RFC 6962 */
    proof: Array<string>;
    to: number;
    toRootHash: string;
}
export interface LogProofData {
    /** The signed note of that size and root */
    checkpoint: string;
    /** Its place in the log, from 0 */
    index: number;
    /** The leaf's text: its kind and its value */
    leaf: string;
    /** SHA-256 of a zero byte and the leaf's text */
    leafHash: string;
    /** The audit path of RFC 6962, from the leaf up */
    proof: Array<string>;
    rootHash: string;
    /** How many leaves the log had that it is proven for */
    size: number;
    /** The log's public key. Compare it with what you noted; it never changes */
    verifierKey: string;
}
export interface LogRatesData {
    /** When it was counted */
    at: string;
    /** By the day on which a round was opened, oldest first; none for a day without rounds */
    days: Array<DayRates>;
}
export interface NewKeyData {
    /** Shown this once */
    apiKey: string;
    /** Shown this once: what calls are signed with */
    apiSecret: string;
    key: KeyData;
}
export interface NewKeyInputBody {
    /** The networks that it may be used from, in CIDR notation, or single addresses; none: anywhere */
    allowedFrom?: Array<string>;
    /** Left out: never */
    expiresAt?: string;
    /** What it may be used for: launch, wallet:read, wallet:write, rounds:read, rounds:void, keys, sso, test, or all */
    scopes: Array<string>;
}
export interface PastSeed {
    activatedAt: string;
    clientSeed: string;
    clientSeedBy: string;
    committedAt: string;
    revealedAt: string;
    rounds: number;
    seq: number;
    serverSeed: string;
    serverSeedHash: string;
}
export interface PlayerData {
    currency: string;
    externalId: string;
    id: string;
    username: string;
}
export interface RateData {
    /** At once, after a pause */
    burst: number;
    /** For ever */
    requestsPerSecond: Decimal;
}
export interface Reason {
    /** A code of the protocol: a closed list */
    code: string;
    /** More, by code. A bad request names its fields: [{field, reason}] */
    details?: {
        [name: string]: unknown;
    };
    /** For people; may change */
    message: string;
}
export interface Receipt {
    /** When that step was played */
    at: string;
    /** The place of the record's hash in the group that was signed at once, from 0 */
    index: number;
    /** Which of /.well-known/receipt-keys.json signed */
    keyId: string;
    /** From the hash up to the root of the group's Merkle tree, base64 */
    path: Array<string>;
    /** Of the record up to that step, base64 */
    recordHash: string;
    /** Ed25519, of the group's size and root, base64 */
    signature: string;
    /** How many the group had */
    size: number;
    /** The last step that it is about */
    step: number;
}
export interface Record {
    actions: Array<RecordedAction>;
    clientSeed: string;
    currency: string;
    forced: {
        [name: string]: Array<number>;
    };
    gameId: string;
    nonce: number;
    /** An exact decimal with the currency's decimals: read it as a decimal, not as a float */
    payout: Decimal;
    receipt?: Receipt;
    roundId: string;
    rulesHash: string;
    serverSeed?: string;
    serverSeedHash: string;
    /** An exact decimal with the currency's decimals: read it as a decimal, not as a float */
    stake: Decimal;
    status: string;
    variant: string;
}
export interface RecordedAction {
    at: string;
    /** An exact decimal with the currency's decimals: read it as a decimal, not as a float */
    balance: Decimal;
    outcome: unknown;
    payload: unknown;
    /** An exact decimal with the currency's decimals: read it as a decimal, not as a float */
    payout: Decimal;
    requestId: string;
    /** An exact decimal with the currency's decimals: read it as a decimal, not as a float */
    stake: Decimal;
    step: number;
    type: string;
}
export interface RefreshInputBody {
    refreshToken: string;
}
export interface Report {
    checks: Array<Check>;
    draws: Array<StepDraws>;
    forced: boolean;
    ok: boolean;
    roundId: string;
}
export interface ResetInputBody {
    /** What the balance is to be; 0 without it */
    amount?: Decimal;
    /** The player's; needed with an amount */
    currency?: string;
}
export interface RevealedSeed {
    clientSeed: string;
    clientSeedBy: string;
    rounds: number;
    serverSeed: string;
    serverSeedHash: string;
}
export interface RotateInputBody {
    /** 1–64 printable ASCII characters without ':' and '#'. Left out, the server makes one, and says so */
    clientSeed?: string;
    /** The serverSeedHash of the pair to be revealed: if another is active, nothing is rotated and the answer is 80007 */
    expectedServerSeedHash?: string;
}
export interface RotateKeyInputBody {
    /** Of the new key. Left out: it lives as long from now as the old one was made to */
    expiresAt?: string;
    /** How long the old key stays in force; left out: a day; 0: it ends now */
    overlapSeconds?: number;
}
export interface RotatedKeyData {
    /** Shown this once */
    apiKey: string;
    /** Shown this once: what calls are signed with */
    apiSecret: string;
    key: KeyData;
    /** The old key */
    replaced: KeyData;
}
export interface RoundsData {
    /** Not there: this is the last page */
    nextCursor?: string;
    /** Newest first */
    rounds: Array<Record>;
}
export interface RtpData {
    /** The same to 12 decimals, truncated */
    decimal: string;
    /** The return to player: exactly, or the lower end of what is proven of it */
    fraction: string;
}
export interface SeedHistoryData {
    /** Not there: this is the last page */
    nextCursor?: string;
    /** Newest first */
    seeds: Array<PastSeed>;
}
export interface SeedRotated {
    clientSeed: string;
    clientSeedBy: string;
    nextServerSeedHash: string;
    nonce: number;
    revealed: RevealedSeed;
    serverSeedHash: string;
}
export interface SeedState {
    clientSeed: string;
    clientSeedBy: string;
    nextServerSeedHash: string;
    nonce: number;
    serverSeedHash: string;
}
export interface SessionData {
    /** Of the session token: refresh before */
    expiresAt: string;
    /** What the launch token was made for */
    gameId?: string;
    player: PlayerData;
    /** Of one use. Used twice, it ends the session */
    refreshToken: string;
    /** A JWT: the bearer of the player's calls and of the WebSocket */
    sessionToken: string;
}
export interface SetSSOInputBody {
    /** What your tokens are signed with. Nothing else is taken */
    algorithm: "EdDSA" | "ES256" | "RS256" | "PS256";
    /** The aud of your tokens, or one of them */
    audience: string;
    /** Left out: true */
    enabled?: boolean;
    /** The iss of your tokens */
    issuer: string;
    /** Where you publish your keys */
    jwksUrl?: string;
    /** A JWK Set, in place of jwksUrl */
    keys?: unknown;
    /** By how much your clock may differ from ours; left out: 5 */
    leewaySeconds?: number;
    /** How long a token may be good for, from its iat to its exp; left out: 60 */
    maxAgeSeconds?: number;
}
export interface SsoData {
    algorithm: string;
    audience: string;
    changedAt: string;
    /** The API key, or who did it by command */
    changedBy: string;
    enabled: boolean;
    issuer: string;
    jwksUrl?: string;
    /** Those of the given keys that fit the algorithm */
    keys?: unknown;
    leewaySeconds: number;
    maxAgeSeconds: number;
    /** 1 for the first; every change is one more */
    version: number;
}
export interface StepDraws {
    draws: Array<Draw>;
    step: number;
}
export interface TestPlayerData {
    player: PlayerData;
    /** A launch token, for POST /auth/sso/exchange within 30 seconds */
    ssoToken: string;
    wallet: WalletData;
}
export interface TestPlayerInputBody {
    currency: string;
    /** Your own id of the player */
    externalId: string;
    /** Given once: the same call again gives nothing more */
    startingBalance?: Decimal;
    username?: string;
}
export interface TestWalletData {
    wallet: WalletData;
}
export interface TicketData {
    /** 60 seconds from now */
    expiresAt: string;
    /** Opens one socket: /ws?ticket=… */
    ticket: string;
}
export interface TicketInputBody {
    /** An id or an alias */
    gameId: string;
}
export interface TransactionsData {
    /** Not there: this is the last page */
    nextCursor?: string;
    /** Newest first */
    transactions: Array<Transfer>;
}
export interface Transfer {
    /** An exact decimal with the currency's decimals: read it as a decimal, not as a float */
    amount: Decimal;
    at: string;
    /** An exact decimal with the currency's decimals: read it as a decimal, not as a float */
    balance: Decimal;
    code: string;
    credit: string;
    currency: string;
    debit: string;
    id: string;
    roundId?: string;
}
export interface TransferData {
    /** After the transfer */
    balance: Decimal;
    currency: string;
    /** The transactionId was known: nothing moved now, this is the first answer */
    duplicate: boolean;
    playerId: string;
    transactionId: string;
}
export interface TransferInputBody {
    /** More than 0 */
    amount: Decimal;
    /** The player's */
    currency: string;
    /** The player's id or your own id of the player */
    playerId: string;
    /** Yours. The same again moves nothing and gets the same answer */
    transactionId: string;
}
export interface VariantData {
    rtp: RtpData;
    rulesHash: string;
    variant: string;
}
export interface VerificationData {
    /** Every draw and every comparison; not there while the server seed is in use */
    report?: Report;
    verdict: "verified" | "failed" | "unrevealed";
}
export interface VoidData {
    at: string;
    /** The player's, after the refund */
    balance: Decimal;
    /** The id of the API key, or who did it by command */
    by: string;
    currency: string;
    gameId: string;
    playerId: string;
    reason: string;
    /** All that was staked in the round */
    refund: Decimal;
    roundId: string;
    status: "voided";
}
export interface VoidInputBody {
    /** Why, in words that the player may read: printable, on one line */
    reason: string;
}
export interface WalletData {
    /** An exact decimal with the currency's decimals: read it as a decimal, not as a float */
    balance: Decimal;
    currency: string;
    /** A player has one wallet: this is the player's id */
    id: string;
}
/** Every call: what it takes, and the data of its answer. */
export interface Operations {
    /** List the games */
    "GET /games": {
        data: GamesData;
    };
    /** Show a game */
    "GET /games/{gameId}": {
        path: {
            gameId: string;
        };
        data: GameData;
    };
    /** Show a game's rules */
    "GET /games/{gameId}/config": {
        path: {
            gameId: string;
        };
        data: GameConfigData;
    };
    /** List the keys */
    "GET /keys": {
        data: KeysData;
    };
    /** Prove that the log only grew */
    "GET /log/consistency": {
        query: {
            from: number;
            to?: number;
        };
        data: LogConsistencyData;
    };
    /** Prove that something is in the log */
    "GET /log/proof": {
        query?: {
            commitment?: string;
            reveal?: string;
            round?: string;
        };
        data: LogProofData;
    };
    /** Count the rounds that were voided */
    "GET /log/rates": {
        query?: {
            days?: number;
        };
        data: LogRatesData;
    };
    /** Show the rate limits */
    "GET /rate-limits": {
        data: LimitsData;
    };
    /** List the rounds */
    "GET /rounds": {
        query?: {
            cursor?: string;
            from?: string;
            gameId?: string;
            limit?: number;
            playerId?: string;
            status?: "in_progress" | "completed" | "cashed_out" | "voided";
            to?: string;
        };
        data: RoundsData;
    };
    /** Show a round */
    "GET /rounds/{roundId}": {
        path: {
            roundId: string;
        };
        data: Record;
    };
    /** Recompute a round */
    "GET /rounds/{roundId}/verification": {
        path: {
            roundId: string;
        };
        data: VerificationData;
    };
    /** Show the active seed pair */
    "GET /seeds": {
        data: SeedState;
    };
    /** List the revealed seed pairs */
    "GET /seeds/history": {
        query?: {
            cursor?: string;
            limit?: number;
        };
        data: SeedHistoryData;
    };
    /** Show what lets players in */
    "GET /sso": {
        data: SsoData;
    };
    /** Show the balance */
    "GET /wallet/balance": {
        query?: {
            playerId?: string;
        };
        data: BalanceData;
    };
    /** List the transfers */
    "GET /wallet/transactions": {
        query?: {
            cursor?: string;
            limit?: number;
            playerId?: string;
        };
        data: TransactionsData;
    };
    /** End the session */
    "POST /auth/logout": {
        data: EndedData;
    };
    /** Refresh a session */
    "POST /auth/refresh": {
        body: RefreshInputBody;
        data: SessionData;
    };
    /** Make a launch token */
    "POST /auth/sso/create-token": {
        body: CreateTokenInputBody;
        data: LaunchData;
    };
    /** Exchange a launch token for a session */
    "POST /auth/sso/exchange": {
        body: ExchangeInputBody;
        data: SessionData;
    };
    /** Make a key */
    "POST /keys": {
        body: NewKeyInputBody;
        data: NewKeyData;
    };
    /** Revoke a key */
    "POST /keys/{keyId}/revoke": {
        path: {
            keyId: string;
        };
        data: KeyData;
    };
    /** Put a new key in a key's place */
    "POST /keys/{keyId}/rotate": {
        path: {
            keyId: string;
        };
        body: RotateKeyInputBody;
        data: RotatedKeyData;
    };
    /** Void a round */
    "POST /rounds/{roundId}/void": {
        path: {
            roundId: string;
        };
        body: VoidInputBody;
        data: VoidData;
    };
    /** Reveal the seed and go on to the next */
    "POST /seeds/rotate": {
        body: RotateInputBody;
        data: SeedRotated;
    };
    /** Make a ticket for the WebSocket */
    "POST /socket-tickets": {
        body: TicketInputBody;
        data: TicketData;
    };
    /** Force the next outcome */
    "POST /test/force-outcome": {
        body: ForceInputBody;
        data: ForceData;
    };
    /** Make a test player */
    "POST /test/players": {
        body: TestPlayerInputBody;
        data: TestPlayerData;
    };
    /** Give a test player money */
    "POST /test/players/{playerId}/add-balance": {
        path: {
            playerId: string;
        };
        body: AddBalanceInputBody;
        data: TestWalletData;
    };
    /** Reset a test player */
    "POST /test/players/{playerId}/reset": {
        path: {
            playerId: string;
        };
        body?: ResetInputBody;
        data: TestWalletData;
    };
    /** Deposit */
    "POST /wallet/deposit": {
        body: TransferInputBody;
        data: TransferData;
    };
    /** Withdraw */
    "POST /wallet/withdraw": {
        body: TransferInputBody;
        data: TransferData;
    };
    /** Say what lets players in */
    "PUT /sso": {
        body: SetSSOInputBody;
        data: SsoData;
    };
}
/** The members that are Decimals, wherever they stand. */
export declare const decimals: readonly string[];
