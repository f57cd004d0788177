import { selects } from './environment.mjs';

/** Who may connect to whom inside, as ARCHITECTURE.md draws it: nobody else reaches a database or NATS. */
const ARROWS = [
  'gateway → nats:4222',
  'platform-service → nats:4222',
  'digilist-service → nats:4222',
  'nats-streams → nats:4222',
  'nats → nats:6222',
  'platform-service → platform-db:5432',
  'platform-migration → platform-db:5432',
  'platform-db-bootstrap → platform-db:5432',
  'platform-db → platform-db:5432',
  'platform-db → platform-db:8000',
  'digilist-service → digilist-db:5432',
  'digilist-migration → digilist-db:5432',
  'digilist-db-bootstrap → digilist-db:5432',
  'digilist-db → digilist-db:5432',
  'digilist-db → digilist-db:8000',
];

/** Policies: everything is closed, and what is open is open on both sides and is an arrow of ARCHITECTURE.md. */
export function expectNetwork(findings, where, objects, pods) {
  const policies = objects.filter(({ kind }) => kind === 'NetworkPolicy');
  const closed = policies.find(({ spec }) => !Object.keys(spec.podSelector).length && !spec.ingress && !spec.egress);
  findings.expect(
    closed?.spec.policyTypes.length === 2,
    `${where}: no policy closes everything: an empty podSelector, Ingress and Egress, and no rule`,
  );
  const own = policies.filter(({ spec }) => Object.keys(spec.podSelector).length > 0);
  for (const { metadata, spec } of own) {
    const name = `${where}: NetworkPolicy ${metadata.name}`;
    const chosen = pods.filter(({ labels }) => selects(spec.podSelector, labels));
    findings.expect(chosen.length > 0, `${name} is meant for pods that do not exist`);
    findings.expect(spec.policyTypes.length === 2, `${name} must speak of both directions: [Ingress, Egress]`);
    for (const { ports = [], from = [] } of spec.ingress ?? []) {
      findings.expect(ports.length > 0 && from.length > 0, `${name} lets anybody in, or to any port`);
      for (const { port } of ports)
        findings.expect(
          chosen.every((pod) => numbersOf(pod, port).length > 0),
          `${name} opens port ${port}, which its pods do not have`,
        );
    }
    for (const { ports = [] } of spec.egress ?? []) findings.expect(ports.length > 0, `${name} lets out to any port`);
  }
  for (const { name, labels } of pods)
    findings.expect(
      own.some(({ spec }) => selects(spec.podSelector, labels)),
      `${where}: ${name} has no policy of its own, so it could speak to nobody`,
    );
  const out = arrows(pods, own, 'egress', 'to');
  const into = arrows(pods, own, 'ingress', 'from');
  const wanted = new Set(ARROWS);
  for (const arrow of new Set([...out, ...into, ...wanted])) {
    findings.expect(out.has(arrow) || !into.has(arrow), `${where}: ${arrow} is let in, but not out`);
    findings.expect(into.has(arrow) || !out.has(arrow), `${where}: ${arrow} is let out, but not in`);
    findings.expect(
      wanted.has(arrow) === (out.has(arrow) && into.has(arrow)),
      wanted.has(arrow)
        ? `${where}: ${arrow} is needed, but not open`
        : `${where}: ${arrow} is open, but no arrow of ARCHITECTURE.md: close it, or draw it there and in network.mjs`,
    );
  }
}

function arrows(pods, policies, direction, side) {
  const found = new Set();
  for (const { spec } of policies)
    for (const here of pods.filter(({ labels }) => selects(spec.podSelector, labels)))
      for (const { ports = [], [side]: peers = [] } of spec[direction] ?? [])
        for (const { podSelector, namespaceSelector } of peers.filter((peer) => peer.podSelector)) {
          if (namespaceSelector) continue;
          for (const there of pods.filter(({ labels }) => selects(podSelector, labels))) {
            const [source, target] = direction === 'egress' ? [here, there] : [there, here];
            for (const { port } of ports)
              for (const number of numbersOf(target, port)) found.add(`${source.name} → ${target.name}:${number}`);
          }
        }
  return found;
}

const numbersOf = ({ ports }, wanted) =>
  ports.filter(({ name, containerPort }) => name === wanted || containerPort === wanted).map((p) => p.containerPort);
