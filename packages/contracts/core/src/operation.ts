import {
  COMMON_ERRORS,
  FORBIDDEN,
  IDEMPOTENCY_MISMATCH,
  LICENSED_ERRORS,
  PRECONDITION_REQUIRED,
  SIGNED_IN_ERRORS,
  STALE_VERSION,
  TENANT_REQUIRED,
  TENANT_UNKNOWN,
} from './common-errors.js';
import type { ErrorCode } from './errors.js';

export type Class<T> = new () => T;
export type HttpMethod = 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';

/** Who may call. Every operation says so; there is no default. */
export type Access =
  /** No token needed. `tenant: true`: the caller must name a tenant by host or `X-Tenant` (or carry a token). */
  | { readonly kind: 'anonymous'; readonly tenant: boolean; readonly reason: string }
  /** Any signed-in user of the tenant. */
  | { readonly kind: 'authenticated' }
  /** A signed-in user who holds the permission somewhere; the use case narrows it to rows by `ctx.reach`. */
  | { readonly kind: 'permission'; readonly permission: string }
  /** Another service, over NATS only; the server's configuration says which account may call as which product. */
  | { readonly kind: 'internal' };

export const anonymous = (reason: string, { tenant = true } = {}): Access => ({ kind: 'anonymous', tenant, reason });
export const authenticated: Access = { kind: 'authenticated' };
export const permission = (key: string): Access => ({ kind: 'permission', permission: key });
export const internal: Access = { kind: 'internal' };

export interface HttpRoute {
  readonly method: HttpMethod;
  /** Path below the base, e.g. `/reports/{id}`; parameters are properties of the request class. */
  readonly path: string;
  /** 200 unless said otherwise; 204 carries no body. */
  readonly status: 200 | 201 | 202 | 204;
  /** `/api/v1` unless the route lives at the root (well-known documents). */
  readonly base: '/api/v1' | '';
  /** How the response class becomes an HTTP answer. */
  readonly answers: /** As its JSON. */
    | 'json'
    /** `Redirect`: 303 with Location, and the cookie if it names one. */
    | 'redirect'
    /** `Chunk`: a download; the edge asks again with `cursor` for as long as there is a next chunk. */
    | 'chunks'
    /** `HtmlPage`: a page for a browser. */
    | 'page'
    /** As the JSON of SCIM: under its media type, with ETag and Location from `meta`. */
    | 'scim'
    /** Server-sent events, for as long as the caller listens. */
    | 'events';
  /** Request properties that come from cookies of the browser: property to cookie name. They are nowhere else in HTTP. */
  readonly cookies: Readonly<Record<string, string>>;
  /** Request properties that come from header fields: property to field name. They are nowhere else in HTTP. */
  readonly fields: Readonly<Record<string, string>>;
  /**
   * Request properties that come from the query although the request has a body. They are nowhere else in HTTP.
   * `dryRun` among them: whoever sends it true is answered 200, since nothing came about.
   */
  readonly query: readonly string[];
  /** The body may also come as a form (application/x-www-form-urlencoded), as some protocols have it. */
  readonly form: boolean;
  /** Pages of others may show the answer in a frame. */
  readonly framed: boolean;
  /** Request property that receives the body as it came, letter by letter: whoever signed it signed that. */
  readonly raw: string | null;
  /**
   * Media types in which the body may come as a file of any size; null: it does not. The request class extends
   * `UploadPiece`, and the operation is asked once per piece, in order, until the last. What the file really is, and
   * when it is too large, is for the operation to say.
   */
  readonly upload: readonly string[] | null;
  /** What the operation does to a signed-in browser that keeps its tokens in cookies; the answer of the first two is `Tokens`. */
  readonly session: 'none' | 'starts' | 'renews' | 'ends';
  readonly refusals: /** As problem+json. */
    | 'problem'
    /** With the members, too, that the OpenFeature protocol (OFREP) names. */
    | 'ofrep'
    /** As the error message of SCIM. */
    | 'scim';
  /**
   * Seconds for which anybody may keep the answer, a shared cache too; null: nobody may. Of a download only where its
   * first chunk says that it is `shared`.
   */
  readonly maxAge: number | null;
  /**
   * Where nobody need sign in nor name a tenant: the request property that tells whose it is. `secret`: `<tenant>.<secret>`;
   * `integration`: the id of a connection that a tenant has made. null: the caller or the named tenant tells.
   */
  readonly tenantIn: { readonly property: string; readonly as: 'secret' | 'integration' } | null;
  /** The route will go: since when it is discouraged, when it ends (dates as in ISO 8601), and what to use instead. */
  readonly retired: { readonly since: string; readonly until: string; readonly successor: string } | null;
}

type HttpSpec = Pick<HttpRoute, 'method' | 'path'> & Partial<Omit<HttpRoute, 'method' | 'path'>>;

export interface OperationSpec<Req extends object, Res> {
  /** lowerCamel verb-noun, unique in the context: operationId in OpenAPI and method of the client. */
  readonly id: string;
  /** `<noun>.<verb>.v1`; the context's prefix is added. */
  readonly subject: string;
  readonly summary: string;
  readonly http?: HttpSpec;
  readonly request: Class<Req>;
  /** null: nothing to tell (204). */
  readonly response: Class<Res> | null;
  readonly access: Access;
  /** Module of the licence that must be entitled, e.g. `acme.reports`. */
  readonly module?: string;
  readonly errors?: readonly ErrorCode[];
  /** Unsafe and worth repeating: honours `Idempotency-Key`. Never for `/auth/*`. */
  readonly idempotent?: boolean;
  /** `answers`: the response carries a version as ETag. `required`: the request must carry it as If-Match. */
  readonly version?: 'answers' | 'required';
  /** Only reads; may be answered inside a read-only transaction. Default: GET. */
  readonly readOnly?: boolean;
}

export interface Operation<Req extends object = object, Res = unknown> {
  readonly context: string;
  readonly id: string;
  /** Full NATS subject, e.g. `acme.rpc.report.create.v1`. Internal ones carry `*` where the caller's product key goes. */
  readonly subject: string;
  readonly summary: string;
  readonly http: HttpRoute | null;
  readonly request: Class<Req>;
  readonly response: Class<Res> | null;
  readonly access: Access;
  readonly module: string | null;
  /** Everything this operation may answer besides success, the common answers included. */
  readonly errors: readonly ErrorCode[];
  readonly idempotent: boolean;
  readonly version: 'none' | 'answers' | 'required';
  readonly readOnly: boolean;
}

/** Request or response type of an operation. */
export type RequestOf<O> = O extends Operation<infer Req, unknown> ? Req : never;
export type ResponseOf<O> = O extends { readonly response: Class<infer Res> | null } ? Res : never;

const PLAIN_ROUTE = {
  status: 200,
  base: '/api/v1',
  answers: 'json',
  cookies: {},
  fields: {},
  query: [],
  form: false,
  framed: false,
  raw: null,
  upload: null,
  session: 'none',
  refusals: 'problem',
  maxAge: null,
  tenantIn: null,
  retired: null,
} as const;

/** Declares operations of one bounded context; a subject can only lie below the context's own prefix. */
export function operationsOf(context: string) {
  if (!/^[a-z]+$/.test(context)) throw new Error(`context "${context}" must be one lower-case word`);
  return function operation<Req extends object, Res>(spec: OperationSpec<Req, Res>): Operation<Req, Res> {
    if (!/^[a-z-]+\.[a-z-]+\.v\d+$/.test(spec.subject)) {
      throw new Error(`${spec.id}: subject "${spec.subject}" must read <noun>.<verb>.v<N>`);
    }
    const { access } = spec;
    if (access.kind === 'permission' && !/^[a-z]+\.[a-z-]+\.[a-z-]+$/.test(access.permission)) {
      throw new Error(`${spec.id}: permission "${access.permission}" must read <product>.<resource>.<action>`);
    }
    if (access.kind === 'internal' && spec.http) throw new Error(`${spec.id}: an internal operation has no HTTP route`);
    const http = spec.http ? { ...PLAIN_ROUTE, ...spec.http } : null;
    const prefix = access.kind === 'internal' ? `${context}.internal.*` : `${context}.rpc`;
    return Object.freeze({
      context,
      id: spec.id,
      subject: `${prefix}.${spec.subject}`,
      summary: spec.summary,
      http,
      request: spec.request,
      response: spec.response,
      access,
      module: spec.module ?? null,
      errors: answersOf(spec),
      idempotent: spec.idempotent ?? false,
      version: spec.version ?? 'none',
      readOnly: spec.readOnly ?? http?.method === 'GET',
    });
  };
}

function answersOf(spec: OperationSpec<never, unknown> | OperationSpec<object, unknown>): ErrorCode[] {
  const { access } = spec;
  const signedIn = access.kind === 'permission' || access.kind === 'authenticated';
  return [
    ...COMMON_ERRORS,
    ...(signedIn ? SIGNED_IN_ERRORS : []),
    ...(access.kind === 'permission' ? [FORBIDDEN] : []),
    ...(access.kind === 'anonymous' && access.tenant ? [TENANT_REQUIRED, TENANT_UNKNOWN, ...SIGNED_IN_ERRORS] : []),
    ...(spec.module ? LICENSED_ERRORS : []),
    ...(spec.idempotent ? [IDEMPOTENCY_MISMATCH] : []),
    ...(spec.version === 'required' ? [PRECONDITION_REQUIRED, STALE_VERSION] : []),
    ...(spec.errors ?? []),
  ].filter((error, at, all) => all.findIndex((other) => other.code === error.code) === at);
}

/** Names of the path parameters of a route, e.g. `/reports/{id}` gives `['id']`. */
export function pathParameters(path: string): string[] {
  return [...path.matchAll(/\{(\w+)\}/g)].map((match) => match[1] as string);
}
