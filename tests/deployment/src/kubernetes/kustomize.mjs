import path from 'node:path';
import { parse, parseAllDocuments } from 'yaml';

const KNOWN = new Set([
  'apiVersion',
  'kind',
  'namespace',
  'resources',
  'components',
  'configMapGenerator',
  'images',
  'patches',
]);

/**
 * As much of kustomize as infra/kubernetes uses, so that its objects are known without kubectl; anything else is refused.
 * Where kubectl is there, its answer is compared with this one. Names of generated config maps have no hash here.
 */
export function render(tree, dir) {
  return accumulate(tree, dir, []);
}

function accumulate(tree, dir, objects) {
  const file = path.posix.join(dir, 'kustomization.yaml');
  const kustomization = parse(tree.read(file));
  for (const key of Object.keys(kustomization))
    if (!KNOWN.has(key))
      throw new Error(`${file} uses ${key}, which these checks do not know: teach them (kustomize.mjs)`);
  for (const resource of kustomization.resources ?? []) {
    const at = path.posix.join(dir, resource);
    if (tree.isDirectory(at)) objects.push(...render(tree, at));
    else objects.push(...documentsOf(tree, at));
  }
  for (const component of kustomization.components ?? []) accumulate(tree, path.posix.join(dir, component), objects);
  for (const generator of kustomization.configMapGenerator ?? []) generate(tree, dir, generator, objects);
  for (const { target, patch } of kustomization.patches ?? []) applyPatch(file, target, parse(patch), objects);
  if (kustomization.namespace) for (const object of objects) setNamespace(object, kustomization.namespace);
  for (const image of kustomization.images ?? []) setImage(image, objects);
  return objects;
}

function documentsOf(tree, file) {
  return parseAllDocuments(tree.read(file)).map((document) => {
    if (document.errors.length > 0) throw new Error(`${file}: ${document.errors[0].message}`);
    return document.toJS();
  });
}

function generate(tree, dir, { name, behavior, literals = [], files = [] }, objects) {
  const data = Object.fromEntries([
    ...literals.map((literal) => [literal.slice(0, literal.indexOf('=')), literal.slice(literal.indexOf('=') + 1)]),
    ...files.map((file) => [file, tree.read(path.posix.join(dir, file))]),
  ]);
  const existing = objects.find((object) => object.kind === 'ConfigMap' && object.metadata.name === name);
  if (behavior === 'merge') {
    if (!existing) throw new Error(`${dir}: the config map ${name} is to be merged, but there is none`);
    Object.assign(existing.data, data);
  } else objects.push({ apiVersion: 'v1', kind: 'ConfigMap', metadata: { name }, data });
}

function setNamespace(object, namespace) {
  if (object.kind === 'Namespace') object.metadata.name = namespace;
  else object.metadata.namespace = namespace;
}

function setImage({ name, newName = name, newTag }, objects) {
  for (const container of objects.flatMap(containersOf))
    if (container.image.split(':')[0] === name) container.image = newTag ? `${newName}:${newTag}` : newName;
}

export const podOf = (object) => (object.spec?.template?.spec?.containers ? object.spec.template : undefined);
export const containersOf = (object) => podOf(object)?.spec.containers ?? [];

function applyPatch(file, target, operations, objects) {
  const chosen = objects.filter(
    ({ apiVersion, kind, metadata }) =>
      (!target.group || apiVersion.startsWith(`${target.group}/`)) &&
      kind === target.kind &&
      (!target.name || metadata.name === target.name),
  );
  if (chosen.length === 0)
    throw new Error(`${file}: a patch is meant for ${JSON.stringify(target)}, and there is none`);
  for (const object of chosen) for (const operation of operations) applyOperation(file, object, operation);
}

function applyOperation(file, object, { op, path: pointer, value }) {
  const steps = pointer.slice(1).split('/');
  const last = steps.pop();
  let place = object;
  for (const step of steps) place = place?.[step];
  if (place === undefined || (op !== 'add' && place[last] === undefined))
    throw new Error(`${file}: a patch means ${pointer}, which ${object.kind} ${object.metadata.name} does not have`);
  if (op === 'remove') delete place[last];
  else place[last] = structuredClone(value);
}
