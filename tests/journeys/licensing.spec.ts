import type { Client } from '@digilist/client';
import { beforeAll, describe, expect, it } from '@jest/globals';
import { eventually, query } from '@kit/testing';
import { outcome, refusal, tally } from './support/http.js';
import { bookingOf, type Municipality, municipality, superAdministrator } from './support/municipality.js';
import { sharedSystem } from './support/system.js';

const system = sharedSystem();
const WITHIN = { within: 5_000, every: 25 };
const countBookings = async (tenantId: string): Promise<number> => {
  const [row] = await query<{ count: string }>(
    system.urls.digilist.superuser,
    'select count(*) from digilist.bookings where tenant_id = $1',
    [tenantId],
  );
  return Number(row?.count);
};

describe('flow 3: entitlements are projected, consumption is counted by PLATFORM', () => {
  let root: Client;
  beforeAll(async () => {
    root = await superAdministrator(system);
  });

  describe('the plan Free', () => {
    let town: Municipality;
    beforeAll(async () => {
      town = await municipality(system, { plan: 'free' });
    }, 60_000);

    it('a module that is not in the plan is refused to everybody, also to the administrator', async () => {
      const { digilist } = town.admin.client;
      expect(await refusal(digilist.listApprovals({}))).toMatchObject({ status: 403, code: 'MODULE_NOT_ENTITLED' });
      const { data } = await town.admin.client.platform.listEntitlements({});
      const active = data.filter(({ status }) => status === 'active').map(({ moduleKey }) => moduleKey);
      expect(active.sort()).toEqual(['digilist.booking', 'digilist.listings']);
    });

    it('who lacks the permission is told so first: the licence is none of their business', async () => {
      expect(await outcome(town.resident.client.digilist.listApprovals({}))).toBe('FORBIDDEN');
    });

    it('ten bookings a month: of thirty at the same moment exactly ten are made, and refused ones cost nothing', async () => {
      const { digilist } = town.resident.client;
      const first = bookingOf(town.hall, 3, 0);
      expect(await outcome(digilist.createBooking(first))).toBe('ok');
      // Taken, too short, without terms: none of them is counted.
      const refused = [
        first,
        { ...first, endsAt: first.startsAt },
        { ...bookingOf(town.hall, 3, 1), termsVersion: undefined },
      ];
      for (const request of refused) expect(await outcome(digilist.createBooking(request))).not.toBe('ok');
      const attempts = Array.from({ length: 30 }, (_, n) =>
        bookingOf(town.hall, 4 + Math.floor(n / 10), 8 + (n % 10), { zoneId: town.hall.thirds[n % 3] }),
      );
      const outcomes = await Promise.all(attempts.map((request) => outcome(digilist.createBooking(request))));
      expect(tally(outcomes)).toEqual({ ok: 9, LIMIT_EXCEEDED: 21 });
      expect(await countBookings(town.id)).toBe(10);
      const over = await refusal(digilist.createBooking(bookingOf(town.hall, 9, 9)));
      expect(over).toMatchObject({ status: 429, code: 'LIMIT_EXCEEDED' });
      const { data } = await town.admin.client.platform.listUsage({});
      expect(data.find(({ meter }) => meter === 'digilist.bookings')).toMatchObject({
        limit: 10,
        used: 10,
        remaining: 0,
        period: 'month',
      });
    });

    it('a larger plan lifts the limit and brings the module, within 5 s', async () => {
      await root.platform.putSubscription({ id: town.id, product: 'digilist', planKey: 'standard' });
      await eventually(async () => {
        expect(await outcome(town.handler.client.digilist.listApprovals({}))).toBe('ok');
        expect(await outcome(town.resident.client.digilist.createBooking(bookingOf(town.hall, 10, 9)))).toBe('ok');
      }, WITHIN);
    });
  });

  describe('the life of a subscription', () => {
    let town: Municipality;
    let hour = 0;
    const book = () => outcome(town.resident.client.digilist.createBooking(bookingOf(town.hall, 5, hour++)));
    beforeAll(async () => {
      town = await municipality(system, { plan: 'standard' });
    }, 60_000);

    it('suspended: 402 within 5 s, nothing is booked; resumed: it goes on', async () => {
      expect(await book()).toBe('ok');
      await root.platform.suspendSubscription({ id: town.id, product: 'digilist', reason: 'Ubetalt faktura' });
      await eventually(async () => expect(await book()).toBe('SUBSCRIPTION_SUSPENDED'), WITHIN);
      expect(await refusal(town.resident.client.digilist.createBooking(bookingOf(town.hall, 6, 1)))).toMatchObject({
        status: 402,
      });
      // Only the product is closed: the tenant's people and its own licence stay in reach.
      expect(await outcome(town.admin.client.platform.getSubscription({}))).toBe('ok');
      await root.platform.resumeSubscription({ id: town.id, product: 'digilist', reason: 'Betalt' });
      await eventually(async () => expect(await book()).toBe('ok'), WITHIN);
    });

    it('expired: 402 within 5 s, as soon as validity and grace are over', async () => {
      const [validFrom, validUntil] = [-48, -24].map((hours) => new Date(Date.now() + hours * 3_600_000).toISOString());
      await root.platform.putSubscription({
        id: town.id,
        product: 'digilist',
        planKey: 'standard',
        validFrom,
        validUntil,
      });
      await eventually(async () => expect(await book()).toBe('SUBSCRIPTION_EXPIRED'), WITHIN);
      const graceUntil = new Date(Date.now() + 3_600_000).toISOString();
      await root.platform.putSubscription({
        id: town.id,
        product: 'digilist',
        planKey: 'standard',
        validFrom,
        validUntil,
        graceUntil,
      });
      await eventually(async () => expect(await book()).toBe('ok'), WITHIN);
    });

    it('a tenant cannot change its own licence', async () => {
      const { platform } = town.admin.client;
      const change = platform.putSubscription({ id: town.id, product: 'digilist', planKey: 'enterprise' });
      expect(await refusal(change)).toMatchObject({ status: 403, code: 'FORBIDDEN' });
    });
  });
});
