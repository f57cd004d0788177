// Several nats-servers as one cluster: the shipped configuration on each, and flags for what differs.
import { newNatsCredentials, newPassword, startNatsServer } from './nats.mjs';
import { freePort, until } from './processes.mjs';

/** Starts the nodes and waits until they have found each other; streams are for `createStreams` to make. */
export async function startNatsCluster({ nodes: size = 3, credentials = newNatsCredentials(), config, log } = {}) {
  const password = newPassword();
  const ports = [];
  while (ports.length < size) ports.push(await freePort());
  const route = (port) => `nats://route:${password}@127.0.0.1:${port}`;
  const started = await Promise.allSettled(
    ports.map((port, n) =>
      startNode(`nats-${n + 1}`, {
        credentials,
        config,
        log,
        flags: [
          ...['-n', `nats-${n + 1}`, '--cluster_name', 'local', '--cluster', route(port)],
          ...['--routes', ports.map(route).join(',')],
        ],
      }),
    ),
  );
  const nodes = started.flatMap(({ value }) => value ?? []);
  const stop = async () => {
    await Promise.all(nodes.map((node) => node.stop()));
  };
  const failed = started.find(({ status }) => status === 'rejected');
  const caughtUp = async (within) => {
    await Promise.all(nodes.map((node) => node.caughtUp(within)));
  };
  try {
    if (failed) throw failed.reason;
    await caughtUp();
  } catch (error) {
    await stop();
    throw error;
  }
  const [first] = nodes;
  const all = (work) => Promise.all(nodes.map(work));
  return {
    url: nodes.map((node) => node.url).join(','),
    monitorUrl: first.monitorUrl,
    port: first.port,
    monitorPort: first.monitorPort,
    version: first.version,
    credentials,
    storeDir: first.storeDir,
    logFile: first.logFile,
    get pid() {
      return first.pid;
    },
    get ended() {
      return all((node) => node.ended).then(([exit]) => exit);
    },
    isRunning: () => nodes.some((node) => node.isRunning()),
    kill: (signal) => all((node) => node.kill(signal)).then(([exit]) => exit),
    async restart() {
      await all((node) => node.restart());
      await caughtUp();
    },
    stop,
    nodes,
    caughtUp,
    leaderOf: (stream) =>
      until(`A leader of ${stream}`, async () => {
        for (const node of nodes.filter((one) => one.isRunning())) {
          const name = (await streamsOn(node)).find((one) => one.name === stream)?.cluster?.leader;
          const leader = nodes.find((one) => one.name === name);
          if (leader?.isRunning()) return leader;
        }
        return undefined;
      }),
  };
}

async function startNode(name, options) {
  const server = await startNatsServer(options);
  const caughtUp = (within = 30_000) =>
    until(
      `${name} (every replica it keeps)`,
      async () => {
        const response = await fetch(`${server.monitorUrl}/healthz`);
        if (!response.ok) throw new Error(await response.text());
        return true;
      },
      { within },
    );
  return Object.assign(server, { name, caughtUp });
}

async function streamsOn(node) {
  const { account_details: accounts = [] } = await (
    await fetch(`${node.monitorUrl}/jsz?accounts=true&streams=true`)
  ).json();
  return accounts.flatMap(({ stream_detail: streams }) => streams ?? []);
}
