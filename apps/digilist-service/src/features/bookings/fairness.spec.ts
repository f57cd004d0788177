import { createQuote, listPricingGroups, type PricingGroup, type Quote, submitBooking } from '@digilist/contracts';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { stopPostgres } from '@kit/testing';
import { BookingWorld, bodyOf, day, detailsOf } from '../../testing/booking-world.js';
import { buildHall } from '../../testing/hall.js';
import { PricingModule } from '../pricing/index.js';
import { BookingsModule } from './index.js';

// Who may pay what: nobody names a group that is cheaper and is not theirs.

let world: BookingWorld;
let leader: string;
let teacher: string;

beforeAll(async () => {
  world = await BookingWorld.open([PricingModule, BookingsModule]);
  leader = await world.person('resident', 'user');
  teacher = await world.person('resident', 'user');
  await world.member(leader, world.town.clubId);
  await world.member(teacher, world.town.otherOrgId);
});
afterAll(async () => {
  await world?.close();
  await stopPostgres();
});

/** What quote and booking answer to the same wish: a total each, or a code each. */
async function asked(by: string, change: object): Promise<[quote: number | string, booking: number | string]> {
  const hall = await buildHall(world.digilist, world.town);
  const wish = { listingId: hall.listingId, startsAt: day(0, 10), endsAt: day(0, 12), ...change };
  const quote = await world.call(createQuote, wish, { by });
  const booking = await world.book(hall, change, { by });
  return [
    quote.code ?? (quote.body as unknown as Quote).price.total.amount,
    booking.code ?? bodyOf(booking).price.total.amount,
  ];
}

describe('a group that requires verification', () => {
  it('says so, and for whom it is', async () => {
    const { body } = await world.call(listPricingGroups, {});
    const groups = body.data as PricingGroup[];
    expect(
      Object.fromEntries(
        groups.map(({ key, verification, organizationKinds }) => [key, [verification, organizationKinds]]),
      ),
    ).toEqual({
      private: ['none', []],
      business: ['none', ['company']],
      sports_club: ['verified', ['association']],
      youth_organization: ['verified', ['association']],
      school: ['organization_kind', ['unit', 'public_body']],
      municipality: ['organization_kind', ['unit', 'public_body']],
    });
  });

  it.each(['sports_club', 'youth_organization', 'school', 'municipality'])(
    '%s is refused to whoever just names it',
    async (pricingGroup) => {
      const no = 'PRICING_GROUP_NOT_VERIFIED';
      expect(await asked(leader, { pricingGroup })).toEqual([no, no]);
    },
  );

  it.each<[string, 'clubId' | 'otherOrgId', number | string]>([
    ['sports_club', 'clubId', 70_000],
    ['youth_organization', 'clubId', 50_000],
    ['school', 'clubId', 'PRICING_GROUP_NOT_VERIFIED'],
    ['municipality', 'clubId', 'PRICING_GROUP_NOT_VERIFIED'],
    ['private', 'clubId', 100_000],
    ['business', 'clubId', 100_000],
    ['sports_club', 'otherOrgId', 'PRICING_GROUP_NOT_VERIFIED'],
    ['school', 'otherOrgId', 0],
    ['municipality', 'otherOrgId', 0],
  ])('%s for a member of %s: quote and booking both say %s', async (pricingGroup, org, outcome) => {
    const by = org === 'clubId' ? leader : teacher;
    expect(await asked(by, { pricingGroup, onBehalfOfOrgId: world.town[org] })).toEqual([outcome, outcome]);
  });

  it('is refused to strangers of the organization, and granted to staff who book for it', async () => {
    const wish = { pricingGroup: 'sports_club', onBehalfOfOrgId: world.town.clubId };
    expect(await asked(teacher, wish)).toEqual(['ORG_NOT_MEMBER', 'ORG_NOT_MEMBER']);
    expect(await asked(world.handler, wish)).toEqual([70_000, 70_000]);
  });

  it('names the kinds of organizations it is for', async () => {
    const hall = await buildHall(world.digilist, world.town);
    expect(detailsOf(await world.book(hall, { pricingGroup: 'school' }))).toEqual({
      pricingGroup: 'school',
      organizationKinds: ['unit', 'public_body'],
      next: 'BOOK_ON_BEHALF_OF_ORGANIZATION',
    });
  });

  it('is looked at again when a draft is submitted: who has left the club pays for themselves', async () => {
    const guest = await world.person('resident', 'user');
    const leave = await world.member(guest, world.town.clubId);
    const hall = await buildHall(world.digilist, world.town);
    const wish = { pricingGroup: 'sports_club', onBehalfOfOrgId: world.town.clubId, draft: true };
    const draft = bodyOf(await world.book(hall, wish, { by: guest }));
    expect(draft.status).toBe('draft');
    await leave();
    const reply = await world.call(submitBooking, { id: draft.id, termsVersion: '1' }, { by: guest });
    expect(reply.code).toBe('ORG_NOT_MEMBER');
  });
});
