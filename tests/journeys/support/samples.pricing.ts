import { money } from '@kit/contracts';
import { caughtUp, type Municipality } from './municipality.js';
import type { Sample } from './samples.js';

export interface PricingTargets {
  pricingGroupId: string;
  discountCodeId: string;
  clubId: string;
  verificationId: string;
}

const fresh = (text: string) => `${text}-${Math.random().toString(36).slice(2, 10)}`;
const price = { pricingGroup: 'business', unit: 'hour', amount: money(12_000) };

export const pricingSamples: Record<string, Sample> = {
  getPricingGroup: { request: ({ pricingGroupId }) => ({ id: pricingGroupId }) },
  createPricingGroup: { request: () => ({ key: fresh('gruppe'), name: { nb: 'Gruppe' } }), ofTenant: true },
  updatePricingGroup: { request: ({ pricingGroupId }) => ({ id: pricingGroupId, position: 7 }), ofTenant: true },
  listPricingRuleHistory: { request: ({ listingId }) => ({ id: listingId }), ofOrg: true },
  getActorPricing: { request: ({ listingId }) => ({ id: listingId }) },
  putActorPricing: { request: ({ listingId }) => ({ id: listingId, prices: [price] }), ofOrg: true },
  listDiscountCodes: { request: () => ({}), ofTenant: true },
  getDiscountCode: { request: ({ discountCodeId }) => ({ id: discountCodeId }), ofTenant: true },
  createDiscountCode: {
    request: () => ({ code: fresh('KODE').toUpperCase(), kind: 'percentage', value: 1000 }),
    ofTenant: true,
  },
  updateDiscountCode: { request: ({ discountCodeId }) => ({ id: discountCodeId, value: 2000 }), ofTenant: true },
  requestVerification: {
    request: ({ clubId }) => ({ id: clubId, pricingGroup: 'sports_club' }),
    ofOrg: true,
    lacks: 'VERIFICATION_EXISTS',
  },
  listOrganizationVerifications: { request: ({ clubId }) => ({ id: clubId }) },
  listVerifications: { request: () => ({}) },
  getVerification: { request: ({ verificationId }) => ({ id: verificationId }), ofOrg: true },
  decideVerification: {
    request: ({ verificationId }) => ({ id: verificationId, decision: 'verified', remark: 'Vedtektene er sett.' }),
    ofTenant: true,
  },
  explainBookingPrice: { request: ({ bookingId }) => ({ id: bookingId }), ofOrg: true },
};

/** A group, a code, and a club that has asked to be verified and waits for somebody. */
export async function pricingTargetsOf({ admin }: Municipality): Promise<PricingTargets> {
  const { digilist, platform } = admin.client;
  const group = await digilist.createPricingGroup({ key: 'prove', name: { nb: 'Prøve' } });
  const code = await digilist.createDiscountCode({ code: 'PROVE', kind: 'fixed', value: 100 });
  const club = await platform.createOrganization({ name: 'Prøve IL', kind: 'association' });
  const asked = await caughtUp(() => digilist.requestVerification({ id: club.id, pricingGroup: 'sports_club' }));
  return { pricingGroupId: group.id, discountCodeId: code.id, clubId: club.id, verificationId: asked.id };
}
