// Command quickstart lets a player in, moves money both ways and lists what moved. docs/clients.md shows it.
package main

import (
	"context"
	"errors"
	"fmt"
	"log"
	"os"

	"croupier/api/client"
)

func main() {
	ctx := context.Background()
	croupier, err := client.New(os.Getenv("CROUPIER_URL"), client.Options{
		Key: os.Getenv("CROUPIER_API_KEY"), Secret: os.Getenv("CROUPIER_API_SECRET"),
	})
	if err != nil {
		log.Fatal(err)
	}

	token, err := croupier.CreateSSOToken(ctx, client.Launch{
		PlayerID: "player-42", Currency: "USD", Jurisdiction: "MT", Locale: "en-GB", GameID: "slots",
	})
	if err != nil {
		log.Fatal(err)
	}
	page, err := client.LaunchURL("https://casino.example/play", token.LaunchToken, "slots")
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println("send the player to", page)

	deposit, err := croupier.Deposit(ctx, client.Transfer{
		PlayerID: "player-42", Amount: "25.00", Currency: "USD", TransactionID: "deposit-1",
	})
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println("the player has", deposit.Balance, deposit.Currency)

	_, err = croupier.Withdraw(ctx, client.Transfer{
		PlayerID: "player-42", Amount: "1000.00", Currency: "USD", TransactionID: "withdrawal-1",
	})
	if errors.Is(err, client.NotEnoughMoney) {
		fmt.Println("that is more than there is")
	}

	for movement, err := range croupier.Statement(ctx, "player-42") {
		if err != nil {
			log.Fatal(err)
		}
		fmt.Println(movement.Code, movement.Amount, "makes", movement.Balance)
	}
}
