import { beforeAll, describe, expect, it } from '@jest/globals';
import { eventually } from '@kit/testing';
import { outcome, refusal } from './support/http.js';
import { bookingOf, buildHall, caughtUp, type Municipality, municipality } from './support/municipality.js';
import { sharedSystem } from './support/system.js';

const system = sharedSystem();
let town: Municipality;
beforeAll(async () => {
  town = await municipality(system, { needsApproval: true });
}, 60_000);

const WITHIN = { within: 5_000, every: 25 };

describe('flow 2: identity in the token, authority in the projection', () => {
  it('a user without a grant may sign in and nothing else; a grant opens, a revocation closes everywhere within 5 s', async () => {
    const { client, id } = await town.person('novice');
    expect((await client.platform.getMe()).grants).toEqual([]);
    expect(await refusal(client.digilist.listApprovals({}))).toMatchObject({ status: 403, code: 'FORBIDDEN' });
    expect(await refusal(client.platform.listUsers({}))).toMatchObject({ status: 403, code: 'FORBIDDEN' });

    const handler = await town.grant(id, 'case_handler');
    const admin = await town.grant(id, 'tenant_administrator');
    // The token is the one from before the grant: it says who, not what.
    await eventually(async () => expect(await outcome(client.digilist.listApprovals({}))).toBe('ok'), WITHIN);
    expect(await outcome(client.platform.listUsers({}))).toBe('ok');

    await town.admin.client.platform.revokeRole({ id, grantId: handler });
    await town.admin.client.platform.revokeRole({ id, grantId: admin });
    await eventually(async () => expect(await outcome(client.digilist.listApprovals({}))).toBe('FORBIDDEN'), WITHIN);
    expect(await outcome(client.platform.listUsers({}))).toBe('FORBIDDEN');
  });

  it('a user who is suspended is out within 5 s, with a token that is still valid', async () => {
    const { client, id } = await town.person('leaver', [{ role: 'case_handler' }]);
    await caughtUp(() => client.digilist.listApprovals({}));
    const user = await town.admin.client.platform.getUser({ id });
    await town.admin.client.platform.updateUser({ id, status: 'suspended' }, { ifMatch: user });
    await eventually(async () => expect(await outcome(client.digilist.listApprovals({}))).not.toBe('ok'), WITHIN);
    expect(await outcome(client.platform.refresh({ refreshToken: client.tokens?.refreshToken ?? '' }))).not.toBe('ok');
  });

  it('a grant at an organization reaches what lies below it and nothing beside it', async () => {
    const [above, beside] = await Promise.all([town.organization('Nord'), town.organization('Sør')]);
    const below = await town.organization('Nord, avdeling', above);
    const { client } = await town.person('keeper', [{ role: 'listing_manager', orgId: above }]);
    const hall = await buildHall(client, below, 'Nordhallen');
    expect((await client.digilist.getListing({ id: hall.id })).status).toBe('published');
    const draft = {
      orgId: beside,
      type: 'SPACE' as const,
      bookingModel: 'TIME_RANGE' as const,
      name: { nb: 'Ikke min' },
    };
    expect(await refusal(client.digilist.createListing(draft))).toMatchObject({ status: 403, code: 'FORBIDDEN' });
    const other = await client.digilist.getListing({ id: town.hall.id });
    const change = client.digilist.updateListing({ id: town.hall.id, capacity: 5 }, { ifMatch: other });
    expect(['FORBIDDEN', 'NOT_FOUND']).toContain(await outcome(change));
    expect((await town.manager.client.digilist.getListing({ id: town.hall.id })).capacity).toBe(90);
  });

  it('a case handler of one organization sees and decides only its applications', async () => {
    const orgId = await town.organization('Kultur');
    const hall = await buildHall(town.manager.client, orgId, 'Kulturhallen');
    await caughtUp(() =>
      town.admin.client.digilist.createApprovalWorkflow({
        orgId,
        name: { nb: 'Alt' },
        steps: [{ key: 'always', when: { kind: 'always' }, level: 'manager', workingDays: 2 }],
      }),
    );
    const { client } = await town.person('culture-handler', [{ role: 'case_handler', orgId }]);
    const there = await town.resident.client.digilist.createBooking(bookingOf(hall, 9, 14));
    const elsewhere = await town.resident.client.digilist.createBooking(bookingOf(town.hall, 9, 14));
    const { data } = await caughtUp(() => client.digilist.listApprovals({}));
    expect(data.map(({ booking }) => booking.id)).toEqual([there.id]);
    const { data: all } = await town.handler.client.digilist.listApprovals({ limit: 200 });
    const foreign = all.find(({ booking }) => booking.id === elsewhere.id);
    expect(['FORBIDDEN', 'NOT_FOUND']).toContain(await outcome(client.digilist.approveBooking({ id: foreign!.id })));
    expect((await town.resident.client.digilist.getBooking({ id: elsewhere.id })).status).toBe('awaiting_approval');
  });

  it('a resident sees their own bookings and nobody else’s', async () => {
    const neighbour = await town.person('neighbour', [{ role: 'end_user' }]);
    const booking = await town.resident.client.digilist.createBooking(bookingOf(town.hall, 10, 14));
    const { data } = await caughtUp(() => neighbour.client.digilist.listBookings({}));
    expect(data).toEqual([]);
    expect(await refusal(neighbour.client.digilist.getBooking({ id: booking.id }))).toMatchObject({ status: 404 });
    const cancel = neighbour.client.digilist.cancelBooking({ id: booking.id, reason: 'Ikke min' });
    expect(await refusal(cancel)).toMatchObject({ status: 404 });
  });

  it('nobody gives away more than they have', async () => {
    const orgId = await town.organization('Klubben');
    const leader = await town.person('leader', [{ role: 'organization_administrator', orgId }]);
    const victim = await town.person('friend');
    const { data: roles } = await caughtUp(() => leader.client.platform.listRoles({ limit: 200 }));
    const tenantAdmin = roles.find(({ key }) => key === 'tenant_administrator');
    for (const userId of [leader.id, victim.id]) {
      const grant = leader.client.platform.grantRole({ id: userId, roleId: tenantAdmin!.id, scope: 'tenant' });
      expect((await refusal(grant)).status).toBe(403);
    }
  });

  it('explain names the missing link', async () => {
    const { id } = await town.person('asker');
    const why = await town.admin.client.platform.explainAuthorization({
      userId: id,
      permission: 'digilist.approval.decide',
    });
    expect(why).toMatchObject({ allowed: false, missing: 'NO_GRANT' });
  });

  it('the applicant does not decide their own application', async () => {
    const both = await town.person('both', [{ role: 'end_user' }, { role: 'case_handler' }]);
    const booking = await caughtUp(() => both.client.digilist.createBooking(bookingOf(town.hall, 11, 14)));
    const { data } = await both.client.digilist.listApprovals({ limit: 200 });
    const own = data.find((entry) => entry.booking.id === booking.id);
    expect(await refusal(both.client.digilist.approveBooking({ id: own!.id }))).toMatchObject({
      code: 'DECISION_BY_APPLICANT',
    });
  });
});
