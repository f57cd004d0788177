import { type Class, type HttpRoute, type Operation, pathParameters, STALE_VERSION } from '@kit/contracts';
import { statusOf } from '../edge/forwarder.js';
import { EDGE_CODES } from '../problems/edge-codes.js';
import { exampleOf } from './examples.js';
import { Refusals, reference, SCIM_JSON } from './refusals.js';
import { type Schema, Schemas } from './schemas.js';

export interface OpenApiDocument {
  openapi: '3.1.0';
  info: Schema;
  servers: Schema[];
  tags: { name: string; description: string }[];
  paths: Record<string, Record<string, Schema>>;
  components: Record<
    'schemas' | 'responses' | 'examples' | 'parameters' | 'headers' | 'securitySchemes',
    Record<string, Schema>
  >;
  security: Schema[];
}

const mediaTypeOf = (http: HttpRoute | null): string => (http?.answers === 'scim' ? SCIM_JSON : 'application/json');
const BODY_METHODS = new Set(['POST', 'PUT', 'PATCH']);
const SIGNED_IN: Schema[] = [{ bearer: [] }, { cookie: [] }];

/** The OpenAPI 3.1 document of a set of operations. Nothing in it is written by hand that a declaration already says. */
export function openApiOf(operations: readonly Operation[], version: string): OpenApiDocument {
  const schemas = new Schemas();
  const refusals = new Refusals();
  const paths: OpenApiDocument['paths'] = {};
  const tags = new Map<string, string>();
  const ids = idsOf(operations);
  for (const operation of operations) {
    if (!operation.http) continue;
    const { path, base, method } = operation.http;
    const tag = tagOf(operation);
    tags.set(tag, `${capital(operation.context)}: ${tag.toLowerCase()}`);
    paths[base + path] ??= {};
    (paths[base + path] as Record<string, Schema>)[method.toLowerCase()] = operationObject(
      operation,
      ids.get(operation) as string,
      tag,
      schemas,
      refusals,
    );
  }
  return {
    openapi: '3.1.0',
    info: {
      title: 'Digilist',
      version,
      summary: 'Booking for municipalities, on a multi-tenant platform',
      description: DESCRIPTION,
      license: { name: 'Apache-2.0', identifier: 'Apache-2.0' },
    },
    servers: [{ url: '/', description: 'This gateway' }],
    tags: [...tags].map(([name, description]) => ({ name, description })).sort((a, b) => a.name.localeCompare(b.name)),
    paths,
    components: {
      schemas: { Problem: PROBLEM, ScimError: SCIM_ERROR, ...sorted(schemas.components) },
      responses: sorted(refusals.responses),
      examples: sorted(refusals.examples),
      parameters: PARAMETERS,
      headers: HEADERS,
      securitySchemes: {
        bearer: {
          type: 'http',
          scheme: 'bearer',
          bearerFormat: 'JWT',
          description: 'Access token of POST /auth/login',
        },
        cookie: {
          type: 'apiKey',
          in: 'cookie',
          name: '__Host-access',
          description:
            'Browsers: sign in with `X-Session: cookie`, and the tokens stay in HttpOnly cookies. Send the `csrfToken` of ' +
            'the answer as `X-CSRF-Token` with every change.',
        },
      },
    },
    security: SIGNED_IN,
  };
}

function operationObject(
  operation: Operation,
  operationId: string,
  tag: string,
  schemas: Schemas,
  refusals: Refusals,
): Schema {
  const { http, access } = operation;
  if (!http) return {};
  const inPath = pathParameters(http.path);
  const elsewhere = [...inPath, ...carriedNames(http), ...http.query];
  const hasBody =
    BODY_METHODS.has(http.method) && schemas.propertyNames(operation.request).some((name) => !elsewhere.includes(name));
  const body = () =>
    http.upload
      ? uploadBody(http.upload)
      : http.raw
        ? rawBody(operation, schemas)
        : bodyOf(operation.request, elsewhere, schemas, http.form);
  return {
    operationId,
    summary: operation.summary,
    description: describe(operation),
    tags: [tag],
    ...(access.kind === 'permission' && { 'x-permission': access.permission }),
    ...(operation.module && { 'x-module': operation.module }),
    security: access.kind !== 'anonymous' ? SIGNED_IN : access.tenant ? [{}, ...SIGNED_IN] : [],
    ...(http.retired && { deprecated: true }),
    parameters: parametersOf(operation, inPath, schemas),
    ...(hasBody && { requestBody: body() }),
    responses: {
      [http.answers === 'redirect' ? '303' : String(statusOf(operation))]: successOf(operation, schemas),
      ...(hasDryRun(http) && {
        '200': { ...successOf(operation, schemas), description: 'Nothing was changed: this is what would come of it' },
      }),
      ...(operation.readOnly &&
        (operation.version !== 'none' || http.answers === 'chunks') && {
          '304': { description: 'Not changed since the version in If-None-Match' },
        }),
      ...refusals.of(operation, hasBody),
    },
  };
}

const hasDryRun = ({ query }: HttpRoute): boolean => query.includes('dryRun');
const carriedNames = (http: HttpRoute): string[] => Object.keys({ ...http.cookies, ...http.fields });

function describe({ access, module, idempotent, version, http }: Operation): string {
  const lines = [
    access.kind === 'permission' && `Needs the permission \`${access.permission}\`.`,
    access.kind === 'authenticated' && 'Any signed-in user of the tenant.',
    access.kind === 'anonymous' && `No token needed: ${access.reason}.`,
    module && `Needs the module \`${module}\` in the licence.`,
    idempotent && 'Honours `Idempotency-Key`: the same key and body replay the first answer.',
    version === 'required' && 'Send the version you read as `If-Match`.',
    http?.retired &&
      `Discouraged since ${http.retired.since}, gone after ${http.retired.until}: use ${http.retired.successor}.`,
    (http?.session === 'starts' || http?.session === 'renews') &&
      'With `X-Session: cookie` the tokens are set as cookies and the answer is `{ csrfToken, expiresIn, tokenType: "Cookie" }`.',
  ];
  return lines.filter(Boolean).join(' ');
}

function parametersOf(operation: Operation, inPath: readonly string[], schemas: Schemas): Schema[] {
  const { request, http, access } = operation;
  const own = (name: string, place: 'path' | 'query' | 'cookie' | 'header', required: boolean): Schema => {
    const { description, ...schema } = schemas.property(request, name);
    return { name, in: place, required, ...(description !== undefined && { description }), schema };
  };
  const reads = http?.method === 'GET' || http?.method === 'DELETE';
  const carried = http ? carriedNames(http) : [];
  const queries = schemas
    .propertyNames(request)
    .filter((name) => !inPath.includes(name) && !carried.includes(name) && (reads || http?.query.includes(name)));
  return [
    ...inPath.map((name) => own(name, 'path', true)),
    ...Object.entries(http?.cookies ?? {}).map(([name, cookie]) => ({
      ...own(name, 'cookie', false),
      name: `__Host-${cookie}`,
    })),
    ...Object.entries(http?.fields ?? {}).map(([name, field]) => ({
      ...own(name, 'header', schemas.requires(request, name)),
      name: field,
    })),
    ...queries.map((name) => own(name, 'query', schemas.requires(request, name))),
    ...(access.kind === 'anonymous' && !access.tenant && http?.method === 'GET'
      ? []
      : [reference('parameters', 'Tenant')]),
    ...(operation.idempotent ? [reference('parameters', 'IdempotencyKey')] : []),
    ...(operation.version === 'required' ? [reference('parameters', 'IfMatch')] : []),
    ...(operation.version !== 'required' && operation.errors.includes(STALE_VERSION)
      ? [reference('parameters', 'ExpectedVersion')]
      : []),
    ...(operation.readOnly && (operation.version !== 'none' || http?.answers === 'chunks')
      ? [reference('parameters', 'IfNoneMatch')]
      : []),
    reference('parameters', 'AcceptLanguage'),
  ];
}

function bodyOf(request: Class<object>, inPath: readonly string[], schemas: Schemas, form: boolean): Schema {
  const schema = inPath.length === 0 ? schemas.refer(request) : schemas.without(request, inPath);
  const required = schemas
    .propertyNames(request)
    .some((name) => !inPath.includes(name) && schemas.requires(request, name));
  const content = { schema, example: exampleOf(request, schemas, inPath) };
  return {
    required,
    content: { 'application/json': content, ...(form && { 'application/x-www-form-urlencoded': content }) },
  };
}

/** What is signed is what was sent: any JSON, described by the property that receives it. */
function rawBody({ request, http }: Operation, schemas: Schemas): Schema {
  const { description, example } = schemas.property(request, http?.raw as string);
  const given = typeof example === 'string' ? { example: JSON.parse(example) } : {};
  return { required: true, description, content: { [mediaTypeOf(http)]: { schema: { type: 'object' }, ...given } } };
}

/** The bytes of the file and nothing else. */
function uploadBody(types: readonly string[]): Schema {
  const content = (type: string) => ({ schema: { type: 'string', contentMediaType: type } });
  return { required: true, content: Object.fromEntries(types.map((type) => [type, content(type)])) };
}

function successOf(operation: Operation, schemas: Schemas): Schema {
  const headers = {
    RateLimit: reference('headers', 'RateLimit'),
    'RateLimit-Policy': reference('headers', 'RateLimitPolicy'),
    'X-Request-Id': reference('headers', 'RequestId'),
    ...(operation.version !== 'none' && { ETag: reference('headers', 'ETag') }),
    ...(operation.idempotent && { 'Idempotent-Replayed': reference('headers', 'IdempotentReplayed') }),
  };
  if (operation.response === null) return { description: 'Done', headers };
  if (operation.http?.answers === 'redirect')
    return { description: operation.summary, headers: { ...headers, Location: reference('headers', 'Location') } };
  if (operation.http?.answers === 'chunks')
    return {
      description: operation.summary,
      headers: {
        ETag: reference('headers', 'ETag'),
        ...headers,
        'Content-Disposition': reference('headers', 'ContentDisposition'),
      },
      content: { '*/*': { schema: { type: 'string', contentMediaType: 'application/octet-stream' } } },
    };
  if (operation.http?.answers === 'page')
    return { description: operation.summary, headers, content: { 'text/html': { schema: { type: 'string' } } } };
  if (operation.http?.answers === 'events')
    return { description: EVENTS_DESCRIPTION, headers, content: { 'text/event-stream': EVENT_STREAM } };
  const response = operation.response as Class<object>;
  return {
    description: operation.summary,
    headers,
    content: {
      [mediaTypeOf(operation.http)]: { schema: schemas.refer(response), example: exampleOf(response, schemas) },
    },
  };
}

const EVENTS_DESCRIPTION = [
  'Events as JSON (CloudEvents; what they are is in `/asyncapi.json`), each with an `id` that says how far this',
  'connection has come. Besides, by name: `ready` (nothing is missed from here on), `reset` (what was missed is not kept',
  'any more: read anew what you show), `end` with its reason (`token_expired`, `session_ended`, `not_allowed`,',
  '`gateway_stops`). Comments keep the connection open. Who connects again with the last `id` misses nothing and gets',
  'nothing twice.',
].join(' ');

const EVENT_STREAM: Schema = {
  schema: { type: 'string' },
  example: [
    'retry: 2000',
    '',
    'event: ready',
    'id: digilist:01980a3e-7c10-7b3e-9f57-0a4b5c6d7e8f,platform:-',
    'data: {"tenantId":"01980a3e-7c10-7b3e-9f57-0a4b5c6d7e90","userId":null}',
    '',
    'id: digilist:01980a3e-8d21-7c4f-8a68-1b5c6d7e8f90,platform:-',
    'data: {"specversion":"1.0","id":"01980a3e-8d21-7c4f-8a68-1b5c6d7e8f90","type":"digilist.calendar.changed.v1", …}',
    '',
  ].join('\n'),
};

/** Operation ids are unique in their context; where two contexts share one, the context comes first. */
function idsOf(operations: readonly Operation[]): Map<Operation, string> {
  const count = new Map<string, number>();
  for (const { id } of operations) count.set(id, (count.get(id) ?? 0) + 1);
  return new Map(
    operations.map((operation) => [
      operation,
      count.get(operation.id) === 1 ? operation.id : `${operation.context}.${operation.id}`,
    ]),
  );
}

function tagOf({ http }: Operation): string {
  const first = (http?.path ?? '').split('/').find((part) => part !== '' && !part.startsWith('{')) ?? 'root';
  return capital(first.replace(/^\.well-known$/, 'auth').replaceAll('-', ' '));
}

const capital = (text: string): string => text.charAt(0).toUpperCase() + text.slice(1);
const sorted = <T>(map: Record<string, T>): Record<string, T> =>
  Object.fromEntries(Object.entries(map).sort(([a], [b]) => a.localeCompare(b)));

const DESCRIPTION = [
  'Every operation, schema, example, error code and permission of the gateway. Errors are RFC 9457 problems whose `code`',
  'never changes; a row of another tenant answers 404 like one that does not exist. Instants are RFC 3339 with an offset,',
  'intervals half-open, money in minor units.',
  '',
  'Besides the codes of each operation, any address may answer:',
  ...EDGE_CODES.map(({ code, status, text }) => `- ${status} \`${code}\`: ${text.en}`),
].join('\n');

const PROBLEM: Schema = {
  type: 'object',
  description: 'RFC 9457 problem details',
  required: ['type', 'title', 'status', 'detail', 'instance', 'code', 'traceId'],
  properties: {
    type: { type: 'string', format: 'uri-reference', description: 'Where the code is explained' },
    title: { type: 'string', description: 'What the code means, in the language asked for' },
    status: { type: 'integer' },
    detail: { type: 'string', description: 'What happened this time' },
    instance: { type: 'string', format: 'uri-reference' },
    code: { type: 'string', description: 'UPPER_SNAKE; never changes' },
    traceId: { type: 'string' },
    errors: {
      type: 'array',
      description: 'Every field that was refused',
      items: {
        type: 'object',
        required: ['path', 'code', 'message'],
        properties: { path: { type: 'string' }, code: { type: 'string' }, message: { type: 'string' } },
      },
    },
    details: { type: 'object', additionalProperties: true, description: 'What a program can act on' },
  },
};

const SCIM_ERROR: Schema = {
  type: 'object',
  description: 'Error message of SCIM, RFC 7644 section 3.12',
  required: ['schemas', 'status', 'detail'],
  properties: {
    schemas: { type: 'array', items: { type: 'string' } },
    status: { type: 'string' },
    scimType: { type: 'string' },
    detail: { type: 'string', description: 'Begins with our code' },
  },
};

const header = (description: string, schema: Schema): Schema => ({ description, schema });
const HEADERS: Record<string, Schema> = {
  ContentDisposition: header('Name of the file', {
    type: 'string',
    examples: ['attachment; filename="audit-log.jsonl"'],
  }),
  Location: header('Where to go on', { type: 'string', format: 'uri-reference' }),
  ETag: header('Version of the answer; send it as If-Match', { type: 'string', examples: ['"3"'] }),
  IdempotentReplayed: header('true when an earlier answer to the same key is repeated', {
    type: 'string',
    enum: ['true'],
  }),
  RateLimit: header('What is left of the tightest limit, and for how long', {
    type: 'string',
    examples: ['"user";r=2999;t=42'],
  }),
  RateLimitPolicy: header('Limits that were counted', { type: 'string', examples: ['"user";q=3000;w=60'] }),
  RequestId: header('Id of the request, as in our logs', { type: 'string' }),
  RetryAfter: header('Seconds after which trying again makes sense', { type: 'integer', minimum: 1 }),
};

const parameter = (name: string, description: string, schema: Schema, required = false): Schema => ({
  name,
  in: 'header',
  required,
  description,
  schema,
});
const PARAMETERS: Record<string, Schema> = {
  Tenant: parameter('X-Tenant', 'Slug of the tenant; with a token it must be the same', {
    type: 'string',
    examples: ['fjordvik'],
  }),
  IdempotencyKey: parameter('Idempotency-Key', 'A new one per effect, the same when you try again', {
    type: 'string',
    maxLength: 255,
  }),
  IfMatch: parameter('If-Match', 'ETag of the version you read', { type: 'string', examples: ['"3"'] }, true),
  ExpectedVersion: parameter('If-Match', 'ETag of the version you read: refused when it is no longer current', {
    type: 'string',
    examples: ['"3"'],
  }),
  IfNoneMatch: parameter('If-None-Match', 'ETag you have; answers 304 when it is current', { type: 'string' }),
  AcceptLanguage: parameter('Accept-Language', 'nb (default), nn or en, for human text', {
    type: 'string',
    examples: ['nb'],
  }),
};
