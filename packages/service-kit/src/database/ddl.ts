/** Policy expression of every tenant-scoped table. The sub-select makes PostgreSQL read the setting once per statement. */
export const TENANT_POLICY = "tenant_id = (select nullif(current_setting('app.tenant_id', true), '')::uuid)";

export interface TenantTableOptions {
  /** What the service's own role may do. Append-only tables leave UPDATE and DELETE out. */
  grants?: readonly ('SELECT' | 'INSERT' | 'UPDATE' | 'DELETE')[];
  /** May be read before the tenant is known, by the lookup role. */
  lookup?: boolean;
  /** May be read and marked across tenants by the outbox relay. */
  relay?: boolean;
  /** Partitions are never reached directly, so they carry the policy but no grant. */
  partition?: boolean;
}

/** DDL that puts a table under row-level security with the standard policy, and grants what the service needs. */
export function tenantTable(context: string, table: string, options: TenantTableOptions = {}): string[] {
  const name = `${context}.${table}`;
  const {
    grants = ['SELECT', 'INSERT', 'UPDATE', 'DELETE'],
    lookup = false,
    relay = false,
    partition = false,
  } = options;
  return [
    `ALTER TABLE ${name} ENABLE ROW LEVEL SECURITY`,
    `ALTER TABLE ${name} FORCE ROW LEVEL SECURITY`,
    `CREATE POLICY tenant ON ${name} USING (${TENANT_POLICY}) WITH CHECK (${TENANT_POLICY})`,
    ...(partition ? [] : [`GRANT ${grants.join(', ')} ON ${name} TO ${context}_app`]),
    ...(lookup
      ? [
          `CREATE POLICY lookup ON ${name} FOR SELECT TO ${context}_lookup USING (true)`,
          `GRANT SELECT ON ${name} TO ${context}_lookup`,
        ]
      : []),
    ...(relay
      ? [
          `CREATE POLICY relay ON ${name} TO ${context}_relay USING (true) WITH CHECK (true)`,
          `GRANT SELECT, UPDATE, DELETE ON ${name} TO ${context}_relay`,
        ]
      : []),
  ];
}

/** A table without tenants: read by the service, written by migrations and the system role. */
export const globalTable = (context: string, table: string): string[] => [
  `GRANT SELECT ON ${context}.${table} TO ${context}_app, ${context}_lookup`,
];

/** Outbox, inbox, dead letters, idempotency keys and the relay's lease: what the kit needs in every service. */
export function kitTables(context: string): string[] {
  return [
    `CREATE TABLE ${context}.outbox (
       tenant_id uuid NOT NULL,
       id uuid NOT NULL,
       pos bigint GENERATED ALWAYS AS IDENTITY,
       subject text NOT NULL,
       payload text NOT NULL,
       created_at timestamptz NOT NULL DEFAULT now(),
       published_at timestamptz,
       PRIMARY KEY (tenant_id, id)
     )`,
    `CREATE INDEX outbox_unpublished ON ${context}.outbox (pos) WHERE published_at IS NULL`,
    ...tenantTable(context, 'outbox', { grants: ['INSERT'], relay: true }),
    `CREATE TABLE ${context}.inbox (
       tenant_id uuid NOT NULL,
       consumer text NOT NULL,
       message_id uuid NOT NULL,
       stream_seq bigint NOT NULL,
       received_at timestamptz NOT NULL DEFAULT now(),
       PRIMARY KEY (tenant_id, consumer, message_id)
     )`,
    ...tenantTable(context, 'inbox', { grants: ['SELECT', 'INSERT'], relay: true }),
    `CREATE TABLE ${context}.dead_letters (
       tenant_id uuid NOT NULL,
       id uuid NOT NULL DEFAULT uuidv7(),
       consumer text NOT NULL,
       message_id uuid NOT NULL,
       stream text NOT NULL,
       stream_seq bigint NOT NULL,
       subject text NOT NULL,
       payload text NOT NULL,
       error text NOT NULL,
       created_at timestamptz NOT NULL DEFAULT now(),
       PRIMARY KEY (tenant_id, id),
       UNIQUE (tenant_id, consumer, message_id)
     )`,
    ...tenantTable(context, 'dead_letters', { grants: ['SELECT', 'INSERT'], relay: true }),
    `CREATE TABLE ${context}.idempotency_keys (
       tenant_id uuid NOT NULL,
       principal text NOT NULL,
       operation text NOT NULL,
       key text NOT NULL,
       fingerprint text NOT NULL,
       status text CHECK (status IN ('ok', 'refused')),
       response text,
       etag text,
       created_at timestamptz NOT NULL DEFAULT now(),
       PRIMARY KEY (tenant_id, principal, operation, key)
     )`,
    `CREATE INDEX idempotency_keys_created ON ${context}.idempotency_keys (tenant_id, created_at)`,
    ...tenantTable(context, 'idempotency_keys', { grants: ['SELECT', 'INSERT', 'UPDATE', 'DELETE'] }),
    `CREATE TABLE ${context}.relay_lease (
       name text PRIMARY KEY,
       holder uuid NOT NULL,
       epoch bigint NOT NULL DEFAULT 1,
       expires_at timestamptz NOT NULL
     )`,
    `GRANT SELECT, INSERT, UPDATE ON ${context}.relay_lease TO ${context}_relay`,
  ];
}

/** Lets the relay role find and delete idempotency keys by their age; the answers under them stay out of its sight. */
export const letRelaySweepKeys = (context: string): string[] => [
  `CREATE POLICY relay ON ${context}.idempotency_keys TO ${context}_relay USING (true)`,
  `GRANT SELECT (tenant_id, principal, operation, key, created_at), DELETE ON ${context}.idempotency_keys TO ${context}_relay`,
];

/** Lets each message of the outbox know which trace it belongs to, as its transaction says (`enter-transaction`). */
export const traceOutbox = (context: string): string[] => [
  `ALTER TABLE ${context}.outbox ADD COLUMN traceparent text`,
  `ALTER TABLE ${context}.outbox ALTER COLUMN traceparent SET DEFAULT nullif(current_setting('app.traceparent', true), '')`,
];
