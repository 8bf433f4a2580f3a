package main

import (
	"errors"
	"fmt"

	"croupier/fairness"
)

// masterKeyFlag is what the server and every command that seals as it does are given.
type masterKeyFlag struct {
	MasterKey []string `required:"" secret:"" placeholder:"KEY" help:"32 bytes in hex or base64 that seeds and secrets are sealed with. Older keys may follow, by comma: they still open."`
}

// keys returns as many keys as were given, and an error for each that is not one. An error says which it is, and nothing of its text.
func (f masterKeyFlag) keys() ([]fairness.Key, error) {
	keys, mistakes := make([]fairness.Key, len(f.MasterKey)), make([]error, len(f.MasterKey))
	for i, text := range f.MasterKey {
		var err error
		if keys[i], err = fairness.ParseKey(text); err != nil {
			mistakes[i] = fmt.Errorf("master-key: key %d: %w", i+1, err)
		}
	}
	return keys, errors.Join(mistakes...)
}
