import type { Scene, Stage } from './scene.js';

/** Of an origin that payments may come back to. */
const returnUrl = ({ api }: Stage): string => new URL('/docs', api).href;

export const invoices: Scene = async (stage) => {
  const { id } = await stage.booking(await stage.place('Fakturahallen'), '2026-12-03T13:00');
  return { TOKEN: await stage.token('tenant_admin'), BOOKING: id };
};

export const payments: Scene = async (stage) => {
  const place = await stage.place('Betalingshallen', { paymentPolicy: 'PAY_AND_CONFIRM' });
  const waiting = await stage.booking(place, '2026-12-03T13:00');
  const { id: bookingId } = await stage.booking(place, '2026-12-03T14:00');
  const { id, redirectUrl } = await stage.post(
    '/payments',
    { bookingIds: [bookingId], returnUrl: returnUrl(stage) },
    'resident',
  );
  await fetch(String(redirectUrl), {
    method: 'POST',
    body: new URLSearchParams({ choice: 'pay' }),
    redirect: 'manual',
  });
  await stage.caughtUp(async () => {
    const { status } = await stage.get(`/bookings/${bookingId}`, 'resident');
    if (status !== 'confirmed') throw new Error(`the booking is ${status}`);
  });
  return {
    TOKEN: await stage.token('resident'),
    STAFF: await stage.token('tenant_admin'),
    BOOKING: waiting.id,
    PAYMENT: String(id),
  };
};

export const paymentProviders: Scene = async (stage) => {
  const place = await stage.place('Vippshallen', { paymentPolicy: 'PAY_AND_CONFIRM' });
  const { id } = await stage.booking(place, '2026-12-03T13:00');
  const { redirectUrl } = await stage.post('/payments', { bookingIds: [id], returnUrl: returnUrl(stage) }, 'resident');
  // The page gives a municipality a provider: the neighbour, so that other pages can go on paying at the development one.
  return { TOKEN: await stage.neighbour().token('tenant_admin'), REDIRECT: String(redirectUrl) };
};

export const prices: Scene = async (stage) => {
  const { id, half } = await stage.place('Prishallen');
  const club = await stage.newOrganization('Prislaget');
  await stage.caughtUp(() => stage.get(`/organizations/${club}/verifications`, 'tenant_admin'));
  return {
    TOKEN: await stage.token('tenant_admin'),
    HANDLER: await stage.token('case_handler'),
    LISTING: id,
    ZONE: half,
    CLUB: club,
  };
};
