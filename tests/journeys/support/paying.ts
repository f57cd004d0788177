import type { Client } from '@digilist/client';
import type { Payment } from '@digilist/contracts';

/** What a payer does at the page of the development provider, as a browser does it: reads the form, and sends it. */
export async function choosing(choice: 'pay' | 'cancel', page: string): Promise<string> {
  const shown = await fetch(page);
  const text = await shown.text();
  if (!shown.ok || !text.includes(`value="${choice}"`))
    throw new Error(`no such choice on ${page}: ${shown.status} ${text}`);
  const sent = await fetch(page, {
    ...{ method: 'POST', redirect: 'manual', body: new URLSearchParams({ choice }) },
  });
  if (sent.status !== 303) throw new Error(`the provider answered ${sent.status}: ${await sent.text()}`);
  return sent.headers.get('location') as string;
}

/** Pays for these bookings. Whether that confirms them is for the provider to tell. */
export async function payFor({ digilist }: Client, bookingIds: string[], returnUrl: string): Promise<Payment> {
  const payment = await digilist.startPayment({ bookingIds, returnUrl });
  await choosing('pay', payment.redirectUrl as string);
  return payment;
}
