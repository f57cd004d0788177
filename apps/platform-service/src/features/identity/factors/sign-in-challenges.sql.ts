import { statement } from '@kit/service';

/** Leaves nothing behind of those that nobody came back for. */
export const SWEEP_SIGN_INS = statement(
  'sweep-sign-in-challenges',
  `DELETE FROM platform.sign_in_challenges WHERE tenant_id = $1 AND id IN (
     SELECT id FROM platform.sign_in_challenges WHERE tenant_id = $1 AND expires_at < $2
     LIMIT 100 FOR UPDATE SKIP LOCKED)`,
);

export const INSERT_SIGN_IN = statement(
  'insert-sign-in-challenge',
  `INSERT INTO platform.sign_in_challenges (tenant_id, user_id, purpose, secret_hash, methods, password_digest, expires_at,
     created_at, created_by, updated_at, updated_by)
   VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $2, $8, $2)`,
);

/** $6: slug of the tenant where the caller named one. */
export const CLAIM_SIGN_IN = statement(
  'claim-sign-in-challenge',
  `SELECT c.id, c.user_id, c.methods, c.password_digest
   FROM platform.sign_in_challenges c JOIN platform.tenants t ON t.tenant_id = c.tenant_id
   WHERE c.tenant_id = $1 AND c.secret_hash = $2 AND c.purpose = $3 AND c.expires_at > $4 AND c.wrong_codes < $5
     AND t.status = 'active' AND t.slug = coalesce($6, t.slug)
   FOR UPDATE OF c`,
);

export const COUNT_WRONG_CODE = statement(
  'count-wrong-code',
  `UPDATE platform.sign_in_challenges
   SET wrong_codes = wrong_codes + 1, updated_at = $3, version = version + 1 WHERE tenant_id = $1 AND id = $2`,
);

export const DELETE_SIGN_IN = statement(
  'delete-sign-in-challenge',
  'DELETE FROM platform.sign_in_challenges WHERE tenant_id = $1 AND id = $2',
);
