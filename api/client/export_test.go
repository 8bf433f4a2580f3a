package client

import "time"

// ReconnectAfter makes a test's reconnects quick.
func (o ConnectionOptions) ReconnectAfter(wait time.Duration) ConnectionOptions {
	o.wait = wait
	return o
}
