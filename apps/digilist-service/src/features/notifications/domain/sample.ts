import type { NotificationEvent } from '@digilist/contracts';
import type { LocalText } from '@kit/contracts';
import { ABOUT_EVENTS } from './about-events.js';
import { type AboutBooking, type Content, momentText, moneyText } from './render.js';

const ZONE = 'Europe/Oslo';
const inAll = (nb: string, nn: string, en: string): LocalText => ({ nb, nn, en });

const BOOKING: AboutBooking = {
  bookingId: '01980a3e-7c10-7b3e-9f57-0a4b5c6d7e8f',
  listingName: inAll('Eksempelhallen', 'Døme-hallen', 'The example hall'),
  zoneName: inAll('Bane 1', 'Bane 1', 'Court 1'),
  startsAt: new Date('2026-12-01T17:00:00Z'),
  endsAt: new Date('2026-12-01T19:00:00Z'),
  timeZone: ZONE,
  total: { amount: 60_000, currency: 'NOK' },
};

const DAY_MS = 86_400_000;
const later = (days: number) => ({
  ...BOOKING,
  startsAt: new Date(BOOKING.startsAt.getTime() + days * DAY_MS),
  endsAt: new Date(BOOKING.endsAt.getTime() + days * DAY_MS),
});

const DETAILS: Record<string, string | LocalText> = {
  amount: moneyText({ amount: 60_000, currency: 'NOK' }),
  vat: moneyText({ amount: 12_000, currency: 'NOK' }),
  due: momentText(new Date('2026-11-24T11:00:00Z'), ZONE),
  applicant: 'Ola Nordmann',
  question: inAll('Hvor mange kommer?', 'Kor mange kjem?', 'How many are coming?'),
  answer: inAll('Vi blir tolv.', 'Vi blir tolv.', 'There will be twelve of us.'),
  method: 'Vipps',
  receipt: '2026-1042',
  number: '1042',
  invoice: '1017',
  account: '1234 56 78903',
  kid: '0001042003',
  organization: 'Eksempel IL',
  outcome: inAll('godkjent', 'godkjend', 'approved'),
  group: inAll('Idrettslag', 'Idrettslag', 'Sports club'),
};

/** Made-up data for every placeholder of an event. */
export function sampleOf(event: NotificationEvent): Content {
  const { placeholders } = ABOUT_EVENTS[event];
  const details = Object.fromEntries(Object.entries(DETAILS).filter(([name]) => placeholders.includes(name)));
  const rest = {
    details: {
      reason: inAll('Hallen skal pusses opp.', 'Hallen skal pussast opp.', 'The hall is renovated.'),
      ...details,
    },
    ...(placeholders.includes('before') && { before: later(-7) }),
    ...(placeholders.includes('bookings') && { bookings: [BOOKING, later(7)] }),
  };
  return placeholders.includes('listing')
    ? { ...BOOKING, ...rest }
    : { ...rest, details: { link: 'https://example.no/1042', ...rest.details } };
}

/** What the database does with a real one. */
export const addressedTo = (
  text: string,
  { name, tenant, slug }: { name: string; tenant: string; slug: string },
): string => text.replaceAll('{name}', name).replaceAll('{tenant}', tenant).replaceAll('{slug}', slug);
