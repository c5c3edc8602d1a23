-- The rehearsed seller. Moments are seconds since 1970 by the sandbox's own clock.
CREATE TABLE IF NOT EXISTS settings (name TEXT PRIMARY KEY, value TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS sequences (kind TEXT PRIMARY KEY, last INTEGER NOT NULL);
CREATE TABLE IF NOT EXISTS tokens (
    token TEXT PRIMARY KEY, expires_at REAL NOT NULL, is_grantless INTEGER NOT NULL
);

-- pool: what Amazon still sells from the seller's own stock, one number for the whole region; NULL
-- when none was ever given. afn: units in Amazon's warehouses. physical: what the seller really
-- has, where a rehearsal says so: sales beyond it count as oversold.
CREATE TABLE IF NOT EXISTS listings (
    sku TEXT PRIMARY KEY, asin TEXT NOT NULL, product_type TEXT NOT NULL, title TEXT NOT NULL,
    is_fba INTEGER NOT NULL, pool INTEGER, afn INTEGER NOT NULL, physical INTEGER,
    created_at REAL NOT NULL
) WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS listings_asin ON listings (asin);
-- attributes: JSON as the seller last submitted them for this marketplace.
CREATE TABLE IF NOT EXISTS offers (
    sku TEXT NOT NULL, marketplace_id TEXT NOT NULL, attributes TEXT NOT NULL,
    is_closed INTEGER NOT NULL, created_at REAL NOT NULL, updated_at REAL NOT NULL,
    PRIMARY KEY (sku, marketplace_id)
) WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS offers_updated ON offers (updated_at);
-- Accepted and not yet applied. quantity NULL: the offer's number is taken away.
CREATE TABLE IF NOT EXISTS submissions (
    id INTEGER PRIMARY KEY, sku TEXT NOT NULL, channel_code TEXT NOT NULL, quantity INTEGER,
    submitted_at REAL NOT NULL, due_at REAL NOT NULL, source TEXT NOT NULL
);
CREATE INDEX IF NOT EXISTS submissions_due ON submissions (due_at, id);
CREATE INDEX IF NOT EXISTS submissions_sku ON submissions (sku);
CREATE TABLE IF NOT EXISTS conversions (
    id INTEGER PRIMARY KEY, at REAL NOT NULL, sku TEXT NOT NULL, source TEXT NOT NULL
);

CREATE TABLE IF NOT EXISTS documents (
    id TEXT PRIMARY KEY, content_type TEXT NOT NULL, content BLOB, is_gzip INTEGER NOT NULL,
    is_result INTEGER NOT NULL, created_at REAL NOT NULL
);
-- fate: what a rehearsal wants of it; empty lets it end as its document deserves.
CREATE TABLE IF NOT EXISTS feeds (
    id INTEGER PRIMARY KEY, feed_type TEXT NOT NULL, marketplaces TEXT NOT NULL,
    document_id TEXT NOT NULL, status TEXT NOT NULL, fate TEXT NOT NULL,
    created_at REAL NOT NULL, started_at REAL, ended_at REAL, result_id TEXT
);
CREATE INDEX IF NOT EXISTS feeds_status ON feeds (status, id);

-- previous: the order's JSON before its last change, for lists that repeat what is out of date.
CREATE TABLE IF NOT EXISTS orders (
    id TEXT PRIMARY KEY, marketplace_id TEXT NOT NULL, status TEXT NOT NULL,
    fulfilled_by TEXT NOT NULL, created_at REAL NOT NULL, updated_at REAL NOT NULL,
    listed_at REAL NOT NULL, cancel_request TEXT NOT NULL, cancel_reason TEXT NOT NULL,
    previous TEXT
);
CREATE INDEX IF NOT EXISTS orders_updated ON orders (updated_at, id);
CREATE INDEX IF NOT EXISTS orders_created ON orders (created_at, id);
-- excess: units sold beyond what Amazon showed, by a rehearsal's force.
CREATE TABLE IF NOT EXISTS order_items (
    id TEXT PRIMARY KEY, order_id TEXT NOT NULL REFERENCES orders (id), sku TEXT NOT NULL,
    asin TEXT NOT NULL, title TEXT NOT NULL, price TEXT NOT NULL, quantity INTEGER NOT NULL,
    fulfilled INTEGER NOT NULL, excess INTEGER NOT NULL, is_sku_hidden INTEGER NOT NULL
);
CREATE INDEX IF NOT EXISTS order_items_order ON order_items (order_id);
CREATE INDEX IF NOT EXISTS order_items_sku ON order_items (sku);
CREATE TABLE IF NOT EXISTS packages (
    order_id TEXT NOT NULL REFERENCES orders (id), reference TEXT NOT NULL, carrier TEXT NOT NULL,
    tracking TEXT NOT NULL, shipped_at REAL NOT NULL, created_at REAL NOT NULL, items TEXT NOT NULL,
    PRIMARY KEY (order_id, reference)
);
-- What a page of a list goes on from: `asked` must be asked again, `ids` are still to be told.
CREATE TABLE IF NOT EXISTS pages (
    token TEXT PRIMARY KEY, asked TEXT NOT NULL, ids TEXT NOT NULL, bound REAL NOT NULL,
    issued_at REAL NOT NULL
);

-- Units sold from the seller's own stock. told_at: when the seller was first shown the order.
CREATE TABLE IF NOT EXISTS sales (
    order_id TEXT NOT NULL, sku TEXT NOT NULL, placed_at REAL NOT NULL, told_at REAL,
    PRIMARY KEY (order_id, sku)
) WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS sales_sku ON sales (sku);
CREATE TABLE IF NOT EXISTS overwrites (
    id INTEGER PRIMARY KEY, at REAL NOT NULL, kind TEXT NOT NULL, sku TEXT NOT NULL,
    order_id TEXT NOT NULL, sales INTEGER NOT NULL, before INTEGER NOT NULL,
    after INTEGER NOT NULL, source TEXT NOT NULL, submitted_at REAL NOT NULL
);
