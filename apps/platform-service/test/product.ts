import { type Operation, Refusal, type RequestOf, type ResponseOf } from '@kit/contracts';
import { createLogger, Nats, newTraceparent, RpcClient, Secret } from '@kit/service';
import { seekDurable } from '@kit/testing';
import { headers as natsHeaders } from '@nats-io/transport-node';
import type { ProductManifest } from '@platform/contracts';
import { v7 as uuidv7 } from 'uuid';
import type { PlatformWorld } from './world.js';

/** Accounts of nats-server that belong to no product. */
const OURS = /^(sys|platform|gateway|subscriber)|_admin$/;

/** A product that nats-server lets in: the one that ships, which PLATFORM's tests call by no name, unless told. */
export async function productOf(world: PlatformWorld, named?: string) {
  const credentials = new Map(Object.entries(world.nats.credentials));
  const key = named ?? ([...credentials.keys()].find((account) => !OURS.test(account)) as string);
  const account = credentials.get(key);
  if (!account) throw new Error(`nats-server lets in no ${key}: platformWorld({}, { products: ['${key}'] })`);
  const options = {
    urls: [world.nats.url],
    user: account.user,
    password: new Secret(account.password),
    name: 'product',
  };
  const connection = await Nats.open(options, createLogger('product', 'silent'));
  const rpc = new RpcClient(connection, key);
  const caller = () => ({ requestId: uuidv7(), traceparent: newTraceparent(), deadline: Date.now() + 10_000 });

  async function call<O extends Operation<never, unknown> | Operation>(
    operation: O,
    request: RequestOf<O>,
    options: { idempotencyKey?: string } = {},
  ): Promise<ResponseOf<O>> {
    return rpc.call(caller(), operation as unknown as Operation, request as object, options) as Promise<ResponseOf<O>>;
  }

  return {
    key,
    call,
    /** The code of a call that must be refused; `OK` when it was not. */
    async code<O extends Operation<never, unknown> | Operation>(operation: O, request: RequestOf<O>): Promise<string> {
      try {
        await call(operation, request);
        return 'OK';
      } catch (error) {
        if (error instanceof Refusal) return error.code;
        throw error;
      }
    },
    /** Sends an audit record the way a product's relay does. */
    async report(tenantId: string, record: { id: string }, messageId = record.id): Promise<void> {
      const headers = natsHeaders();
      headers.set('Nats-Msg-Id', messageId);
      const subject = `${key}.audit.${tenantId}`;
      await connection.connection.request(subject, JSON.stringify(record), { headers, timeout: 5_000 });
    },
    /** Sends a fact the way a product's relay does; answers the event's id. */
    async tell(tenantId: string, aggregate: string, fact: string, aggregateId: string, data: object): Promise<string> {
      const id = uuidv7();
      const event = {
        specversion: '1.0',
        id,
        type: `${key}.${aggregate}.${fact}.v1`,
        source: key,
        subject: aggregateId,
        time: new Date().toISOString(),
        datacontenttype: 'application/json',
        tenantid: tenantId,
        actor: null,
        correlationid: id,
        aggregateversion: 1,
        data,
      };
      const headers = natsHeaders();
      headers.set('Nats-Msg-Id', id);
      const subject = `${key}.evt.${tenantId}.${aggregate}.${aggregateId}.${fact}.v1`;
      await connection.connection.request(subject, JSON.stringify(event), { headers, timeout: 5_000 });
      return id;
    },
    /** Sends whatever it likes as a fact on its own stream. */
    async forge(tenantId: string, event: object): Promise<void> {
      const headers = natsHeaders();
      headers.set('Nats-Msg-Id', uuidv7());
      const subject = `${key}.evt.${tenantId}.report.${uuidv7()}.published.v1`;
      await connection.connection.request(subject, JSON.stringify(event), { headers, timeout: 5_000 });
    },
    /** Everything the product ever reported comes once more. */
    replay: () =>
      seekDurable(world.nats.url, world.nats.credentials, `${key.toUpperCase()}_EVENTS`, 'platform_audit', 'all'),
    close: () => connection.close(),
  };
}

export type TestProduct = Awaited<ReturnType<typeof productOf>>;

const text = (word: string) => ({ nb: word, nn: word, en: word });

/** The manifest of a made-up product that writes reports. */
export const reports = (key: string, more: Partial<ProductManifest> = {}): ProductManifest => ({
  key,
  name: 'Reports',
  permissions: [
    { key: `${key}.report.read`, text: text('Read reports') },
    { key: `${key}.report.publish`, text: text('Publish reports') },
    { key: `${key}.archive.read`, text: text('Read the archive') },
  ],
  roleTemplates: [
    { key: `report_editor`, name: 'Report Editor', scope: 'org', permissions: [`${key}.report.*`] },
    { key: `report_chief`, name: 'Report Chief', scope: 'tenant', permissions: [`${key}.*.*`] },
    { key: `reader`, name: 'Reader', scope: 'user', permissions: [`${key}.report.read`] },
  ],
  roleExtensions: [{ key: 'tenant_administrator', permissions: [`${key}.*.*`] }],
  modules: [
    { key: `${key}.reports`, name: 'Reports' },
    { key: `${key}.archive`, name: 'Archive' },
  ],
  meters: [
    { key: `${key}.exports`, name: 'Exports', module: `${key}.reports`, period: 'month' },
    { key: `${key}.shelves`, name: 'Shelves', module: `${key}.archive`, period: 'total' },
  ],
  planTemplates: [
    { key: 'small', version: 1, name: 'Small', modules: [`${key}.reports`], limits: { [`${key}.exports`]: 10 } },
    {
      key: 'large',
      version: 1,
      name: 'Large',
      modules: [`${key}.reports`, `${key}.archive`],
      limits: { [`${key}.exports`]: null, [`${key}.shelves`]: 3 },
    },
  ],
  eventTypes: [`${key}.report.published.v1`],
  auditStream: { stream: `${key.toUpperCase()}_EVENTS`, durable: 'platform_audit' },
  ...more,
});
