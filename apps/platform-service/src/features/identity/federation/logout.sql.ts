import { statement } from '@kit/service';

const END = (reason: string) => `UPDATE platform.sessions x
   SET status = 'ended', ended_at = $3, end_reason = '${reason}', updated_at = $3, updated_by = x.user_id,
     version = x.version + 1`;

/** What this browser has begun through this provider. */
export const END_SESSIONS_OF_BROWSER = statement(
  'end-sessions-of-browser',
  `${END('logout')}
   FROM platform.federated_sign_ins s
   WHERE s.tenant_id = $1 AND s.browser_hash = $2 AND s.provider_id = $4 AND x.tenant_id = s.tenant_id
     AND x.id = s.session_id AND x.status = 'active'
   RETURNING x.id, x.user_id, x.version`,
);

/** What rests on one session at the provider. */
export const END_SESSIONS_OF_PROVIDER_SESSION = statement(
  'end-sessions-of-provider-session',
  `${END('provider_logout')}
   WHERE x.tenant_id = $1 AND x.provider = $2 AND x.provider_session = $4 AND x.status = 'active'
   RETURNING x.id, x.user_id, x.version`,
);

/** All that a provider vouched for of one person. */
export const END_SESSIONS_OF_SUBJECT = statement(
  'end-sessions-of-subject',
  `${END('provider_logout')}
   FROM platform.oauth_accounts o
   WHERE o.tenant_id = $1 AND o.provider = $2 AND o.subject = $4 AND x.tenant_id = o.tenant_id AND x.user_id = o.user_id
     AND x.provider = o.provider AND x.status = 'active'
   RETURNING x.id, x.user_id, x.version`,
);
