//go:build race

package move

const slowness = 20
