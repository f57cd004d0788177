import { createHmac, timingSafeEqual } from 'node:crypto';
import type { Secret } from '@kit/service';
import { type Delivery, WebhookRefused } from '../payment-provider.js';

const TOLERANCE_S = 300;

/**
 * https://docs.stripe.com/webhooks#verify-manually. There is a signature for each secret while one is being replaced.
 *
 * @throws WebhookRefused
 */
export function verifyStripeSignature(secret: Secret | null, { headers, payload, receivedAt }: Delivery): void {
  const parts = (headers['stripe-signature'] ?? '').split(',').map((part) => part.trim());
  const [timestamp = ''] = valuesOf(parts, 't');
  if (secret === null || !/^\d{1,12}$/.test(timestamp)) throw new WebhookRefused('not signed');
  const age = receivedAt.getTime() / 1000 - Number(timestamp);
  if (Math.abs(age) > TOLERANCE_S) throw new WebhookRefused('not signed now');
  const wanted = Buffer.from(stripeSignature(secret.reveal(), timestamp, payload));
  const fits = valuesOf(parts, 'v1').some((given) => {
    const signature = Buffer.from(given);
    return signature.length === wanted.length && timingSafeEqual(signature, wanted);
  });
  if (!fits) throw new WebhookRefused('another signature');
}

export const stripeSignature = (secret: string, timestamp: string, payload: string): string =>
  createHmac('sha256', secret).update(`${timestamp}.${payload}`).digest('hex');

const valuesOf = (parts: readonly string[], name: string): string[] =>
  parts.filter((part) => part.startsWith(`${name}=`)).map((part) => part.slice(name.length + 1));
