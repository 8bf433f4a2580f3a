package api

// What the calls about webhooks do, for the REST description.
const (
	endpointsDoc       = "With what each is told, and how it does. Secrets cannot be had again."
	newEndpointDoc     = "The secret is in this answer only. What happens from then on is told; what is played, within a second. An operator has at most 20 (80007)."
	endpointDoc        = "With what it is told, and how it does."
	changeEndpointDoc  = "Puts these values in the place of the old ones; what is left out has its default. The secret stays. What waits goes to the new URL."
	deleteEndpointDoc  = "With all that waits for it, its dead letters and its log."
	enableEndpointDoc  = "After it was disabled, by you or because it accepted nothing for three days. What waited since is delivered; what happened meanwhile is not: list the rounds and transfers of that time."
	disableEndpointDoc = "What happens from then on is not told. What waits is kept until it is enabled."
	rotateSecretDoc    = "Makes a new secret. During the overlap every event carries a signature by each of the two, so your receiver can change over at any moment of it."
	testEndpointDoc    = "Sends a webhook.test now, also to an endpoint that is disabled, and says what came of it. It is tried once."
	resendAllDeadDoc   = "Makes all dead letters of the endpoint due again, as new: for three days, with their old webhook-ids."
	deliveriesDoc      = "Every attempt of the last 30 days, or as long as the house keeps them."
	deadDoc            = "Events that an endpoint did not accept in three days. They are kept until they are sent again or deleted."
	resendDeadDoc      = "It is due again, as new: for three days, with its old webhook-id. Once it is sent again it is no dead letter any more (80006)."
	deleteDeadDoc      = "It is not sent any more."
)
