import type { Client } from '@digilist/client';
import type { Booking, Payment } from '@digilist/contracts';
import { until } from './waiting.js';

const ROOM = 'Øvingsrom Kaia';
const DAYS_AHEAD = 9;
const DAYS = 14;
const HOURS = 2;
const DAY_MS = 86_400_000;

export interface PaidRoom {
  name: string;
  booking: Booking;
  payment: Payment;
}

/** Books a room that is paid at once, two hours of it, where there is any of it left. */
export async function bookPaidRoom({ digilist }: Client, returnUrl: string): Promise<PaidRoom> {
  const { data: listings } = await digilist.listListings({ q: ROOM });
  const room = listings.find(({ name }) => name.nb === ROOM);
  if (!room) throw new Error(`fant ikke ${ROOM}: er demoen sådd?`);
  const from = new Date(Date.now() + DAYS_AHEAD * DAY_MS);
  const { zones } = await digilist.getListingAvailability({
    id: room.id,
    from: from.toISOString(),
    to: new Date(from.getTime() + DAYS * DAY_MS).toISOString(),
  });
  const long = zones[0]?.free.find(
    ({ startsAt, endsAt }) => Date.parse(endsAt) - wholeHour(startsAt) >= HOURS * 3_600_000,
  );
  if (!long) throw new Error(`${ROOM} er fullt de neste ukene; npm start -- --fresh begynner på nytt`);
  const startsAt = new Date(wholeHour(long.startsAt)).toISOString();
  const endsAt = new Date(Date.parse(startsAt) + HOURS * 3_600_000).toISOString();
  const { terms } = await digilist.getListing({ id: room.id });
  const wanted = { listingId: room.id, startsAt, endsAt, purpose: 'Bandøving' };
  const booking = await digilist.createBooking({ ...wanted, ...(terms && { termsVersion: terms.version }) });
  const payment = await digilist.startPayment({ bookingIds: [booking.id], returnUrl });
  return { name: ROOM, booking, payment };
}

/** What a payer does at the checkout page of the development provider. */
export async function payAt(page: string): Promise<void> {
  const sent = await fetch(page, { method: 'POST', redirect: 'manual', body: new URLSearchParams({ choice: 'pay' }) });
  if (sent.status !== 303) throw new Error(`betalingssiden svarte ${sent.status}`);
}

/** The provider tells by a webhook, so it takes a moment. */
export const becoming = (client: Client, id: string, status: Booking['status']): Promise<Booking> =>
  until(`bookingen ${status}`, async () => {
    const booking = await client.digilist.getBooking({ id });
    return booking.status === status ? booking : null;
  });

const wholeHour = (instant: string): number => Math.ceil(Date.parse(instant) / 3_600_000) * 3_600_000;
