import type { FieldError } from '@kit/contracts';
import type { PlanTemplateDefinition, ProductManifest } from '@platform/contracts';
import { compiled, planSettingProblems } from '../../settings/index.js';
import { integrationProblems } from './manifest-integrations.js';

const PRODUCT = /^[a-z]{2,40}$/;
const PERMISSION = /^[a-z]+\.[a-z-]+\.[a-z-]+$/;
const PATTERN = /^[a-z]+\.([a-z-]+|\*)\.([a-z-]+|\*)$/;
const NAME_IN_PRODUCT = /^[a-z]+\.[a-z][a-z-]*$/;
const EVENT_TYPE = /^[a-z]+\.[a-z][a-z_-]*\.[a-z][a-z_-]*\.v[1-9][0-9]*$/;
const TEMPLATE = /^[a-z][a-z0-9_]*$/;
const PLAN = /^[a-z][a-z0-9-]*$/;

/**
 * Everything that is wrong with a manifest in itself, all at once. A product may name only what begins with its own
 * key: its role templates can never hold a permission of PLATFORM or of another product.
 *
 * @param everything true for PLATFORM's own manifest: its templates may hold any pattern
 */
export function manifestProblems(manifest: ProductManifest, everything = false): FieldError[] {
  const problems: FieldError[] = [];
  const refuse = (path: string, code: string, message: string) => problems.push({ path, code, message });
  const own = (key: string) => key.startsWith(`${manifest.key}.`);
  const modules = new Set(manifest.modules.map(({ key }) => key));

  if (!PRODUCT.test(manifest.key)) refuse('key', 'format', 'key must be one lower-case word');

  manifest.permissions.forEach(({ key }, at) => {
    if (!PERMISSION.test(key))
      refuse(`permissions.${at}.key`, 'format', `${key} must read <product>.<resource>.<action>`);
    else if (!own(key)) refuse(`permissions.${at}.key`, 'foreign', `${key} must begin with ${manifest.key}.`);
  });
  manifest.modules.forEach(({ key }, at) => {
    if (!NAME_IN_PRODUCT.test(key) || !own(key))
      refuse(`modules.${at}.key`, 'format', `${key} must read ${manifest.key}.<module>`);
  });
  manifest.meters.forEach(({ key, module, period, seats }, at) => {
    if (!NAME_IN_PRODUCT.test(key) || !own(key))
      refuse(`meters.${at}.key`, 'format', `${key} must read ${manifest.key}.<meter>`);
    if (!modules.has(module)) refuse(`meters.${at}.module`, 'unknown', `${module} is not a module of this manifest`);
    if (seats && period !== 'total')
      refuse(`meters.${at}.period`, 'format', `${key} counts seats: its period is total`);
  });
  const patterns = (list: string, at: number, wanted: string[]) =>
    wanted.forEach((pattern, index) => {
      const path = `${list}.${at}.permissions.${index}`;
      if (everything && pattern === '*') return;
      if (!PATTERN.test(pattern)) refuse(path, 'format', `${pattern} must read <product>.<resource>.<action>`);
      else if (!own(pattern)) refuse(path, 'foreign', `${pattern} must begin with ${manifest.key}.`);
      else if (!matchesOne(pattern, manifest))
        refuse(path, 'unknown', `${pattern} matches no permission of this manifest`);
    });
  manifest.roleTemplates.forEach((template, at) => {
    if (!TEMPLATE.test(template.key)) refuse(`roleTemplates.${at}.key`, 'format', `${template.key} must be snake_case`);
    if (template.scope === 'saas' && !everything) {
      refuse(`roleTemplates.${at}.scope`, 'foreign', 'a role of a product holds within a tenant');
    }
    patterns('roleTemplates', at, template.permissions);
  });
  (manifest.roleExtensions ?? []).forEach((extension, at) => {
    patterns('roleExtensions', at, extension.permissions);
  });
  manifest.eventTypes.forEach((type, at) => {
    if (!EVENT_TYPE.test(type))
      refuse(`eventTypes.${at}`, 'format', `${type} must read <product>.<aggregate>.<fact>.v<number>`);
    else if (!own(type)) refuse(`eventTypes.${at}`, 'foreign', `${type} must begin with ${manifest.key}.`);
  });
  const { auditStream } = manifest;
  if (auditStream && !auditStream.stream.startsWith(`${manifest.key.toUpperCase()}_`)) {
    refuse('auditStream.stream', 'foreign', `${auditStream.stream} must begin with ${manifest.key.toUpperCase()}_`);
  }
  const { settings, problems: settingProblems } = compiled(manifest.key, manifest.settings ?? []);
  problems.push(...settingProblems);
  problems.push(...compiled(manifest.key, manifest.systemConfigs ?? [], 'systemConfigs').problems);
  problems.push(...integrationProblems(manifest));
  manifest.planTemplates.forEach((plan, at) => {
    problems.push(...planProblems(plan, `planTemplates.${at}`, manifest));
    problems.push(...planSettingProblems(settings, plan.settings ?? {}, `planTemplates.${at}.settings`));
  });

  const once = (list: string, keys: string[]) =>
    keys.forEach((key, at) => {
      if (keys.indexOf(key) !== at) refuse(`${list}.${at}`, 'duplicate', `${key} stands here twice`);
    });
  once(
    'permissions',
    manifest.permissions.map(({ key }) => key),
  );
  once('eventTypes', manifest.eventTypes);
  once(
    'modules',
    manifest.modules.map(({ key }) => key),
  );
  once(
    'meters',
    manifest.meters.map(({ key }) => key),
  );
  once(
    'roleTemplates',
    manifest.roleTemplates.map(({ key }) => key),
  );
  once(
    'roleExtensions',
    (manifest.roleExtensions ?? []).map(({ key }) => key),
  );
  once(
    'planTemplates',
    manifest.planTemplates.map(({ key, version }) => `${key} version ${version}`),
  );
  return problems;
}

function planProblems(plan: PlanTemplateDefinition, path: string, manifest: ProductManifest): FieldError[] {
  const problems: FieldError[] = [];
  if (!PLAN.test(plan.key))
    problems.push({ path: `${path}.key`, code: 'format', message: `${plan.key} must be lower-case` });
  const known = new Set(manifest.modules.map(({ key }) => key));
  for (const module of plan.modules) {
    if (!known.has(module)) {
      problems.push({
        path: `${path}.modules`,
        code: 'unknown',
        message: `${module} is not a module of this manifest`,
      });
    }
  }
  // A limit left out would have to mean nothing or everything; both surprise somebody. So it is written down.
  for (const { key, module } of manifest.meters) {
    if (plan.modules.includes(module) && plan.limits[key] === undefined) {
      problems.push({
        path: `${path}.limits`,
        code: 'missing',
        message: `${key} needs a limit, or null for unlimited`,
      });
    }
  }
  for (const [meter, limit] of Object.entries(plan.limits)) {
    const definition = manifest.meters.find(({ key }) => key === meter);
    if (!definition || !plan.modules.includes(definition.module)) {
      problems.push({
        path: `${path}.limits`,
        code: 'unknown',
        message: `${meter} is not a meter of the plan's modules`,
      });
    }
    if (limit !== null && (!Number.isSafeInteger(limit) || limit < 0)) {
      problems.push({ path: `${path}.limits`, code: 'format', message: `${meter} must be a whole number or null` });
    }
  }
  return problems;
}

function matchesOne(pattern: string, manifest: ProductManifest): boolean {
  const parts = pattern.split('.');
  return manifest.permissions.some(({ key }) =>
    key.split('.').every((part, at) => parts[at] === '*' || parts[at] === part),
  );
}
