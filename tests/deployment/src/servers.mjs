import { Findings } from './tree.mjs';

/** What the configuration of PostgreSQL and NATS must never lose, whoever runs it. */
export function checkServers(tree) {
  const findings = new Findings();
  const nats = tree.read('infra/nats/nats-server.conf').replace(/#.*/g, '');
  findings.expect(
    /sync_interval:\s*always/.test(nats),
    'infra/nats/nats-server.conf: sync_interval must be always, else a power cut loses what was acknowledged',
  );
  findings.expect(
    !/no_auth_user|allow_responses/.test(nats),
    'infra/nats/nats-server.conf: no_auth_user and allow_responses must not be used',
  );
  findings.expect(
    !/^\s*(fsync|synchronous_commit|full_page_writes)\s*=\s*off/m.test(tree.read('infra/postgres/postgresql.conf')),
    'infra/postgres/postgresql.conf: durability must stay on',
  );
  for (const script of ['infra/postgres/bootstrap.sh', 'infra/postgres/archive-wal.sh'])
    findings.expect(
      tree.exists(script) && tree.isExecutable(script),
      `${script} is not executable: chmod +x ${script}`,
    );
  return findings;
}
