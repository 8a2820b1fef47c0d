-- The hub's first shape. Keys begin with operator_id; no sequences in keys; documents are json (text), never jsonb.

-- One clock for everything the hub learns: ticks are in commit order, recorded_at strictly rises with them.
CREATE TABLE hub_clock (
    only_row    boolean PRIMARY KEY DEFAULT true CHECK (only_row),
    tick        bigint NOT NULL,
    recorded_at timestamptz NOT NULL
);
INSERT INTO hub_clock (tick, recorded_at) VALUES (0, clock_timestamp());

-- When each tick was: an instant given by a user is the last tick at or before it.
CREATE TABLE hub_tick (
    tick        bigint PRIMARY KEY,
    recorded_at timestamptz NOT NULL
);

-- Small facts of this database that must survive, secrets among them (the key that signs cursors).
CREATE TABLE hub_setting (
    name  text PRIMARY KEY,
    value bytea NOT NULL
);

CREATE TABLE charge_point (
    operator_id     text NOT NULL,
    charge_point_id text NOT NULL,
    location_id     text NOT NULL,
    latitude        numeric(10, 7),
    longitude       numeric(10, 7),
    max_power_kw    numeric,
    power_band      text,
    published       boolean NOT NULL,
    last_updated    timestamptz,
    content_hash    bytea NOT NULL,
    findings        json,
    feed_id         text NOT NULL,
    run_id          uuid NOT NULL,
    tick            bigint NOT NULL,
    recorded_at     timestamptz NOT NULL,
    document        json NOT NULL,
    PRIMARY KEY (operator_id, charge_point_id)
);

CREATE TABLE charge_point_version (
    LIKE charge_point,
    tick_to     bigint NOT NULL,
    recorded_to timestamptz NOT NULL,
    PRIMARY KEY (operator_id, charge_point_id, tick)
);
CREATE INDEX charge_point_version_ended ON charge_point_version (tick_to);

-- Kept apart from the record: a status never makes a new version of a charge point.
CREATE TABLE charge_point_status (
    operator_id     text NOT NULL,
    charge_point_id text NOT NULL,
    status          text NOT NULL,
    since           timestamptz NOT NULL,
    evidence        text NOT NULL,
    tick            bigint NOT NULL,
    PRIMARY KEY (operator_id, charge_point_id)
);

-- Kept apart from the record: areas follow the boundaries that are loaded.
CREATE TABLE charge_point_area (
    operator_id      text NOT NULL,
    charge_point_id  text NOT NULL,
    borough_gss      text,
    borough_name     text,
    ward_gss         text,
    lsoa21           text,
    boundary_version text,
    PRIMARY KEY (operator_id, charge_point_id)
);
CREATE INDEX charge_point_area_borough ON charge_point_area (borough_gss);

CREATE TABLE tariff (
    operator_id  text NOT NULL,
    tariff_id    text NOT NULL,
    valid_from   timestamptz,
    valid_to     timestamptz,
    last_updated timestamptz,
    content_hash bytea NOT NULL,
    findings     json,
    feed_id      text NOT NULL,
    run_id       uuid NOT NULL,
    tick         bigint NOT NULL,
    recorded_at  timestamptz NOT NULL,
    document     json NOT NULL,
    PRIMARY KEY (operator_id, tariff_id)
);

CREATE TABLE tariff_version (
    LIKE tariff,
    tick_to     bigint NOT NULL,
    recorded_to timestamptz NOT NULL,
    PRIMARY KEY (operator_id, tariff_id, tick)
);
CREATE INDEX tariff_version_ended ON tariff_version (tick_to);

CREATE TABLE charging_session (
    operator_id     text NOT NULL,
    session_id      text NOT NULL,
    charge_point_id text NOT NULL,
    plug_in_at      timestamptz NOT NULL,
    plug_out_at     timestamptz,
    energy_wh       bigint,
    last_updated    timestamptz NOT NULL,
    content_hash    bytea NOT NULL,
    findings        json,
    feed_id         text NOT NULL,
    run_id          uuid NOT NULL,
    tick            bigint NOT NULL,
    recorded_at     timestamptz NOT NULL,
    document        json NOT NULL,
    PRIMARY KEY (operator_id, session_id)
);
-- Serves the default order (plug-in, then key) and every window.
CREATE INDEX charging_session_plug_in ON charging_session (plug_in_at, operator_id, session_id);

CREATE TABLE charging_session_version (
    LIKE charging_session,
    tick_to     bigint NOT NULL,
    recorded_to timestamptz NOT NULL,
    PRIMARY KEY (operator_id, session_id, tick)
);
CREATE INDEX charging_session_version_ended ON charging_session_version (tick_to);

-- Append-only, and its key holds its time: partitioned by month, created apart and then attached.
CREATE TABLE status_change (
    operator_id     text NOT NULL,
    charge_point_id text NOT NULL,
    at              timestamptz NOT NULL,
    status          text NOT NULL,
    evidence        text NOT NULL,
    feed_id         text NOT NULL,
    run_id          uuid NOT NULL,
    tick            bigint NOT NULL,
    recorded_at     timestamptz NOT NULL,
    findings        json,
    document        json NOT NULL,
    PRIMARY KEY (operator_id, charge_point_id, at, status)
) PARTITION BY RANGE (at);
CREATE INDEX status_change_at ON status_change (at, operator_id, charge_point_id, status);

-- Refused records with the reasons, and sessions that wait for their charge point (waits_for).
CREATE TABLE quarantine (
    operator_id  text NOT NULL,
    dataset      text NOT NULL,
    own_id       text NOT NULL,
    content_hash bytea NOT NULL,
    waits_for    text,
    findings     json NOT NULL,
    feed_id      text NOT NULL,
    run_id       uuid NOT NULL,
    page_number  integer NOT NULL,
    event_at     timestamptz,
    recorded_at  timestamptz NOT NULL,
    document     json NOT NULL,
    PRIMARY KEY (operator_id, dataset, own_id, content_hash)
);
CREATE INDEX quarantine_waits ON quarantine (operator_id, waits_for) WHERE waits_for IS NOT NULL;

-- The ledger: merged, disjoint windows, one row each.
CREATE TABLE coverage (
    operator_id text NOT NULL,
    dataset     text NOT NULL,
    kind        text NOT NULL CHECK (kind IN ('covered', 'unavailable')),
    from_at     timestamptz NOT NULL,
    to_at       timestamptz NOT NULL CHECK (to_at > from_at),
    cause       text,
    PRIMARY KEY (operator_id, dataset, kind, from_at)
);

-- What each claim newly covered, and when: coverage as of tick N is today's without what came after N.
CREATE TABLE coverage_change (
    tick        bigint NOT NULL,
    operator_id text NOT NULL,
    dataset     text NOT NULL,
    kind        text NOT NULL,
    from_at     timestamptz NOT NULL,
    to_at       timestamptz NOT NULL,
    PRIMARY KEY (operator_id, dataset, kind, tick, from_at)
);
CREATE INDEX coverage_change_tick ON coverage_change (tick);

-- Every attempt leaves a row.
CREATE TABLE run (
    run_id      uuid PRIMARY KEY,
    operator_id text NOT NULL,
    feed_id     text NOT NULL,
    dataset     text NOT NULL,
    kind        text NOT NULL CHECK (kind IN ('live', 'backfill', 'crawl')),
    from_at     timestamptz,
    to_at       timestamptz,
    started_at  timestamptz NOT NULL,
    ended_at    timestamptz,
    outcome     text CHECK (outcome IN ('completed', 'failed', 'abandoned')),
    failure     text,
    detail      text,
    pages       integer NOT NULL DEFAULT 0,
    requests    integer NOT NULL DEFAULT 0,
    added       integer NOT NULL DEFAULT 0,
    changed     integer NOT NULL DEFAULT 0,
    unchanged   integer NOT NULL DEFAULT 0,
    refused     integer NOT NULL DEFAULT 0
);
CREATE INDEX run_latest ON run (operator_id, dataset, started_at DESC);

-- Only a hash of the secret is kept.
CREATE TABLE access_key (
    key_id      text PRIMARY KEY,
    secret_hash bytea NOT NULL,
    label       text NOT NULL,
    scope       text NOT NULL,
    created_at  timestamptz NOT NULL,
    expires_at  timestamptz,
    revoked_at  timestamptz
);
