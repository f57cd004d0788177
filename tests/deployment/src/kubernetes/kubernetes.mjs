import { Findings } from '../tree.mjs';
import { expectAllSettings, expectConfiguration } from './configuration.mjs';
import { ENVIRONMENTS, podsOf, readEnvironment } from './environment.mjs';
import { expectNetwork } from './network.mjs';
import { expectSchemas } from './schema.mjs';
import { expectReferences, expectWorkloads } from './workloads.mjs';

/** infra/kubernetes: right by the schemas of Kubernetes, and in accord with itself, the apps, and what the docs say. */
export function checkKubernetes(tree) {
  const findings = new Findings();
  const asked = [];
  for (const environment of ENVIRONMENTS) {
    const where = `infra/kubernetes (${environment})`;
    let read;
    try {
      read = readEnvironment(tree, environment);
    } catch (error) {
      findings.expect(false, `${where}: ${error.message}`);
      continue;
    }
    const { units, objects } = read;
    const pods = podsOf(objects);
    expectSchemas(findings, tree.root, where, objects);
    expectUnits(findings, where, units);
    expectWorkloads(findings, where, objects, pods);
    expectReferences(findings, where, objects, pods);
    expectNetwork(findings, where, objects, pods);
    asked.push(...expectConfiguration(findings, tree, where, objects, pods));
  }
  expectAllSettings(findings, tree, asked);
  findings.notes = [...new Set(findings.notes)];
  return findings;
}

/** Applied by itself, a unit touches nothing of another: no object is in two of them, and all are in one namespace. */
function expectUnits(findings, where, units) {
  const owners = new Map();
  const namespaces = new Set();
  for (const [unit, objects] of units)
    for (const { kind, metadata } of objects) {
      const object = `${kind} ${metadata.name}`;
      findings.expect(
        !owners.has(object) || owners.get(object) === unit,
        `${where}: ${object} is applied by ${unit} and by ${owners.get(object)}`,
      );
      owners.set(object, unit);
      namespaces.add(kind === 'Namespace' ? metadata.name : metadata.namespace);
      if (['gateway', 'platform-service', 'digilist-service'].includes(unit))
        findings.expect(
          metadata.name === unit || metadata.name === `${unit}-settings`,
          `${where}: ${unit} would also change ${object}: an app is deployed alone`,
        );
    }
  findings.expect(
    namespaces.size === 1,
    `${where}: objects are spread over the namespaces ${[...namespaces].join(', ')}`,
  );
}
