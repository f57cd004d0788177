import type { Booking } from '@digilist/contracts';
import { beforeAll, describe, expect, it } from '@jest/globals';
import { http } from './support/http.js';
import { at, bookingOf, type Municipality, municipality } from './support/municipality.js';
import { sharedSystem } from './support/system.js';

const system = sharedSystem();
const gateway = system.gatewayUrl;
let town: Municipality;
let booking: Booking;

beforeAll(async () => {
  town = await municipality(system);
  booking = await town.resident.client.digilist.createBooking(
    bookingOf(town.hall, 7, 17, { zoneId: town.hall.thirds[0], purpose: '=Volleyball' }),
  );
}, 60_000);

describe('what the page about the life of a booking says', () => {
  const call = (method: string, path: string, body?: object, headers: Record<string, string> = {}) =>
    http(gateway, method, `/api/v1${path}`, { client: town.resident.client, headers, ...(body && { body }) });

  it('a booking is moved, with the version that was read', async () => {
    const wanted = { startsAt: at(8, 17), endsAt: at(8, 19), reason: 'Kampen er flyttet' };
    const path = `/bookings/${booking.id}/reschedule`;
    const moved = await call('POST', path, wanted, { 'if-match': '"1"' });
    expect(moved).toMatchObject({ status: 200, body: { status: 'confirmed', version: 2 } });
    expect(moved.headers.get('etag')).toBe('"2"');
    expect(await call('POST', path, wanted, { 'if-match': '"1"' })).toMatchObject({ status: 412 });
  });

  it('what it tells of itself is updated only with a version', async () => {
    const path = `/bookings/${booking.id}`;
    expect(await call('PATCH', path, { publicTitle: 'Kamp' })).toMatchObject({ status: 428 });
    const change = { publicTitle: 'Seriekamp', showInPublicCalendar: true };
    expect(await call('PATCH', path, change, { 'if-match': '"2"' })).toMatchObject({ status: 200, body: change });
  });

  it('its history and its items tell what happened', async () => {
    const history = await call('GET', `/bookings/${booking.id}/history`);
    expect((history.body.data as { change: string }[]).map(({ change }) => change)).toEqual([
      ...['status', 'status', 'rescheduled', 'updated'],
    ]);
    expect((await call('GET', `/bookings/${booking.id}/items`)).body.data).toHaveLength(2);
  });

  it('nobody says how it went before it has begun, and bookers never do', async () => {
    for (const end of ['complete', 'no-show']) {
      expect(await call('POST', `/bookings/${booking.id}/${end}`, {})).toMatchObject({ status: 403 });
      const early = await http(gateway, 'POST', `/api/v1/bookings/${booking.id}/${end}`, {
        client: town.handler.client,
        body: {},
      });
      expect(early).toMatchObject({ status: 409 });
    }
  });

  it('a link shows it to anybody, without any header, until it is revoked', async () => {
    const shared = await call('POST', `/bookings/${booking.id}/links`, { validDays: 14 });
    expect(shared.status).toBe(201);
    const { id, path } = shared.body as { id: string; path: string };
    const seen = await http(gateway, 'GET', path);
    expect(seen).toMatchObject({ status: 200, body: { status: 'confirmed', publicTitle: 'Seriekamp' } });
    expect(seen.text).not.toContain(town.resident.id);
    expect(await call('DELETE', `/bookings/${booking.id}/links/${id}`)).toMatchObject({ status: 204 });
    const [gone, nonsense] = [await http(gateway, 'GET', path), await http(gateway, 'GET', `${path}x`)];
    expect([gone.status, nonsense.status]).toEqual([404, 404]);
    const code = 'NOT_FOUND';
    expect([gone.body.code, nonsense.body.code]).toEqual([code, code]);
  });

  it('lists and the table are filtered alike', async () => {
    const filter = `status=confirmed&status=cancelled&from=${at(8, 0)}&to=${at(9, 0)}`.replaceAll('+', '%2B');
    const list = await call('GET', `/bookings?${filter}&sort=startsAt`);
    expect((list.body.data as Booking[]).map(({ id }) => id)).toEqual([booking.id]);
    const table = await call('GET', `/bookings/export.csv?${filter}`, undefined, { 'accept-language': 'en' });
    expect(table.status).toBe(200);
    expect(table.headers.get('content-type')).toBe('text/csv; charset=utf-8');
    expect(table.headers.get('content-disposition')).toMatch(/^attachment; filename="bookinger-[\d-]+\.csv"$/);
    const [headings, line, ...others] = table.text.trim().split('\r\n');
    expect(headings).toMatch(/^.?Booking;Status;Listing;/);
    expect(line).toContain(`${booking.id};confirmed;`);
    expect(line).toContain(";'=Volleyball;");
    expect(others).toEqual([]);
  });
});
