import type { EventEnvelope } from '@kit/contracts';
import { type Delivered, type Tx, UnreadableMessage } from '@kit/service';
import { Injectable } from '@nestjs/common';
import type { QueryResultRow } from 'pg';
import { Vault } from '../../../secrets/index.js';
import { readLicence } from '../../licensing/index.js';
import { Catalogue, type CatalogueEntry } from './catalogue.js';
import { INSERT_DELIVERIES, INSERT_MESSAGES, messageContent, SUBSCRIBERS } from './deliveries.sql.js';
import { wants } from './domain/event-filter.js';

export const MAX_BODY_BYTES = 20_000;
export const TOO_LARGE = 'The body would be larger than 20 kB.';

interface Subscriber extends QueryResultRow {
  id: string;
  event_types: string[];
  status: 'active' | 'disabled';
}

/** What a receiver gets. Order is not promised: `aggregateId` and `version` let the receiver put things in order. */
export const bodyOf = ({ type, time, data, subject, aggregateversion }: EventEnvelope): string =>
  JSON.stringify({ type, timestamp: time, data, aggregateId: subject, version: aggregateversion });

/** Whether one of the modules is in the tenant's licence; events without any are everybody's. */
export async function isEntitled(tx: Tx, { modules }: Pick<CatalogueEntry, 'modules'>): Promise<boolean> {
  for (const module of modules) {
    if ((await readLicence(tx, tx.tenantId, module, tx.now)) === 'entitled') return true;
  }
  return modules.length === 0;
}

/** Events become deliveries, one per webhook that wants them, in the transaction that takes them from the stream. */
@Injectable()
export class FanOut {
  constructor(
    private readonly catalogue: Catalogue,
    private readonly vault: Vault,
  ) {}

  /** @param product whose stream it is; what another would say in its name is parked */
  async take(tx: Tx, product: string, messages: readonly Delivered[]): Promise<void> {
    const catalogue = await this.catalogue.entries();
    const events = messages.map((message) => eventOf(message, product));
    const offered = events.filter(({ type }) => catalogue.has(type));
    if (offered.length === 0) return;
    const subscribers = await tx.query<Subscriber>(SUBSCRIBERS, [tx.tenantId]);
    const wanted = offered.filter(({ type }) => subscribers.some(({ event_types }) => wants(event_types, type)));
    const types = new Set(wanted.map(({ type }) => type));
    const entitled = new Set<string>();
    for (const type of types) {
      if (await isEntitled(tx, catalogue.get(type) as CatalogueEntry)) entitled.add(type);
    }
    await this.insert(
      tx,
      wanted.filter(({ type }) => entitled.has(type)),
      subscribers,
    );
  }

  private async insert(tx: Tx, events: readonly EventEnvelope[], subscribers: readonly Subscriber[]): Promise<void> {
    if (events.length === 0) return;
    const bodies = events.map(bodyOf);
    const sealers = await this.vault.sealers(tx, [null]);
    const seal = sealers.get(null);
    if (!seal) throw new Error('there is no key to seal with');
    await tx.query(INSERT_MESSAGES, [
      tx.tenantId,
      events.map(({ id }) => id),
      events.map(({ type }) => type),
      events.map(({ time }) => time),
      events.map(({ id }, at) => seal(bodies[at] as string, messageContent(id))),
      tx.now,
      tx.actorId,
    ]);
    const deliveries = events.flatMap((event, at) => {
      const tooLarge = Buffer.byteLength(bodies[at] as string) > MAX_BODY_BYTES;
      return subscribers
        .filter(({ event_types }) => wants(event_types, event.type))
        .map(({ id, status }) => ({
          endpoint: id,
          message: event.id,
          status: tooLarge ? 'failed' : status === 'active' ? 'pending' : 'held',
          problem: tooLarge ? TOO_LARGE : null,
        }));
    });
    await tx.query(INSERT_DELIVERIES, [
      tx.tenantId,
      deliveries.map(({ endpoint }) => endpoint),
      deliveries.map(({ message }) => message),
      deliveries.map(({ status }) => status),
      deliveries.map(({ problem }) => problem),
      'event',
      tx.now,
      tx.actorId,
    ]);
  }
}

function eventOf({ id, payload }: Delivered, product: string): EventEnvelope {
  const event = payload as Partial<EventEnvelope>;
  const readable =
    typeof event.type === 'string' && typeof event.time === 'string' && typeof event.subject === 'string';
  if (!readable || !event.type?.startsWith(`${product}.`)) throw new UnreadableMessage(`no event of ${product}`);
  return { ...(event as EventEnvelope), id };
}
