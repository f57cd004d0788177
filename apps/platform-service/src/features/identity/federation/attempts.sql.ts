import { statement } from '@kit/service';

const SECONDS_LEFT = 'expires_at > $5';

export const ANNOUNCE_LINK = statement(
  'announce-account-link',
  `INSERT INTO platform.federated_sign_ins (tenant_id, id, provider_id, purpose, status, return_to, user_id, ticket_hash,
     expires_at, created_at, created_by, updated_at, updated_by)
   VALUES ($1, $2, $3, 'link', 'announced', $4, $5, $6, $7, $8, $5, $8, $5)`,
);

export const START_SIGN_IN = statement(
  'start-federated-sign-in',
  `INSERT INTO platform.federated_sign_ins (tenant_id, id, provider_id, purpose, status, return_to, state_hash,
     browser_hash, secrets_sealed, expires_at, created_at, created_by, updated_at, updated_by)
   VALUES ($1, $2, $3, 'sign_in', 'started', $4, $5, $6, $7, $8, $9, $10, $9, $10)`,
);

/** Claims a ticket: once, and only for the provider it was made for. */
export const CLAIM_TICKET = statement(
  'claim-account-link-ticket',
  `UPDATE platform.federated_sign_ins
   SET status = 'started', state_hash = $4, browser_hash = $6, expires_at = $7, updated_at = $5, version = version + 1
   WHERE tenant_id = $1 AND provider_id = $2 AND ticket_hash = $3 AND status = 'announced' AND ${SECONDS_LEFT}
   RETURNING id`,
);

export const SEAL_SECRETS = statement(
  'seal-federated-sign-in',
  'UPDATE platform.federated_sign_ins SET secrets_sealed = $3 WHERE tenant_id = $1 AND id = $2',
);

/** Claims what comes back: once, in time, and only with the cookie of the browser that was sent off. */
export const CLAIM_RETURN = statement(
  'claim-federated-sign-in',
  `UPDATE platform.federated_sign_ins
   SET status = 'returning', updated_at = $5, version = version + 1
   WHERE tenant_id = $1 AND provider_id = $2 AND state_hash = $3 AND browser_hash = $4 AND status = 'started'
     AND ${SECONDS_LEFT}
   RETURNING id, purpose, user_id, return_to, secrets_sealed`,
);

export const FAIL_SIGN_IN = statement(
  'fail-federated-sign-in',
  `UPDATE platform.federated_sign_ins
   SET status = 'failed', error = $3, secrets_sealed = NULL, updated_at = $4, version = version + 1
   WHERE tenant_id = $1 AND id = $2 AND status = 'returning'`,
);

export const HAND_OVER = statement(
  'hand-over-federated-sign-in',
  `UPDATE platform.federated_sign_ins
   SET status = 'returned', user_id = $3, code_hash = $4, expires_at = $5, methods = $6, provider_session = $7,
     secrets_sealed = $8, updated_at = $9, authenticated_at = $10, version = version + 1
   WHERE tenant_id = $1 AND id = $2 AND status = 'returning'
   RETURNING id`,
);

/** Claims a code: of any number of callers one gets it. */
export const REDEEM_CODE = statement(
  'redeem-sign-in-code',
  `UPDATE platform.federated_sign_ins s
   SET status = 'redeemed', updated_at = $5, version = s.version + 1
   FROM platform.identity_providers p, platform.tenants t
   WHERE s.tenant_id = $1 AND s.code_hash = $2 AND s.browser_hash = $3 AND s.purpose = $4 AND s.status = 'returned'
     AND s.expires_at > $5
     AND p.tenant_id = s.tenant_id AND p.id = s.provider_id AND p.status = 'enabled' AND t.tenant_id = s.tenant_id
   RETURNING s.id, s.user_id, s.methods, s.provider_session, s.authenticated_at, s.secrets_sealed, p.id AS provider_id, p.key AS provider,
     p.name AS provider_name, p.profile, t.slug, t.status AS tenant_status`,
);

export const NOTE_SESSION = statement(
  'note-session-of-sign-in',
  `UPDATE platform.federated_sign_ins SET session_id = $3, secrets_sealed = NULL WHERE tenant_id = $1 AND id = $2`,
);

/** Ends what the first redemption of a code got. */
export const END_REDEEMED = statement(
  'end-session-of-reused-code',
  `UPDATE platform.sessions x
   SET status = 'ended', ended_at = $3, end_reason = 'reuse', updated_at = $3, updated_by = x.user_id,
     version = x.version + 1
   FROM platform.federated_sign_ins s
   WHERE s.tenant_id = $1 AND s.code_hash = $2 AND s.status = 'redeemed' AND x.tenant_id = s.tenant_id
     AND x.id = s.session_id AND x.status = 'active'
   RETURNING x.id, x.user_id, x.version`,
);

/** What is long over and not the memory of a session that still goes on. Run as the system role. */
export const SWEEP_SIGN_INS = `
  DELETE FROM platform.federated_sign_ins s
  WHERE s.expires_at < $1
    AND NOT EXISTS (SELECT FROM platform.sessions x
                    WHERE x.tenant_id = s.tenant_id AND x.id = s.session_id AND x.absolute_expires_at > $1)`;
