package sandbox

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/jackc/pgx/v5"

	"croupier/games"
	"croupier/games/builtin"
	"croupier/sandbox/postgres"
)

// dataDir is a directory that the user who runs Postgres for root can reach, as it cannot reach t.TempDir.
func dataDir(t *testing.T) string {
	t.Helper()
	dir, err := os.MkdirTemp("", "croupier-sandbox-")
	if err == nil {
		err = os.Chmod(dir, 0o755)
	}
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { os.RemoveAll(dir) })
	return dir
}

func start(t *testing.T, dir string) *Sandbox {
	t.Helper()
	c, err := games.NewCatalogue(builtin.Games()...)
	if err != nil {
		t.Fatal(err)
	}
	s, err := Start(t.Context(), Options{Listen: "127.0.0.1:0", DataDir: dir, Catalogue: c})
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// signIn goes the page's way and returns the balance of the player.
func signIn(t *testing.T, s *Sandbox, name string) (balance string) {
	t.Helper()
	var door struct{ LaunchToken, Currency string }
	post(t, s.Info().BaseURL+"/sandbox/sign-in", `{"name":"`+name+`"}`, &door)
	var grant struct {
		Data struct{ SessionToken string }
	}
	post(t, s.Info().BaseURL+"/api/v1/auth/sso/exchange", `{"launchToken":"`+door.LaunchToken+`"}`, &grant)
	request, err := http.NewRequest("GET", s.Info().BaseURL+"/api/v1/wallet/balance", nil)
	if err != nil {
		t.Fatal(err)
	}
	request.Header.Set("Authorization", "Bearer "+grant.Data.SessionToken)
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		t.Fatal(err)
	}
	var wallet struct {
		Data struct{ Balance json.Number }
	}
	decode(t, response, &wallet)
	return wallet.Data.Balance.String()
}

func post(t *testing.T, url, body string, into any) {
	t.Helper()
	response, err := http.Post(url, "application/json", strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	decode(t, response, into)
}

func decode(t *testing.T, response *http.Response, into any) {
	t.Helper()
	defer response.Body.Close()
	text, err := io.ReadAll(response.Body)
	if err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(text, into); err != nil || response.StatusCode != http.StatusOK {
		t.Fatalf("%s: %d %v: %s", response.Request.URL.Path, response.StatusCode, err, text)
	}
}

func TestSecondStartFindsTheDataOfTheFirst(t *testing.T) {
	t.Parallel()
	dir := dataDir(t)
	first := start(t, dir)
	was := first.Info()
	if got := signIn(t, first, "ada"); got != "1000.00" {
		t.Errorf("a new player has %s", got)
	}
	if got := signIn(t, first, "ada"); got != "1000.00" {
		t.Errorf("signing in again gives the welcome money again: %s", got)
	}
	if err := first.Close(t.Context()); err != nil {
		t.Fatal(err)
	}
	second := start(t, dir)
	defer second.Close(t.Context())
	is := second.Info()
	if is.APIKey != was.APIKey || is.APISecret != was.APISecret || is.OperatorID != was.OperatorID || is.DatabaseURL != was.DatabaseURL {
		t.Errorf("first %+v, second %+v", was, is)
	}
	if got := signIn(t, second, "ada"); got != "1000.00" {
		t.Errorf("the player of the first start has %s", got)
	}
	info, err := os.Stat(filepath.Join(dir, "sandbox.json"))
	if err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("secrets: %v %v", info.Mode(), err)
	}
	log, err := os.ReadFile(filepath.Join(dir, "croupier.log"))
	if err != nil || bytes.Contains(log, []byte(is.APISecret)) || bytes.Contains(log, []byte(is.APIKey)) {
		t.Errorf("log: %v; it must hold no key", err)
	}
	var inUse *postgres.InUseError
	if _, err := Start(t.Context(), Options{Listen: "127.0.0.1:0", DataDir: dir}); !errors.As(err, &inUse) {
		t.Errorf("a second sandbox on the same data: %v", err)
	}
}

func TestPostgresSettingsReachThePrivatePostgres(t *testing.T) {
	t.Parallel()
	c, err := games.NewCatalogue(builtin.Games()...)
	if err != nil {
		t.Fatal(err)
	}
	o := Options{Listen: "127.0.0.1:0", DataDir: dataDir(t), Catalogue: c, PostgresSettings: map[string]string{"commit_siblings": "17"}}
	s, err := Start(t.Context(), o)
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close(t.Context())
	db, err := pgx.Connect(t.Context(), s.Info().DatabaseURL)
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close(t.Context())
	var got string
	if err := db.QueryRow(t.Context(), "SHOW commit_siblings").Scan(&got); err != nil || got != "17" {
		t.Errorf("commit_siblings is %s, want 17; %v", got, err)
	}
	o.DataDir, o.DatabaseURL = dataDir(t), s.Info().DatabaseURL
	if _, err := Start(t.Context(), o); err == nil || !strings.Contains(err.Error(), "named by its URL") {
		t.Errorf("settings for somebody else's database: %v", err)
	}
}

func TestDoorTakesANameAndNothingElse(t *testing.T) {
	t.Parallel()
	s := start(t, dataDir(t))
	defer s.Close(t.Context())
	for _, body := range []string{``, `{}`, `{"name":""}`, `{"name":7}`, `{"name":"a","balance":5}`, `{"name":"` + strings.Repeat("n", 2000) + `"}`, "{\"name\":\"a\u0007\"}"} {
		response, err := http.Post(s.Info().BaseURL+"/sandbox/sign-in", "application/json", strings.NewReader(body))
		if err != nil {
			t.Fatal(err)
		}
		response.Body.Close()
		if response.StatusCode != http.StatusBadRequest {
			t.Errorf("%.40q: status %d", body, response.StatusCode)
		}
	}
}

func TestDoorIsShutForPagesOfOtherSites(t *testing.T) {
	t.Parallel()
	s := start(t, dataDir(t))
	defer s.Close(t.Context())
	base := s.Info().BaseURL
	host := strings.TrimPrefix(base, "http://")
	_, port, _ := strings.Cut(host, ":")
	const json = "application/json"
	for name, c := range map[string]struct {
		host, contentType, origin, fetchSite string
		want                                 int
	}{
		"no browser":                {host, json, "", "", http.StatusOK},
		"a charset":                 {host, json + "; charset=utf-8", "", "", http.StatusOK},
		"the own page":              {host, json, base, "same-origin", http.StatusOK},
		"the own page as localhost": {"localhost:" + port, json, "http://localhost:" + port, "", http.StatusOK},
		"what a form can send":      {host, "text/plain", "", "", http.StatusUnsupportedMediaType},
		"a form":                    {host, "application/x-www-form-urlencoded", "", "", http.StatusUnsupportedMediaType},
		"no type":                   {host, "", "", "", http.StatusUnsupportedMediaType},
		"another site":              {host, json, "https://evil.example", "", http.StatusForbidden},
		"another site, as it says":  {host, json, "https://evil.example", "cross-site", http.StatusForbidden},
		"another port":              {host, json, "http://127.0.0.1:1", "", http.StatusForbidden},
		"a file, or a sandbox":      {host, json, "null", "", http.StatusForbidden},
		"a name that was rebound":   {"evil.example:" + port, json, "http://evil.example:" + port, "same-origin", http.StatusForbidden},
	} {
		request, err := http.NewRequestWithContext(t.Context(), http.MethodPost, base+"/sandbox/sign-in", strings.NewReader(`{"name":"ada"}`))
		if err != nil {
			t.Fatal(err)
		}
		request.Host = c.host
		for header, value := range map[string]string{"Content-Type": c.contentType, "Origin": c.origin, "Sec-Fetch-Site": c.fetchSite} {
			if value != "" {
				request.Header.Set(header, value)
			}
		}
		response, err := http.DefaultClient.Do(request)
		if err != nil {
			t.Fatal(err)
		}
		text, _ := io.ReadAll(response.Body)
		response.Body.Close()
		if response.StatusCode != c.want {
			t.Errorf("%s: status %d, want %d: %s", name, response.StatusCode, c.want, text)
		}
	}
}
