import { ApiProblem, type Client } from '@digilist/client';

/** Refusals that mean "not yet": what PLATFORM has decided is on its way to DIGILIST. */
const NOT_YET = new Set([
  'FORBIDDEN',
  'NOT_FOUND',
  'MODULE_NOT_ENTITLED',
  'SUBSCRIPTION_EXPIRED',
  'ORGANIZATION_UNKNOWN',
  'ORG_NOT_MEMBER',
  'PLAN_UNKNOWN',
  'TENANT_UNKNOWN',
  'LISTING_INVALID_TYPE',
  'PRICING_GROUP_UNKNOWN',
  // Of the edge: too fast, or a service is just coming up.
  'RATE_LIMITED',
  'AUTH_BUSY',
  'SERVICE_UNAVAILABLE',
  'DEADLINE_EXCEEDED',
  'OVERLOADED',
]);

/** Does it again, as long as the refusal is one that passes by itself. */
export async function oncePropagated<T>(work: () => Promise<T>, within = 20_000): Promise<T> {
  const end = Date.now() + within;
  for (;;) {
    try {
      return await work();
    } catch (error) {
      if (!(error instanceof ApiProblem) || !NOT_YET.has(error.code) || Date.now() > end) throw error;
      await new Promise((resolve) => setTimeout(resolve, (error.retryAfter ?? 0.1) * 1000));
    }
  }
}

/** Leaves a conflict alone that says "this is there already", e.g. of a start that was interrupted. */
export async function unless(code: string, work: () => Promise<unknown>): Promise<void> {
  try {
    await oncePropagated(work);
  } catch (error) {
    if (!(error instanceof ApiProblem) || error.code !== code) throw error;
  }
}

/** Every page of a list. */
export async function all<T>(
  read: (cursor?: string) => Promise<{ data: T[]; nextCursor: string | null }>,
): Promise<T[]> {
  const found: T[] = [];
  let cursor: string | undefined;
  do {
    const page = await read(cursor);
    found.push(...page.data);
    cursor = page.nextCursor ?? undefined;
  } while (cursor);
  return found;
}

export const page = (cursor?: string) => ({ limit: 200, ...(cursor && { cursor }) });

export interface Sessions {
  /** Signs in once per person. */
  as(email: string): Promise<Client>;
}
