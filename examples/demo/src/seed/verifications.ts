import type { Client } from '@digilist/client';
import type { TenantContent } from '../content/types.js';
import { found, type Organizations } from './people.js';
import { oncePropagated, unless } from './steps.js';

/** Groups whose price takes that somebody has verified the organization. */
const VERIFIED = ['sports_club', 'youth_organization'];

/**
 * Invented clubs have no organization number that the register could know: for each that books as one the case handler
 * asks, and decides.
 */
export async function seedVerifications(handler: Client, content: TenantContent, orgs: Organizations): Promise<number> {
  const wanted = new Map(
    content.bookings.flatMap(({ forOrg, pricingGroup }) =>
      forOrg !== undefined && pricingGroup !== undefined && VERIFIED.includes(pricingGroup)
        ? [[`${forOrg} ${pricingGroup}`, { id: found(orgs, forOrg), pricingGroup }] as const]
        : [],
    ),
  );
  for (const request of wanted.values()) {
    await unless('VERIFICATION_EXISTS', async () => {
      const { id } = await handler.digilist.requestVerification(request);
      await oncePropagated(() =>
        handler.digilist.decideVerification({ id, decision: 'verified', remark: 'Vedtekter og årsmelding er sett.' }),
      );
    });
  }
  return wanted.size;
}
