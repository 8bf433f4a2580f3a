package api

import (
	"crypto/tls"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"sync"
	"time"
)

// certificateLook is how often it is looked whether the files of a certificate have changed, and only when somebody connects.
const certificateLook = time.Second

// certificate is what the server shows of itself over TLS. When its files change, the next connections get the new one; while the new
// files do not fit together, the old one.
type certificate struct {
	certFile, keyFile string
	log               *slog.Logger

	mu       sync.Mutex
	current  *tls.Certificate
	read     [2]stamp // of the files that current was read from
	refused  [2]stamp // of files that did not fit together
	lookedAt time.Time
}

// stamp tells one content of a file from another.
type stamp struct {
	at   time.Time
	size int64
}

// openCertificate reads a certificate, with the chain up to its root, and its key, both PEM.
func openCertificate(certFile, keyFile string, log *slog.Logger) (*certificate, error) {
	c := &certificate{certFile: certFile, keyFile: keyFile, log: log, lookedAt: time.Now()}
	var err error
	if c.read, err = c.stamps(); err == nil {
		c.current, err = c.load()
	}
	if err != nil {
		return nil, fmt.Errorf("tls-cert, tls-key: %w", err)
	}
	return c, nil
}

// config is TLS 1.2 and later, with the ciphers and curves that Go holds to be safe.
func (c *certificate) config() *tls.Config {
	return &tls.Config{MinVersion: tls.VersionTLS12, GetCertificate: c.get}
}

func (c *certificate) get(*tls.ClientHelloInfo) (*tls.Certificate, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if time.Since(c.lookedAt) >= certificateLook {
		c.lookedAt = time.Now()
		c.look()
	}
	return c.current, nil
}

// look reads the files again if they changed.
func (c *certificate) look() {
	now, err := c.stamps()
	if err == nil && (now == c.read || now == c.refused) {
		return
	}
	var fresh *tls.Certificate
	if err == nil {
		fresh, err = c.load()
	}
	if err != nil {
		c.refused = now
		c.log.Warn("the TLS certificate changed and cannot be used; the old one stays", "error", err)
		return
	}
	c.current, c.read = fresh, now
	c.log.Info("the TLS certificate was read anew", "expires", fresh.Leaf.NotAfter)
}

func (c *certificate) load() (*tls.Certificate, error) {
	pair, err := tls.LoadX509KeyPair(c.certFile, c.keyFile)
	return &pair, err
}

func (c *certificate) stamps() (s [2]stamp, err error) {
	cert, err1 := os.Stat(c.certFile)
	key, err2 := os.Stat(c.keyFile)
	if err := errors.Join(err1, err2); err != nil {
		return s, err
	}
	return [2]stamp{{cert.ModTime(), cert.Size()}, {key.ModTime(), key.Size()}}, nil
}
