"""The journal's tables, version by version. A step, once released, is never edited.

Ids grow and are never used again, since nothing is ever deleted. A commit syncs every page it
touched: so there are few indexes, and what is long and seldom changes has a table of its own.
"""

from __future__ import annotations

APPLICATION = 0x5245454C
"""``REEL``: SQLite's mark of whose file it is."""

_FIRST = """
create table attempt (
    id integer primary key,
    run text not null,
    key text not null,
    number integer not null check (number > 0),
    board text not null,
    shot text not null,
    model text not null,
    route text not null,
    mode text not null,
    seed integer,
    variation integer not null,
    seconds text not null,
    unit text,
    estimate text,
    idempotency_key text,
    state text not null check (state in ('intent', 'sending', 'uncertain', 'submitted', 'running',
        'succeeded', 'fetched', 'committed', 'failed', 'refused', 'cancelled', 'lost',
        'abandoned')),
    charged text not null check (charged in ('no', 'refunded', 'maybe', 'yes')),
    cost text,
    money text not null check (money in ('out', 'spent', 'refunded', 'none')),
    handle text,
    links text not null,
    clip text,
    error text,
    inputs_expire real,
    t_intent real not null,
    t_sending real,
    t_submitted real,
    t_done real,
    unique (key, number)
);
create unique index live on attempt (key) where state in ('intent', 'sending', 'uncertain',
    'submitted', 'running', 'succeeded', 'fetched', 'lost');
create index of_money on attempt (money, route, unit, cost, estimate, run);
create table request (
    attempt integer primary key references attempt (id),
    fields text not null,
    body blob
);
create table event (
    id integer primary key,
    attempt integer not null references attempt (id),
    state text not null,
    time real not null,
    detail text not null
);
create trigger attempts_stay before delete on attempt
    begin select raise(abort, 'the journal forgets nothing'); end;
create trigger requests_stay before delete on request
    begin select raise(abort, 'the journal forgets nothing'); end;
create trigger events_stay before delete on event
    begin select raise(abort, 'the journal forgets nothing'); end;
create trigger events_are_final before update on event
    begin select raise(abort, 'the journal forgets nothing'); end;
"""

STEPS: tuple[str, ...] = (_FIRST,)
"""From version n to n + 1; ``user_version`` says how many were taken."""
