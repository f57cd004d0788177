import { createHash, createHmac, timingSafeEqual } from 'node:crypto';
import type { Secret } from '@kit/service';
import { type Delivery, WebhookRefused } from '../payment-provider.js';

const TOLERANCE_MS = 5 * 60_000;
const SIGNED = 'HMAC-SHA256 SignedHeaders=x-ms-date;host;x-ms-content-sha256&Signature=';

/**
 * https://developer.vippsmobilepay.com/docs/APIs/webhooks-api/request-authentication
 *
 * @throws WebhookRefused
 */
export function verifyVippsSignature(secret: Secret | null, { headers, payload, url, receivedAt }: Delivery): void {
  const { authorization = '', 'x-ms-date': date = '', 'x-ms-content-sha256': hash = '' } = headers;
  if (secret === null || !authorization.startsWith(SIGNED)) throw new WebhookRefused('not signed');
  // Written so that a date that is none is too old, too.
  if (!(Math.abs(receivedAt.getTime() - Date.parse(date)) <= TOLERANCE_MS)) throw new WebhookRefused('not signed now');
  if (!equal(hash, createHash('sha256').update(payload).digest('base64'))) throw new WebhookRefused('another body');
  const signature = vippsSignature(secret.reveal(), url, date, hash);
  if (!equal(authorization.slice(SIGNED.length), signature)) throw new WebhookRefused('another signature');
}

/** Over method, address, time and content. */
export function vippsSignature(secret: string, url: string, date: string, contentHash: string): string {
  const { pathname, search, host } = new URL(url);
  return createHmac('sha256', secret)
    .update(`POST\n${pathname}${search}\n${date};${host};${contentHash}`)
    .digest('base64');
}

function equal(one: string, other: string): boolean {
  const [a, b] = [Buffer.from(one), Buffer.from(other)];
  return a.length === b.length && timingSafeEqual(a, b);
}
