//go:build race

package launch

const slowness = 20
