package postgres

import (
	"archive/zip"
	"bytes"
	"encoding/base64"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"testing"

	embedded "github.com/fergusstrange/embedded-postgres"
)

func TestInspectReadsTheVersion(t *testing.T) {
	t.Parallel()
	for says, want := range map[string]int{
		"postgres (PostgreSQL) 15.13 (Debian 15.13-0+deb12u1)": 15,
		"postgres (PostgreSQL) 18beta1":                        18,
		"postgres (PostgreSQL) 9.6.24":                         9,
		"something else":                                       0,
	} {
		got, err := inspect(t.Context(), account{}, programs(t, says))
		if got.major != want || (err == nil) != (want > 0) {
			t.Errorf("%q: version %d, error %v", says, got.major, err)
		}
	}
}

func TestInstalledPassesOverWhatDoesNotRun(t *testing.T) {
	t.Parallel()
	old, fine := programs(t, "(PostgreSQL) 14.1"), programs(t, "(PostgreSQL) 16.2")
	found := installed(t.Context(), account{}, []string{t.TempDir(), old, "/nowhere", fine})
	if want := []binaries{{old, 14}, {fine, 16}}; !slices.Equal(found, want) {
		t.Errorf("found %v, want %v", found, want)
	}
}

func TestDataIsOpenedByItsOwnVersionOnly(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		major, data int
		want        bool
	}{{13, 0, false}, {14, 0, true}, {18, 0, true}, {15, 15, true}, {17, 15, false}, {15, 17, false}, {13, 13, false}} {
		if got := fits(c.major, c.data); got != c.want {
			t.Errorf("fits(%d, %d) = %v", c.major, c.data, got)
		}
	}
}

// Not parallel: a process forked elsewhere while the library writes a program would make the kernel refuse to run it.
func TestFetchUnpacksWhole(t *testing.T) {
	place := filepath.Join(t.TempDir(), "17")
	repository := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if strings.HasSuffix(r.URL.Path, ".sha256") {
			http.NotFound(w, r)
			return
		}
		w.Write(jar(t))
	}))
	defer repository.Close()
	if err := fetch(t.Context(), embedded.V17, place, repository.URL); err != nil {
		t.Fatal(err)
	}
	if b, err := inspect(t.Context(), account{}, filepath.Join(place, "bin")); err != nil || b.major != 17 {
		t.Errorf("fetched version %d: %v", b.major, err)
	}
	if left, _ := filepath.Glob(filepath.Join(filepath.Dir(place), "fetch-*")); len(left) > 0 {
		t.Errorf("left behind: %v", left)
	}
}

func TestFetchFailureLeavesNothing(t *testing.T) {
	t.Parallel()
	place := filepath.Join(t.TempDir(), "17")
	repository := httptest.NewServer(http.NotFoundHandler())
	defer repository.Close()
	if err := fetch(t.Context(), embedded.V17, place, repository.URL); err == nil {
		t.Error("nothing was there to fetch, and no error")
	}
	if left, _ := os.ReadDir(filepath.Dir(place)); len(left) > 0 {
		t.Errorf("left behind: %v", left)
	}
}

func TestNotFoundNamesTheCommand(t *testing.T) {
	t.Parallel()
	err := &NotFoundError{Reason: "no Postgres", Command: installCommand(), Fetch: errors.New("no network")}
	for _, part := range []string{"no Postgres", "install", "no network"} {
		if !strings.Contains(err.Error(), part) {
			t.Errorf("%q lacks %q", err, part)
		}
	}
}

func TestInstallCommandFitsTheSystem(t *testing.T) {
	t.Parallel()
	for release, want := range map[string]string{
		"ID=debian\n":                        "apt-get install -y postgresql",
		"NAME=x\nID=ubuntu\nID_LIKE=debian":  "apt-get install -y postgresql",
		"ID=\"rocky\"\nID_LIKE=\"rhel fed\"": "dnf install -y postgresql-server",
		"ID=alpine":                          "apk add postgresql",
		"":                                   "apt-get install -y postgresql",
	} {
		if got := linuxInstall(release); got != want {
			t.Errorf("%q: %q, want %q", release, got, want)
		}
	}
}

// programs returns a directory with an initdb and a postgres that only say a version.
func programs(t *testing.T, says string) string {
	t.Helper()
	dir := t.TempDir()
	syscall.ForkLock.RLock() // a process forked while a program is open for writing would make the kernel refuse to run it
	defer syscall.ForkLock.RUnlock()
	for _, name := range []string{"initdb", "postgres"} {
		script := fmt.Sprintf("#!/bin/sh\necho '%s'\n", says)
		if err := os.WriteFile(filepath.Join(dir, name), []byte(script), 0o755); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

// txz is a .tar.xz with bin/initdb, bin/postgres and bin/pg_ctl, scripts that say "(PostgreSQL) 17.5".
const txz = `
/Td6WFoAAATm1rRGAgAhARwAAAAQz1jM4Cf/ALpdADEaShsFkZA3OlG9V3Gz1uQT2IkQonAbexNN15tic70r6rNJbkVqC6RLQH2665UL531xp7
xGLwZ7YE9f5KYslwH/hr5kaG8dqED8O2PbCvtlDAomtd8RCKgeTy1FAI2bzHTm56F//VEe7/ibVpxoHJ+Gi1+hhADIMbhzYMwj0HuY3bG0Lex2
Ti/CdWEK1asHdec0Cs4ciX0JJT6kaiw6kOYSuReF8fmohG7uQTaMtpP/FLPUISvik3CahgAAALqrHA/89aZbAAHWAYBQAADUmre7scRn+wIAAA
AABFla`

// jar packs it as the repository does.
func jar(t *testing.T) []byte {
	t.Helper()
	archive, err := base64.StdEncoding.DecodeString(txz)
	if err != nil {
		t.Fatal(err)
	}
	var packed bytes.Buffer
	w := zip.NewWriter(&packed)
	file, err := w.Create("postgres.txz")
	if err != nil {
		t.Fatal(err)
	}
	file.Write(archive)
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return packed.Bytes()
}
