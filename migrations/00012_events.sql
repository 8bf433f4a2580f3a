-- +goose Up

-- What operators are told of by webhooks, written in the transaction of what it tells of: nothing is told that did not happen, and nothing that
-- happened stays untold.
CREATE TABLE events (
    id          uuid PRIMARY KEY,
    operator_id uuid NOT NULL REFERENCES operators,
    player_id   uuid REFERENCES players,
    type        text NOT NULL CHECK (type ~ '^[a-z]+(\.[a-z_]+)+$' AND length(type) <= 64),
    data        json NOT NULL,
    at          timestamptz NOT NULL
);
GRANT SELECT, INSERT, DELETE ON events TO croupier_app;

-- +goose Down
DROP TABLE events;
