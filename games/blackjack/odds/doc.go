// Package odds computes the mathematics of blackjack for any rules of package blackjack: what the best and the worst play return,
// the basic-strategy chart, what playing by that or any other chart returns, what each move is worth, and how the dealer ends.
//
// # Method
//
// A hand is the multiset of its cards: there are 3,082 that are not bust. For each upcard, and for each hand, the shoe is what is
// left of all cards without the two, and everything follows by dynamic programming from the largest hands to the smallest: what
// it is worth to stand, from the exact distribution of the dealer's outcomes when drawing from that shoe; to hit, from the hands
// that the next card makes; to double; to surrender. Where the dealer has looked and has no blackjack, all chances are
// conditional on that: also those of the player's next card, which is a little likelier to be the one that the hole card is known
// not to be.
//
// Hands of a split are each played by their own cards and the upcard alone, whatever the other hands have drawn, and a pair that
// is split is split again whenever it comes again, up to a number of hands. A split for which that holds is computed exactly: see
// splitting. So Return is what a player gets who really plays like that. The best of all would also look at the cards of the
// other hands of a split. A test samples what that gains: knowing all of the first hand, the second gains 0.001 percentage points
// of the return with one deck, and 0.00004 with six. It makes the worst play worse by 0.007 and 0.0001, as that splits far more.
// Playing by a chart has no such gap: the return of a chart is exact.
//
// # Numbers
//
// There are no floats. Everything is in Fixed, integers of 2^-56, and every product and quotient is truncated. The errors of a
// dealer's chances stay below 5·10^-12 (see script.play) and all others are smaller, so returns are within 10^-10. With infinite
// decks the returns of best and worst play are also computed as exact fractions, by other code.
package odds
