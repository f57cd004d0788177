import { type Audience, type Extent, mayKnow, permissionsIn, type ViewerExtent } from '@kit/contracts';
import type { Listener, LiveServices } from './services.js';

/** How old an answer of a service may be on which something is shown: rights that were taken back end with it. */
export const FRESH_MS = 3_000;
/** For what anybody may know it is only about whether the tenant is still served. */
const PUBLIC_MS = 30_000;
/** Rights that were gained count after this time; asking again for each event that somebody may not see costs too much. */
const DENIED_MS = 15_000;

/** The right that every listener has: to be there. */
const PRESENCE = '';

interface Known {
  readonly extent: Extent | null;
  readonly at: number;
}

/**
 * What one listener may see, as the services say. They are asked when there is something to show and the last answer is
 * too old, so those to whom nothing happens cost nothing.
 */
export class Standing {
  private readonly known = new Map<string, Known>();
  private readonly asking = new Map<string, Promise<unknown>>();

  constructor(
    private readonly services: LiveServices,
    private readonly listener: Listener,
  ) {}

  /** Whether this listener is let in at all, and to which tenant. @throws Refusal */
  enter(context: string): Promise<string> {
    return this.fetch(context, []);
  }

  /** @throws Refusal when a service cannot say, or says that this listener has no business here any more */
  async may(context: string, audience: Audience): Promise<boolean> {
    const { userId } = this.listener;
    const needed = userId === null ? [] : permissionsIn(audience);
    const who = {
      userId,
      extentOf: (permission: string) => this.known.get(`${context} ${permission}`)?.extent ?? null,
    };
    const seen = mayKnow(audience, who);
    const limit = !seen ? DENIED_MS : audience.includes('public') ? PUBLIC_MS : FRESH_MS;
    // Who has not signed in is admitted by nothing that a service could say.
    if (!seen && userId === null) return false;
    if (this.age(context, needed) <= limit) return seen;
    await this.ask(context, needed);
    return mayKnow(audience, who);
  }

  private age(context: string, permissions: readonly string[]): number {
    const asked = (permissions.length === 0 ? [PRESENCE] : permissions).map(
      (permission) => this.known.get(`${context} ${permission}`)?.at ?? 0,
    );
    return Date.now() - Math.min(...asked);
  }

  private ask(context: string, permissions: string[]): Promise<unknown> {
    const key = `${context} ${permissions.join(' ')}`;
    const under = this.asking.get(key);
    if (under) return under;
    const asked = this.fetch(context, permissions).finally(() => this.asking.delete(key));
    this.asking.set(key, asked);
    return asked;
  }

  private async fetch(context: string, permissions: string[]): Promise<string> {
    // The answer holds as of when it was asked for.
    const at = Date.now();
    const { tenantId, extents } = await this.services.viewer(context, this.listener, { permissions });
    for (const extent of extents) this.known.set(`${context} ${extent.permission}`, { extent: extentOf(extent), at });
    this.known.set(`${context} ${PRESENCE}`, { extent: null, at });
    return tenantId;
  }
}

function extentOf({ tenant, own, orgIds }: ViewerExtent): Extent {
  const orgs = new Set(orgIds);
  return { tenant, own, covers: (orgId) => tenant || orgs.has(orgId) };
}
