-- The books of the reference operator wallet. They are the operator's, in a database of their own: croupier knows nothing of them.
CREATE TABLE IF NOT EXISTS accounts (
    player   text NOT NULL,
    currency text NOT NULL,
    balance  numeric NOT NULL CHECK (balance >= 0),
    PRIMARY KEY (player, currency)
);
-- One row a transaction id, for ever: what was asked, what became of it, and the answer, which every repetition gets again.
CREATE TABLE IF NOT EXISTS transactions (
    id       text PRIMARY KEY,
    kind     text NOT NULL CHECK (kind IN ('bet', 'win')),
    player   text NOT NULL,
    currency text NOT NULL,
    amount   numeric NOT NULL CHECK (amount > 0),
    round    text NOT NULL,
    state    text NOT NULL CHECK (state IN ('accepted', 'refused', 'rolled_back')),
    status   int NOT NULL,  -- of the answer to the bet or the win; of a tombstone: what a late bet is answered with
    answer   text NOT NULL,
    rollback text,          -- the answer to the rollback
    at       timestamptz NOT NULL
);
CREATE INDEX IF NOT EXISTS transactions_at ON transactions (at, id);
