package webtest

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"croupier/games"
	"croupier/games/gamestest"
)

// edge is a forced round that goes where chance seldom does. An action is a payload, cashout or expiry.
type edge struct{ game, forced, actions string }

// again is an action so many times.
func again(n int, action string) string {
	return strings.TrimSuffix(strings.Repeat(action+" ", n), " ")
}

const (
	bet10 = `{"action":"bet","amount":10.01}`
	hit   = `{"action":"hit"}`
	stand = `{"action":"stand"}`
	pair  = `{"action":"split"}`
	twice = `{"action":"double"}`
)

func guesses(all string) string {
	var actions []string
	for at := range strings.FieldsSeq(all) {
		n := len(at) - 1
		actions = append(actions, fmt.Sprintf(`{"action":"guess","position":%s,"character":%q}`, at[:n], at[n:]))
	}
	return strings.Join(actions, " ")
}

var edges = []edge{
	{"slots", `{"reelPositions":[2,0,0,0,0]}`, `{"action":"spin","betPerLine":0.05,"activePaylines":20}`},
	{"slots", `{"reelPositions":[0,7,9,0,0]}`, `{"action":"spin","betPerLine":0.05,"activePaylines":20}`},
	{"slots", `{"reelPositions":[9,22,29,26,18]}`, `{"action":"spin","betPerLine":0.05,"activePaylines":20}`},
	{"dice", `{"roll":49.49}`, `{"action":"roll","amount":1.01,"chance":49.50}`},
	{"dice", `{"roll":49.5}`, `{"action":"roll","amount":1.01,"chance":49.50}`},

	{"blackjack", `{"player":["AS","KH"],"dealer":["6D","TC"]}`, bet10},
	{"blackjack", `{"player":["AS","KH"],"dealer":["AD","TC"]}`, bet10 + ` {"action":"insurance","accept":true}`},
	{"blackjack", `{"player":["AS","KH"],"dealer":["AD","9C"]}`, bet10 + ` {"action":"insurance","accept":true}`},
	{"blackjack", `{"player":["AS","KH"],"dealer":["AD","9C"]}`, bet10 + ` {"action":"insurance","accept":false}`},
	{"blackjack", `{"player":["AS","KH"],"dealer":["KD","AC"]}`, bet10},
	{"blackjack", `{"player":["9S","KH"],"dealer":["KD","AC"]}`, bet10},
	{"blackjack", `{"player":["TS","9S"],"dealer":["AD","KC"]}`, bet10 + ` {"action":"insurance","accept":true}`},
	{"blackjack", `{"player":["TS","9S"],"dealer":["AD","8C"]}`, bet10 + ` {"action":"insurance","accept":true} ` + stand},
	{"blackjack", `{"player":["TS","9S"],"dealer":["AD","8C"]}`, bet10 + ` {"action":"insurance","accept":true} {"action":"surrender"}`},
	{"blackjack", `{"player":["TS","9S"],"dealer":["AD","KC"]}`, bet10 + " expiry"},
	{"blackjack", `{"player":["TS","9S"],"dealer":["AD","5C"]}`, bet10 + " expiry"},
	{"blackjack", `{"player":["TS","6S"],"dealer":["9D","5C"]}`, bet10 + ` {"action":"surrender"}`},
	{"blackjack", `{"player":["8S","8H"],"dealer":["6D","TC"],"next":["8D","8C","TS","TH","TD","TC","KS"]}`,
		bet10 + " " + again(3, pair) + " " + again(4, stand)},
	{"blackjack", `{"player":["8S","8H"],"dealer":["6D","TC"],"next":["8D","8C","TS","TH"]}`, bet10 + " " + again(3, pair) + " expiry"},
	{"blackjack", `{"player":["8S","8H"],"dealer":["6D","TC"],"next":["3D","TC","KS","2H","9H","8D"]}`,
		bet10 + " " + pair + " " + twice + " " + twice},
	{"blackjack", `{"player":["AS","AH"],"dealer":["6D","TC"],"next":["AD","5C","TS"]}`, bet10 + " " + pair},
	{"blackjack", `{"player":["AS","AH"],"dealer":["6D","AC"],"next":["KD","TC"]}`, bet10 + " " + pair},
	{"blackjack", `{"player":["KS","JH"],"dealer":["6D","TC"],"next":["AD","AC","2S"]}`, bet10 + " " + pair},
	{"blackjack", `{"player":["8S","8H"],"dealer":["6D","AC"],"next":["TD","TC","TH","TS"]}`, bet10 + " " + pair + " " + hit + " " + hit},
	{"blackjack", `{"player":["5S","6H"],"dealer":["6D","TC"],"next":["TS","KS"]}`, bet10 + " " + twice},
	{"blackjack", `{"player":["2S","2H"],"dealer":["6D","5C"],"next":["2D","2C","2S","3S","3H","3D","4S"]}`, bet10 + " " + again(7, hit)},
	{"blackjack", `{"player":["AS","6H"],"dealer":["AD","6C"]}`, `{"action":"bet","amount":0.01} ` + stand},

	{"guess", `{"key":"K7QXA0ZB19MM"}`, bet10 + " " + guesses("0K") + " cashout"},
	{"guess", `{"key":"K7QXA0ZB19MM","rises":[9,4]}`, bet10 + " " + guesses("3K 0K") + " expiry"},
	{"guess", `{"key":"K7QXA0ZB19MM"}`, bet10 + " " + guesses("0K 17")},
	{"guess", `{"key":"K7QXA0ZB19MM","rises":[14,14,14,14,14,14,14]}`, bet10 + " " + guesses("0A 1A 2A 3A 5A 6A 7A")},
	{"guess", `{"key":"K7QXA0ZB19MM","rises":[14,14,14,14,14,14,13,14]}`, bet10 + " " + guesses("0A 1A 2A 3A 5A 6A 7Z 7A")},
	{"guess", `{"key":"K7QXA0ZB19MM"}`, bet10 + " expiry"},
	{"guess", `{"key":"K7QXA0ZB19MM","rises":[14,14,14,14,14,14,2]}`, bet10 + " " + guesses("0A 0B 0C 0D 0E 0F 0K")},

	{"launch", `{"winds":[10,10,10]}`, bet10 + " " + again(3, `{"action":"launch","angle":45.0,"power":1716}`)},
	{"launch", `{"winds":[7]}`, bet10 + ` {"action":"launch","angle":45.0,"power":100}`},
	{"launch", `{"winds":[0,0,0,0,0,0,0,0,0,0]}`, bet10 + " " + again(10, `{"action":"launch","angle":45,"power":100}`)},
	{"launch", `{"winds":[3]}`, bet10 + ` {"action":"launch","angle":80.0,"power":2000} cashout`},
	{"launch", `{"winds":[11]}`, bet10 + ` {"action":"launch","angle":10.0,"power":777} cashout`},
	{"launch", `{"winds":[0]}`, bet10 + " expiry"},

	{"smash", `{"multipliers":[1,2,0.5],"hammerBreakOnHit":4}`, bet10 + " " + again(3, hit) + " cashout"},
	{"smash", `{"multipliers":[1,2,0.5],"hammerBreakOnHit":4}`, bet10 + " " + again(4, hit)},
	{"smash", `{"multipliers":[],"hammerBreakOnHit":9,"crackThreshold":9}`, bet10 + " " + again(9, hit)},
	{"smash", `{"multipliers":[2,2,2,2,2,2,2],"hammerBreakOnHit":null}`, bet10 + " " + again(7, hit)},
	{"smash", `{"multipliers":[1],"hammerBreakOnHit":null,"crackThreshold":9}`, bet10 + " " + again(9, hit)},
	{"smash", `{"multipliers":[1],"hammerBreakOnHit":null}`, bet10 + " " + again(20, hit)},
	{"smash", `{"multipliers":[],"hammerBreakOnHit":null}`, bet10 + " expiry"},

	{"move", `{"traps":[]}`, bet10 + ` {"action":"move","dx":5.0,"dy":-3.0} {"action":"move","dx":-5.0,"dy":-3.0}`},
	{"move", `{"traps":[[12,4]]}`, bet10 + ` {"action":"move","dx":2,"dy":0} {"action":"move","dx":3,"dy":-3}`},
	{"move", `{"traps":[[6,7],[8,7],[7,6],[7,8],[6,6],[8,6],[6,8],[8,8]]}`, bet10 + ` {"action":"move","dx":-1,"dy":1}`},
	{"move", `{"traps":[]}`, bet10 + " " + again(100, `{"action":"move","dx":0.1,"dy":0} {"action":"move","dx":-0.1,"dy":0}`)},
	{"move", `{"traps":[]}`, bet10 + " " + again(100, `{"action":"move","dx":1,"dy":0} {"action":"move","dx":-1,"dy":0}`)},
	{"move", `{"traps":[]}`, bet10 + ` {"action":"move","dx":-0.5,"dy":-0.5} {"action":"move","dx":-2.5,"dy":2.5} ` +
		`{"action":"move","dx":1,"dy":-1} ` +
		`{"action":"move","dx":2,"dy":2} {"action":"move","dx":5,"dy":0.1} {"action":"move","dx":-5,"dy":-5} cashout`},
	{"move", `{"traps":[]}`, bet10 + " " + walk},
}

// walk goes through the lower rows until fifty cells are open.
const walk = `{"action":"move","dx":5,"dy":0} {"action":"move","dx":2.4,"dy":0} {"action":"move","dx":0,"dy":1} ` +
	`{"action":"move","dx":-5,"dy":0} ` +
	`{"action":"move","dx":-5,"dy":0} {"action":"move","dx":-4.9,"dy":0} {"action":"move","dx":0,"dy":1} {"action":"move","dx":5,"dy":0} ` +
	`{"action":"move","dx":5,"dy":0} {"action":"move","dx":4.9,"dy":0} {"action":"move","dx":0,"dy":1} {"action":"move","dx":-5,"dy":0} ` +
	`{"action":"move","dx":-5,"dy":0} {"action":"move","dx":-4.9,"dy":0}`

// edgeClaims plays the edges under every variant that takes them, the longest under one: no variant ends those in another way.
func edgeClaims(t *testing.T) (all []claim) {
	t.Helper()
	c := catalogue(t)
	for i, e := range edges {
		g := lookup(t, c, e.game)
		actions, played := strings.Fields(e.actions), 0
		for nonce, v := range g.Variants {
			script, err := v.Force(json.RawMessage(e.forced))
			if err != nil || played > 0 && len(actions) > 100 {
				continue // what one variant can draw another cannot
			}
			r := newRecorder(t, g, v.ID, "USD", uint64(nonce), script)
			for _, action := range actions {
				if !r.Open() && len(r.Record().Actions) > 0 {
					break // under another variant it may be over earlier
				}
				if err := record(r, action); err != nil {
					t.Fatalf("edge %d, %s %s, %s: %v", i, e.game, v.ID, action, err)
				}
			}
			if r.Open() {
				if err := record(r, string(games.TypeExpiry)); err != nil {
					t.Fatal(err)
				}
			}
			all = append(all, claimOf(t, c, r, fmt.Sprintf("edge %d, %s %s", i, e.game, v.ID)))
			played++
		}
		if played == 0 {
			t.Errorf("no variant of %s takes the edge %d: %s", e.game, i, e.forced)
		}
	}
	return all
}

// record plays one action: a payload, cashout or expiry.
func record(r *gamestest.Recorder, action string) (err error) {
	switch games.ActionType(action) {
	case games.TypeCashOut:
		_, err = r.CashOut()
	case games.TypeExpiry:
		_, err = r.Expire()
	default:
		_, err = r.Act(action)
	}
	return err
}
