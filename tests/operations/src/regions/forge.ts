import { randomUUID } from 'node:crypto';
import { regionUsers } from '@kit/local-servers';
import { type NatsServer, natsOptions } from '@kit/testing';
import { jetstream } from '@nats-io/jetstream';
import { connect, type NatsConnection, headers as natsHeaders } from '@nats-io/transport-node';

/**
 * What somebody could do who has taken over the service of a region, about a tenant of another: they say that things
 * happened, they ask PLATFORM for more, and for people. Answers the ids of what was said and what they were answered.
 */
export async function forgeIn(nats: NatsServer, region: string, tenantId: string) {
  const [user] = regionUsers(region);
  const connection = await connect(natsOptions(nats, nats.credentials[user]));
  try {
    const told = [
      await tell(connection, `digilist.audit.${tenantId}`, {
        action: 'digilist.booking.forged',
        entity: { type: 'booking', id: randomUUID() },
      }),
      await tell(connection, `digilist.evt.${tenantId}.booking.${randomUUID()}.confirmed.v1`, {
        type: 'digilist.booking.confirmed.v1',
      }),
    ];
    const lease = { tenantId, meter: 'digilist.bookings', period: '2026-01', amount: 1 };
    const users = { aggregate: 'user', tenantId, ids: [randomUUID()] };
    return {
      told,
      refused: {
        lease: await ask(connection, 'platform.internal.digilist.usage.lease.v1', lease),
        users: await ask(connection, 'platform.internal.digilist.state.read.v1', users),
        homeRpc: await ask(connection, 'digilist.rpc.listing.list.v1', {}, 'nobody'),
      },
    };
  } finally {
    await connection.close();
  }
}

async function tell(connection: NatsConnection, subject: string, payload: object): Promise<string> {
  const id = randomUUID();
  const headers = natsHeaders();
  headers.set('Nats-Msg-Id', id);
  await jetstream(connection).publish(subject, JSON.stringify({ id, ...payload }), { headers });
  return id;
}

/** The code of the refusal; `instead` where the account may not even ask. */
async function ask(
  connection: NatsConnection,
  subject: string,
  request: object,
  instead = 'no answer',
): Promise<string> {
  const asked = connection.request(subject, JSON.stringify(request), { timeout: 3_000 });
  const answer = await asked.catch(() => null);
  return answer === null ? instead : (answer.json<{ code: string }>().code ?? 'ok');
}
