-- One visit of each of some players, set by set: rounds, actions and transfers as session/settle.sql writes them for spins, with kept
-- answers of the server (table sample). Rows come in the order of players, as after a visit of each.
WITH visit AS MATERIALIZED (
    SELECT * FROM unnest(@player::uuid[], @session::uuid[], @begun::timestamptz[], @spins::int[]) AS v (player_id, session_id, begun, spins)
), came AS (
    INSERT INTO sessions (id, player_id, created_at, expires_at) SELECT session_id, player_id, begun, begun + interval '1 day' FROM visit
), drawn AS MATERIALIZED (
    SELECT v.player_id, v.session_id, s.seed_seq, s.next_nonce + i AS nonce, s.balance AS had,
        v.begun + i * @pause::float * interval '1 second' AS at, floor(random() * @samples::int)::int AS sample
    FROM visit v JOIN seats s ON s.player_id = v.player_id CROSS JOIN LATERAL generate_series(0, v.spins - 1) AS i
), played AS MATERIALIZED (
    SELECT d.*, s.won, d.had + sum(s.won - @stake::numeric) OVER (PARTITION BY d.player_id ORDER BY d.nonce) AS balance,
        pg_temp.uuid_at(at) AS round_id
    FROM drawn d JOIN sample s ON s.n = d.sample
), moved AS (
    UPDATE seats s SET version = s.version + p.rounds, next_nonce = s.next_nonce + p.rounds, balance = s.balance + p.gain
    FROM (SELECT player_id, count(*) AS rounds, sum(won - @stake::numeric) AS gain FROM played GROUP BY player_id) p
    WHERE s.player_id = p.player_id
), opened AS (
    INSERT INTO rounds (id, operator_id, player_id, seed_seq, nonce, game_id, build_id, status, steps, bet, stake, payout, opened_at, closed_at)
    SELECT round_id, @operator::uuid, player_id, seed_seq, nonce, 'slots', @build::int, 'completed', 1, @stake, @stake, won, at, at FROM played
), told AS (
    INSERT INTO actions (player_id, session_id, request_id, type, request, answer, round_id, step, stake, payout, balance, at)
    SELECT player_id, session_id, gen_random_uuid()::text, 'action', @request::json, s.answer, round_id, 0, @stake, p.won, balance, at
    FROM played p JOIN sample s ON s.n = p.sample
), paid AS (
    INSERT INTO transfers (player_id, id, debit, credit, amount, code, round_id, balance, at)
    SELECT player_id, pg_temp.uuid_at(at), 'player'::account, 'house'::account, @stake, 'stake', round_id, balance - won, at FROM played
    UNION ALL
    SELECT player_id, pg_temp.uuid_at(at), 'house'::account, 'player'::account, won, 'payout', round_id, balance, at FROM played WHERE won > 0
)
SELECT count(*) FROM played
