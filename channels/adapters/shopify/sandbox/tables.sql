-- The rehearsed shop. Ids are Shopify's legacy numbers, beyond 32 bits on purpose.
CREATE TABLE IF NOT EXISTS settings (name TEXT PRIMARY KEY, value TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS sequences (kind TEXT PRIMARY KEY, last INTEGER NOT NULL);
CREATE TABLE IF NOT EXISTS tokens (token TEXT PRIMARY KEY, expires_at REAL NOT NULL);

CREATE TABLE IF NOT EXISTS locations (
    id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE, is_active INTEGER NOT NULL,
    created_at TEXT NOT NULL, updated_at TEXT NOT NULL
);
CREATE TABLE IF NOT EXISTS products (
    id INTEGER PRIMARY KEY, title TEXT NOT NULL, status TEXT NOT NULL,
    created_at TEXT NOT NULL, updated_at TEXT NOT NULL
);
-- A variant and its inventory item are one row: in this API version one always implies the other.
CREATE TABLE IF NOT EXISTS variants (
    id INTEGER PRIMARY KEY, item_id INTEGER NOT NULL UNIQUE,
    product_id INTEGER NOT NULL REFERENCES products (id),
    title TEXT NOT NULL, sku TEXT, barcode TEXT, price TEXT NOT NULL, position INTEGER NOT NULL,
    policy TEXT NOT NULL, is_tracked INTEGER NOT NULL, lock_reason TEXT,
    is_bundle INTEGER NOT NULL, created_at TEXT NOT NULL, updated_at TEXT NOT NULL
);
CREATE INDEX IF NOT EXISTS variants_product ON variants (product_id);
CREATE INDEX IF NOT EXISTS variants_sku ON variants (sku);
CREATE INDEX IF NOT EXISTS variants_barcode ON variants (barcode);
-- What the text search finds: the whole SKU and its words, lower case; none when it holds quotes.
CREATE TABLE IF NOT EXISTS sku_terms (
    term TEXT NOT NULL, variant_id INTEGER NOT NULL, PRIMARY KEY (term, variant_id)
) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS levels (
    id INTEGER PRIMARY KEY, item_id INTEGER NOT NULL, location_id INTEGER NOT NULL,
    is_active INTEGER NOT NULL,
    available INTEGER NOT NULL DEFAULT 0, committed INTEGER NOT NULL DEFAULT 0,
    damaged INTEGER NOT NULL DEFAULT 0, incoming INTEGER NOT NULL DEFAULT 0,
    quality_control INTEGER NOT NULL DEFAULT 0, reserved INTEGER NOT NULL DEFAULT 0,
    safety_stock INTEGER NOT NULL DEFAULT 0,
    created_at TEXT NOT NULL, updated_at TEXT NOT NULL, available_updated_at TEXT,
    UNIQUE (item_id, location_id)
);
CREATE INDEX IF NOT EXISTS levels_location ON levels (location_id, id);

CREATE TABLE IF NOT EXISTS orders (
    id INTEGER PRIMARY KEY, number INTEGER NOT NULL, name TEXT NOT NULL,
    is_test INTEGER NOT NULL, source_name TEXT NOT NULL,
    financial_status TEXT NOT NULL, fulfillment_status TEXT NOT NULL,
    cancel_reason TEXT, cancelled_at TEXT, closed_at TEXT,
    processed_at TEXT NOT NULL, created_at TEXT NOT NULL, updated_at TEXT NOT NULL
);
CREATE INDEX IF NOT EXISTS orders_updated ON orders (updated_at, id);
CREATE TABLE IF NOT EXISTS order_lines (
    id INTEGER PRIMARY KEY, order_id INTEGER NOT NULL REFERENCES orders (id),
    variant_id INTEGER, item_id INTEGER, title TEXT NOT NULL, sku TEXT, price TEXT NOT NULL,
    quantity INTEGER NOT NULL, current_quantity INTEGER NOT NULL,
    unfulfilled_quantity INTEGER NOT NULL
);
CREATE INDEX IF NOT EXISTS order_lines_order ON order_lines (order_id);
CREATE TABLE IF NOT EXISTS fulfillment_orders (
    id INTEGER PRIMARY KEY, order_id INTEGER NOT NULL REFERENCES orders (id),
    location_id INTEGER NOT NULL, status TEXT NOT NULL,
    created_at TEXT NOT NULL, updated_at TEXT NOT NULL
);
CREATE INDEX IF NOT EXISTS fulfillment_orders_order ON fulfillment_orders (order_id);
CREATE TABLE IF NOT EXISTS fulfillment_order_lines (
    id INTEGER PRIMARY KEY, fulfillment_order_id INTEGER NOT NULL,
    line_id INTEGER NOT NULL, total INTEGER NOT NULL, remaining INTEGER NOT NULL
);
CREATE INDEX IF NOT EXISTS fulfillment_order_lines_order
    ON fulfillment_order_lines (fulfillment_order_id);
CREATE TABLE IF NOT EXISTS fulfillments (
    id INTEGER PRIMARY KEY, order_id INTEGER NOT NULL REFERENCES orders (id),
    location_id INTEGER NOT NULL, name TEXT NOT NULL, tracking TEXT NOT NULL,
    created_at TEXT NOT NULL, updated_at TEXT NOT NULL
);
CREATE INDEX IF NOT EXISTS fulfillments_order ON fulfillments (order_id);
CREATE TABLE IF NOT EXISTS fulfillment_lines (
    id INTEGER PRIMARY KEY, fulfillment_id INTEGER NOT NULL,
    line_id INTEGER NOT NULL, quantity INTEGER NOT NULL
);
CREATE INDEX IF NOT EXISTS fulfillment_lines_fulfillment ON fulfillment_lines (fulfillment_id);
CREATE TABLE IF NOT EXISTS refunds (
    id INTEGER PRIMARY KEY, order_id INTEGER NOT NULL REFERENCES orders (id),
    created_at TEXT NOT NULL
);
CREATE INDEX IF NOT EXISTS refunds_order ON refunds (order_id);
CREATE TABLE IF NOT EXISTS refund_lines (
    id INTEGER PRIMARY KEY, refund_id INTEGER NOT NULL, line_id INTEGER NOT NULL,
    quantity INTEGER NOT NULL, restock_type TEXT NOT NULL, location_id INTEGER
);
CREATE INDEX IF NOT EXISTS refund_lines_refund ON refund_lines (refund_id);
CREATE TABLE IF NOT EXISTS order_edits (
    id INTEGER PRIMARY KEY, order_id INTEGER NOT NULL REFERENCES orders (id),
    additions TEXT NOT NULL, removals TEXT NOT NULL, created_at TEXT NOT NULL
);
CREATE INDEX IF NOT EXISTS order_edits_order ON order_edits (order_id);

-- What was sold and no answer to a client has told of yet: gone as soon as one bears the order.
CREATE TABLE IF NOT EXISTS unseen_sales (
    item_id INTEGER NOT NULL, location_id INTEGER NOT NULL, order_id INTEGER NOT NULL,
    PRIMARY KEY (item_id, location_id, order_id)
) WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS unseen_sales_order ON unseen_sales (order_id);
-- Numbers a client raised over such a sale.
CREATE TABLE IF NOT EXISTS overwrites (
    id INTEGER PRIMARY KEY, at TEXT NOT NULL, item_id INTEGER NOT NULL,
    location_id INTEGER NOT NULL, order_id INTEGER NOT NULL, unseen INTEGER NOT NULL,
    before INTEGER NOT NULL, after INTEGER NOT NULL
);

-- One row for each idempotency key that was used; written in the transaction of its effect.
CREATE TABLE IF NOT EXISTS idempotency_keys (
    key TEXT PRIMARY KEY, fingerprint TEXT NOT NULL, used_at REAL NOT NULL, outcome TEXT
);
CREATE INDEX IF NOT EXISTS idempotency_keys_used ON idempotency_keys (used_at);
CREATE TABLE IF NOT EXISTS webhook_subscriptions (
    id INTEGER PRIMARY KEY, topic TEXT NOT NULL, uri TEXT NOT NULL, include_fields TEXT NOT NULL,
    filter TEXT, name TEXT, created_at TEXT NOT NULL, updated_at TEXT NOT NULL
);
