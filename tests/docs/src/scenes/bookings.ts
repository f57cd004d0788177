import { moved } from '../dates.js';
import type { Scene } from './scene.js';

export const approvals: Scene = async (stage) => {
  const { id, orgId } = await stage.place('Arrangementshallen');
  const { user } = (await stage.get('/auth/me', 'tenant_admin')) as { user: { id: string } };
  return { TOKEN: await stage.token('tenant_admin'), LISTING: id, ORG: orgId, ADMIN: user.id };
};

export const booking: Scene = async (stage) => {
  const [hall, balls, set] = await Promise.all([
    stage.place('Ballhallen'),
    stage.place('Baller', { type: 'RESOURCE', bookingModel: 'QUANTITY', stock: 10 }),
    stage.place('Hall med baller', { type: 'OTHER', bookingModel: 'PACKAGE' }),
  ]);
  return {
    TOKEN: await stage.token('tenant_admin'),
    LISTING: hall.id,
    ZONE: hall.half,
    BALLS: balls.id,
    PACKAGE: set.id,
  };
};

export const bookingLife: Scene = async (stage) => {
  const place = await stage.place('Flyttehallen');
  const { id } = await stage.booking(place, '2026-12-01T13:00');
  return { TOKEN: await stage.token('resident'), BOOKING: id };
};

export const calendars: Scene = async (stage) => {
  const { id } = await stage.listing('idrettshall');
  return { TOKEN: await stage.token('resident'), LISTING: id };
};

export const recurringBookings: Scene = async (stage) => {
  const place = await stage.place('Treningshallen');
  await stage.booking(place, '2027-01-11T18:00', { as: 'club_leader' });
  const { id } = await stage.post(
    '/recurring-bookings',
    {
      listingId: place.id,
      zoneId: place.parts[2],
      termsVersion: '2026-1',
      rule: 'FREQ=WEEKLY;COUNT=4',
      firstDate: moved('2027-01-04'),
      startsTime: '18:00',
      endsTime: '20:00',
    },
    'resident',
  );
  return {
    TOKEN: await stage.token('resident'),
    LISTING: place.id,
    ZONE: place.parts[0] ?? '',
    SERIES: String(id),
  };
};
