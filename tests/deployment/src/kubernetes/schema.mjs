import { createRequire } from 'node:module';
import path from 'node:path';

/** Kinds of operators whose schemas are not at hand here; CI checks them by the catalogue of CRDs. */
const NOT_CHECKED = new Set([
  'postgresql.cnpg.io/v1 Cluster',
  'postgresql.cnpg.io/v1 ScheduledBackup',
  'barmancloud.cnpg.io/v1 ObjectStore',
]);

/** Validates objects against the schemas of Kubernetes, and finds fields that these do not know. */
export function expectSchemas(findings, root, where, objects) {
  const require = createRequire(path.join(root, 'tests/deployment/package.json'));
  for (const object of objects) {
    const name = `${object.kind} ${object.metadata?.name}`;
    const kind = `${object.apiVersion} ${object.kind}`;
    if (NOT_CHECKED.has(kind)) {
      findings.note(`${kind}: its schema was not checked here`);
      continue;
    }
    let model;
    try {
      model = require(`kubernetes-models/${object.apiVersion}/${object.kind}`)[object.kind];
    } catch {
      findings.expect(false, `${where}: ${name}: Kubernetes knows no ${kind}`);
      continue;
    }
    const unread = new Map();
    const problem = validate(watched(Object.setPrototypeOf({ ...object }, model.prototype), '', unread));
    findings.expect(!problem, `${where}: ${name}: ${problem}`);
    const unknown = problem ? [] : [...unread.values()].flatMap((paths) => [...paths]);
    findings.expect(unknown.length === 0, `${where}: ${name}: there is no field ${unknown.join(', ')}`);
  }
}

function validate(data) {
  try {
    data.validate();
    return undefined;
  } catch (error) {
    return error.message;
  }
}

/**
 * The schemas let unknown fields pass. But they read every field that they know: one that nobody has read is unknown.
 */
function watched(value, at, unread) {
  if (typeof value !== 'object' || value === null) return value;
  const paths = new Set(Object.keys(value).map((key) => `${at}/${key}`));
  if (!Array.isArray(value)) unread.set(at, paths);
  const children = {};
  return new Proxy(value, {
    get(target, key) {
      if (typeof key !== 'string' || !Object.hasOwn(target, key) || key === 'length') return target[key];
      paths.delete(`${at}/${key}`);
      children[key] ??= watched(target[key], `${at}/${key}`, unread);
      return children[key];
    },
  });
}
