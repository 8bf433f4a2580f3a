package postgres

import (
	"cmp"
	"context"
	"fmt"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
)

// oldest is the first major version that we run on: older ones lack DROP DATABASE … WITH (FORCE) or are no longer mended.
const oldest = 14

// places are where packages put Postgres without putting it in PATH: Debian, Red Hat, Homebrew (Apple, Intel), Postgres.app.
var places = []string{
	"/usr/lib/postgresql/*/bin",
	"/usr/pgsql-*/bin",
	"/opt/homebrew/opt/postgresql*/bin",
	"/usr/local/opt/postgresql*/bin",
	"/Applications/Postgres.app/Contents/Versions/*/bin",
}

// binaries is a directory with postgres and initdb of one version.
type binaries struct {
	dir   string
	major int
}

func (b binaries) path(program string) string { return filepath.Join(b.dir, program) }

// findBinaries returns installed programs that the account can run, and that fit data of the given major version (0: no data
// yet), or failing that downloads them. Returns *NotFoundError when there is no way.
func findBinaries(ctx context.Context, who account, dataMajor int) (binaries, error) {
	found := installed(ctx, who, candidates())
	if i := slices.IndexFunc(found, func(b binaries) bool { return fits(b.major, dataMajor) }); i >= 0 {
		return found[i], nil
	}
	fetched, err := download(ctx, who, dataMajor)
	if err == nil {
		return fetched, nil
	}
	reason := fmt.Sprintf("no Postgres %d or newer was found", oldest)
	if dataMajor > 0 {
		reason = fmt.Sprintf("the data was written by Postgres %d, which was not found", dataMajor)
	}
	return binaries{}, &NotFoundError{Reason: reason, Command: installCommand(), Fetch: err}
}

func fits(major, dataMajor int) bool {
	return major >= oldest && (dataMajor == 0 || major == dataMajor)
}

// candidates returns directories that may hold the programs: PATH's first, then those of packages, newest first.
func candidates() []string {
	var dirs []string
	if path, err := exec.LookPath("postgres"); err == nil {
		if real, err := filepath.EvalSymlinks(path); err == nil {
			dirs = append(dirs, filepath.Dir(real)) // Debian links only some programs into PATH; the real place has all
		}
	}
	for _, pattern := range places {
		matches, _ := filepath.Glob(pattern) // the patterns are constants and well formed
		slices.SortFunc(matches, func(a, b string) int { return cmp.Compare(numberIn(b), numberIn(a)) })
		dirs = append(dirs, matches...)
	}
	return dirs
}

var digits = regexp.MustCompile(`\d+`)

func numberIn(path string) int {
	n, _ := strconv.Atoi(digits.FindString(path)) // no number counts as 0
	return n
}

// installed keeps the directories whose programs run, with the version that they say they are.
func installed(ctx context.Context, who account, dirs []string) []binaries {
	var found []binaries
	for _, dir := range dirs {
		if b, err := inspect(ctx, who, dir); err == nil {
			found = append(found, b)
		}
	}
	return found
}

var version = regexp.MustCompile(`\) (\d+)`) // "postgres (PostgreSQL) 15.13 (Debian 15.13-0+deb12u1)"

func inspect(ctx context.Context, who account, dir string) (binaries, error) {
	b := binaries{dir: dir}
	for _, program := range []string{"initdb", "postgres"} {
		out, err := who.command(ctx, b.path(program), "--version").Output()
		if err != nil {
			return binaries{}, fmt.Errorf("%s --version: %w", b.path(program), err)
		}
		match := version.FindSubmatch(out)
		if match == nil {
			return binaries{}, fmt.Errorf("%s --version says %q", b.path(program), out)
		}
		b.major, _ = strconv.Atoi(string(match[1])) // digits by the pattern
	}
	return b, nil
}
