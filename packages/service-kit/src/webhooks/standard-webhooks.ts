import { createHash, createHmac, randomBytes, timingSafeEqual } from 'node:crypto';
import { statement } from '../database/statement.js';
import type { Tx } from '../database/tx.js';

// Standard Webhooks 1.0, symmetric: https://www.standardwebhooks.com. Ours is fast enough to sign thousands a second;
// the specs hold it against the public library.

const PREFIX = 'whsec_';
const SECRET_BYTES = 32;
const TOLERANCE_MS = 5 * 60_000;

export const newWebhookSecret = (): string => PREFIX + randomBytes(SECRET_BYTES).toString('base64');

export interface WebhookHeaders {
  'webhook-id': string;
  /** Unix seconds of the attempt. */
  'webhook-timestamp': string;
  /** One signature per secret, divided by spaces. */
  'webhook-signature': string;
}

/** @param id the same for every attempt; without dots, because dots divide what is signed */
export function signWebhook(secrets: readonly string[], id: string, at: Date, body: string): WebhookHeaders {
  if (id.includes('.')) throw new Error(`"${id}" must not hold a dot`);
  const timestamp = String(Math.floor(at.getTime() / 1000));
  return {
    'webhook-id': id,
    'webhook-timestamp': timestamp,
    'webhook-signature': secrets
      .map((secret) => `v1,${signature(secret, id, timestamp, body).toString('base64')}`)
      .join(' '),
  };
}

/** Why a received webhook is not taken. */
export class WebhookRefused extends Error {
  constructor(readonly problem: 'headers' | 'timestamp' | 'signature') {
    super(`the ${problem} of the webhook cannot be accepted`);
    this.name = 'WebhookRefused';
  }
}

/**
 * Whether a webhook that was received comes from who knows one of the secrets, now, and as it was sent.
 *
 * @param body exactly the bytes that arrived
 * @throws WebhookRefused
 */
export function verifyWebhook(
  secrets: readonly string[],
  headers: Readonly<Record<string, string | undefined>>,
  body: string | Buffer,
  now: Date,
): { id: string; sentAt: Date } {
  const { 'webhook-id': id, 'webhook-timestamp': timestamp, 'webhook-signature': signatures } = headers;
  if (!id || id.includes('.') || !signatures || !/^\d{1,12}$/.test(timestamp ?? ''))
    throw new WebhookRefused('headers');
  const sentAt = new Date(Number(timestamp) * 1000);
  if (Math.abs(now.getTime() - sentAt.getTime()) > TOLERANCE_MS) throw new WebhookRefused('timestamp');
  const given = signatures.split(' ').flatMap((part) => (part.startsWith('v1,') ? [part.slice(3)] : []));
  const wanted = secrets.map((secret) => signature(secret, id, timestamp as string, body));
  const fits = wanted.some((one) => given.some((other) => equal(one, Buffer.from(other, 'base64'))));
  if (!fits) throw new WebhookRefused('signature');
  return { id, sentAt };
}

const CLAIM = 'claim-inbound-webhook';

/**
 * Verifies a webhook of a provider and notes it in the inbox, in the transaction of its effect: the same one again
 * answers null, and has no effect.
 *
 * @param source who sends, e.g. the id of the connection; ids of different senders do not meet
 * @throws WebhookRefused
 */
export async function receiveWebhook(
  tx: Tx,
  context: string,
  source: string,
  { secrets, headers, body }: InboundWebhook,
): Promise<{ id: string; payload: unknown } | null> {
  const { id } = verifyWebhook(secrets, headers, body, tx.now);
  const insert = statement(
    `${context}-${CLAIM}`,
    `INSERT INTO ${context}.inbox (tenant_id, consumer, message_id, stream_seq) VALUES ($1, $2, $3, 0)
     ON CONFLICT DO NOTHING RETURNING message_id`,
  );
  const claimed = await tx.query(insert, [tx.tenantId, `inbound:${source}`, uuidOf(id)]);
  return claimed.length === 0 ? null : { id, payload: JSON.parse(body.toString()) };
}

export interface InboundWebhook {
  readonly secrets: readonly string[];
  readonly headers: Readonly<Record<string, string | undefined>>;
  readonly body: string | Buffer;
}

function signature(secret: string, id: string, timestamp: string, body: string | Buffer): Buffer {
  const key = Buffer.from(secret.startsWith(PREFIX) ? secret.slice(PREFIX.length) : secret, 'base64');
  return createHmac('sha256', key).update(`${id}.${timestamp}.`).update(body).digest();
}

const equal = (one: Buffer, other: Buffer): boolean => one.length === other.length && timingSafeEqual(one, other);

/** Ids of providers are any text; the inbox keeps uuids. */
function uuidOf(id: string): string {
  const hex = createHash('sha256').update(id).digest('hex').slice(0, 32);
  return hex.replace(/(.{8})(.{4})(.{4})(.{4})(.{12})/, '$1-$2-$3-$4-$5');
}
