import path from 'node:path';
import { pathToFileURL } from 'node:url';
import type { Access, Class, EventType, HttpRoute, Operation, StateType } from '@kit/contracts';
import type { Contracts, EventContract, OperationContract, RouteContract, Schema, StateContract } from './contracts.js';

// `node dist/contracts/describe.js <checkout>` writes what that checkout's build promises, as JSON. A process of its own:
// each checkout describes itself with the packages it was built with.

interface Build {
  kit: Pick<
    typeof import('@kit/contracts'),
    'subjects' | 'factSchema' | 'HTTP_STATUS' | 'SYSTEM_TENANT_ID' | 'COMMON_ERRORS'
  >;
  operations: Operation[];
  events: EventType[];
  shown: EventType[];
  states: StateType[];
  Schemas: new () => { readonly components: Record<string, Schema>; refer(type: Class<object>): { $ref: string } };
  openApi: { components: { schemas: Record<string, Schema> } };
  asyncApi: { components: { schemas: Record<string, Schema> } };
}

export interface Description {
  contracts: Contracts;
  openApi: object;
  asyncApiYaml: string;
  migrations: Record<'platform' | 'digilist', MigrationDescription[]>;
}

export interface MigrationDescription {
  name: string;
  /** TypeORM runs it in a transaction unless the class says otherwise. */
  transaction: boolean;
  statements: string[];
}

type Module = Record<string, unknown>;

export async function describe(checkout: string): Promise<Description> {
  const load = (file: string) => import(pathToFileURL(path.join(checkout, file)).href) as Promise<Module>;
  const gateway = (file: string) => load(`apps/gateway/dist/${file}.js`);
  const [kit, platform, digilist] = await Promise.all(
    ['core', 'platform', 'digilist'].map((name) => load(`packages/contracts/${name}/dist/index.js`)),
  );
  const [{ openApiOf }, { eventsDocument, yamlOf }, { Schemas }, { listenEvents }, { API_VERSION }] =
    (await Promise.all(
      ['docs/openapi', 'docs/documents', 'docs/schemas', 'live/listen-events', 'version'].map(gateway),
    )) as [Module, Module, Module, Module, Module];
  const operations = [...list(platform?.platformOperations), ...list(digilist?.digilistOperations), listenEvents];
  const openApi = (openApiOf as (all: unknown[], version: unknown) => object)(operations, API_VERSION);
  const asyncApi = (eventsDocument as () => object)();
  const contracts = contractsOf({
    kit,
    operations,
    events: [...list(platform?.platformEvents), ...list(digilist?.digilistEvents)],
    shown: list(digilist?.calendarEvents),
    states: list(platform?.platformStates),
    Schemas,
    openApi,
    asyncApi,
  } as Build);
  const migrations = async (app: string) =>
    recorded((await load(`apps/${app}/dist/database/migrations/index.js`)).migrations as MigrationClass[]);
  return {
    contracts,
    openApi,
    asyncApiYaml: (yamlOf as (document: object) => string)(asyncApi),
    migrations: { platform: await migrations('platform-service'), digilist: await migrations('digilist-service') },
  };
}

const list = (value: unknown): unknown[] => {
  if (!Array.isArray(value)) throw new Error('The contracts packages export lists of operations, events and states.');
  return value;
};

function contractsOf(build: Build): Contracts {
  const { kit } = build;
  const schemas = new build.Schemas();
  const nameOf = (type: Class<object>) => schemas.refer(type).$ref.split('/').at(-1) as string;
  const errors = new Map<string, number>(kit.COMMON_ERRORS.map(({ code, kind }) => [code, kit.HTTP_STATUS[kind]]));
  const operations = build.operations.map((operation): OperationContract => {
    for (const { code, kind } of operation.errors) errors.set(code, kit.HTTP_STATUS[kind]);
    return {
      id: `${operation.context}.${operation.id}`,
      subject: operation.subject,
      http: operation.http && routeOf(operation.http),
      access: accessOf(operation.access),
      module: operation.module,
      idempotent: operation.idempotent,
      version: operation.version,
      errors: operation.errors.map(({ code }) => code).sort(),
      request: nameOf(operation.request),
      response: operation.response && nameOf(operation.response as Class<object>),
    };
  });
  const anyTenant = '{tenant}';
  const eventOf =
    (subject: (event: EventType) => string) =>
    (event: EventType): EventContract => ({
      type: event.type,
      subject: subject(event),
      data: nameOf(event.data),
      audience: [...event.audience(kit.factSchema(event.data).example, '{id}')].sort(),
    });
  const events = [
    ...build.events.map(eventOf((event) => kit.subjects.event(event, anyTenant, '{id}'))),
    // What is public of a fact exists only for who listens over HTTP.
    ...build.shown.map(eventOf(() => 'live')),
  ];
  const states = build.states.map((state): StateContract => {
    const { context, aggregate, version, data } = state;
    const subject = kit.subjects.state(state, anyTenant, '{id}');
    return { id: `${context}.${aggregate}`, subject, version, data: nameOf(data) };
  });
  const written = {
    ...schemas.components,
    // Written by hand, and as much of a promise as what is derived.
    'problem+json': build.openApi.components.schemas.Problem as Schema,
    'event envelope': build.asyncApi.components.schemas.Envelope as Schema,
  };
  return {
    operations: sorted(operations, ({ id }) => id),
    events: sorted(events, ({ type }) => type),
    states: sorted(states, ({ id }) => id),
    errors: Object.fromEntries(sorted([...errors], ([code]) => code)),
    schemas: Object.fromEntries(sorted(Object.entries(written), ([name]) => name).map(([k, v]) => [k, bare(v)])),
  };
}

function accessOf(access: Access): string {
  if (access.kind === 'permission') return `permission ${access.permission}`;
  return access.kind === 'anonymous' && access.tenant ? 'anonymous in a tenant' : access.kind;
}

function routeOf({
  method,
  base,
  path: below,
  status,
  answers,
  session,
  refusals,
  ...route
}: HttpRoute): RouteContract {
  return {
    method,
    path: base + below,
    status,
    answers,
    session,
    refusals,
    places: {
      ...Object.fromEntries(Object.entries(route.cookies).map(([name, cookie]) => [name, `cookie ${cookie}`])),
      ...Object.fromEntries(Object.entries(route.fields).map(([name, field]) => [name, `header ${field}`])),
      ...Object.fromEntries(route.query.map((name) => [name, 'query'])),
      ...(route.raw !== null && { [route.raw]: 'body as it came' }),
    },
    form: route.form,
    upload: route.upload && [...route.upload],
    until: route.retired?.until ?? null,
  };
}

/** Without descriptions and examples: they may change at any time. A property may have the name of a keyword. */
function bare(schema: unknown): Schema {
  const strip = (value: unknown, isSchema: boolean): unknown => {
    if (Array.isArray(value)) return value.map((one) => strip(one, isSchema));
    if (typeof value !== 'object' || value === null) return value;
    const kept = Object.entries(value).filter(([key]) => !isSchema || !READ_ONLY.has(key));
    return Object.fromEntries(kept.map(([key, inner]) => [key, strip(inner, !isSchema || key !== 'properties')]));
  };
  return strip(schema, true) as Schema;
}
const READ_ONLY = new Set(['description', 'examples', 'example', 'title']);

const sorted = <T>(all: readonly T[], key: (one: T) => string): T[] =>
  [...all].sort((a, b) => (key(a) < key(b) ? -1 : key(a) > key(b) ? 1 : 0));

type MigrationClass = new () => { up(runner: object): Promise<void>; transaction?: boolean; name?: string };

/** What a migration would run. It decides nothing by what it reads: a migration that asks first cannot be judged. */
async function recorded(classes: readonly MigrationClass[]): Promise<MigrationDescription[]> {
  const described: MigrationDescription[] = [];
  for (const type of classes) {
    const statements: string[] = [];
    const runner = new Proxy(
      {},
      {
        get: (_, name) => {
          if (name !== 'query')
            throw new Error(`${type.name} uses ${String(name)}() of TypeORM: write the SQL, which is what is judged.`);
          return async (sql: string) => {
            statements.push(sql);
            return [];
          };
        },
      },
    );
    const migration = new type();
    await migration.up(runner);
    described.push({ name: migration.name ?? type.name, transaction: migration.transaction !== false, statements });
  }
  return described;
}

if (process.argv[1]?.endsWith('describe.js')) {
  process.stdout.write(JSON.stringify(await describe(path.resolve(process.argv[2] ?? '.'))));
}
