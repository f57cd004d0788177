import { type Class, type EventType, factSchema, permissionsIn } from '@kit/contracts';
import { DESCRIPTION, ENVELOPE, LIVE, PARAMETERS, SECURITY, SERVERS } from './asyncapi.parts.js';

type Schema = Record<string, unknown>;

export interface AsyncApiDocument {
  asyncapi: '3.0.0';
  info: Schema;
  defaultContentType: string;
  servers: Record<string, Schema>;
  channels: Record<string, Schema>;
  operations: Record<string, Schema>;
  components: Record<'messages' | 'schemas' | 'securitySchemes' | 'parameters', Record<string, Schema>>;
}

const JSON_EVENT = 'application/cloudevents+json';
const ID = '01980a3e-7c10-7b3e-9f57-0a4b5c6d7e8f';
const TENANT = '01980a3e-0000-7000-8000-00000000000a';

/**
 * The AsyncAPI 3 document of a set of events. `shown` are those that exist only for who listens over HTTP: what is public
 * of a fact.
 */
export function asyncApiOf(
  events: readonly EventType[],
  shown: readonly EventType[],
  version: string,
): AsyncApiDocument {
  const schemas = new FactSchemas();
  const all = [...events, ...shown];
  const messages = Object.fromEntries(all.map((event) => [nameOf(event), messageOf(event, schemas)]));
  const contexts = [...new Set(all.map(({ context }) => context))];
  return {
    asyncapi: '3.0.0',
    info: {
      title: 'Digilist events',
      version,
      description: DESCRIPTION,
      contact: { name: 'Digilist' },
      license: { name: 'Apache-2.0', url: 'https://www.apache.org/licenses/LICENSE-2.0' },
      tags: contexts.map((name) => ({ name, description: `Facts of ${name.toUpperCase()}` })),
    },
    defaultContentType: JSON_EVENT,
    servers: SERVERS,
    channels: {
      ...Object.fromEntries(events.map((event) => [nameOf(event), channelOf(event)])),
      live: liveChannel(all),
    },
    operations: {
      ...Object.fromEntries(events.map((event) => [`publish${capital(nameOf(event))}`, operationOf(event)])),
      showLive: {
        action: 'send',
        channel: reference('channels', 'live'),
        title: 'Show live',
        summary: 'Server-sent events, as far as the listener may know of them',
        description: LIVE,
        bindings: { http: { method: 'GET', bindingVersion: '0.3.0' } },
      },
    },
    components: {
      messages,
      schemas: { Envelope: ENVELOPE, ...schemas.components },
      securitySchemes: SECURITY,
      parameters: PARAMETERS,
    },
  };
}

/** Schemas of data classes, each named once. */
class FactSchemas {
  readonly components: Record<string, Schema> = {};
  private readonly names = new Map<Class<object>, string>();

  refer(type: Class<object>): Schema {
    return reference('components/schemas', this.nameOf(type));
  }

  private nameOf(type: Class<object>): string {
    const known = this.names.get(type);
    if (known) return known;
    let name = type.name;
    for (let n = 2; name in this.components; n++) name = `${type.name}${n}`;
    this.names.set(type, name);
    this.components[name] = factSchema(type).schema;
    return name;
  }
}

function channelOf(event: EventType): Schema {
  const { context, aggregate, fact, version, summary } = event;
  return {
    address: `${context}.evt.{tenant}.${aggregate}.{id}.${fact}.v${version}`,
    title: event.type,
    summary,
    servers: [reference('servers', 'nats')],
    parameters: { tenant: reference('components/parameters', 'tenant'), id: reference('components/parameters', 'id') },
    messages: { [nameOf(event)]: reference('components/messages', nameOf(event)) },
  };
}

const liveChannel = (events: readonly EventType[]): Schema => ({
  address: '/api/v1/events',
  title: 'Live events over HTTP',
  summary: 'Server-sent events, as far as the listener may know of them',
  description: LIVE,
  servers: [reference('servers', 'gateway')],
  messages: Object.fromEntries(events.map((event) => [nameOf(event), reference('components/messages', nameOf(event))])),
});

const operationOf = (event: EventType): Schema => ({
  action: 'send',
  channel: reference('channels', nameOf(event)),
  title: event.type,
  summary: event.summary,
  description: `Published once the transaction has committed, in the order of the versions of a ${event.aggregate}.`,
  tags: [{ name: event.context }],
  messages: [{ $ref: `#/channels/${nameOf(event)}/messages/${nameOf(event)}` }],
});

function messageOf(event: EventType, schemas: FactSchemas): Schema {
  const { type, summary, context, data } = event;
  const { example } = factSchema(data);
  const audience = event.audience(example, ID);
  const part = event.publicly?.(example, ID) ?? null;
  const isShown = audience.includes('public') && event.publicly === undefined;
  return {
    name: type,
    title: type,
    summary,
    description: whoSees(audience, part?.type.type),
    contentType: JSON_EVENT,
    tags: [{ name: context }],
    payload: {
      allOf: [
        reference('components/schemas', 'Envelope'),
        {
          type: 'object',
          properties: { type: { const: type }, source: { const: context }, data: schemas.refer(data) },
        },
      ],
    },
    examples: [{ name: isShown ? 'shown' : 'published', payload: exampleOf(event, example, audience) }],
  };
}

function whoSees(audience: readonly string[], publicPart: string | undefined): string {
  const permissions = permissionsIn(audience).map((permission) => `\`${permission}\``);
  const who = [
    ...(audience.includes('public') ? ['anybody'] : []),
    ...(audience.some((term) => term.startsWith('user:')) ? ['the person it is about'] : []),
    ...(permissions.length > 0 ? [`whoever holds ${permissions.join(' or ')} there`] : []),
  ];
  const rest = publicPart === undefined ? '' : ` Everybody else hears \`${publicPart}\` instead.`;
  return `Shown live to ${who.join(', ') || 'nobody'}.${rest}`;
}

const exampleOf = (event: EventType, data: object, audience: readonly string[]): Schema => ({
  specversion: '1.0',
  id: ID,
  type: event.type,
  source: event.context,
  subject: ID,
  time: '2026-12-01T17:00:00.000Z',
  datacontenttype: 'application/json',
  tenantid: TENANT,
  actor: null,
  correlationid: '8c4ec3a3-0d4e-4b7c-9d0f-3e6f0b8f7a10',
  aggregateversion: 1,
  audience: audience.join(' '),
  data,
});

/** `acme.user_role.granted.v1` as a key: letters and digits only. */
const nameOf = ({ type }: EventType): string =>
  type
    .split(/[^a-z0-9]+/i)
    .map((word, at) => (at === 0 ? word : capital(word)))
    .join('');
const capital = (text: string): string => text.charAt(0).toUpperCase() + text.slice(1);
const reference = (place: string, name: string): Schema => ({ $ref: `#/${place}/${name}` });
