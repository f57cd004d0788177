import { Refusal } from '@kit/contracts';
import { originIn, type RequestContext, type UnitOfWork } from '@kit/service';
import { API_KEY_INVALID } from '@platform/contracts';
import { parseApiKey } from './domain/api-key.js';
import { FIND_KEY, NOTE_USE } from './machines.sql.js';

const MINUTE_MS = 60_000;

interface FoundKey extends Record<string, unknown> {
  id: string;
  user_id: string;
  session_id: string | null;
  status: string;
  expires_at: Date;
  last_used_at: Date | null;
  user_status: string;
  slug: string;
  tenant_status: string;
}

/** Whose key it is, and the session behind it. */
export interface AcceptedKey {
  readonly userId: string;
  readonly tenantId: string;
  readonly tenantSlug: string;
  readonly sessionId: string;
}

/** @throws Refusal API_KEY_INVALID, which is audited where the key is, or was, somebody's */
export async function acceptKey(work: UnitOfWork, ctx: RequestContext, apiKey: string): Promise<AcceptedKey> {
  const presented = parseApiKey(apiKey);
  if (!presented) throw new Refusal(API_KEY_INVALID);
  const { tenantId, hash } = presented;
  const found = await work.runAs(originIn(tenantId, ctx), async (tx) => {
    const [key] = await tx.query<FoundKey>(FIND_KEY, [tenantId, hash]);
    if (!key) return null;
    const sound = key.status === 'active' && key.expires_at > tx.now && key.session_id !== null;
    if (!sound || key.user_status !== 'active' || key.tenant_status !== 'active') {
      const entity = { type: 'api_key', id: key.id };
      tx.audit({ action: 'platform.api-key.use', entity, outcome: 'refused', reason: API_KEY_INVALID.code });
      return null;
    }
    const noted = key.last_used_at && tx.now.getTime() - key.last_used_at.getTime() < MINUTE_MS;
    if (!noted) {
      await tx.query(NOTE_USE, [tenantId, key.id, tx.now]);
      const actor = { kind: 'user', id: key.user_id } as const;
      tx.audit({ action: 'platform.api-key.use', entity: { type: 'api_key', id: key.id }, actor });
    }
    return key;
  });
  if (!found) throw new Refusal(API_KEY_INVALID);
  return { userId: found.user_id, tenantId, tenantSlug: found.slug, sessionId: found.session_id as string };
}
