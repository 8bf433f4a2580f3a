// The messages of the WebSocket, as docs/protocol.md has them. A test holds them against what a server really says.
import type { Decimal, SeedRotated, SeedState } from "./types.js";

export type RoundStatus = "in_progress" | "completed" | "cashed_out" | "voided";

export interface BalanceChange {
  before: Decimal;
  after: Decimal;
  currency: string;
}

/** What a round is drawn from. */
export interface ProvablyFair {
  serverSeedHash: string;
  clientSeed: string;
  nonce: number;
  step: number;
}

export interface ActionResult {
  roundId: string;
  status: RoundStatus;
  /** By game. Its decimals are texts. */
  outcome: unknown;
  balance: BalanceChange;
  provablyFair: ProvablyFair;
}

export interface CashoutResult {
  roundId: string;
  status: RoundStatus;
  multiplier: Decimal;
  winAmount: Decimal;
  outcome: unknown;
  balance: BalanceChange;
}

export interface BalanceUpdate {
  balance: Decimal;
  currency: string;
  /** "query" in the answer to balance_get, else why money came or went. */
  reason: string;
  /** With its sign. */
  amount?: Decimal;
}

/** A round that is open, first of all on a connection. */
export interface RoundRecovered {
  roundId: string;
  gameId: string;
  /** The game's public view. */
  state: unknown;
  balance: { current: Decimal; currency: string };
}

export interface RoundExpired extends ActionResult {
  gameId: string;
  stake: Decimal;
  payout: Decimal;
  at: string;
}

export interface RoundVoided extends ActionResult {
  gameId: string;
  reason: string;
  by: string;
  stake: Decimal;
  refund: Decimal;
  at: string;
}

/** A warning about the session: acknowledge it by its warningType. */
export interface SessionWarning {
  warningType: "reality_check" | "session_limit";
  /** Seconds of play without a break. */
  sessionDuration: number;
  totalWagered: Decimal;
  /** With its sign: what the player has more than at the session's beginning. */
  netResult: Decimal;
  /** What is expected of the player: "acknowledge", or "stop" when the session is to end. */
  nextAction: string;
  /** Seconds from when it was sent until betting stops. */
  expiresIn: number;
}

export interface ErrorPayload {
  code: string;
  message: string;
  details?: Record<string, unknown>;
}

/** Payloads by type. */
export interface ServerPayloads {
  action_result: ActionResult;
  cashout_result: CashoutResult;
  seed_state: SeedState;
  seed_rotated: SeedRotated;
  balance_update: BalanceUpdate;
  round_recovered: RoundRecovered;
  round_expired: RoundExpired;
  round_voided: RoundVoided;
  session_warning: SessionWarning;
  acknowledged: { warningType: string };
  pong: { serverTime: number };
  error: ErrorPayload;
}

/** The server's signature of a result, as in the record of the round. */
export interface MessageReceipt {
  keyId: string;
  [member: string]: unknown;
}

type MessageOf<T extends keyof ServerPayloads> = {
  type: T;
  payload: ServerPayloads[T];
  /** Of what it answers; not there: it was not asked for. */
  requestId?: string;
  /** Unix ms. */
  timestamp: number;
  /** Of results of play. */
  receipt?: MessageReceipt;
};

/** Whatever the server says. A later server may say more: ignore types that you do not know. */
export type ServerMessage = { [T in keyof ServerPayloads]: MessageOf<T> }[keyof ServerPayloads];

/** Payloads of what a client may send. */
export interface ClientPayloads {
  /** The action's name, and its own fields. */
  action: { action: string; [field: string]: unknown };
  cashout: Record<string, never>;
  seed_rotate: { clientSeed?: string };
  acknowledge: { warningType: string };
  seed_get: Record<string, never>;
  balance_get: Record<string, never>;
  ping: Record<string, never>;
}

/** What takes effect, at most once for each requestId. */
export type Play = "action" | "cashout" | "seed_rotate";
/** What moves nothing, and may be asked again. */
export type Question = "seed_get" | "balance_get" | "ping" | "acknowledge";
