import { type Booking, digilistEvents } from '@digilist/contracts';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { EventEnvelope } from '@kit/contracts';
import { connectAs, subscribe } from '@kit/subscriber';
import { eventually, readMail } from '@kit/testing';
import { refusal } from './support/http.js';
import { at, bookingOf, type Municipality, municipality } from './support/municipality.js';
import { sharedSystem } from './support/system.js';

const system = sharedSystem();
let town: Municipality;
beforeAll(async () => {
  town = await municipality(system, { needsApproval: true });
}, 60_000);

describe('a resident books half a hall and a case handler approves it', () => {
  const interval = { startsAt: at(7, 17), endsAt: at(7, 19) };
  const heard: EventEnvelope[] = [];
  let close: () => Promise<void>;
  let booking: Booking;

  beforeAll(async () => {
    const connection = await connectAs({ servers: system.nats.url, ...system.nats.credentials.subscriber });
    await subscribe(connection, { events: digilistEvents, handle: (event) => void heard.push(event) });
    close = () => connection.close();
  });
  afterAll(() => close());

  it('a free hall is found, with what it costs', async () => {
    const { digilist } = town.resident.client;
    const { data } = await digilist.searchAvailability({ from: interval.startsAt, to: interval.endsAt, type: 'SPACE' });
    expect(new Set(data.map((zone) => zone.zoneId))).toEqual(
      new Set([...town.hall.thirds, town.hall.half, town.hall.whole]),
    );
    const quote = await digilist.createQuote({ listingId: town.hall.id, zoneId: town.hall.half, ...interval });
    expect(quote.price).toMatchObject({
      net: { amount: 20_000 },
      vat: { amount: 5_000 },
      total: { amount: 25_000, currency: 'NOK' },
    });
    expect(quote.price.lines).toHaveLength(1);
  });

  it('the half is booked and waits for a decision, with the reason recorded', async () => {
    const request = bookingOf(town.hall, 7, 17, { zoneId: town.hall.half, ...interval, purpose: 'Volleyball' });
    booking = await town.resident.client.digilist.createBooking(request);
    expect(booking).toMatchObject({ status: 'awaiting_approval', total: { amount: 25_000 }, version: 1 });
    expect(booking.approval).toMatchObject({ required: true, reasons: [{ step: 'always', level: 'manager' }] });
  });

  it('the whole hall is refused at the same time, with the reason and free alternatives', async () => {
    const no = await refusal(
      town.resident.client.digilist.createBooking(
        bookingOf(town.hall, 7, 17, { zoneId: town.hall.whole, ...interval }),
      ),
    );
    expect(no).toMatchObject({ status: 409, code: 'SLOT_CONFLICT' });
    const { reason, alternatives } = no.problem.details as {
      reason: string;
      alternatives: { startsAt: string; endsAt: string }[];
    };
    expect(reason).toBe('occupied');
    expect(alternatives.length).toBeGreaterThan(0);
    expect(alternatives.length).toBeLessThanOrEqual(3);
    for (const one of alternatives) {
      const overlaps = one.startsAt < interval.endsAt && interval.startsAt < one.endsAt;
      expect({ one, overlaps }).toEqual({ one, overlaps: false });
    }
  });

  it('the third that is left can still be had', async () => {
    const third = bookingOf(town.hall, 7, 17, { zoneId: town.hall.thirds[2] });
    expect((await town.resident.client.digilist.createBooking(third)).status).toBe('awaiting_approval');
  });

  it('the case handler finds it in the queue and approves it', async () => {
    const { digilist } = town.handler.client;
    const { data: queue } = await digilist.listApprovals({});
    const approval = queue.find((entry) => entry.booking.id === booking.id);
    expect(approval).toMatchObject({ status: 'open', booking: { purpose: 'Volleyball', total: { amount: 25_000 } } });
    const decided = await digilist.approveBooking(
      { id: approval!.id, reasonCode: 'approved', reason: 'Velkommen' },
      { ifMatch: `"${approval!.version}"` },
    );
    expect(decided).toMatchObject({ status: 'approved', decidedBy: town.handler.id });
  });

  it('the booking is confirmed and tells its history', async () => {
    const { digilist } = town.resident.client;
    expect(await digilist.getBooking({ id: booking.id })).toMatchObject({ status: 'confirmed', version: 2 });
    const { data } = await digilist.getBookingHistory({ id: booking.id });
    expect(data.map(({ from, to, actorId }) => ({ from, to, actorId }))).toEqual([
      { from: null, to: 'pending', actorId: town.resident.id },
      { from: 'pending', to: 'awaiting_approval', actorId: town.resident.id },
      { from: 'awaiting_approval', to: 'confirmed', actorId: town.handler.id },
    ]);
  });

  it('PLATFORM has chained what was done, and the chain holds', async () => {
    const { platform } = town.admin.client;
    const actions = await eventually(async () => {
      const { data } = await platform.listAuditLogs({ entityId: booking.id });
      expect(data).toHaveLength(2);
      return data.map(({ action, actorId }) => ({ action, actorId }));
    });
    expect(actions).toEqual([
      { action: 'digilist.booking.approve', actorId: town.handler.id },
      { action: 'digilist.booking.create', actorId: town.resident.id },
    ]);
    expect(await platform.verifyAuditLogs({})).toMatchObject({ intact: true, firstBreak: null });
  });

  it('the resident is told by mail, once per fact', async () => {
    const mails = await readMail(system.mail, { to: town.resident.email, subject: /Søknaden er innvilget/ });
    expect(mails).toHaveLength(1);
    expect(mails[0]?.text).toContain('Velkommen');
  });

  it('a subscriber outside the system has heard of it, in order', async () => {
    const facts = await eventually(() => {
      const mine = heard.filter((event) => event.subject === booking.id);
      expect(mine).toHaveLength(2);
      return mine;
    });
    expect(facts.map(({ type, aggregateversion, tenantid }) => ({ type, aggregateversion, tenantid }))).toEqual([
      { type: 'digilist.booking.requested.v1', aggregateversion: 1, tenantid: town.id },
      { type: 'digilist.booking.approved.v1', aggregateversion: 2, tenantid: town.id },
    ]);
  });
});
