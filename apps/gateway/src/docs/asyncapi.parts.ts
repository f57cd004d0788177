type Schema = Record<string, unknown>;

export const DESCRIPTION = [
  'Every fact that PLATFORM and DIGILIST publish: CloudEvents 1.0 (structured JSON), at least once, in order per',
  'aggregate. Data holds ids and what a consumer needs, never names or addresses of people.',
  '',
  '**Over NATS** each type has a subject, `<context>.evt.<tenant>.<aggregate>.<id>.<fact>.v<N>`; `*` and `>` choose among',
  'them. `_` stands for the system itself in place of a tenant. The streams `PLATFORM_EVENTS` and `DIGILIST_EVENTS` keep',
  'everything for 30 days. A subscriber reads a durable: it goes on where it stopped.',
  '',
  '**Reading again**: an operator sets a durable back to a time or to the beginning, and it delivers everything since then',
  'once more, in the same order and under the same ids. Who keeps the id of each event with what it made of it (in one',
  'transaction) loses nothing and does nothing twice.',
  '',
  '**Over HTTP** the same facts are shown live to people, as far as they may know of them, with resume: see `live`.',
  'Webhooks carry the same envelope.',
  '',
  'A changed fact is a new version beside the old one (`.v2`); properties may be added to a version at any time.',
].join('\n');

export const LIVE = [
  'With a token (or the cookie of a session) everything that the caller may read; without one, what is public in the',
  'tenant that `X-Tenant` or the host names. `types` and `about` choose among them. Messages are shown without `actor`,',
  '`audience` and `traceparent`. Connect again with the last `id` as `Last-Event-ID`: nothing is missed and nothing comes',
  'twice; a `reset` event says that what was missed is not kept any more.',
].join(' ');

export const SERVERS: Record<string, Schema> = {
  nats: {
    host: 'nats.example.org:4222',
    protocol: 'nats',
    title: 'Event broker',
    summary: 'For services',
    description: 'NATS with JetStream. Each account reads what its configuration imports, and nothing else.',
    security: [{ $ref: '#/components/securitySchemes/natsUser' }],
  },
  gateway: {
    host: 'api.example.org',
    protocol: 'https',
    title: 'Gateway',
    summary: 'For browsers and apps',
    description: 'Server-sent events.',
    security: [{ $ref: '#/components/securitySchemes/bearer' }, { $ref: '#/components/securitySchemes/cookie' }],
  },
};

export const SECURITY: Record<string, Schema> = {
  natsUser: {
    type: 'userPassword',
    description: 'User of the NATS account that the operator has made for the subscriber',
  },
  bearer: { type: 'http', scheme: 'bearer', bearerFormat: 'JWT', description: 'Access token of `POST /auth/login`' },
  cookie: { type: 'httpApiKey', in: 'cookie', name: '__Host-access', description: 'Session of a browser' },
};

export const PARAMETERS: Record<string, Schema> = {
  tenant: { description: 'Id of the tenant; `_` for the system itself' },
  id: { description: 'Id of the aggregate' },
};

const text = (description: string, more: Schema = {}): Schema => ({ type: 'string', description, ...more });

/** Attributes of CloudEvents 1.0, and ours in lower case as it demands. */
export const ENVELOPE: Schema = {
  type: 'object',
  description: 'CloudEvents 1.0, structured JSON',
  required: ['specversion', 'id', 'type', 'source', 'subject', 'time', 'datacontenttype', 'tenantid', 'data'],
  properties: {
    specversion: { const: '1.0' },
    id: text('The same when the event comes again', { format: 'uuid' }),
    type: text('`<context>.<aggregate>.<fact>.v<N>`'),
    source: text('Context that published it'),
    subject: text('Id of the aggregate'),
    time: text('When the transaction that made it began', { format: 'date-time' }),
    datacontenttype: { const: 'application/json' },
    tenantid: text('Id of the tenant', { format: 'uuid' }),
    actor: { type: ['string', 'null'], description: 'User who acted; null: a job. Not shown live' },
    correlationid: text('Request that caused it'),
    aggregateversion: { type: 'integer', minimum: 1, description: 'Rises by one per change of the aggregate' },
    audience: text('Who may see it live: terms, parted by spaces. Not shown live'),
    traceparent: text('W3C trace context. Not shown live'),
    data: { type: 'object', description: 'What happened' },
  },
};
