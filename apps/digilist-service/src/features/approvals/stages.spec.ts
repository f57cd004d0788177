import {
  approveBooking,
  createApprovalWorkflow,
  createRecurringBooking,
  getBooking,
  rescheduleBooking,
  updateApprovalWorkflow,
} from '@digilist/contracts';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { stopPostgres } from '@kit/testing';
import { v7 as uuidv7 } from 'uuid';
import { type BookingWorld, bodyOf, day } from '../../testing/booking-world.js';
import { tokenFor } from '../../testing/digilist-world.js';
import { RecurringModule } from '../recurring/index.js';
import { Applications, always } from './testing/applications.js';

let town: Applications;
let world: BookingWorld;
let colleague: string;
let third: string;

beforeAll(async () => {
  town = await Applications.open(RecurringModule);
  ({ world } = town);
  [colleague, third] = await Promise.all([town.handler(), town.handler()]);
});
afterAll(async () => {
  await world?.close();
  await stopPostgres();
});

const TWO = [always('first'), always('second', { stage: 2, level: 'administrator', workingDays: 2 })];

describe('a workflow in stages', () => {
  it('confirms a booking after the last of them, and whoever decides next is told', async () => {
    const { booking, id } = await town.apply(await town.hallWith(TWO));
    expect(await town.details(id)).toMatchObject({ stage: 1, stages: 2, level: 'manager', status: 'open' });
    expect((await town.approve(id)).body).toMatchObject({ status: 'approved', stage: 1 });
    expect(await town.statusOf(booking)).toBe('awaiting_approval');
    const next = await town.caseOf(booking);
    expect(next).not.toBe(id);
    expect(await town.details(next)).toMatchObject({ stage: 2, stages: 2, level: 'administrator', status: 'open' });
    expect(await town.told(booking, colleague)).toEqual(['approval.requested', 'approval.requested']);
    expect((await town.approve(id)).code).toBe('INVALID_STATE');
    expect((await town.approve(next)).ok).toBe(true);
    expect(await town.statusOf(booking)).toBe('confirmed');
    expect(await town.told(booking, world.resident)).toEqual(['booking.requested', 'booking.approved']);
  });

  it('rejects a booking at any of them', async () => {
    const { booking, id } = await town.apply(await town.hallWith(TWO));
    await town.approve(id);
    expect((await town.reject(await town.caseOf(booking))).ok).toBe(true);
    expect(await town.statusOf(booking)).toBe('rejected');
  });

  it('that is changed meanwhile leaves those alone that wait already', async () => {
    const hall = await town.hallWith(TWO);
    const { booking, id } = await town.apply(hall);
    const [row] = await world.rows<{ id: string }>('SELECT id FROM digilist.approval_workflows WHERE listing_id = $1', [
      hall.listingId,
    ]);
    const request = { id: row?.id, name: { nb: 'Ny' }, steps: [always('only')] };
    const headers = { 'if-match': '"1"' };
    expect((await world.call(updateApprovalWorkflow, request, { ...town.asHandler(), headers })).ok).toBe(true);
    await town.approve(id);
    expect(await town.statusOf(booking)).toBe('awaiting_approval');
    const later = await town.apply(hall, { startsAt: day(1, 10), endsAt: day(1, 12) });
    await town.approve(later.id);
    expect(await town.statusOf(later.booking)).toBe('confirmed');
  });

  it('begins anew with what a booking has become', async () => {
    const { booking, id } = await town.apply(await town.hallWith(TWO));
    await town.approve(id);
    const moved = { id: booking.id, startsAt: day(0, 14), endsAt: day(0, 16) };
    expect((await world.call(rescheduleBooking, moved)).ok).toBe(true);
    const again = await town.caseOf(booking);
    expect(await town.details(again)).toMatchObject({ stage: 1, level: 'manager' });
    await town.approve(again);
    await town.approve(await town.caseOf(booking));
    expect(await town.statusOf(booking)).toBe('confirmed');
  });

  it('asks for a season once, however many dates wait', async () => {
    const hall = await town.hallWith(TWO);
    const series = {
      listingId: hall.listingId,
      rule: 'FREQ=WEEKLY;COUNT=20',
      firstDate: day(2).slice(0, 10),
      startsTime: '10:00',
      endsTime: '11:00',
      termsVersion: '1',
    };
    expect((await world.call(createRecurringBooking, series)).ok).toBe(true);
    const asked = await world.rows(
      `SELECT FROM digilist.notifications n JOIN digilist.bookings b ON b.id = n.booking_id
       WHERE b.listing_id = $1 AND n.user_id = $2 AND n.event = 'approval.requested'`,
      [hall.listingId, colleague],
    );
    expect(asked).toHaveLength(1);
  });
});

describe('four eyes', () => {
  const FOUR = [always('both', { fourEyes: true })];

  it('are two people', async () => {
    const { booking, id } = await town.apply(await town.hallWith(FOUR));
    expect((await town.approve(id)).body).toMatchObject({ status: 'open', firstApprovedBy: world.handler, version: 2 });
    expect(await town.statusOf(booking)).toBe('awaiting_approval');
    expect((await town.approve(id)).code).toBe('DECISION_NEEDS_ANOTHER');
    expect((await town.approve(id, colleague)).body).toMatchObject({ status: 'approved', decidedBy: colleague });
    expect(await town.statusOf(booking)).toBe('confirmed');
  });

  it('are not one person who acts for the other', async () => {
    const { booking, id } = await town.apply(await town.hallWith(FOUR));
    await town.approve(id);
    const token = tokenFor(world.town, colleague, uuidv7(), world.handler);
    const asColleague = { by: colleague, headers: { authorization: `Bearer ${token}` } };
    expect((await world.call(approveBooking, { id }, asColleague)).code).toBe('DECISION_IN_OWN_NAME');
    expect(await town.statusOf(booking)).toBe('awaiting_approval');
    expect((await town.approve(id, colleague)).ok).toBe(true);
  });

  it('need only one for a no, even the first of them', async () => {
    const { booking, id } = await town.apply(await town.hallWith(FOUR));
    await town.approve(id);
    expect((await town.reject(id)).ok).toBe(true);
    expect(await town.statusOf(booking)).toBe('rejected');
  });

  it('do not decide two stages of one booking where the workflow says so', async () => {
    const { booking, id } = await town.apply(await town.hallWith(TWO, { distinctDeciders: true }));
    await town.approve(id);
    const next = await town.caseOf(booking);
    expect((await town.approve(next)).code).toBe('DECISION_NEEDS_ANOTHER');
    expect((await town.approve(next, colleague)).ok).toBe(true);
    expect(await town.statusOf(booking)).toBe('confirmed');
  });
});

describe('named deciders', () => {
  it('decide, nobody else does, and only they are told', async () => {
    const { booking, id } = await town.apply(
      await town.hallWith([always('a', { deciders: { userIds: [colleague] } })]),
    );
    expect(await town.told(booking, third)).toEqual([]);
    expect(await town.told(booking, colleague)).toEqual(['approval.requested']);
    expect((await town.approve(id)).code).toBe('DECISION_NOT_YOURS');
    expect((await town.approve(id, colleague)).ok).toBe(true);
  });

  it('by a role are those who hold it where the listing belongs', async () => {
    const steps = [always('a', { deciders: { role: 'decider' } })];
    const request = { orgId: world.town.otherOrgId, name: { nb: 'Rolle' }, steps };
    const refused = await world.call(createApprovalWorkflow, request, town.asHandler());
    expect(refused).toMatchObject({ code: 'WORKFLOW_INVALID' });
    expect(refused.body.errors).toMatchObject([{ path: 'steps.0.deciders.role', code: 'CANNOT_DECIDE' }]);
    const { id } = await town.apply(await town.hallWith([always('a', { deciders: { role: 'handler' } })]));
    expect((await town.approve(id, colleague)).ok).toBe(true);
  });
});

describe('who decides', () => {
  it('is nobody who applies, nor a member of the organization that does', async () => {
    const { clubId } = world.town;
    const leader = await world.person('resident', 'user');
    await world.member(leader, clubId);
    const end = await world.member(colleague, clubId);
    const { id } = await town.apply({}, { by: leader, onBehalfOfOrgId: clubId });
    expect((await town.approve(id, colleague)).code).toBe('DECISION_BY_APPLICANT');
    await end();
    expect((await town.approve(id, colleague)).ok).toBe(true);
    const own = await town.apply({}, { by: world.handler });
    expect((await town.approve(own.id)).code).toBe('DECISION_BY_APPLICANT');
    expect((await town.reject(own.id)).code).toBe('DECISION_BY_APPLICANT');
  });

  it('reads why others were approved by themselves, the booker does not', async () => {
    const hall = await town.hallWith([
      { ...always('many'), when: { kind: 'attendees_above', attendees: 50 } },
      { ...always('dear'), when: { kind: 'amount_above', amount: 900_000 } },
    ]);
    const booking = bodyOf(await world.book(hall, { attendees: 20 }));
    expect(booking.status).toBe('confirmed');
    expect(Object.keys(booking.approval).sort()).toEqual(['reasons', 'required', 'steps']);
    const own = bodyOf(await world.call(getBooking, { id: booking.id }));
    expect(Object.keys(own.approval).sort()).toEqual(['reasons', 'required', 'steps']);
    const { approval } = bodyOf(await world.call(getBooking, { id: booking.id }, town.asHandler()));
    expect(approval.examined).toEqual([
      { step: 'many', condition: 'attendees_above', met: false, facts: { limit: 50, actual: 20 } },
      expect.objectContaining({ step: 'dear', met: false, facts: expect.objectContaining({ limit: 900_000 }) }),
    ]);
    expect(approval).toMatchObject({ required: false, workflowId: expect.any(String), stages: [] });
  });
});

describe('two handlers at once', () => {
  it('sixteen of them: one wins, the others are told that what they read is stale', async () => {
    const { booking, id } = await town.apply();
    const read = { 'if-match': '"1"' };
    const by = [world.handler, colleague, third];
    const replies = await Promise.all(
      Array.from({ length: 16 }, (_, at) => town.approve(id, by[at % 3] as string, read)),
    );
    expect(replies.filter(({ ok }) => ok)).toHaveLength(1);
    expect(new Set(replies.flatMap(({ code }) => code ?? []))).toEqual(new Set(['STALE_VERSION']));
    expect(await town.statusOf(booking)).toBe('confirmed');
  });
});
