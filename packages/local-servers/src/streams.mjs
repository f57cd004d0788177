// The admin step: streams and durables as infra/nats/streams.json has them. And what operators do to a durable.
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { acceptable, NATS_MIN } from './nats.mjs';
import { infra } from './places.mjs';
import { sleep } from './processes.mjs';

const NANOS = { ms: 1e6, s: 1e9, m: 60e9, h: 3600e9, d: 86_400e9 };
function nanos(text) {
  const match = /^(\d+)(ms|s|m|h|d)$/.exec(text);
  if (!match) throw new Error(`infra/nats/streams.json: "${text}" is not a duration like 10s, 2m or 30d`);
  return Number(match[1]) * NANOS[match[2]];
}
const inNanos = (config) => {
  const out = { ...config };
  for (const key of ['max_age', 'duplicate_window', 'ack_wait']) if (out[key] !== undefined) out[key] = nanos(out[key]);
  if (out.backoff) out.backoff = out.backoff.map(nanos);
  return out;
};

/** Streams and durables of every account as infra/nats/streams.json has them. */
export function readStreams() {
  const { accounts, streamDefaults, durableDefaults } = JSON.parse(
    readFileSync(path.join(infra, 'nats/streams.json'), 'utf8'),
  );
  return Object.entries(accounts).map(([account, streams]) => ({
    account,
    admin: `${account}_admin`,
    streams: streams.map(({ durables, ...stream }) => ({
      config: inNanos({ ...streamDefaults, ...stream }),
      // Named, so that one set by an earlier version is taken off.
      durables: durables.map((durable) => ({ backoff: undefined, ...inNanos({ ...durableDefaults, ...durable }) })),
    })),
  }));
}

async function asAdmin(natsUrl, credential, work) {
  const { connect } = await import('@nats-io/transport-node');
  const nc = await connect({
    servers: natsUrl.split(','),
    user: credential.user,
    pass: credential.password,
    inboxPrefix: `_INBOX_${credential.user}`,
    name: 'admin step',
    timeout: 5000,
    maxReconnectAttempts: 2,
  });
  try {
    const call = async (subject, body) => {
      const reply = await nc.request(`$JS.API.${subject}`, body === undefined ? undefined : JSON.stringify(body), {
        timeout: 10_000,
      });
      return reply.json();
    };
    return await work(call, nc);
  } finally {
    await nc.close();
  }
}

const must = (what, answer) => {
  if (answer.error) throw new Error(`${what}: ${answer.error.description} (${answer.error.err_code})`);
  return answer;
};

/** A cluster that has just been started elects a leader first, and then meets its nodes one after the other. */
const NOT_YET = new Set([10005, 10008, 10009, 10023]);
const NOT_IN_A_CLUSTER = 10074;

/** Asks again for as long as the cluster is still coming together. */
async function patiently(within, ask) {
  const end = Date.now() + within;
  for (;;) {
    const answer = await ask().catch((error) => {
      if (Date.now() > end) throw error;
      return { error: { err_code: 10008, description: error.message } };
    });
    if (!NOT_YET.has(answer.error?.err_code) || Date.now() > end) return answer;
    await sleep(100);
  }
}

/** What is kept of the replicas that a stream has, when nobody says how many there shall be. */
function withReplicas(config, replicas, now) {
  return { ...config, num_replicas: replicas ?? now?.num_replicas ?? config.num_replicas };
}

/**
 * The admin step: creates or updates streams and durables. May be run any number of times.
 * @param natsUrl one server, or several of a cluster with commas between
 * @param credentials `{ platform_admin: {user, password}, digilist_admin: {user, password} }`
 * @param options `replicas`: on how many nodes each stream lies; unless told, streams stay as they are and new ones lie
 *   on one. Durables go with their stream.
 */
export async function createStreams(
  natsUrl,
  credentials,
  { log = () => {}, wanted = readStreams(), replicas, within = 30_000 } = {},
) {
  if (replicas !== undefined && ![1, 3, 5].includes(replicas))
    throw new Error(`A stream lies on 1, 3 or 5 nodes, not on ${replicas}: set NATS_REPLICAS to one of these.`);
  const counts = { created: 0, updated: 0, unchanged: 0 };
  for (const { admin, streams } of wanted) {
    await asAdmin(natsUrl, credentials[admin], async (once, nc) => {
      const [major, minor, patch] = nc.info.version.split('.').map((n) => Number.parseInt(n, 10));
      if (!acceptable([major, minor, patch]))
        throw new Error(
          `nats-server at ${natsUrl} is ${nc.info.version}: ${NATS_MIN} or newer (but not 2.13) is needed.`,
        );
      const call = (subject, body) => patiently(within, () => once(subject, body));
      for (const { config: shipped, durables } of streams) {
        const now = await call(`STREAM.INFO.${shipped.name}`);
        const config = withReplicas(shipped, replicas, now.config);
        const ask = async (verb, body) => {
          const answer = await call(`STREAM.${verb}.${config.name}`, body);
          if (answer.error?.err_code === NOT_IN_A_CLUSTER)
            throw new Error(
              `nats-server at ${natsUrl} is alone and cannot keep ${config.num_replicas} replicas: start it as a cluster of at least ${config.num_replicas} nodes, or leave NATS_REPLICAS out.`,
            );
          must(`stream ${config.name} with ${config.num_replicas} replicas`, answer);
        };
        if (now.error) {
          await ask('CREATE', config);
          counts.created++;
        } else if (differs(config, now.config)) {
          await ask('UPDATE', { ...now.config, ...config });
          counts.updated++;
        } else counts.unchanged++;
        for (const durable of durables) {
          const name = `${config.name}.${durable.durable_name}`;
          const there = await call(`CONSUMER.INFO.${name}`);
          if (there.error) {
            must(
              `durable ${name}`,
              await call(`CONSUMER.DURABLE.CREATE.${name}`, { stream_name: config.name, config: durable }),
            );
            counts.created++;
          } else if (differs(durable, there.config)) {
            // Where it began reading is not for an update to change.
            const { deliver_policy, opt_start_time, opt_start_seq } = there.config;
            const merged = { ...there.config, ...durable, deliver_policy, opt_start_time, opt_start_seq };
            must(
              `durable ${name}`,
              await call(`CONSUMER.DURABLE.CREATE.${name}`, { stream_name: config.name, config: merged }),
            );
            counts.updated++;
          } else counts.unchanged++;
        }
      }
    });
  }
  log(
    `NATS streams and durables: ${counts.created} created, ${counts.updated} updated, ${counts.unchanged} as they should be`,
  );
  return counts;
}

const differs = (wanted, actual) =>
  Object.entries(wanted).some(
    ([key, value]) =>
      key !== 'deliver_policy' && JSON.stringify(value) !== JSON.stringify(actual[key] ?? defaultOf(value)),
  );
const defaultOf = (value) => (value === false ? false : value === 0 ? 0 : undefined);

/**
 * Sets a durable back (replay) or forward: it is made again with another start. For an operator; consumers that are
 * connected carry on with the durable of the same name. `from` is a time, a stream sequence, or 'all'.
 */
export async function seekDurable(natsUrl, credentials, stream, durable, from) {
  await asOwner(natsUrl, credentials, stream, async (call) => {
    const { config } = must(`durable ${stream}.${durable}`, await call(`CONSUMER.INFO.${stream}.${durable}`));
    const { opt_start_seq, opt_start_time, ...rest } = config;
    const start =
      from === 'all'
        ? { deliver_policy: 'all' }
        : typeof from === 'number'
          ? { deliver_policy: 'by_start_sequence', opt_start_seq: from }
          : { deliver_policy: 'by_start_time', opt_start_time: new Date(from).toISOString() };
    must('delete', await call(`CONSUMER.DELETE.${stream}.${durable}`));
    must(
      'create',
      await call(`CONSUMER.DURABLE.CREATE.${stream}.${durable}`, {
        stream_name: stream,
        config: { ...rest, ...start },
      }),
    );
  });
}

/** Empties a stream, e.g. of states that a restored database does not know. Events and dead letters refuse it. */
export async function purgeStream(natsUrl, credentials, stream) {
  await asOwner(natsUrl, credentials, stream, async (call) => {
    must(`stream ${stream}`, await call(`STREAM.PURGE.${stream}`));
  });
}

/** How many messages a durable has not handled yet. */
export async function leftOf(natsUrl, credentials, stream, durable) {
  return asOwner(natsUrl, credentials, stream, async (call) => {
    const info = must(`durable ${stream}.${durable}`, await call(`CONSUMER.INFO.${stream}.${durable}`));
    return info.num_pending + info.num_ack_pending;
  });
}

async function asOwner(natsUrl, credentials, stream, work) {
  const owner = readStreams().find(({ streams }) => streams.some(({ config }) => config.name === stream));
  if (!owner) throw new Error(`There is no stream ${stream} in infra/nats/streams.json.`);
  return asAdmin(natsUrl, credentials[owner.admin], work);
}
