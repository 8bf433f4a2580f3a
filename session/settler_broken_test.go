//go:build broken

package session

import (
	"strings"
	"testing"
)

// A change of settle.sql that a way to break it does not know is noticed at once: what nothing was rewritten in is not broken.
func TestBrokenSettlerPanicsWhenThereIsNothingToRewrite(t *testing.T) {
	for name, damage := range Broken {
		if damaged := damage(settleSQL); damaged == settleSQL {
			t.Errorf("%s changes nothing", name)
		}
		renamed := strings.ReplaceAll(strings.ReplaceAll(settleSQL, "s.", "q."), "FROM moved", "FROM moves")
		for _, sql := range []string{"", renamed, settleSQL + settleSQL} {
			func() {
				defer func() {
					if recover() == nil {
						t.Errorf("%s does not notice that it has nothing to rewrite", name)
					}
				}()
				damage(sql)
			}()
		}
	}
}
