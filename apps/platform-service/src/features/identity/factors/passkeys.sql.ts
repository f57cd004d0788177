import { statement } from '@kit/service';

export const SWEEP_CHALLENGES = statement(
  'sweep-webauthn-challenges',
  `DELETE FROM platform.webauthn_challenges WHERE tenant_id = $1 AND id IN (
     SELECT id FROM platform.webauthn_challenges WHERE tenant_id = $1 AND expires_at < $2
     ORDER BY id LIMIT 100)`,
);

export const INSERT_CHALLENGE = statement(
  'insert-webauthn-challenge',
  `INSERT INTO platform.webauthn_challenges (tenant_id, purpose, user_id, challenge_hash, expires_at, created_at, created_by)
   VALUES ($1, $2, $3, $4, $5, $6, $7)`,
);

/** Once: of any number of callers with the same one, the first. */
export const TAKE_CHALLENGE = statement(
  'take-webauthn-challenge',
  `DELETE FROM platform.webauthn_challenges
   WHERE tenant_id = $1 AND challenge_hash = $2 AND purpose = $3 AND user_id IS NOT DISTINCT FROM $4
   RETURNING expires_at`,
);

const PASSKEY = 'id, name, backed_up, created_at, last_used_at, suspect_since, version';

export const INSERT_PASSKEY = statement(
  'insert-passkey',
  `INSERT INTO platform.passkeys (tenant_id, id, user_id, name, credential_id, public_key, counter, transports, aaguid,
     backed_up, created_at, created_by, updated_at, updated_by)
   VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $3, $11, $3)
   ON CONFLICT (tenant_id, credential_id) DO NOTHING
   RETURNING ${PASSKEY}`,
);

const OWN = `FROM platform.passkeys WHERE tenant_id = $1 AND user_id = $2 AND status = 'active'`;

export const OWN_CREDENTIALS = statement('own-passkey-credentials', `SELECT credential_id, transports ${OWN}`);

export const GET_PASSKEY = statement('get-passkey', `SELECT ${PASSKEY} ${OWN} AND id = $3`);

/** Newest first: ids are in the order of time. */
export const LIST_PASSKEYS = statement(
  'list-passkeys',
  `SELECT ${PASSKEY} ${OWN} AND id < coalesce($3::uuid, 'ffffffff-ffff-ffff-ffff-ffffffffffff') ORDER BY id DESC LIMIT $4`,
);

export const RENAME_PASSKEY = statement(
  'rename-passkey',
  `UPDATE platform.passkeys SET name = $4, updated_at = $5, updated_by = $2, version = version + 1
   WHERE tenant_id = $1 AND user_id = $2 AND id = $3 AND status = 'active' AND version = $6 RETURNING ${PASSKEY}`,
);

const REMOVE = `UPDATE platform.passkeys
   SET status = 'removed', updated_at = $3, updated_by = $4, version = version + 1
   WHERE tenant_id = $1 AND user_id = $2 AND status = 'active'`;

export const REMOVE_PASSKEY = statement('remove-passkey', `${REMOVE} AND id = $5 RETURNING id, name, version`);

export const REMOVE_PASSKEYS = statement('remove-passkeys', `${REMOVE} RETURNING id, name, version`);

export const FIND_CREDENTIAL = statement(
  'find-passkey-credential',
  `SELECT id, user_id, name, public_key FROM platform.passkeys
   WHERE tenant_id = $1 AND credential_id = $2 AND status = 'active'`,
);

/** An authenticator that counts counts up; one that does not says 0 for ever. */
export const USE_PASSKEY = statement(
  'use-passkey',
  `UPDATE platform.passkeys SET counter = $3, backed_up = $4, last_used_at = $5
   WHERE tenant_id = $1 AND id = $2 AND status = 'active' AND (counter < $3::bigint OR (counter = 0 AND $3 = 0)) RETURNING id`,
);

export const SUSPECT_PASSKEY = statement(
  'suspect-passkey',
  `UPDATE platform.passkeys
   SET suspect_since = coalesce(suspect_since, $3), updated_at = $3, updated_by = user_id, version = version + 1
   WHERE tenant_id = $1 AND id = $2 AND status = 'active' RETURNING id`,
);
