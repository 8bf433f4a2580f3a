export { Connection } from "./connection.js";
export { Code, CroupierError } from "./errors.js";
export { parse, stringify } from "./json.js";
export { launchUrl, Operator, sign } from "./operator.js";
export { launchFrom, Player } from "./player.js";
export { verifyWebhook, WebhookError } from "./webhooks.js";
