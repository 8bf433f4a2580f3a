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
export interface BetRange {
    /** An exact decimal without an exponent, with at most the currency's decimals */
    max: Decimal;
    /** An exact decimal without an exponent, with at most the currency's decimals */
    min: Decimal;
}
export interface ChangeOperatorInputBody {
    /** All of them: in place of those of before */
    allowedOrigins?: Array<string>;
    name?: string;
    seeds?: SeedPolicyData;
}
export interface ChangeWalletInputBody {
    /** A new secret takes the place of the old one at once */
    newSecret?: boolean;
    /** Left out: it stays */
    walletUrl?: string;
}
export interface ChangedLettersData {
    /** How many */
    letters: number;
}
export interface ChangedWalletData {
    /** Your players' money is in your own wallet */
    seamless: boolean;
    /** Shown this once: what calls to your wallet are signed with from now on */
    walletSecret?: string;
    /** Where the wallet is called */
    walletUrl?: string;
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
export interface CycleData {
    other: number;
    slots: number;
}
export interface DayRates {
    /** In UTC */
    day: string;
    /** Settled by their games' rules */
    finished: number;
    /** In progress */
    open: number;
    /** All that were opened */
    rounds: number;
    /** Ended by the operator, who returned what was staked, with a reason */
    voided: number;
    /** Of a million rounds that ended, how many were voided, rounded up */
    voidedPerMillion: number;
}
export interface DeadData {
    answer?: string;
    /** When it happened */
    at: string;
    attempts: number;
    /** As it was sent */
    data: unknown;
    deadAt: string;
    deadId: string;
    endpointId: string;
    /** The webhook-id */
    eventId: string;
    failure?: string;
    playerId?: string;
    /** Of the last answer */
    status?: number;
    type: string;
}
export interface DeadListData {
    dead: Array<DeadData>;
    /** Not there: this is the last page */
    nextCursor?: string;
}
export interface DeletedData {
    deleted: boolean;
    endpointId: string;
}
export interface DeliveriesData {
    /** Newest first */
    deliveries: Array<DeliveryData>;
    /** Not there: this is the last page */
    nextCursor?: string;
}
export interface DeliveryData {
    /** Of a failure, the first 500 bytes of the answer, as one line of printable text */
    answer?: string;
    at: string;
    /** From 1; a letter that is sent again begins anew */
    attempt: number;
    delivered: boolean;
    deliveryId: string;
    endpointId: string;
    /** The webhook-id: the same at every attempt */
    eventId: string;
    failure?: string;
    /** Of the answer; not there: there was none */
    status?: number;
    tookMs: number;
    type: string;
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
export interface EndpointData {
    createdAt: string;
    description?: string;
    disabledAt?: string;
    disabledReason?: string;
    enabled: boolean;
    endpointId: string;
    /** What it is told; * is everything */
    events: Array<string>;
    /** It has accepted nothing since then; not there: it does */
    failingSince?: string;
    /** A payout of so many times the stake is told as round.jackpot_won */
    jackpotFrom: number;
    ordering: "none" | "player";
    url: string;
}
export interface EndpointSpec {
    description?: string;
    /** What it is told, as docs/webhooks.md lists it; * is everything, also what later releases add */
    events: Array<string>;
    /** A payout of so many times the stake is told as round.jackpot_won; left out: 100 */
    jackpotFrom?: number;
    /** player: what happens to one player is told in order, and what fails holds up what comes after it */
    ordering?: "none" | "player";
    /** https, and reachable from the internet. In a sandbox also http, this machine and private networks */
    url: string;
}
export interface EndpointsData {
    /** Oldest first */
    endpoints: Array<EndpointData>;
}
export interface ExchangeInputBody {
    /** Made by POST /auth/sso/create-token */
    launchToken?: string;
    /** Whose operatorToken it is */
    operatorId?: string;
    /** In place of it: a JWT that the operator made. Its operatorId is needed too */
    operatorToken?: string;
}
export interface ExcludeInputBody {
    /** Recorded for ever, with the key of the call */
    reason: string;
    /** At least 24 hours from now; left out: without an end */
    until?: string;
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
export interface GameChangeData {
    at: string;
    /** The API key, or who did it by command */
    by: string;
    reason: string;
    revision: number;
    settings: GameSettingsData;
}
export interface GameConfigData {
    /** Other ids that it may be connected to by */
    aliases: Array<string>;
    /** New rounds can be opened. A round that is open is finished either way */
    available: boolean;
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
    /** New rounds can be opened. A round that is open is finished either way */
    available: boolean;
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
export interface GameHistoryData {
    /** Newest first */
    changes: Array<GameChangeData>;
    /** Not there: this is the last page */
    nextCursor?: number;
}
export interface GameSettingsData {
    aliases: Array<string>;
    enabled: boolean;
    limits: {
        [name: string]: Limits;
    };
    /** Empty: the game's own */
    name: string;
    /** Empty: the house's default */
    variant: string;
}
export interface GamesData {
    games: Array<GameData>;
}
export interface HeldSession {
    /** It goes on */
    active: boolean;
    /** When you came from the operator's site */
    createdAt: string;
    /** It is the one of this call */
    current: boolean;
    /** When it was ended before */
    endedAt?: string;
    /** When it ends by itself */
    expiresAt: string;
    sessionId: string;
}
export interface Item {
    /** Money of the player's currency, or whole minutes of a session limit */
    amount?: Decimal;
    period: "day" | "week" | "month" | "session";
    /** Instead of amount: the limit goes, after 24 hours */
    remove?: boolean;
    type: "deposit" | "loss" | "wagering" | "session";
}
export interface KeptReconciliation {
    /** Both books say the same, and nothing is unresolved */
    agrees: boolean;
    at: string;
    /** What matched, what is missing on which side, what differs, the sums of both books, and up to 1,000 transactions that do not match */
    report: unknown;
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
export interface LimitChanges {
    /** Those that are to change; the others stay */
    limits: Array<Item>;
    /** Recorded for ever. An operator must give one */
    reason?: string;
}
export interface LimitData {
    /** Money of the player's currency; minutes of a session limit */
    amount: Decimal;
    /** What the limit will be */
    pending?: PendingLimit;
    /** In UTC: from 00:00, from Monday, from the 1st. That of a session limit is the session */
    period: "day" | "week" | "month" | "session";
    type: "deposit" | "loss" | "wagering" | "session";
    /** In the period that goes on. Less than 0: the player won */
    used?: Decimal;
}
export interface Limits {
    /** An exact decimal with the currency's decimals: read it as a decimal, not as a float */
    max: Decimal;
    /** An exact decimal with the currency's decimals: read it as a decimal, not as a float */
    min: Decimal;
}
export interface LimitsData {
    currency: string;
    limits: Array<LimitData>;
    playerId: string;
}
export interface ListedPlayer {
    /** Free to stake or withdraw */
    balance: Decimal;
    createdAt: string;
    currency: string;
    /** At stake in open rounds */
    escrow: Decimal;
    /** Your own id of the player */
    externalId: string;
    jurisdiction?: string;
    locale?: string;
    playerId: string;
    status: "active" | "suspended" | "excluded";
    username?: string;
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
    /** Settled by their games' rules */
    finished: number;
    /** In progress */
    open: number;
    /** All that were opened */
    rounds: number;
    /** Ended by the operator, who returned what was staked, with a reason */
    voided: number;
    /** Of a million rounds that ended, how many were voided, rounded up */
    voidedPerMillion: number;
}
export interface NewEndpointData {
    endpoint: EndpointData;
    /** Shown this once: what events are signed with, by the Standard Webhooks rules */
    secret: string;
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
    /** What it may be used for: launch, wallet:read, wallet:write, rounds:read, rounds:void, players:read, players:write, reports:read, games, keys, settings, sso, webhooks, test, or all */
    scopes: Array<string>;
}
export interface OperatorChangesData {
    changes: Array<SettingsChange>;
    /** Not there: this is the last page */
    nextCursor?: string;
}
export interface OperatorData {
    /** The web origins that players' browsers may connect from */
    allowedOrigins: Array<string>;
    createdAt: string;
    /** Whether its money is real */
    mode: "sandbox" | "live";
    name: string;
    operatorId: string;
    seeds: SeedPolicyData;
}
export interface OperatorGameData {
    /** The last change; not there: it was never changed */
    changed?: GameChangeData;
    /** The house's choice */
    defaultVariant: string;
    /** What comes of it, as your players see it */
    effective: GameData;
    gameId: string;
    /** The game's own name */
    houseName: string;
    /** How often it was changed; the ETag of the game has it */
    revision: number;
    /** What you have set */
    settings: GameSettingsData;
    /** The builds that you may choose from */
    variants: Array<VariantData>;
    /** The game's own limits, by currency */
    widestLimits: {
        [name: string]: Limits;
    };
}
export interface OperatorGamesData {
    /** All games of the house, in its order */
    games: Array<OperatorGameData>;
}
export interface OwnExclusionInputBody {
    /** Instead of until: without an end */
    indefinite?: boolean;
    /** At least 24 hours from now */
    until?: string;
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
export interface PendingLimit {
    /** Not there: the limit goes */
    amount?: Decimal;
    /** 24 hours after it was asked for */
    from: string;
}
export interface PlayerData {
    currency: string;
    externalId: string;
    id: string;
    username: string;
}
export interface PlayerDetails {
    /** Free to stake or withdraw */
    balance: Decimal;
    createdAt: string;
    currency: string;
    /** At stake in open rounds */
    escrow: Decimal;
    /** Your own id of the player */
    externalId: string;
    jurisdiction?: string;
    /** When the last session began; not there: never */
    lastSeenAt?: string;
    locale?: string;
    /** In progress */
    openRounds: number;
    playerId: string;
    /** That the player ever opened */
    rounds: number;
    status: "active" | "suspended" | "excluded";
    username?: string;
}
export interface PlayersData {
    /** Not there: this is the last page */
    nextCursor?: string;
    /** Newest first */
    players: Array<ListedPlayer>;
}
export interface RateData {
    /** At once, after a pause */
    burst: number;
    /** For ever */
    requestsPerSecond: Decimal;
}
export interface RateLimitsData {
    /** Of one address, on each server */
    address: RateData;
    /** Of this API key */
    key?: RateData;
    /** Which the house put your operator, or this key, on; none: this server has no limits for keys and players */
    plan: string;
    /** Of each player, over REST */
    player?: RateData;
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
export interface ReasonInputBody {
    /** Recorded for ever, with the key of the call */
    reason: string;
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
export interface ReconciliationsData {
    reconciliations: Array<KeptReconciliation>;
}
export interface Record {
    actions: Array<RecordedAction>;
    clientSeed: string;
    currency: string;
    forced: {
        [name: string]: Array<number>;
    } | null;
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
export interface ReplayInputBody {
    /** Of a link to the round */
    token: string;
}
export interface ReplayLinkData {
    expiresAt: string;
    /** The same for a program: POST /replay/round */
    token: string;
    /** A page that draws the round step by step. What is after # stays in the browser, and in nobody's logs */
    url: string;
}
export interface ReplayLinkInputBody {
    /** How long the link shows the round; left out: a day */
    expiresInSeconds?: number;
}
export interface Report {
    checks: Array<Check>;
    draws: Array<StepDraws>;
    forced: boolean;
    ok: boolean;
    roundId: string;
}
export interface ReportData {
    /** All rounds that ended on these days are counted: the same will be told for ever. Else this is up to now */
    final: boolean;
    from: string;
    /** By day, game, build and currency */
    rows: Array<ReportRow>;
    to: string;
}
export interface ReportRTP {
    /** 1 + (won - wagered) / openingStakes: won / wagered where a round has one stake; not there: nothing was staked */
    actual?: string;
    /** actual is outside of the band, over 1000 rounds or more: chance alone does that once in about 16,000 rows */
    alarm: boolean;
    /** highest and 4 deviations */
    bandHigh?: string;
    /** lowest less 4 deviations */
    bandLow?: string;
    /** How far chance takes actual: a standard deviation. Not there: not known */
    deviation?: string;
    /** What the rules of the builds that were played return, each weighted by its stakes; not there: this server does not know one of them */
    exact?: string;
    /** What no way to play them returns more than */
    highest?: string;
    /** What no way to play them returns less than: where decisions matter, players may return less than exact */
    lowest?: string;
    /** What actual and exact are shares of: the stakes that opened the rounds */
    openingStakes: Decimal;
    /** How many deviations actual is above highest or below lowest; 0.00 between them */
    z?: string;
}
export interface ReportRow {
    currency: string;
    /** On which the rounds ended, in UTC */
    day?: string;
    /** Rounds whose outcome was forced in the sandbox */
    forced: number;
    /** An exact decimal with the currency's decimals: read it as a decimal, not as a float */
    forcedWagered: Decimal;
    /** An exact decimal with the currency's decimals: read it as a decimal, not as a float */
    forcedWon: Decimal;
    gameId?: string;
    /** wagered less won: what the house keeps */
    ggr: Decimal;
    /** Who ended a round; not by build */
    players?: number;
    /** What was staked in them */
    refunded: Decimal;
    /** That ended by their rules. Voided and forced ones are in their own numbers only */
    rounds: number;
    rtp: ReportRTP;
    rulesHash?: string;
    variant?: string;
    /** Rounds that you ended */
    voided: number;
    /** An exact decimal with the currency's decimals: read it as a decimal, not as a float */
    wagered: Decimal;
    /** An exact decimal with the currency's decimals: read it as a decimal, not as a float */
    won: Decimal;
}
export interface ResetInputBody {
    /** What the balance is to be; 0 without it */
    amount?: Decimal;
    /** The player's; needed with an amount */
    currency?: string;
}
export interface RetriedData {
    /** Always true: your wallet is told again within seconds */
    due: boolean;
    transactionId: string;
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
export interface RotateSecretInputBody {
    /** How long the old secret signs beside the new one; left out: a day; 0: it ends now */
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
export interface RoundOfList {
    actions: Array<RecordedAction>;
    clientSeed: string;
    currency: string;
    forced: {
        [name: string]: Array<number>;
    } | null;
    gameId: string;
    nonce: number;
    /** An exact decimal with the currency's decimals: read it as a decimal, not as a float */
    payout: Decimal;
    /** In the list of all of your players' rounds */
    playerId?: string;
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
export interface RoundsData {
    /** Not there: this is the last page. Without playerId, a page may have fewer rounds than the limit, or none, and a nextCursor all the same: go on */
    nextCursor?: string;
    /** Newest first */
    rounds: Array<RoundOfList>;
}
export interface RtpData {
    /** The same to 12 decimals, truncated */
    decimal: string;
    /** The return to player: exactly, or the lower end of what is proven of it */
    fraction: string;
}
export interface SeamlessData {
    /** Your players' money is in your own wallet */
    seamless: boolean;
    /** Where the wallet is called */
    walletUrl?: string;
}
export interface SecretData {
    /** Shown this once */
    secret: string;
}
export interface SeedHistoryData {
    /** Not there: this is the last page */
    nextCursor?: string;
    /** Newest first */
    seeds: Array<PastSeed>;
}
export interface SeedPolicy {
    hours: number;
    rounds: number;
}
export interface SeedPolicyData {
    /** Seeds that something was played under are rotated after this many hours, from 1 to 8760; 0: however long */
    hours: number;
    /** Seeds are rotated after this many rounds, from 10 to 1000000; 0: however many */
    rounds: number;
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
export interface SessionStateData {
    /** Whether a client may play by itself */
    autoplay: boolean;
    beganAt: string;
    currency: string;
    /** Whose profile holds; strictest: the player's own jurisdiction has none. Not there: the server has no profiles */
    jurisdiction?: string;
    /** An exact decimal with the currency's decimals: read it as a decimal, not as a float */
    maxBet?: Decimal;
    /** From the start of a round to the start of the next, by the kind of game of the first */
    minimumCycleMs: CycleData;
    /** What came back, less what was staked */
    netResult: Decimal;
    /** Between two reality checks */
    realityCheckSeconds?: number;
    /** Seconds since then */
    sessionDuration: number;
    /** How long may be played without a break */
    sessionLimitSeconds?: number;
    /** An exact decimal with the currency's decimals: read it as a decimal, not as a float */
    totalWagered: Decimal;
}
export interface SessionsData {
    /** Newest first */
    sessions: Array<HeldSession>;
}
export interface SetGameInputBody {
    /** More ids that your players may connect by; messages have the id that a client connected with */
    aliases?: Array<string>;
    /** Whether new rounds may be opened */
    enabled: boolean;
    /** Smallest and largest stake that opens a round, by currency: within the game's own. A currency that is left out has the game's own */
    limits?: {
        [name: string]: BetRange;
    };
    /** What players are shown; left out: the game's own */
    name?: string;
    /** Why, on one line: it is in the history for ever */
    reason: string;
    /** The build of new rounds, one of variants; left out: the house's default */
    variant?: string;
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
export interface Settings {
    allowedOrigins?: Array<string>;
    name?: string;
    seeds?: SeedPolicy;
}
export interface SettingsChange {
    at: string;
    became: Settings;
    by: string;
    id: string;
    was: Settings;
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
export interface StandingData {
    playerId: string;
    status: "active" | "suspended" | "excluded";
    /** By you; it can be so beside an exclusion */
    suspended: boolean;
    /** The end of an exclusion; not there: it has none */
    until?: string;
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
export interface UnresolvedCall {
    /** An exact decimal with the currency's decimals: read it as a decimal, not as a float */
    amount: Decimal;
    attempts: number;
    changedAt: string;
    currency: string;
    externalId: string;
    gameId: string;
    kind: string;
    madeAt: string;
    playerId: string;
    reason?: string;
    roundId: string;
    state: string;
    transactionId: string;
}
export interface UnresolvedData {
    calls: Array<UnresolvedCall>;
    /** Not there: this is the last page */
    nextCursor?: string;
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
    /** Delete a dead letter */
    "DELETE /webhooks/dead/{deadId}": {
        path: {
            deadId: string;
        };
        data: ChangedLettersData;
    };
    /** Delete an endpoint */
    "DELETE /webhooks/endpoints/{endpointId}": {
        path: {
            endpointId: string;
        };
        data: DeletedData;
    };
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
    /** Show my limits */
    "GET /me/limits": {
        data: LimitsData;
    };
    /** Show the session's time and money */
    "GET /me/session": {
        data: SessionStateData;
    };
    /** Show your settings */
    "GET /operator": {
        data: OperatorData;
    };
    /** List the changes of your settings */
    "GET /operator/changes": {
        query?: {
            cursor?: string;
            limit?: number;
        };
        data: OperatorChangesData;
    };
    /** List what you have made of the games */
    "GET /operator/games": {
        data: OperatorGamesData;
    };
    /** Show what you have made of a game */
    "GET /operator/games/{gameId}": {
        path: {
            gameId: string;
        };
        data: OperatorGameData;
    };
    /** List the changes of a game */
    "GET /operator/games/{gameId}/history": {
        path: {
            gameId: string;
        };
        query?: {
            cursor?: number;
            limit?: number;
        };
        data: GameHistoryData;
    };
    /** List the players */
    "GET /players": {
        query?: {
            currency?: string;
            cursor?: string;
            externalIdPrefix?: string;
            from?: string;
            limit?: number;
            status?: "active" | "suspended" | "excluded";
            to?: string;
        };
        data: PlayersData;
    };
    /** Show a player */
    "GET /players/{playerId}": {
        path: {
            playerId: string;
        };
        data: PlayerDetails;
    };
    /** Show a player's limits */
    "GET /players/{playerId}/limits": {
        path: {
            playerId: string;
        };
        data: LimitsData;
    };
    /** Show the rate limits */
    "GET /rate-limits": {
        data: RateLimitsData;
    };
    /** Report on the games */
    "GET /reports/games": {
        query?: {
            currency?: string;
            format?: "json" | "csv";
            from?: string;
            gameId?: string;
            groupBy?: string;
            to?: string;
        };
        data: ReportData;
    };
    /** List the rounds */
    "GET /rounds": {
        query?: {
            cursor?: string;
            forced?: "true" | "false";
            from?: string;
            gameId?: string;
            limit?: number;
            minPayout?: string;
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
    /** List the reconciliations */
    "GET /seamless/reconciliations": {
        query?: {
            limit?: number;
        };
        data: ReconciliationsData;
    };
    /** List what is unresolved */
    "GET /seamless/unresolved": {
        query?: {
            cursor?: string;
            limit?: number;
        };
        data: UnresolvedData;
    };
    /** Show the wallet */
    "GET /seamless/wallet": {
        data: SeamlessData;
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
    /** List your sessions */
    "GET /sessions": {
        query?: {
            limit?: number;
        };
        data: SessionsData;
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
            code?: "stake" | "lapse" | "payout" | "refund" | "deposit" | "withdrawal";
            cursor?: string;
            format?: "json" | "csv";
            from?: string;
            limit?: number;
            playerId?: string;
            to?: string;
        };
        data: TransactionsData;
    };
    /** List the dead letters */
    "GET /webhooks/dead": {
        query?: {
            cursor?: string;
            endpointId?: string;
            limit?: number;
        };
        data: DeadListData;
    };
    /** List the attempts to deliver */
    "GET /webhooks/deliveries": {
        query?: {
            cursor?: string;
            endpointId?: string;
            failed?: boolean;
            limit?: number;
        };
        data: DeliveriesData;
    };
    /** List the endpoints */
    "GET /webhooks/endpoints": {
        data: EndpointsData;
    };
    /** Show an endpoint */
    "GET /webhooks/endpoints/{endpointId}": {
        path: {
            endpointId: string;
        };
        data: EndpointData;
    };
    /** Change your settings */
    "PATCH /operator": {
        body: ChangeOperatorInputBody;
        data: OperatorData;
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
    /** Exclude myself */
    "POST /me/exclude": {
        body: OwnExclusionInputBody;
        data: StandingData;
    };
    /** Exclude a player by the player's own wish */
    "POST /players/{playerId}/exclude": {
        path: {
            playerId: string;
        };
        body: ExcludeInputBody;
        data: StandingData;
    };
    /** Let a player play again */
    "POST /players/{playerId}/reinstate": {
        path: {
            playerId: string;
        };
        body: ReasonInputBody;
        data: StandingData;
    };
    /** Suspend a player */
    "POST /players/{playerId}/suspend": {
        path: {
            playerId: string;
        };
        body: ReasonInputBody;
        data: StandingData;
    };
    /** Show the round of a link */
    "POST /replay/round": {
        body: ReplayInputBody;
        data: Record;
    };
    /** Recompute the round of a link */
    "POST /replay/verification": {
        body: ReplayInputBody;
        data: VerificationData;
    };
    /** Make a link to a round */
    "POST /rounds/{roundId}/replay-links": {
        path: {
            roundId: string;
        };
        body: ReplayLinkInputBody;
        data: ReplayLinkData;
    };
    /** Void a round */
    "POST /rounds/{roundId}/void": {
        path: {
            roundId: string;
        };
        body: VoidInputBody;
        data: VoidData;
    };
    /** Tell a rejected call again */
    "POST /seamless/unresolved/{transactionId}/retry": {
        path: {
            transactionId: string;
        };
        data: RetriedData;
    };
    /** Change the wallet */
    "POST /seamless/wallet": {
        body: ChangeWalletInputBody;
        data: ChangedWalletData;
    };
    /** Reveal the seed and go on to the next */
    "POST /seeds/rotate": {
        body: RotateInputBody;
        data: SeedRotated;
    };
    /** End one of your sessions */
    "POST /sessions/{sessionId}/end": {
        path: {
            sessionId: string;
        };
        data: HeldSession;
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
    /** Send a dead letter again */
    "POST /webhooks/dead/{deadId}/resend": {
        path: {
            deadId: string;
        };
        data: ChangedLettersData;
    };
    /** Make an endpoint */
    "POST /webhooks/endpoints": {
        body: EndpointSpec;
        data: NewEndpointData;
    };
    /** Disable an endpoint */
    "POST /webhooks/endpoints/{endpointId}/disable": {
        path: {
            endpointId: string;
        };
        data: EndpointData;
    };
    /** Enable an endpoint */
    "POST /webhooks/endpoints/{endpointId}/enable": {
        path: {
            endpointId: string;
        };
        data: EndpointData;
    };
    /** Send all dead letters again */
    "POST /webhooks/endpoints/{endpointId}/resend-dead": {
        path: {
            endpointId: string;
        };
        data: ChangedLettersData;
    };
    /** Rotate an endpoint's secret */
    "POST /webhooks/endpoints/{endpointId}/rotate-secret": {
        path: {
            endpointId: string;
        };
        body: RotateSecretInputBody;
        data: SecretData;
    };
    /** Send a test event */
    "POST /webhooks/endpoints/{endpointId}/test": {
        path: {
            endpointId: string;
        };
        data: DeliveryData;
    };
    /** Change my limits */
    "PUT /me/limits": {
        body: LimitChanges;
        data: LimitsData;
    };
    /** Change what you offer of a game */
    "PUT /operator/games/{gameId}": {
        path: {
            gameId: string;
        };
        body: SetGameInputBody;
        data: OperatorGameData;
    };
    /** Change a player's limits */
    "PUT /players/{playerId}/limits": {
        path: {
            playerId: string;
        };
        body: LimitChanges;
        data: LimitsData;
    };
    /** Say what lets players in */
    "PUT /sso": {
        body: SetSSOInputBody;
        data: SsoData;
    };
    /** Change an endpoint */
    "PUT /webhooks/endpoints/{endpointId}": {
        path: {
            endpointId: string;
        };
        body: EndpointSpec;
        data: EndpointData;
    };
}
/** The members that are Decimals, wherever they stand. */
export declare const decimals: readonly string[];
