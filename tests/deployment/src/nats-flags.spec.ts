import { spawnSync } from 'node:child_process';
import path from 'node:path';
import { beforeAll, describe, expect, it } from '@jest/globals';
import { findNatsServer } from '@kit/local-servers';
import { parse } from 'yaml';
import { readEnvironment } from './kubernetes/environment.mjs';
import { openTree } from './tree.mjs';

const root = path.resolve(__dirname, '../../..');
const tree = openTree(root);
let server: string;
beforeAll(async () => {
  server = await findNatsServer();
});

/** Asks a real nats-server whether it would start like that: `-t` reads flags and configuration, and ends. */
function accepted(flags: string[], file = path.join(root, 'infra/nats/nats-server.conf')) {
  const here = flags.map((flag) =>
    flag
      .replace('/etc/nats/nats-server.conf', file)
      .replace(/\$\{(\w+)[^}]*\}|\$\((\w+)\)/g, (_, inCompose, inKubernetes) => `a-${inCompose ?? inKubernetes}`),
  );
  const passwords = [...tree.read('infra/nats/nats-server.conf').matchAll(/\$(NATS_[A-Z_]+)/g)];
  const env = Object.fromEntries(passwords.map(([, name]) => [name, 'a-password']));
  // It ends with 0 whatever it thinks of a flag.
  const { stdout, stderr } = spawnSync(server, [...here, '-t'], { encoding: 'utf8', env });
  return / is valid/.test(stdout + stderr) ? 'accepted' : stdout + stderr;
}

describe('a real nats-server accepts the flags of', () => {
  const compose = parse(tree.read('docker-compose.yml'), { merge: true });
  it.each(['nats-1', 'nats-2', 'nats-3'])('%s in docker-compose.yml', (node) => {
    expect(accepted(compose.services[node].command)).toBe('accepted');
  });

  it('the nodes in Kubernetes', () => {
    const { objects } = readEnvironment(tree, 'production');
    const nodes = objects.find(({ kind }: { kind: string }) => kind === 'StatefulSet');
    expect(accepted(nodes.spec.template.spec.containers[0].args)).toBe('accepted');
  });

  it('nobody who misspells one, or whose configuration is broken', () => {
    expect(accepted(['--config=/etc/nats/nats-server.conf', '--rutes=x'])).toMatch(/rutes/);
    expect(accepted(['--config=/etc/nats/nats-server.conf'], path.join(root, 'docker-compose.yml'))).not.toBe(
      'accepted',
    );
  });
});
