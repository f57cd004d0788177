import { createClient } from '@digilist/client';
import type { Booking, CreateBooking, CreateRecurringBooking, RecurringBooking } from '@digilist/contracts';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { eventually, SseClient } from '@kit/testing';
import { http, refusal } from './support/http.js';
import { caughtUp, type Municipality, municipality, type Person, TERMS } from './support/municipality.js';
import {
  buildSportsCentre,
  CHAIRS,
  CHAIRS_OF_FEAST,
  dayAfter,
  nextClockChange,
  nextYearly,
  oslo,
  type SportsCentre,
} from './support/sports-centre.js';
import { sharedSystem } from './support/system.js';

const system = sharedSystem();
const CLUB = 'Fjordvik Håndballklubb';
const sunday = nextClockChange();
/** A Tuesday that many weeks after the clock is changed; never a public holiday in these weeks. */
const tuesday = (weeks: number) => dayAfter(2 + 7 * weeks, sunday);

let town: Municipality;
let centre: SportsCentre;
let leader: Person;
let clubId: string;
let feast: Booking;
let ears: Record<'leader' | 'handler' | 'stranger', SseClient>;

const stranger = () => createClient({ baseUrl: system.gatewayUrl, tenant: town.slug, language: 'nb' });
const during = (day: string, from: string, to: string) => ({
  localStartsAt: `${day}T${from}`,
  localEndsAt: `${day}T${to}`,
});
const instants = (day: string, from: string, to: string) => ({ startsAt: oslo(day, from), endsAt: oslo(day, to) });
const wanted = (day: string, from: string, to: string, more: Partial<CreateBooking> = {}): CreateBooking => ({
  ...{ listingId: centre.id, zoneId: centre.thirds[0], termsVersion: TERMS },
  ...during(day, from, to),
  ...more,
});
const forClub = (day: string, from: string, to: string, more: Partial<CreateBooking> = {}) =>
  wanted(day, from, to, { onBehalfOfOrgId: clubId, purpose: 'Jenter 14', ...more });

beforeAll(async () => {
  town = await municipality(system);
  centre = await buildSportsCentre(town);
  const { platform } = town.admin.client;
  clubId = (await platform.createOrganization({ name: CLUB, kind: 'association' })).id;
  leader = await town.person('ingrid', [{ role: 'end_user' }, { role: 'organization_administrator', orgId: clubId }]);
  await platform.addMember({ id: clubId, userId: leader.id });
  await caughtUp(() => leader.client.digilist.createBooking(forClub(tuesday(-3), '08:00', '09:00', { draft: true })));
  const hear = (headers: Record<string, string>) => SseClient.ready(`${system.gatewayUrl}/api/v1/events`, headers);
  const as = ({ client }: Person) => hear({ authorization: `Bearer ${client.tokens?.accessToken}` });
  ears = {
    leader: await as(leader),
    handler: await as(town.handler),
    stranger: await hear({ 'x-tenant': town.slug }),
  };
}, 90_000);
afterAll(() => {
  for (const client of Object.values(ears ?? {})) client.close();
});

describe('a club leader looks for a hall', () => {
  const day = tuesday(-3);
  const evening = { freeFrom: oslo(day, '18:00'), freeTo: oslo(day, '21:00'), minDuration: 120 };
  const search = async (q: string, more: object = {}) =>
    (await stranger().digilist.listListings({ q, category: 'idrettshall', amenity: ['garderobe'], ...more })).data;

  it('and finds it although the word is misspelt, with when it is free', async () => {
    expect(await search('idretsenter', evening)).toMatchObject([
      { id: centre.id, free: instants(day, '18:00', '20:00'), priceFrom: { unit: 'hour', amount: { amount: 12_500 } } },
    ]);
  });

  it.each([
    ['in the season of short hours', nextYearly('07-15'), 'season', 'Sommertid'],
    ['on a public holiday', nextYearly('12-25'), 'public_holiday', 'Stengt på helligdager'],
  ])('but not %s, and is told what closes it', async (_, closed, closedBy, note) => {
    const { startsAt: freeFrom, endsAt: freeTo } = instants(closed, '18:00', '20:00');
    expect(await search('idrettssenter', { freeFrom, freeTo })).toEqual([]);
    const why = await stranger().digilist.explainAvailability(wanted(closed, '18:00', '20:00'));
    expect(why).toMatchObject({
      bookable: false,
      reasons: [{ code: 'OUTSIDE_OPENING_HOURS', details: { closedBy: [{ kind: closedBy, note: { nb: note } }] } }],
    });
  });
});

describe('the leader books one evening', () => {
  const day = tuesday(-3);
  let evening: Booking;

  it('is told everything that is wrong with a time at once, and what else is free', async () => {
    const taken = wanted(day, '16:00', '18:00', { publicTitle: 'Kamp', showInPublicCalendar: true });
    await town.resident.client.digilist.createBooking(taken);
    const asked = wanted(day, '15:10', '20:10', { onBehalfOfOrgId: clubId });
    const why = await leader.client.digilist.explainAvailability(asked);
    expect(why.bookable).toBe(false);
    expect(why.reasons.map(({ code }) => code).sort()).toEqual(
      ['QUOTA_EXCEEDED', 'SLOT_CONFLICT', 'STEP', 'STEP', 'TOO_LONG'].sort(),
    );
    const other = await leader.client.digilist.explainAvailability(wanted(day, '16:00', '18:00'));
    expect(other.reasons).toMatchObject([{ code: 'SLOT_CONFLICT', details: { reason: 'occupied' } }]);
    expect(other.alternatives.times).toContainEqual(instants(day, '18:00', '20:00'));
    expect(other.alternatives.zones.map(({ zoneId }) => zoneId)).toContain(centre.thirds[1]);
    expect(JSON.stringify(other)).not.toContain(town.resident.id);
  });

  it('holds a time against everybody, and books it with the hold', async () => {
    const place = { listingId: centre.id, zoneId: centre.thirds[0] };
    const hold = await leader.client.digilist.createHold({ ...place, ...during(day, '18:00', '20:00') });
    const no = await refusal(town.resident.client.digilist.createBooking(wanted(day, '19:00', '20:00')));
    expect(no).toMatchObject({ status: 409, code: 'SLOT_CONFLICT' });
    evening = await leader.client.digilist.createBooking(forClub(day, '18:00', '20:00', { holdId: hold.id }));
    expect(evening).toMatchObject({ status: 'confirmed', ...instants(day, '18:00', '20:00') });
    expect(await leader.client.digilist.getHold({ id: hold.id })).toMatchObject({ status: 'used' });
  });

  it('shares it by a link that dies when it is revoked', async () => {
    const { id, path } = await leader.client.digilist.createBookingLink({ id: evening.id });
    const seen = await http(system.gatewayUrl, 'GET', path);
    expect(seen).toMatchObject({ status: 200, body: { listingName: { nb: 'Fjordvik idrettssenter' } } });
    for (const hidden of ['ingrid', CLUB, 'Jenter 14', leader.id]) expect(seen.text).not.toContain(hidden);
    await leader.client.digilist.revokeBookingLink({ id: evening.id, linkId: id });
    expect(await http(system.gatewayUrl, 'GET', path)).toMatchObject({ status: 404, body: { code: 'NOT_FOUND' } });
  });

  it('the public calendar shows when, and no more than a booker wanted', async () => {
    const window = { id: centre.id, from: oslo(day, '07:00'), to: oslo(day, '22:00') };
    const seen = await stranger().digilist.getListingCalendar(window);
    expect(seen.entries.map(({ kind, title, bookingId }) => ({ kind, title, bookingId }))).toEqual([
      { kind: 'booked', title: 'Kamp', bookingId: null },
      { kind: 'booked', title: null, bookingId: null },
    ]);
    for (const hidden of ['ingrid', CLUB, 'Jenter 14', leader.id, town.resident.id])
      expect(JSON.stringify(seen)).not.toContain(hidden);
    const known = await town.handler.client.digilist.getListingCalendar(window);
    expect(known.entries[1]).toMatchObject({ booking: { bookedBy: 'ingrid', organization: CLUB } });
  });
});

describe('the leader books a package', () => {
  const day = tuesday(-4);
  const feastAt = (from: string, to: string) => ({ listingId: centre.feast, ...during(day, from, to) });
  const chairsAt = (from: string, to: string, quantity: number) => ({
    ...{ listingId: centre.chairs, quantity, ...during(day, from, to) },
  });
  const book = (request: CreateBooking) => town.resident.client.digilist.createBooking(request);

  it('with everything it consists of, and the shared lobby closes the other hall', async () => {
    feast = await leader.client.digilist.createBooking({ ...feastAt('18:00', '22:00'), onBehalfOfOrgId: clubId });
    expect(feast).toMatchObject({ status: 'awaiting_approval', approval: { reasons: [{ step: 'event' }] } });
    const otherHall = await refusal(book(wanted(day, '19:00', '20:00', { zoneId: centre.hallA })));
    expect(otherHall).toMatchObject({ code: 'SLOT_CONFLICT', problem: { details: { reason: 'occupied' } } });
    expect(await book(wanted(day, '19:00', '20:00'))).toMatchObject({ status: 'confirmed' });
  });

  it('counted chairs go out up to the last one, and the package says which part is lacking', async () => {
    const left = CHAIRS - CHAIRS_OF_FEAST;
    const tooMany = await refusal(book(chairsAt('18:00', '20:00', left + 1)));
    expect(tooMany).toMatchObject({ code: 'SLOT_CONFLICT', problem: { details: { reason: 'stock' } } });
    // Never two of these at the same instant: the peak is what counts.
    for (const [from, to] of [
      ['17:00', '19:00'],
      ['19:00', '20:00'],
      ['20:00', '22:00'],
    ] as const)
      expect(await book(chairsAt(from, to, left))).toMatchObject({ quantity: left });
    await book(chairsAt('08:00', '10:00', left + 1));
    const no = await refusal(book(feastAt('09:00', '11:00')));
    expect(no).toMatchObject({ code: 'SLOT_CONFLICT' });
    expect(JSON.stringify(no.problem.details)).toContain(centre.chairs);
    expect(JSON.stringify(no.problem.details)).not.toContain(centre.hallB);
  });
});

describe('the leader books training every week, across the night when the clock is changed', () => {
  let series: RecurringBooking;
  let later: RecurringBooking;
  const request = (): CreateRecurringBooking => ({
    ...{ listingId: centre.id, zoneId: centre.thirds[0], termsVersion: TERMS, onBehalfOfOrgId: clubId },
    ...{ rule: 'FREQ=WEEKLY;COUNT=6', firstDate: tuesday(-2), startsTime: '18:00', endsTime: '20:00' },
    ...{ purpose: 'Trening, jenter 14', conflictPolicy: 'SKIP_CONFLICTS' },
  });
  const outcomes = ({ occurrences }: RecurringBooking) => occurrences.map(({ date, outcome }) => [date, outcome]);
  const all = (outcome: string) =>
    [-2, -1, 0, 1, 2, 3].map((week) => [tuesday(week), week === 0 ? 'conflict' : outcome]);
  const bookingOn = (date: string, of = series) => {
    const id = of.occurrences.find((one) => one.date === date)?.bookingId;
    return leader.client.digilist.getBooking({ id: id as string });
  };
  const calendar = async (url: string) => (await http('', 'GET', url)).text.replaceAll('\r\n ', '');
  const begins = (day: string, time: string) =>
    `DTSTART;TZID=Europe/Oslo:${day.replaceAll('-', '')}T${time.replace(':', '')}00`;

  it('asks first, and is told of the one date that is taken', async () => {
    await town.resident.client.digilist.createBooking(wanted(tuesday(0), '19:00', '21:00'));
    const plan = await leader.client.digilist.createRecurringBooking({ ...request(), dryRun: true });
    expect(plan).toMatchObject({ id: null, dryRun: true, totals: { occurrences: 6, free: 5, conflict: 1 } });
    expect(outcomes(plan)).toEqual(all('free'));
    const [reason] = plan.occurrences[2]?.reasons ?? [];
    expect(reason).toMatchObject({ code: 'SLOT_CONFLICT', details: { reason: 'occupied' } });
    expect(plan.occurrences[2]?.alternatives.map(({ zoneId }) => zoneId)).toContain(centre.thirds[1]);
    expect((await leader.client.digilist.listRecurringBookings({ mine: true })).data).toEqual([]);
  });

  it('books the others, all at the same hour on the wall', async () => {
    series = await leader.client.digilist.createRecurringBooking(request());
    expect(outcomes(series)).toEqual(all('placed'));
    for (const { date, startsAt } of series.occurrences) expect(startsAt).toBe(oslo(date, '18:00'));
    expect(new Set(series.occurrences.map(({ startsAt }) => startsAt?.slice(11)))).toHaveProperty('size', 2);
  });

  it('moves one date, and the calendar that the club subscribes to has it where it is now', async () => {
    const { url } = await leader.client.digilist.createCalendarFeed({ kind: 'organization', targetId: clubId });
    expect(await calendar(url)).toContain(begins(tuesday(-1), '18:00'));
    const booking = await bookingOn(tuesday(-1));
    const wednesday = dayAfter(1, tuesday(-1));
    const moved = await leader.client.digilist.rescheduleBooking({
      id: booking.id,
      ...during(wednesday, '17:00', '19:00'),
    });
    expect(moved).toMatchObject({ overridden: true, recurringBookingId: series.id });
    const event = (await calendar(url)).split('BEGIN:VEVENT').find((one) => one.includes(`UID:${booking.id}@`));
    expect(event).toContain(begins(wednesday, '17:00'));
    expect(event).toMatch(/SEQUENCE:[1-9]/);
  });

  it('changes one date and those that follow; the others stay', async () => {
    series = await leader.client.digilist.getRecurringBooking({ id: series.id as string });
    const change = { id: series.id as string, from: tuesday(1), startsTime: '17:00', endsTime: '19:00' };
    later = await leader.client.digilist.updateRecurringBooking(change, { ifMatch: series });
    expect(later).toMatchObject({ continues: series.id, firstDate: tuesday(1), startsTime: '17:00' });
    for (const week of [1, 2, 3])
      expect(await bookingOn(tuesday(week), later)).toMatchObject(instants(tuesday(week), '17:00', '19:00'));
    expect(await bookingOn(tuesday(-2))).toMatchObject(instants(tuesday(-2), '18:00', '20:00'));
  });

  it('loses one date to a case handler who blocks the hall, and is told', async () => {
    const block = {
      ...{ listingId: centre.id, zoneId: centre.hallA, ...during(tuesday(2), '16:00', '22:00') },
      ...{ reason: 'inspection' as const, publicNote: { nb: 'Brannkontroll' } },
    };
    const { digilist } = town.handler.client;
    const no = await refusal(digilist.createBlock(block));
    expect(no).toMatchObject({ code: 'SLOT_CONFLICT', problem: { details: { impact: { count: 1 } } } });
    const done = await digilist.createBlock({ ...block, bookings: 'cancel', publicReason: 'Brannkontroll i hallen' });
    const lost = await bookingOn(tuesday(2), later);
    expect(lost.status).toBe('cancelled');
    expect(done.impact.bookings.map(({ id }) => id)).toEqual([lost.id]);
    await eventually(async () => {
      const { data } = await leader.client.digilist.listNotifications({});
      expect(JSON.stringify(data)).toContain('Brannkontroll i hallen');
    });
  });

  it('calls off the rest, and what was before stays', async () => {
    const rest = await leader.client.digilist.cancelRecurringBooking({
      id: later.id as string,
      reason: 'Sesongen er slutt',
    });
    expect(rest.status).toBe('cancelled');
    const statuses = await Promise.all([1, 2, 3].map(async (week) => (await bookingOn(tuesday(week), later)).status));
    expect(statuses).toEqual(['cancelled', 'cancelled', 'cancelled']);
    for (const date of [tuesday(-2), tuesday(-1)])
      expect(await bookingOn(date)).toMatchObject({ status: 'awaiting_approval' });
  });

  it('has it all in a table', async () => {
    const table = await http(system.gatewayUrl, 'GET', `/api/v1/bookings/export.csv?onBehalfOfOrgId=${clubId}`, {
      client: leader.client,
      headers: { 'accept-language': 'nb' },
    });
    const [headings, ...lines] = table.text.trim().split('\r\n');
    expect(headings).toContain('Status;Utleieobjekt;Sone;');
    const moved = dayAfter(1, tuesday(-1));
    const line = lines.find((one) => one.includes(`;${moved} 17:00;${moved} 19:00;Europe/Oslo;`));
    expect(line).toContain(`;ingrid;${leader.email};${CLUB};`);
    expect(lines.filter((one) => one.includes(';cancelled;'))).toHaveLength(3);
  });
});

describe('the centre is closed', () => {
  const holding = new Set(['confirmed', 'awaiting_approval']);
  /** Of the club: the evening, two evenings of training, and the feast, which has a hall of the centre. */
  const standing = async () => {
    const { data } = await leader.client.digilist.listBookings({ mine: true, limit: 200 });
    return data.filter(({ status }) => holding.has(status)).map(({ id }) => id);
  };

  it('for maintenance, after asking whom it concerns; then nobody books it, nor a package with it', async () => {
    const { digilist } = town.manager.client;
    const plan = await digilist.startMaintenance({ id: centre.id, bookings: 'keep', dryRun: true });
    expect(plan).toMatchObject({ dryRun: true, status: 'published' });
    const concerned = plan.impact.bookings.map(({ id }) => id);
    const ofClub = await standing();
    expect(ofClub).toHaveLength(4);
    expect(ofClub).toContain(feast.id);
    expect(concerned).toEqual(expect.arrayContaining(ofClub));
    const done = await digilist.startMaintenance({ id: centre.id, bookings: 'keep' });
    expect(done).toMatchObject({ dryRun: false, status: 'maintenance', impact: plan.impact });
    expect(await standing()).toEqual(ofClub);
    for (const listingId of [centre.id, centre.feast]) {
      const { zoneId, ...request } = forClub(tuesday(3), '10:00', '12:00', { listingId });
      const no = await refusal(
        leader.client.digilist.createBooking(listingId === centre.id ? { ...request, zoneId } : request),
      );
      expect(no).toMatchObject({ status: 422, code: 'LISTING_NOT_BOOKABLE' });
    }
  });

  it('for good: refused while it is booked, unless the bookings are called off', async () => {
    const { digilist } = town.manager.client;
    const ofClub = await standing();
    const no = await refusal(digilist.archiveListing({ id: centre.id }));
    expect(no).toMatchObject({ status: 409, code: 'LISTING_HAS_BOOKINGS' });
    expect(await standing()).toEqual(ofClub);
    const done = await digilist.archiveListing({ id: centre.id, bookings: 'cancel', publicReason: 'Senteret rives' });
    expect(done.status).toBe('archived');
    expect(await standing()).toEqual([]);
    expect((await stranger().digilist.listListings({ q: 'idrettssenter' })).data).toEqual([]);
  });
});

describe('who listened all the while', () => {
  const all = (prefix: string, ...facts: string[]) => facts.map((fact) => `digilist.${prefix}.${fact}.v1`);

  it('the leader has heard of everything that became of the bookings', async () => {
    await eventually(() =>
      expect(ears.leader.types).toEqual(
        expect.arrayContaining([
          ...all('booking', 'confirmed', 'requested', 'rescheduled', 'cancelled'),
          ...all('recurring-booking', 'created', 'changed', 'cancelled'),
          ...all('listing', 'maintenance_started', 'archived'),
        ]),
      ),
    );
    expect(ears.leader.types).not.toContain('digilist.block.created.v1');
  });

  it('the case handler of the block, too', async () => {
    await eventually(() => expect(ears.handler.types).toContain('digilist.block.created.v1'));
  });

  it('strangers only that the calendar changed and the centre closed, of nobody', async () => {
    await eventually(() => expect(ears.stranger.types).toContain('digilist.listing.archived.v1'));
    expect(new Set(ears.stranger.types)).toEqual(
      new Set([...all('calendar', 'changed'), ...all('listing', 'maintenance_started', 'archived')]),
    );
    const told = JSON.stringify(ears.stranger.heard.filter(({ event }) => event === 'message'));
    for (const hidden of [leader.id, clubId, town.resident.id, town.handler.id]) expect(told).not.toContain(hidden);
  });
});
