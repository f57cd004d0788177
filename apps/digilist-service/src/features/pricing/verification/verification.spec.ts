import {
  createQuote,
  decideVerification,
  getVerification,
  listOrganizationVerifications,
  listVerifications,
  type OrganizationVerification,
  type OrganizationVerificationPage,
  requestVerification,
} from '@digilist/contracts';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { eventually, stopPostgres } from '@kit/testing';
import { v7 as uuidv7 } from 'uuid';
import { organizationState, stateMessage } from '../../../platform/testing/platform-stand-in.js';
import { BookingWorld, day } from '../../../testing/booking-world.js';
import type { Reply } from '../../../testing/digilist-world.js';
import { buildHall, type Hall } from '../../../testing/hall.js';
import { RegisterServer } from '../../../testing/organization-register.js';
import { BookingsModule } from '../../bookings/index.js';
import { obstacleToAsking } from '../domain/verification.js';
import { verificationModule } from '../index.js';
import { VerificationChecks } from './verification-checks.job.js';

let world: BookingWorld;
let register: RegisterServer;
let pricer: string;
let hall: Hall;

beforeAll(async () => {
  register = await RegisterServer.open();
  world = await BookingWorld.open([BookingsModule, verificationModule({ brregUrl: register.url })]);
  pricer = await world.person('pricer', 'tenant');
  hall = await buildHall(world.digilist, world.town, { stock: 50 });
});
afterAll(async () => {
  await world?.close();
  await register?.close();
  await stopPostgres();
});

let numbers = 91_000_000;
/** The next number that the register could have given. */
function freshNumber(): string {
  numbers += 1;
  const all = Array.from({ length: 10 }, (_, check) => `${numbers}${check}`);
  return all.find((number) => obstacleToAsking(number) === null) ?? freshNumber();
}

interface Club {
  id: string;
  number: string | null;
  leader: string;
}

/** An association that PLATFORM knows, with somebody who leads it. */
async function club(name: string, number: string | null = freshNumber()): Promise<Club> {
  const id = uuidv7();
  const state = {
    name,
    kind: 'association',
    status: 'active',
    organizationNumber: number,
    parentId: null,
    ancestorIds: [],
  };
  await world.digilist.platform.publish(organizationState, stateMessage(world.town.tenantId, id, 1, state));
  const leader = await world.person('leader', 'org', { orgId: id });
  await world.member(leader, id);
  await eventually(async () => {
    expect(await world.rows('SELECT FROM digilist.platform_organizations WHERE id = $1', [id])).toHaveLength(1);
  });
  return { id, number, leader };
}
const ask = (of: Club, { by = of.leader, pricingGroup = 'sports_club', headers = {} } = {}) =>
  world.call(requestVerification, { id: of.id, pricingGroup }, { by, headers });
const asked = (reply: Reply) => reply.body as unknown as OrganizationVerification;
const decide = (id: string, decision: string, { by = pricer, ...more }: { by?: string; validUntil?: string } = {}) =>
  world.call(decideVerification, { id, decision, remark: 'Vedtektene er sett.', ...more }, { by });
const quote = ({ id, leader }: Club, pricingGroup = 'sports_club') =>
  world.call(
    createQuote,
    { listingId: hall.listingId, startsAt: day(0), endsAt: day(0, 12), pricingGroup, onBehalfOfOrgId: id },
    { by: leader },
  );
const priceOf = async (of: Club) => (await quote(of)).body.price as { total: { amount: number } };
const check = (at = new Date()) => world.service.app.get(VerificationChecks, { strict: false }).turn(at);
const current = async (id: string) => asked(await world.call(getVerification, { id }, { by: pricer }));
const inDays = (days: number) => new Date(Date.now() + days * 86_400_000);

describe('a club that asks to be verified', () => {
  it('is verified at once where the register says what it is, and pays what clubs pay from then on', async () => {
    const il = await club('Storevik I.L.');
    register.register(il.number as string, 'STOREVIK IL');
    expect(await quote(il)).toMatchObject({
      code: 'PRICING_GROUP_NOT_VERIFIED',
      body: { details: { next: 'REQUEST_VERIFICATION', orgId: il.id } },
    });
    const verification = asked(await ask(il));
    expect(verification).toMatchObject({
      status: 'verified',
      reason: 'register_confirms',
      decidedBy: null,
      evidence: { name: 'STOREVIK IL', form: 'FLI', industries: ['93.120'], inLiquidation: false },
    });
    expect(Date.parse(verification.validUntil as string)).toBeGreaterThan(inDays(364).getTime());
    expect((await priceOf(il)).total.amount).toBe(70_000);
    await eventually(async () => {
      const told = await world.rows<{ body: string }>(
        `SELECT body FROM digilist.notifications WHERE user_id = $1 AND event = 'verification.decided'`,
        [il.leader],
      );
      expect(told[0]?.body).toContain('Storevik I.L.');
    });
  });

  it('is treated like another one with the same facts: the same decision, the same price', async () => {
    const [one, other] = [await club('Aker IL'), await club('Bakke IL')];
    register.register(one.number as string, 'AKER IL');
    register.register(other.number as string, 'BAKKE IL');
    const facts = ({ status, reason }: OrganizationVerification) => ({ status, reason });
    expect(facts(asked(await ask(one)))).toEqual(facts(asked(await ask(other, { by: pricer }))));
    expect(await priceOf(one)).toEqual(await priceOf(other));
  });

  it('waits for a person where the register does not settle it, and is in the queue', async () => {
    const company = await club('Turn AS');
    register.register(company.number as string, 'TURN AS', { organisasjonsform: { kode: 'AS' } });
    const nameless = await club('Løkka ballklubb', null);
    const [a, b] = [asked(await ask(company)), asked(await ask(nameless))];
    expect([a.status, a.reason, b.status, b.reason]).toEqual([
      'requested',
      'needs_a_person',
      'requested',
      'no_organization_number',
    ]);
    const queue = await world.call(listVerifications, { status: 'requested', limit: 2 }, { by: pricer });
    expect((queue.body as unknown as OrganizationVerificationPage).data.map(({ id }) => id)).toEqual([b.id, a.id]);
    const decided = asked(await decide(b.id, 'verified'));
    expect(decided).toMatchObject({
      status: 'verified',
      reason: 'person',
      remark: 'Vedtektene er sett.',
      decidedBy: pricer,
    });
    expect((await quote(nameless)).ok).toBe(true);
    expect((await decide(b.id, 'verified')).code).toBe('VERIFICATION_DECIDED');
    expect(asked(await decide(b.id, 'rejected')).status).toBe('rejected');
    expect((await quote(nameless)).code).toBe('PRICING_GROUP_NOT_VERIFIED');
    expect((await ask(nameless)).ok).toBe(true);
  });

  it.each([
    ['unknown', undefined, 'not_in_register'],
    ['gone', { utgaatt: true }, 'deleted_in_register'],
    ['deleted', { slettedato: '2024-05-01' }, 'deleted_in_register'],
  ])('is refused when it is %s to the register', async (_, change, reason) => {
    const il = await club('Borte IL');
    if (change) register.register(il.number as string, 'BORTE IL', change);
    expect(asked(await ask(il))).toMatchObject({ status: 'rejected', reason });
  });

  it('is one request: a second one is told of the first, and fifty at once make one', async () => {
    const il = await club('Samtidig IL');
    register.register(il.number as string, 'SAMTIDIG IL');
    const replies = await Promise.all(Array.from({ length: 20 }, () => ask(il)));
    const [made, ...others] = replies.filter(({ ok }) => ok);
    expect([others.length, ...new Set(replies.filter(({ ok }) => !ok).map(({ code }) => code))]).toEqual([
      0,
      'VERIFICATION_EXISTS',
    ]);
    const again = await ask(il);
    expect(again.body.details).toEqual({ verificationId: made && asked(made).id, status: 'verified' });
    const headers = { 'idempotency-key': uuidv7() };
    const lag = await club('Gjentatt IL');
    expect((await ask(lag, { headers })).body).toEqual((await ask(lag, { headers })).body);
  });

  it('is asked for by whoever leads it or by staff, for a group that asks for it', async () => {
    const il = await club('Ledet IL');
    const stranger = await club('Fremmed IL');
    const member = await world.person('resident', 'user');
    await world.member(member, il.id);
    expect((await ask(il, { by: stranger.leader })).code).toBe('NOT_FOUND');
    expect((await ask(il, { by: member })).code).toBe('FORBIDDEN');
    expect((await ask({ ...il, id: uuidv7() })).code).toBe('NOT_FOUND');
    expect((await ask(il, { pricingGroup: 'royals' })).code).toBe('PRICING_GROUP_UNKNOWN');
    expect((await ask(il, { pricingGroup: 'school' })).code).toBe('PRICING_GROUP_UNVERIFIABLE');
    const own = await world.call(listOrganizationVerifications, { id: il.id }, { by: stranger.leader });
    expect(own.body.data).toEqual([]);
    const { id } = asked(await ask(il));
    expect((await decide(id, 'verified', { by: il.leader })).code).toBe('FORBIDDEN');
    expect((await decide(uuidv7(), 'verified')).code).toBe('NOT_FOUND');
    expect((await decide(id, 'verified', { validUntil: inDays(-1).toISOString() })).code).toBe('VERIFICATION_DECIDED');
    const waiting = asked(await ask(await club('Ventende lag', null)));
    expect((await decide(waiting.id, 'verified', { validUntil: inDays(-1).toISOString() })).code).toBe(
      'VALIDATION_FAILED',
    );
    const mine = await world.call(listOrganizationVerifications, { id: il.id }, { by: il.leader });
    expect((mine.body.data as { id: string }[]).map((one) => one.id)).toEqual([id]);
  });
});

describe('the register', () => {
  it('that is away leaves the request waiting, and is asked again until it answers', async () => {
    const il = await club('Tålmodig IL');
    register.register(il.number as string, 'TÅLMODIG IL');
    register.away = 503;
    const { id, status, reason } = asked(await ask(il));
    expect([status, reason]).toEqual(['requested', 'register_away']);
    await check(new Date(Date.now() + 11 * 60_000));
    expect((await current(id)).status).toBe('requested');
    register.away = null;
    await check(new Date(Date.now() + 60 * 60_000));
    expect((await current(id)).status).toBe('verified');
  });

  it('is asked again before a verification runs out, which goes on where it still says so', async () => {
    const [lives, ended] = [await club('Lever IL'), await club('Nedlagt IL')];
    for (const { number } of [lives, ended])
      register.register(number as string, number === lives.number ? 'LEVER IL' : 'NEDLAGT IL');
    const [a, b] = [asked(await ask(lives)), asked(await ask(ended))];
    register.register(ended.number as string, 'NEDLAGT IL', { slettedato: '2027-01-01' });
    const later = inDays(340);
    await check(later);
    const renewed = await current(a.id);
    expect(renewed.status).toBe('verified');
    expect(Date.parse(renewed.validUntil as string)).toBe(later.getTime() + 365 * 86_400_000);
    expect(await current(b.id)).toMatchObject({ status: 'rejected', reason: 'deleted_in_register' });
  });

  it('does not renew what a person decided: that runs out, and can be asked for again', async () => {
    const lag = await club('Uten nummer', null);
    const { id } = asked(await ask(lag));
    await decide(id, 'verified', { validUntil: inDays(10).toISOString() });
    await check(inDays(11));
    expect(await current(id)).toMatchObject({ status: 'expired', reason: 'ran_out' });
    expect((await quote(lag)).code).toBe('PRICING_GROUP_NOT_VERIFIED');
    expect((await ask(lag)).ok).toBe(true);
  });
});
