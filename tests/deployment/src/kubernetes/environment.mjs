import { render } from './kustomize.mjs';

export const ROOT = 'infra/kubernetes';
export const ENVIRONMENTS = ['staging', 'production'];

/** What can be applied by itself, as folders under ROOT; `*` is the environment. */
export const UNITS = {
  foundation: 'foundation/overlays/*',
  postgres: 'postgres/overlays/*',
  nats: 'nats/overlays/*',
  'nats-streams': 'nats/overlays/*/streams',
  'platform-migration': 'platform-service/overlays/*/migration',
  'digilist-migration': 'digilist-service/overlays/*/migration',
  'platform-service': 'platform-service/overlays/*',
  'digilist-service': 'digilist-service/overlays/*',
  gateway: 'gateway/overlays/*',
};

/** All objects of an environment, by the unit that applies them. */
export function readEnvironment(tree, environment) {
  const units = new Map();
  for (const [unit, dir] of Object.entries(UNITS))
    units.set(unit, render(tree, `${ROOT}/${dir.replace('*', environment)}`));
  return { name: environment, units, objects: [...units.values()].flat() };
}

/**
 * Groups of pods with what they listen on: those of Deployments, StatefulSets and Jobs, and those that CloudNativePG will
 * make of a Cluster.
 */
export function podsOf(objects) {
  return objects.flatMap((object) => {
    const { kind, metadata, spec } = object;
    if (kind === 'Cluster' && object.apiVersion.startsWith('postgresql.cnpg.io/'))
      return [
        {
          name: metadata.name,
          object,
          labels: { 'cnpg.io/cluster': metadata.name, ...spec.inheritedMetadata?.labels },
          ports: [{ containerPort: 5432 }, { containerPort: 8000 }, { containerPort: 9187 }],
        },
      ];
    if (!spec?.template?.spec?.containers) return [];
    const { metadata: labelled, spec: pod } = spec.template;
    return [
      {
        name: metadata.name,
        object,
        pod,
        labels: labelled.labels,
        ports: pod.containers.flatMap(({ ports = [] }) => ports),
      },
    ];
  });
}

export function selects(selector, labels) {
  const { matchLabels = {}, matchExpressions = [] } = selector;
  return (
    Object.entries(matchLabels).every(([key, value]) => labels[key] === value) &&
    matchExpressions.every(({ key, operator, values }) => {
      if (operator !== 'In') throw new Error(`the operator ${operator} of a selector is not known to these checks`);
      return values.includes(labels[key]);
    })
  );
}
