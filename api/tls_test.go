package api

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"math/big"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/gorilla/websocket"

	"croupier/session"
)

// certificateFiles are a certificate that is its own root, and its key, in files.
type certificateFiles struct{ cert, key string }

// write makes a new certificate in the files, with a serial number to know it by.
func (f certificateFiles) write(t testing.TB, serial int64) {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	must(t, err)
	template := &x509.Certificate{SerialNumber: big.NewInt(serial), Subject: pkix.Name{CommonName: "test"},
		NotBefore: time.Now().Add(-time.Hour),
		NotAfter:  time.Now().Add(time.Hour), IPAddresses: []net.IP{net.IPv4(127, 0, 0, 1)}, IsCA: true, BasicConstraintsValid: true}
	der, err := x509.CreateCertificate(rand.Reader, template, template, key.Public(), key)
	must(t, err)
	private, err := x509.MarshalPKCS8PrivateKey(key)
	must(t, err)
	f.replace(t, f.cert, "CERTIFICATE", der)
	f.replace(t, f.key, "PRIVATE KEY", private)
}

// replace writes a file as tools do that renew certificates: beside it, and moved.
func (f certificateFiles) replace(t testing.TB, name, kind string, der []byte) {
	t.Helper()
	must(t, os.WriteFile(name+".new", pem.EncodeToMemory(&pem.Block{Type: kind, Bytes: der}), 0o600))
	must(t, os.Rename(name+".new", name))
}

// trusting is how a client connects that trusts the certificate and no other.
func (f certificateFiles) trusting(t testing.TB) *tls.Config {
	t.Helper()
	text, err := os.ReadFile(f.cert)
	must(t, err)
	roots := x509.NewCertPool()
	roots.AppendCertsFromPEM(text)
	return &tls.Config{RootCAs: roots}
}

func newTLSServer(t *testing.T) (*testServer, certificateFiles) {
	t.Helper()
	dir := t.TempDir()
	files := certificateFiles{filepath.Join(dir, "cert.pem"), filepath.Join(dir, "key.pem")}
	files.write(t, 1)
	return newTestServer(t, func(c *Config) { c.TLSCert, c.TLSKey = files.cert, files.key }), files
}

// A server with a certificate speaks https and wss, and neither http nor anything older than TLS 1.2.
func TestTLS(t *testing.T) {
	t.Parallel()
	s, files := newTLSServer(t)
	if !strings.HasPrefix(s.URL(), "https://127.0.0.1:") {
		t.Errorf("it is reached at %s", s.URL())
	}
	transport := &http.Transport{TLSClientConfig: files.trusting(t), ForceAttemptHTTP2: true}
	defer transport.CloseIdleConnections()
	answer, err := (&http.Client{Transport: transport}).Get(s.URL() + "/healthz")
	must(t, err)
	must(t, answer.Body.Close())
	if answer.StatusCode != http.StatusOK || answer.ProtoMajor != 2 || answer.Header.Get("Strict-Transport-Security") != strictTransport {
		t.Errorf("%s %s, headers %v", answer.Proto, answer.Status, answer.Header)
	}

	operator := s.operator(t)
	token := signedInBehind(t, s, operator)
	dialer := websocket.Dialer{TLSClientConfig: files.trusting(t), Subprotocols: []string{subprotocol, "bearer." + token},
		HandshakeTimeout: answerWithin}
	conn, _, err := dialer.Dial("wss://"+s.Addr().String()+"/ws?gameId=slots", nil)
	must(t, err)
	defer conn.Close()
	c := &client{t: t, conn: conn}
	if e := c.spin("over TLS"); e.Type != "action_result" && e.Type != "error" {
		t.Errorf("got %s", e.Type)
	}
	c.send(strings.Repeat(" ", 512<<10))
	if code, _ := c.awaitClose(); code != websocket.CloseMessageTooBig { // the close frame arrives though much was unread
		t.Errorf("closed with %d", code)
	}

	old := files.trusting(t)
	old.MinVersion, old.MaxVersion = tls.VersionTLS10, tls.VersionTLS11
	if conn, err := tls.Dial("tcp", s.Addr().String(), old); err == nil {
		conn.Close()
		t.Error("it speaks TLS 1.1")
	}
	if answer, err := http.Get("http://" + s.Addr().String() + "/api/v1/games"); err == nil {
		answer.Body.Close()
		if answer.StatusCode != http.StatusBadRequest {
			t.Errorf("plain http is answered with %s", answer.Status)
		}
	}
}

// signedInBehind signs a player in without a call of the API.
func signedInBehind(t *testing.T, s *testServer, o *testOperator) string {
	t.Helper()
	launch, _, err := s.Access.CreateLaunch(t.Context(), o.Operator, session.PlayerSpec{ExternalID: "tls", Currency: "USD"}, "")
	must(t, err)
	grant, err := s.Access.Exchange(t.Context(), launch)
	must(t, err)
	return grant.SessionToken
}

// serial is that of the certificate which a new connection is shown.
func serial(t *testing.T, s *testServer) int64 {
	t.Helper()
	conn, err := tls.Dial("tcp", s.Addr().String(), &tls.Config{InsecureSkipVerify: true}) // any certificate: its number is looked at
	must(t, err)
	defer conn.Close()
	return conn.ConnectionState().PeerCertificates[0].SerialNumber.Int64()
}

// A renewed certificate is shown without a restart; while the files do not fit together, the old one is.
func TestRenewedCertificate(t *testing.T) {
	t.Parallel()
	s, files := newTLSServer(t)
	until := func(what string, done func() bool) {
		for deadline := time.Now().Add(answerWithin); !done(); time.Sleep(20 * time.Millisecond) {
			if time.Now().After(deadline) {
				t.Fatalf("%s: not within %s", what, answerWithin)
			}
		}
	}
	old, err := os.ReadFile(files.key)
	must(t, err)
	files.write(t, 2)
	fresh, err := os.ReadFile(files.key)
	must(t, err)
	must(t, os.WriteFile(files.key, old, 0o600))
	until("a certificate without its key is refused", func() bool {
		if got := serial(t, s); got != 1 {
			t.Fatalf("it shows certificate %d", got)
		}
		return strings.Contains(s.logs.String(), "the old one stays")
	})
	must(t, os.WriteFile(files.key, fresh, 0o600))
	until("a renewed certificate is shown", func() bool { return serial(t, s) == 2 })
}

func TestCertificatesThatCannotBeUsed(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	files := certificateFiles{filepath.Join(dir, "cert.pem"), filepath.Join(dir, "key.pem")}
	files.write(t, 1)
	for name, pair := range map[string][2]string{"no such file": {files.cert, files.key + "x"}, "the key in both": {files.key, files.key}} {
		if _, err := openCertificate(pair[0], pair[1], nil); err == nil || !strings.HasPrefix(err.Error(), "tls-cert, tls-key: ") {
			t.Errorf("%s: %v", name, err)
		}
	}
	config := Config{TLSCert: files.cert}
	if err := config.Validate(); err == nil || !strings.Contains(err.Error(), "tls-cert: and tls-key belong together") {
		t.Errorf("a certificate without a key: %v", err)
	}
}
