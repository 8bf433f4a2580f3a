package games_test

import (
	"encoding/json"
	"fmt"
	"testing"
	"time"

	"croupier/games"
	"croupier/wallet/money"
)

// BenchmarkReceipt measures what receipts add to a round: hashing its record at the player's turn, a group's tree and signature at the
// settler's, and writing the receipt at the player's again.
//
//	go test ./games -run XXX -bench Receipt
func BenchmarkReceipt(b *testing.B) {
	usd := currency(b, "USD")
	opening := games.Opening{RoundID: "01a1fc31-f6e5-7670-89ba-d598008a7573", GameID: "slots", Variant: "RTP_96", Currency: "USD",
		RulesHash:      "901680d3c38320ab6a3fb1b0c6aa8b2e2a53c1a6d8b1f6f7a8d9e0c1b2a39485",
		ServerSeedHash: "901680d3c38320ab6a3fb1b0c6aa8b2e2a53c1a6d8b1f6f7a8d9e0c1b2a39485", ClientSeed: "YAW7JZZZZCHSN54YRUZ6ZMCQ5T"}
	step := games.PlayedStep{Type: games.TypeAction, RequestID: "benchmark-00000001", Payload: json.RawMessage(`{"action":"spin","betPerLine":0.05,"activePaylines":20}`),
		Outcome: json.RawMessage(`{"reelPositions":[17,21,17,8,4],"window":[["lemon","orange","cherry","seven","plum"],["orange","grapes","lemon","lemon","lemon"],` +
			`["star","wild","orange","bell","orange"]],"paylines":[{"line":9,"symbols":["orange","wild","orange"],"win":2.00}],"scatterWin":0.00,"totalWin":2.00,` +
			`"freeSpinsTriggered":false,"freeSpinsMultiplier":3,"freeSpins":[]}`),
		Stake: money.New(usd, 100), Payout: money.New(usd, 200), Balance: money.New(usd, 100_100), Status: games.Completed, At: time.Now()}
	b.Run("hash", func(b *testing.B) {
		for b.Loop() {
			opening.Hash().Then(&step)
		}
	})
	key, _, id := receiptKey(1)
	for _, size := range []int{1, 16, 96} {
		group := make([]games.Hash, size)
		for i := range group {
			group[i][0] = byte(i)
		}
		b.Run(fmt.Sprintf("sign group=%d", size), func(b *testing.B) {
			for b.Loop() {
				games.SignGroup(key, id, group)
			}
			b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N*size), "ns/round")
		})
		signed := games.SignGroup(key, id, group)
		b.Run(fmt.Sprintf("write group=%d", size), func(b *testing.B) {
			text := make([]byte, 0, 4096)
			for b.Loop() {
				r := signed.Receipt(size/2, 0, step.At)
				text = r.AppendJSON(text[:0])
			}
			b.ReportMetric(float64(len(text)), "bytes")
		})
	}
}
