package postgres

import (
	"os"
	"runtime"
	"strings"
)

// NotFoundError says that this machine has no Postgres that fits and none could be fetched.
type NotFoundError struct {
	Reason  string // what was looked for, or why the data cannot be opened by what is there
	Command string // the one command that installs it
	Fetch   error  // why the download failed
}

func (e *NotFoundError) Error() string {
	return e.Reason + "; install it with: " + e.Command + " (downloading it failed: " + e.Fetch.Error() + ")"
}

func (e *NotFoundError) Unwrap() error { return e.Fetch }

// installCommand names the one command that installs Postgres on this machine.
func installCommand() string {
	if runtime.GOOS == "darwin" {
		return "brew install postgresql@17"
	}
	release, _ := os.ReadFile("/etc/os-release") // missing: the general answer
	command := linuxInstall(string(release))
	if os.Geteuid() != 0 {
		command = "sudo " + command
	}
	return command
}

// linuxInstall picks the command by the ID and ID_LIKE lines of an os-release file; unknown systems get Debian's.
func linuxInstall(release string) string {
	var ids string
	for line := range strings.Lines(release) {
		if key, value, ok := strings.Cut(strings.TrimSpace(line), "="); ok && (key == "ID" || key == "ID_LIKE") {
			ids += " " + strings.Trim(value, `"'`)
		}
	}
	for _, id := range strings.Fields(ids) {
		switch id {
		case "alpine":
			return "apk add postgresql"
		case "arch":
			return "pacman -S --noconfirm postgresql"
		case "fedora", "rhel", "centos":
			return "dnf install -y postgresql-server"
		case "suse", "opensuse":
			return "zypper install -y postgresql-server"
		}
	}
	return "apt-get install -y postgresql"
}
