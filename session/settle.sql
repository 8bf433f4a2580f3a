-- One statement, one commit, one fsync for a whole group of moves. A move takes effect when its player's seat is exactly as the
-- move was computed from (version, balance, seed pair, nonce), its request is new and the round it goes on with stands where
-- it stood; otherwise nothing of it is written. Arrays are sorted by player, and seats are locked in that order.
--
-- A line that ends with "steps", "forced" or "heard" is left out for a group in which every move is a whole round, none is forced, or no
-- operator has a webhook for what is played: what a statement does not touch costs a player who is alone as much as what it does.
WITH item AS (
    SELECT * FROM unnest(
        @player::uuid[], @operator::uuid[], @version::bigint[], @before::numeric[], @seed_seq::int[], @nonce::bigint[], @opens::bool[],
        @round::uuid[], @game::text[], @build::int[], @step::int[], @status::text[], @stake::numeric[], @payout::numeric[],
        @lapse::numeric[], @lapse_id::uuid[], -- steps
        @forced::text[], -- forced
        @state::bytea[], @session::uuid[], @request_id::text[], @type::text[], @request::text[], @answer::text[],
        @stake_id::uuid[], @payout_id::uuid[], @at::timestamptz[])
    WITH ORDINALITY AS i (player_id, operator_id, version, before, seed_seq, nonce, opens,
        round_id, game_id, build_id, step, status, stake, payout,
        lapse, lapse_id, -- steps
        forced, -- forced
        state, session_id, request_id, type, request, answer,
        stake_id, payout_id, at, n)
), moved AS (
    UPDATE seats s
    SET version = s.version + 1,
        balance = s.balance - i.stake + i.payout,
        escrow = s.escrow + CASE WHEN i.opens AND i.state IS NULL THEN 0 ELSE i.stake - i.lapse END, -- steps
        next_nonce = s.next_nonce + i.opens::int
    FROM item i
    WHERE s.player_id = i.player_id AND s.version = i.version AND s.balance = i.before AND s.seed_seq = i.seed_seq
        AND (NOT i.opens OR s.next_nonce = i.nonce)
        AND NOT EXISTS (SELECT FROM actions a
            WHERE a.player_id = i.player_id AND a.session_id = i.session_id AND a.request_id = i.request_id)
        -- a scalar subquery, because EXISTS could be planned as a hash of all open rounds of the house
        AND (i.opens OR i.step = (SELECT r.steps FROM rounds r -- steps
            WHERE r.operator_id = i.operator_id AND r.id = i.round_id AND r.status = 'in_progress')) -- steps
    RETURNING i.*
), opened AS (
    INSERT INTO rounds (id, operator_id, player_id, seed_seq, nonce, game_id, build_id, status, steps, bet, stake, payout,
        forced, -- forced
        sealed_state, opened_at, closed_at)
    SELECT round_id, operator_id, player_id, seed_seq, nonce, game_id, build_id, status, 1, stake, stake, payout,
        forced::json, -- forced
        state, at, CASE WHEN state IS NULL THEN at END
    FROM moved WHERE opens
), went_on AS ( -- steps
    UPDATE rounds r -- steps
    SET steps = r.steps + 1, status = m.status, stake = r.stake + m.stake, payout = m.payout, sealed_state = m.state, -- steps
        closed_at = CASE WHEN m.state IS NULL THEN m.at END -- steps
    FROM moved m -- steps
    WHERE NOT m.opens AND r.operator_id = m.operator_id AND r.id = m.round_id -- steps
), told AS (
    INSERT INTO actions (player_id, session_id, request_id, type, request, answer, round_id, step, stake, payout, balance, at)
    SELECT player_id, session_id, request_id, type, request::json, answer::json, round_id, step, stake, payout, before - stake + payout, at
    FROM moved
), paid AS (
    INSERT INTO transfers (player_id, id, debit, credit, amount, code, round_id, balance, at)
    SELECT player_id, stake_id, 'player'::account, (CASE WHEN opens AND state IS NULL THEN 'house' ELSE 'escrow' END)::account, stake, 'stake',
        round_id, before - stake, at
    FROM moved WHERE stake > 0
    UNION ALL -- steps
    SELECT player_id, lapse_id, 'escrow'::account, 'house'::account, lapse, 'lapse', round_id, before - stake, at -- steps
    FROM moved WHERE lapse > 0 AND type <> 'void' -- steps
    UNION ALL -- steps
    SELECT player_id, lapse_id, 'escrow'::account, 'player'::account, lapse, 'refund', round_id, before + lapse, at -- steps
    FROM moved WHERE lapse > 0 AND type = 'void' -- steps
    UNION ALL
    SELECT player_id, payout_id, 'house'::account, 'player'::account, payout, 'payout', round_id, before - stake + payout, at
    FROM moved WHERE payout > 0
        AND type <> 'void' -- steps
), spent AS ( -- forced
    DELETE FROM forced_outcomes f USING moved m WHERE m.forced IS NOT NULL AND f.player_id = m.player_id AND f.game_id = m.game_id -- forced
), heard AS ( -- heard
    -- A row for each 64 moves, so that it stays on a page, and none for a move without effect (docs/decisions/0020). The numbers of
    -- webhook_order are drawn when every seat is locked: of one player's rows the later one has the greater number.
    INSERT INTO webhook_moves (endpoint_id, players, rounds, steps, ends, stakes, payouts, balances, ats) -- heard
    SELECT e.id, array_agg(m.player_id), array_agg(m.round_id), array_agg(m.step), -- heard
        array_agg((CASE WHEN m.state IS NOT NULL THEN 0 WHEN m.type = 'expiry' THEN 2 WHEN m.type = 'void' THEN 3 ELSE 1 END)::smallint), -- heard
        array_agg(m.stake), array_agg(m.payout), array_agg(m.before - m.stake + m.payout), array_agg(m.at) -- heard
    FROM moved m JOIN webhook_endpoints e ON e.operator_id = m.operator_id AND e.plays AND e.enabled -- heard
    GROUP BY e.id, (m.n - 1) / 64 -- heard
)
SELECT n FROM moved
