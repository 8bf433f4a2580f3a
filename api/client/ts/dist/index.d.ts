export { Connection, type ConnectionEvents, type ConnectionOptions, type Pending, type State, type Told } from "./connection.js";
export { Code, CroupierError } from "./errors.js";
export { parse, stringify } from "./json.js";
export type * from "./messages.js";
export { launchUrl, Operator, sign, type OperatorOptions, type RoundQuery } from "./operator.js";
export { launchFrom, Player, type PlayerOptions } from "./player.js";
export type { Data, How, Input, RestOptions } from "./rest.js";
export type * as api from "./types.js";
export { verifyWebhook, WebhookError, type WebhookEvent, type WebhookHeaders } from "./webhooks.js";
