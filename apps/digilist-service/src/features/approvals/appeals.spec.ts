import {
  answerClarification,
  appealBooking,
  cancelBooking,
  clarifyApproval,
  getBooking,
  getBookingHistory,
  listBookingMessages,
} from '@digilist/contracts';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { eventually, stopPostgres } from '@kit/testing';
import { organizationState, stateMessage } from '../../platform/testing/platform-stand-in.js';
import { type BookingWorld, bodyOf, detailsOf } from '../../testing/booking-world.js';
import { buildHall } from '../../testing/hall.js';
import { Applications, type Applied } from './testing/applications.js';

let town: Applications;
let world: BookingWorld;
let colleague: string;
let neighbour: string;

beforeAll(async () => {
  town = await Applications.open();
  ({ world } = town);
  colleague = await town.handler();
  neighbour = await world.person('resident', 'user');
});
afterAll(async () => {
  await world?.close();
  await stopPostgres();
});

const appeal = ({ booking }: Applied, by = world.resident, text = 'Vi er førti, ikke fire hundre.') =>
  world.call(appealBooking, { id: booking.id, text }, { by });
const ask = (id: string, by = world.handler) => world.call(clarifyApproval, { id, question: 'Hvor mange?' }, { by });
const answer = ({ booking }: Applied, by = world.resident) =>
  world.call(answerClarification, { id: booking.id, answer: 'Tretti.' }, { by });
const rejected = async (...asked: Parameters<Applications['apply']>): Promise<Applied> => {
  const applied = await town.apply(...asked);
  expect((await town.reject(applied.id)).ok).toBe(true);
  return applied;
};
/** Moves instants of a case back, as if that much time had passed. */
const later = (id: string, interval: string) =>
  world.rows(
    `UPDATE digilist.booking_approvals SET decided_at = decided_at - $2::interval, asked_at = asked_at - $2::interval,
       due_at = due_at - $2::interval WHERE id = $1`,
    [id, interval],
  );

describe('a question to the applicant', () => {
  it('is asked and answered, both are told, and the time to decide stands still meanwhile', async () => {
    const applied = await town.apply();
    const { dueAt } = await town.details(applied.id);
    expect((await ask(applied.id)).body).toMatchObject({ status: 'clarification', overdue: false });
    expect(await town.told(applied.booking, world.resident)).toEqual(['booking.requested', 'approval.clarification']);
    // Ten days pass: what was due is past, but not overdue.
    await later(applied.id, '10 days');
    expect(await town.details(applied.id)).toMatchObject({ status: 'clarification', overdue: false });
    expect((await answer(applied)).body).toMatchObject({ kind: 'answer', text: 'Tretti.', by: world.resident });
    const after = await town.details(applied.id);
    expect(after).toMatchObject({ status: 'open', overdue: false });
    expect(Math.abs(Date.parse(after.dueAt as string) - Date.parse(dueAt as string))).toBeLessThan(5 * 86_400_000);
    expect(after.messages.map(({ kind, text }) => [kind, text])).toEqual([
      ['question', 'Hvor mange?'],
      ['answer', 'Tretti.'],
    ]);
    expect(await town.told(applied.booking, world.handler)).toContain('approval.clarified');
    expect((await town.approve(applied.id)).ok).toBe(true);
  });

  it('is read by the applicant, answered once, by nobody else, and decided upon without an answer, too', async () => {
    const applied = await town.apply();
    expect((await answer(applied)).code).toBe('INVALID_STATE');
    await ask(applied.id);
    expect((await ask(applied.id)).code).toBe('INVALID_STATE');
    const read = await world.call(listBookingMessages, { id: applied.booking.id });
    expect(read.body).toMatchObject({ status: 'clarification', data: [{ kind: 'question', text: 'Hvor mange?' }] });
    expect((await world.call(listBookingMessages, { id: applied.booking.id }, { by: neighbour })).code).toBe(
      'NOT_FOUND',
    );
    expect((await answer(applied, neighbour)).code).toBe('NOT_FOUND');
    expect((await answer(applied, world.handler)).code).toBe('APPLICANT_ONLY');
    expect((await town.approve(applied.id)).ok).toBe(true);
    expect((await answer(applied)).code).toBe('INVALID_STATE');
  });

  it('is not asked by who applies', async () => {
    const own = await town.apply({}, { by: world.handler });
    expect((await ask(own.id)).code).toBe('DECISION_BY_APPLICANT');
  });
});

describe('an appeal', () => {
  it('goes to an administrator who did not reject; upheld, the booking has its time again', async () => {
    const applied = await rejected();
    const opened = await appeal(applied);
    expect(opened.body).toMatchObject({ bookingId: applied.booking.id, status: 'open' });
    const id = String(opened.body.id);
    expect(await town.details(id, colleague)).toMatchObject({
      kind: 'appeal',
      level: 'administrator',
      messages: [{ kind: 'appeal', by: world.resident }],
    });
    expect(await town.told(applied.booking, colleague)).toContain('approval.appealed');
    expect(await town.told(applied.booking, world.handler)).not.toContain('approval.appealed');
    expect((await town.approve(id)).code).toBe('DECISION_NEEDS_ANOTHER');
    expect((await town.approve(id, colleague)).body).toMatchObject({ status: 'approved', kind: 'appeal' });
    expect(await town.statusOf(applied.booking)).toBe('confirmed');
    const { body } = await world.call(getBookingHistory, { id: applied.booking.id });
    expect((body.data as { to: string }[]).map(({ to }) => to)).toEqual([
      'pending',
      'awaiting_approval',
      'rejected',
      'awaiting_approval',
      'confirmed',
    ]);
  });

  it('of what is to be paid is paid after it, whatever the order was before', async () => {
    const applied = await rejected({ paymentPolicy: 'APPROVE_THEN_PAY' });
    const { body } = await appeal(applied);
    await town.approve(String(body.id), colleague);
    expect(await town.statusOf(applied.booking)).toBe('awaiting_payment');
    expect(await town.told(applied.booking, world.resident)).toContain('booking.payment_due');
  });

  it.each<[string, number, boolean]>([
    ['counts again when it has uses left', 2, true],
    ['is past when it has none, and the price stays what it was', 1, false],
  ])('upheld, its discount code %s; the audit record says so', async (_, maxUses, counted) => {
    const code = `ANKE${maxUses}`;
    await world.rows(
      `INSERT INTO digilist.discount_codes (tenant_id, code, kind, value, max_uses, created_by, updated_by)
       VALUES ($1, $2, 'percentage', 1000, $3, $4, $4)`,
      [world.town.tenantId, code, maxUses, world.handler],
    );
    const used = async () =>
      (await world.rows('SELECT used FROM digilist.discount_codes WHERE code = $1', [code])).map((row) => row.used);
    const applied = await rejected({}, { discountCode: code });
    expect(await used()).toEqual([0]);
    const other = await world.book(await buildHall(world.digilist, world.town), { discountCode: code });
    expect(other.ok).toBe(true);
    const { body } = await appeal(applied);
    expect((await town.approve(String(body.id), colleague)).ok).toBe(true);
    expect(await used()).toEqual([counted ? 2 : 1]);
    const booking = bodyOf(await world.call(getBooking, { id: applied.booking.id }));
    expect(booking).toMatchObject({ status: 'confirmed', discountCode: code, total: applied.booking.total });
    const [record] = await world.rows<{ payload: string }>(
      `SELECT payload FROM digilist.outbox WHERE payload LIKE '%digilist.booking.reinstate%' AND payload LIKE $1`,
      [`%${booking.id}%`],
    );
    expect(JSON.parse(record?.payload as string).changes).toMatchObject({ discountCounted: counted });
  });

  it('stays open when the time is gone, and can still be dismissed', async () => {
    const applied = await rejected();
    const { body } = await appeal(applied);
    const id = String(body.id);
    const taker = await world.book(applied.hall, { attendees: 10 }, { by: neighbour });
    expect(bodyOf(taker).status).toBe('confirmed');
    const details = await town.details(id, colleague);
    expect(details.overlapping).toMatchObject({ count: 1, first: [{ id: bodyOf(taker).id, status: 'confirmed' }] });
    const refused = await town.approve(id, colleague);
    expect(refused.code).toBe('SLOT_CONFLICT');
    expect(await town.details(id)).toMatchObject({ status: 'open' });
    expect((await town.reject(id, colleague)).body).toMatchObject({ status: 'rejected' });
    expect(await town.statusOf(applied.booking)).toBe('rejected');
    expect(await town.told(applied.booking, world.resident)).toEqual([
      'booking.requested',
      'booking.rejected',
      'booking.rejected',
    ]);
    expect((await appeal(applied)).code).toBe('APPEAL_DECIDED');
  });

  it('is made once, within three weeks, by the applicant, of what was rejected and has not begun', async () => {
    const waiting = await town.apply();
    expect((await appeal(waiting)).code).toBe('INVALID_STATE');
    const applied = await rejected();
    expect((await appeal(applied, world.handler)).code).toBe('APPLICANT_ONLY');
    expect((await appeal(applied, neighbour)).code).toBe('NOT_FOUND');
    const both = await Promise.all([appeal(applied), appeal(applied)]);
    expect(both.map(({ code }) => code ?? 'OK').sort()).toEqual(['APPEAL_DECIDED', 'OK']);
    const old = await rejected();
    await later(old.id, '22 days');
    const late = await appeal(old);
    expect(late.code).toBe('APPEAL_TOO_LATE');
    expect(Date.parse(String(detailsOf(late).until))).toBeLessThan(Date.now());
    const begun = await rejected();
    await world.rows(`UPDATE digilist.bookings SET starts_at = now() - interval '1 hour' WHERE id = $1`, [
      begun.booking.id,
    ]);
    expect((await appeal(begun)).code).toBe('BOOKING_STARTED');
  });

  it('by two at once against the same time: one is upheld', async () => {
    const first = await rejected();
    const second = await rejected(first.hall, { by: neighbour });
    const ids = [(await appeal(first)).body.id, (await appeal(second, neighbour)).body.id].map(String);
    const replies = await Promise.all(ids.map((id) => town.approve(id, colleague)));
    expect(replies.map(({ code }) => code ?? 'OK').sort()).toEqual(['OK', 'SLOT_CONFLICT']);
  });
});

describe('what became impossible', () => {
  const refusedWith = async (applied: Applied, reason: string) => {
    const refused = await town.approve(applied.id);
    expect([refused.code, refused.code && detailsOf(refused)?.reason]).toEqual(['APPROVAL_IMPOSSIBLE', reason]);
    expect(await town.statusOf(applied.booking)).toBe('awaiting_approval');
    // A no is always possible.
    expect((await town.reject(applied.id)).ok).toBe(true);
  };

  it.each([
    ['the listing is archived', 'listing', `UPDATE digilist.listings SET status = 'archived' WHERE id = $1`, 'listing'],
    ['the zone is closed', 'zone', `UPDATE digilist.zones SET status = 'retired' WHERE id = $1`, 'zone'],
  ])('is not approved: %s', async (_what, of, text, reason) => {
    const applied = await town.apply();
    await world.rows(text, [of === 'listing' ? applied.hall.listingId : applied.booking.zoneId]);
    await refusedWith(applied, reason);
  });

  it('is not approved: its time is gone', async () => {
    const applied = await town.apply();
    const allocations = `UPDATE digilist.allocations SET expires_at = now() - interval '1 minute' WHERE booking_id = $1`;
    await world.rows(allocations, [applied.booking.id]);
    await refusedWith(applied, 'time');
  });

  it('is not approved: who applies is not active any more', async () => {
    const leaving = await world.person('resident', 'user');
    const applied = await town.apply({}, { by: leaving });
    await world.rows(`UPDATE digilist.platform_users SET status = 'deactivated' WHERE id = $1`, [leaving]);
    await refusedWith(applied, 'applicant');
  });

  it('is not approved: the organization it is for has ended', async () => {
    const { town: municipality } = world;
    const leader = await world.person('resident', 'user');
    await world.member(leader, municipality.clubId);
    const applied = await town.apply({}, { by: leader, onBehalfOfOrgId: municipality.clubId });
    const ended = {
      kind: 'association',
      name: 'Storevik IL',
      parentId: null,
      ancestorIds: [],
      organizationNumber: null,
    };
    const state = (version: number, status: string) =>
      stateMessage(municipality.tenantId, municipality.clubId, version, { ...ended, status });
    await world.digilist.platform.publish(organizationState, state(2, 'dissolved'));
    await eventually(async () => {
      const text = `SELECT FROM digilist.platform_organizations WHERE id = $1 AND status = 'dissolved'`;
      expect(await world.rows(text, [municipality.clubId])).toHaveLength(1);
    });
    await refusedWith(applied, 'organization');
    await world.digilist.platform.publish(organizationState, state(3, 'active'));
  });

  it('is not approved: the processing of the data of who applies is restricted', async () => {
    const restricted = await world.person('resident', 'user');
    const applied = await town.apply({}, { by: restricted });
    await world.rows(
      `INSERT INTO digilist.platform_data_subject_requests (tenant_id, id, user_id, kind, status, restricts, version)
       VALUES ($1, uuidv7(), $2, 'restriction', 'completed', true, 1)`,
      [world.town.tenantId, restricted],
    );
    expect((await town.approve(applied.id)).code).toBe('PROCESSING_RESTRICTED');
    expect((await town.reject(applied.id)).ok).toBe(true);
  });
});

describe('what the municipality calls off', () => {
  it('is told with its public reason; the internal one stays in the audit trail', async () => {
    const { booking, id } = await town.apply();
    await town.approve(id);
    const internal = 'Lekkasje, se sak 26/114';
    const publicReason = 'Hallen er stengt denne dagen.';
    const request = { id: booking.id, reason: internal, publicReason };
    expect((await world.call(cancelBooking, request)).code).toBe('VALIDATION_FAILED');
    const { body } = await world.call(cancelBooking, request, town.asHandler());
    expect(body).toMatchObject({ status: 'cancelled' });
    const history = await world.call(getBookingHistory, { id: booking.id });
    expect((history.body.data as object[]).at(-1)).toMatchObject({ to: 'cancelled', reason: publicReason });
    const seen = await world.rows<{ body: string }>(
      'SELECT body FROM digilist.notifications WHERE booking_id = $1 ORDER BY id',
      [booking.id],
    );
    expect(JSON.stringify([history.body, seen])).not.toContain(internal);
    expect(seen.at(-1)?.body).toContain(publicReason);
    const events = await world.rows<{ payload: string }>(
      `SELECT payload FROM digilist.outbox WHERE payload LIKE '%' || $1 || '%' AND subject LIKE '%.cancelled'`,
      [booking.id],
    );
    expect(JSON.stringify(events)).not.toContain(internal);
    const [record] = await world.rows<{ payload: string }>(
      `SELECT payload FROM digilist.outbox WHERE subject LIKE '%.audit.%' AND payload LIKE '%digilist.booking.cancel%' AND payload LIKE '%' || $1 || '%'`,
      [booking.id],
    );
    expect(record?.payload).toContain(internal);
  });
});
