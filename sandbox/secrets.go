package sandbox

import (
	"context"
	"crypto/rand"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"

	"croupier/fairness"
	"croupier/session"
)

// secrets are what a sandbox must find again at its next start. They are kept in its data directory, readable by its user only.
type secrets struct {
	path string

	MasterKey  fairness.Key `json:"-"`
	MasterText string       `json:"masterKey"`
	APIKey     string       `json:"apiKey"`
	APISecret  string       `json:"apiSecret"`
	OperatorID string       `json:"operatorId"`

	Seamless *seamlessSecrets `json:"seamless,omitempty"`
}

// loadSecrets reads the secrets of a data directory, and makes the master key if there are none.
func loadSecrets(dir string) (*secrets, error) {
	s := &secrets{path: filepath.Join(dir, "sandbox.json")}
	text, err := os.ReadFile(s.path)
	switch {
	case errors.Is(err, os.ErrNotExist):
		key := make([]byte, 32)
		rand.Read(key) // never fails
		s.MasterText = hex.EncodeToString(key)
		err = s.save()
	case err == nil:
		err = json.Unmarshal(text, s)
	}
	if err == nil {
		s.MasterKey, err = fairness.ParseKey(s.MasterText)
	}
	if err != nil {
		return nil, fmt.Errorf("the sandbox's secrets in %s cannot be used (%w): put the file back as it was, or begin anew in another --data-dir", s.path, err)
	}
	return s, nil
}

// save replaces the file as a whole, so that a crash leaves the old one or the new one.
func (s *secrets) save() error {
	text, err := json.MarshalIndent(s, "", "  ")
	if err != nil {
		return err
	}
	next := s.path + ".new"
	if err := os.WriteFile(next, append(text, '\n'), 0o600); err != nil {
		return err
	}
	return os.Rename(next, s.path)
}

// ensureOperator finds the demo operator by its key, or makes it.
func (s *secrets) ensureOperator(ctx context.Context, operators *session.Operators) (session.Operator, error) {
	if s.APIKey != "" {
		caller, err := operators.Authenticate(ctx, s.APIKey)
		if err == nil || !errors.Is(err, &session.Error{Code: session.InvalidKey}) {
			return caller.Operator, err
		}
	}
	operator, key, err := operators.Create(ctx, "Sandbox", session.Sandbox, nil)
	if err != nil {
		return session.Operator{}, err
	}
	s.APIKey, s.APISecret, s.OperatorID = key.Key, key.Secret, operator.ID.String()
	return operator, s.save()
}
