import type { FieldError } from '@kit/contracts';
import type { ProductManifest } from '@platform/contracts';
import { Ajv2020 } from 'ajv/dist/2020.js';
import formats from 'ajv-formats';

/** What a manifest says of webhooks and of connections to other systems: every schema must compile, every example fit. */
export function integrationProblems(manifest: ProductManifest): FieldError[] {
  const problems: FieldError[] = [];
  const refuse = (path: string, code: string, message: string) => problems.push({ path, code, message });
  const { eventStream, webhookEvents = [], integrations = [], eventTypes } = manifest;
  const prefix = `${manifest.key.toUpperCase()}_`;
  if (eventStream && !eventStream.stream.startsWith(prefix)) {
    refuse('eventStream.stream', 'foreign', `${eventStream.stream} must begin with ${prefix}`);
  }
  if (webhookEvents.length > 0 && !eventStream) refuse('eventStream', 'missing', 'webhookEvents need an eventStream');
  const modules = new Set(manifest.modules.map(({ key }) => key));

  webhookEvents.forEach(({ type, schema, example, module }, at) => {
    const path = `webhookEvents.${at}`;
    if (!eventTypes.includes(type)) refuse(`${path}.type`, 'unknown', `${type} is not among the eventTypes`);
    if (module !== undefined && !modules.has(module)) refuse(`${path}.module`, 'unknown', `${module} is no module`);
    const fits = compiled(schema);
    if (!fits) refuse(`${path}.schema`, 'schema', 'this is no JSON Schema (draft 2020-12)');
    else if (!fits(example)) refuse(`${path}.example`, 'schema', 'the example does not fit the schema');
  });
  integrations.forEach(({ key, schema, testUrl }, at) => {
    const path = `integrations.${at}`;
    if (!/^[a-z]+\.[a-z][a-z-]*$/.test(key) || !key.startsWith(`${manifest.key}.`)) {
      refuse(`${path}.key`, 'format', `${key} must read ${manifest.key}.<kind>`);
    }
    const properties = propertiesOf(schema);
    if (!compiled(schema) || !properties) {
      refuse(`${path}.schema`, 'schema', 'this is no JSON Schema (draft 2020-12) of an object with properties');
      return;
    }
    for (const [name, property] of Object.entries(properties)) {
      if (property['x-secret'] === true && property.type !== 'string') {
        refuse(`${path}.schema`, 'secret', `${name} is secret, so it must be a string`);
      }
    }
    if (testUrl !== undefined && (!properties[testUrl] || properties[testUrl]['x-secret'] === true)) {
      refuse(`${path}.testUrl`, 'unknown', `${testUrl} is no property that can be shown`);
    }
  });
  const once = (list: string, keys: string[]) =>
    keys.forEach((key, at) => {
      if (keys.indexOf(key) !== at) refuse(`${list}.${at}`, 'duplicate', `${key} stands here twice`);
    });
  once(
    'webhookEvents',
    webhookEvents.map(({ type }) => type),
  );
  once(
    'integrations',
    integrations.map(({ key }) => key),
  );
  return problems;
}

/** null when it is no schema. `x-secret` is ours. */
function compiled(schema: object): ((value: unknown) => boolean) | null {
  const ajv = new Ajv2020({ strict: false, allErrors: true });
  formats.default(ajv);
  try {
    return ajv.compile(schema) as (value: unknown) => boolean;
  } catch {
    return null;
  }
}

function propertiesOf(schema: object): Record<string, Record<string, unknown>> | null {
  const { type, properties } = schema as { type?: unknown; properties?: unknown };
  const good = type === 'object' && typeof properties === 'object' && properties !== null;
  return good ? (properties as Record<string, Record<string, unknown>>) : null;
}
