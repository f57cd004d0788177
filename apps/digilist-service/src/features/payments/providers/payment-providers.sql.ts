import type { PaymentProviderKey, PaymentProviderStatus } from '@digilist/contracts';
import { statement } from '@kit/service';

const ACCOUNT = `p.id, p.provider, p.integration_id AS "integrationId", p.currency, p.status, p.position, p.version`;

export interface AccountRow extends Record<string, unknown> {
  id: string;
  provider: PaymentProviderKey;
  integrationId: string;
  currency: string;
  status: PaymentProviderStatus;
  position: number;
  version: number;
}

/** $1 tenant · $2 and $3 after this position and id · $4 how many */
export const LIST_ACCOUNTS = statement(
  'list-payment-providers',
  `SELECT ${ACCOUNT} FROM digilist.payment_providers p
   WHERE p.tenant_id = $1 AND ($2::int IS NULL OR (p.position, p.id) > ($2::int, $3::uuid))
   ORDER BY p.position, p.id LIMIT $4`,
);

/** $1 tenant · $2 id */
export const GET_ACCOUNT = statement(
  'get-payment-provider',
  `SELECT ${ACCOUNT} FROM digilist.payment_providers p WHERE p.tenant_id = $1 AND p.id = $2`,
);

/** $1 tenant · $2 id. Also how the development provider signs. */
export const USE_ACCOUNT = statement(
  'use-payment-provider',
  `SELECT ${ACCOUNT}, p.development_secret AS secret FROM digilist.payment_providers p WHERE p.tenant_id = $1 AND p.id = $2`,
);
export interface UsedAccount extends AccountRow {
  secret: string | null;
}

/** $1 tenant · $2 id */
export const LOCK_ACCOUNT = statement(
  'lock-payment-provider',
  `SELECT ${ACCOUNT} FROM digilist.payment_providers p WHERE p.tenant_id = $1 AND p.id = $2 FOR UPDATE`,
);

/** $1 tenant · $2 provider · $3 integration · $4 currency · $5 position · $6 now · $7 actor. No row: it is one already. */
export const INSERT_ACCOUNT = statement(
  'insert-payment-provider',
  `INSERT INTO digilist.payment_providers AS p
     (tenant_id, provider, integration_id, currency, position, created_at, updated_at, created_by, updated_by)
   VALUES ($1, $2, $3, $4, $5, $6, $6, $7, $7)
   ON CONFLICT (tenant_id, integration_id) DO NOTHING RETURNING ${ACCOUNT}`,
);

/** $1 tenant · $2 id · $3 status · $4 position · $5 now · $6 actor */
export const UPDATE_ACCOUNT = statement(
  'update-payment-provider',
  `UPDATE digilist.payment_providers AS p
   SET status = $3, position = $4, updated_at = $5, updated_by = $6, version = p.version + 1
   WHERE p.tenant_id = $1 AND p.id = $2 RETURNING ${ACCOUNT}`,
);

/** $1 tenant · $2 provider or null · $3 whether the development provider is there. It steps back for any other. */
export const CHOOSE_ACCOUNT = statement(
  'choose-payment-provider',
  `SELECT p.id, p.provider, p.currency FROM digilist.payment_providers p
   WHERE p.tenant_id = $1 AND p.status = 'active' AND ($2::text IS NULL OR p.provider = $2)
     AND (p.provider <> 'development' OR ($3::boolean AND NOT EXISTS (
       SELECT FROM digilist.payment_providers o
       WHERE o.tenant_id = $1 AND o.status = 'active' AND o.provider <> 'development')))
   ORDER BY p.position, p.id LIMIT 1`,
);

/** $1 tenant · $2 id · $3 secret · $4 now · $5 actor. No row: there is one, or there is another provider. */
export const INSERT_DEVELOPMENT_ACCOUNT = statement(
  'insert-development-payment-provider',
  `INSERT INTO digilist.payment_providers AS p
     (tenant_id, id, provider, integration_id, currency, development_secret, created_at, updated_at, created_by, updated_by)
   SELECT $1::uuid, $2::uuid, 'development', $2::uuid, 'NOK', $3::text, $4::timestamptz, $4::timestamptz, $5::uuid, $5::uuid
   WHERE NOT EXISTS (SELECT FROM digilist.payment_providers o
     WHERE o.tenant_id = $1 AND o.status = 'active' AND o.provider <> 'development')
   ON CONFLICT (tenant_id) WHERE provider = 'development' DO NOTHING RETURNING ${ACCOUNT}`,
);

/** $1 provider · $2 integration. For the lookup role: a webhook names them before its tenant is known. */
export const FIND_ACCOUNT = statement(
  'find-payment-provider',
  `SELECT p.tenant_id AS "tenantId", p.id FROM digilist.payment_providers p
   WHERE p.integration_id = $2 AND p.provider = $1`,
);
