import { natsOptions, query, type RunningSystem } from '@kit/testing';
import { jetstream } from '@nats-io/jetstream';
import { connect } from '@nats-io/transport-node';

/** Whether the stream has the facts of each aggregate in the order in which they were committed, each once. */
export async function order(system: RunningSystem): Promise<Record<string, number>> {
  const committed = await query<{ id: string; subject: string }>(
    system.urls.digilist.superuser,
    `SELECT id, subject FROM digilist.outbox WHERE subject LIKE 'digilist.evt.%' ORDER BY pos`,
  );
  const wanted = byAggregate(committed);
  const streamed = byAggregate(await eventsOf(system.nats));
  let disordered = 0;
  let doubled = 0;
  for (const [aggregate, ids] of streamed) {
    const once = [...new Set(ids)];
    doubled += ids.length - once.length;
    if (once.join() !== wanted.get(aggregate)?.join()) disordered++;
  }
  return { 'aggregates whose events changed places': disordered, 'events twice in the stream': doubled };
}

/** `digilist.evt.<tenant>.<aggregate>.<id>.<verb>` */
function byAggregate(messages: readonly { id: string; subject: string }[]): Map<string, string[]> {
  const groups = new Map<string, string[]>();
  for (const { id, subject } of messages) {
    const aggregate = subject.split('.').slice(2, 5).join('.');
    groups.set(aggregate, [...(groups.get(aggregate) ?? []), id]);
  }
  return groups;
}

async function eventsOf(nats: RunningSystem['nats']): Promise<{ id: string; subject: string }[]> {
  const connection = await connect(natsOptions(nats, nats.credentials.digilist_admin));
  try {
    const js = jetstream(connection);
    const { state } = await (await js.streams.get('DIGILIST_EVENTS')).info();
    const events: { id: string; subject: string }[] = [];
    if (state.messages === 0) return events;
    for await (const message of await (await js.consumers.get('DIGILIST_EVENTS')).consume({ max_messages: 500 })) {
      const id = message.headers?.get('Nats-Msg-Id') ?? '';
      if (message.subject.startsWith('digilist.evt.')) events.push({ id, subject: message.subject });
      if (message.seq >= state.last_seq) break;
    }
    return events;
  } finally {
    await connection.close();
  }
}
