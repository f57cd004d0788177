import { money } from '@kit/contracts';
import { Secret } from '@kit/service';
import { v7 as uuidv7 } from 'uuid';
import { type CheckoutWanted, type Delivery, ProviderRefused, ProviderUnknown } from '../providers/payment-provider.js';
import { StripeProvider } from '../providers/stripe/stripe.js';
import { VippsProvider } from '../providers/vipps/vipps.js';
import type { StripeServer } from './stripe-server.js';
import type { VippsServer } from './vipps-server.js';
import type { Received, WebhookReceiver } from './webhook-receiver.js';

export const AMOUNT = 125_00;

interface Change {
  url?: string;
  webhookSecret?: string;
  clientSecret?: string;
  secretKey?: string;
  /** How long it waits; as in production unless told otherwise, because a spec may run on a busy machine. */
  patienceMs?: number;
}
const secretOf = (text: string | undefined) => (text ? new Secret(text) : null);

/** The adapter with an account at the server, unless told otherwise. */
export function vippsAt({ url, account }: VippsServer, change: Change = {}): VippsProvider {
  const settings = {
    merchantSerialNumber: account.merchantSerialNumber,
    clientId: account.clientId,
    clientSecret: new Secret(change.clientSecret ?? account.clientSecret),
    subscriptionKey: new Secret(account.subscriptionKey),
    webhookSecret: secretOf(change.webhookSecret),
  };
  return new VippsProvider(change.url ?? url, settings, change.patienceMs);
}

export function stripeAt({ url, secretKey }: StripeServer, change: Change = {}): StripeProvider {
  const settings = {
    secretKey: new Secret(change.secretKey ?? secretKey),
    webhookSecret: secretOf(change.webhookSecret),
  };
  return new StripeProvider(change.url ?? url, settings, change.patienceMs);
}

export const wanted = (change: Partial<CheckoutWanted> = {}): CheckoutWanted => ({
  reference: uuidv7(),
  amount: money(AMOUNT),
  description: 'Fjordhallen, tirsdag 1. desember kl. 18',
  returnUrl: 'https://booking.example.no/kvittering?id=1',
  expiresAt: later(15),
  locale: 'nb',
  ...change,
});

export const later = (minutes: number) => new Date(Date.now() + minutes * 60_000);

/** What was received, as the adapters verify it. */
export const deliveryOf = (
  { url }: WebhookReceiver,
  { path, headers, payload }: Received,
  change: Partial<Delivery> = {},
): Delivery => ({ headers, payload, url: `${url}${path}`, receivedAt: new Date(), ...change });

/** Failures of this file, kept for the question whether a secret is in them. */
export const failures: unknown[] = [];

export async function failure(work: Promise<unknown>): Promise<unknown> {
  const error = await work.then(
    () => null,
    (thrown) => thrown,
  );
  failures.push(error);
  return error;
}

export async function refused(work: Promise<unknown>): Promise<void> {
  const error = await failure(work);
  if (!(error instanceof ProviderRefused)) throw new Error(`it was not refused: ${error}`);
}

export async function unknown(work: Promise<unknown>): Promise<void> {
  const error = await failure(work);
  if (!(error instanceof ProviderUnknown)) throw new Error(`it is not unknown: ${error}`);
}
