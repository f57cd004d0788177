import { randomUUID } from 'node:crypto';
import type { Operation } from '@kit/contracts';
import { type NatsCredentials, natsOptions } from '@kit/testing';
import { connect, headers, type NatsConnection } from '@nats-io/transport-node';
import type { System } from './system.js';

export const natsAs = ({ nats }: System, user: keyof NatsCredentials): Promise<NatsConnection> =>
  connect(natsOptions(nats, nats.credentials[user]));

export interface RpcAnswer {
  status: string;
  code: string | null;
  body: Record<string, unknown>;
}

/** A request as whoever holds the gateway's NATS login can send it. */
export async function rpc(
  nats: NatsConnection,
  operation: Operation,
  request: object,
  sent: Record<string, string> = {},
): Promise<RpcAnswer> {
  const all = headers();
  all.set('x-request-id', randomUUID());
  all.set('x-deadline', String(Date.now() + 3_000));
  for (const [name, value] of Object.entries(sent)) all.set(name, value);
  const message = await nats.request(operation.subject, JSON.stringify(request), { timeout: 4_000, headers: all });
  const text = message.string();
  const body = (text === '' ? {} : JSON.parse(text)) as Record<string, unknown>;
  const status = message.headers?.get('x-status') ?? '';
  return { status, code: status === 'ok' ? null : String(body.code), body };
}
