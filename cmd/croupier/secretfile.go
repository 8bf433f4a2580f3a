package main

import (
	"fmt"
	"os"
	"strings"

	"github.com/alecthomas/kong"
)

// secretFiles lets a flag that is tagged secret be read from a file: CROUPIER_MASTER_KEY_FILE names the file that has what
// CROUPIER_MASTER_KEY would have. That is how Docker, Kubernetes and systemd hand secrets to a program; neither the command line nor the
// environment shows them then. White space around the value, as the line break at the end of a file, is not part of it.
func secretFiles() kong.Resolver {
	return kong.ResolverFunc(func(_ *kong.Context, _ *kong.Path, flag *kong.Flag) (any, error) {
		if !flag.Tag.Has("secret") {
			return nil, nil
		}
		for _, variable := range flag.Envs {
			name, named := os.LookupEnv(variable + "_FILE")
			if !named || name == "" {
				continue
			}
			if _, twice := os.LookupEnv(variable); twice {
				return nil, fmt.Errorf("%s and %s_FILE are both set: which one is meant?", variable, variable)
			}
			text, err := os.ReadFile(name)
			if err != nil {
				return nil, fmt.Errorf("%s_FILE: %w", variable, err)
			}
			value := strings.TrimSpace(string(text))
			if value == "" {
				return nil, fmt.Errorf("%s_FILE: %s is empty", variable, name)
			}
			return value, nil
		}
		return nil, nil
	})
}

// secretHelp is the help of a flag, with where else its value may be.
func secretHelp(value *kong.Value) string {
	text := kong.DefaultHelpValueFormatter(value)
	if value.Tag.Has("secret") && len(value.Tag.Envs) > 0 {
		variable := "$" + value.Tag.Envs[0]
		text = strings.Replace(text, "("+variable+")", "("+variable+", or the file that "+variable+"_FILE names)", 1)
	}
	return text
}
