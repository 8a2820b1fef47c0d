-- How each feed fares, told to those who keep it: TLS as last seen, what is broken, and notices on their way.

-- What the operator's server showed at the newest connection that was good.
CREATE TABLE feed_tls (
    operator_id            text NOT NULL,
    feed_id                text NOT NULL,
    version                text NOT NULL,
    certificate_expires_at timestamptz NOT NULL,
    seen_at                timestamptz NOT NULL,
    PRIMARY KEY (operator_id, feed_id)
);

-- From a break to the recovery from it; at most one of a dataset is open.
CREATE TABLE feed_break (
    operator_id  text NOT NULL,
    feed_id      text NOT NULL,
    dataset      text NOT NULL,
    broken_at    timestamptz NOT NULL,
    cause        text NOT NULL,
    recovered_at timestamptz,
    PRIMARY KEY (operator_id, feed_id, dataset, broken_at)
);
CREATE UNIQUE INDEX feed_break_open ON feed_break (operator_id, feed_id, dataset) WHERE recovered_at IS NULL;

-- One row a notice and receiver, written with the break or recovery that it tells of. The body never changes.
CREATE TABLE notice (
    notice_id    uuid PRIMARY KEY,
    operator_id  text NOT NULL,
    receiver_id  text NOT NULL,
    body         text NOT NULL,
    made_at      timestamptz NOT NULL,
    attempts     integer NOT NULL DEFAULT 0,
    -- Null: delivered, or given up.
    next_at      timestamptz,
    tried_at     timestamptz,
    failure      text,
    detail       text,
    delivered_at timestamptz
);
CREATE INDEX notice_latest ON notice (operator_id, receiver_id, made_at DESC);
CREATE INDEX notice_waiting ON notice (operator_id, receiver_id, made_at) WHERE next_at IS NOT NULL;
