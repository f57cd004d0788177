import type { Audience } from './audience.js';
import type { Class } from './operation.js';

/** The system tenant: super administrators and saas-wide facts live in it. Its token in subjects is `_`. */
export const SYSTEM_TENANT_ID = '00000000-0000-7000-8000-000000000000';

export const tenantToken = (tenantId: string): string => (tenantId === SYSTEM_TENANT_ID ? '_' : tenantId);

/** A fact about an aggregate that other services may subscribe to. Data holds ids and what a consumer needs, never a row. */
export interface EventType<Data extends object = object> {
  readonly context: string;
  readonly aggregate: string;
  /** Past tense, e.g. `confirmed`. */
  readonly fact: string;
  readonly version: number;
  /** CloudEvents type, e.g. `acme.report.published.v1`. */
  readonly type: string;
  readonly summary: string;
  readonly data: Class<Data>;
  /** Who may see it live. Services and subscribers get it all the same. */
  audience(data: Data, id: string): Audience;
  /** What everybody else may know of it, e.g. that a page they look at is out of date. */
  publicly?(data: Data, id: string): PublicPart | null;
}

export interface PublicPart {
  readonly type: EventType;
  readonly id: string;
  readonly data: object;
}

export interface EventSpec<Data extends object> {
  readonly aggregate: string;
  readonly fact: string;
  readonly version?: number;
  readonly summary: string;
  readonly data: Class<Data>;
  audience(data: NoInfer<Data>, id: string): Audience;
  publicly?(data: NoInfer<Data>, id: string): PublicPart | null;
}

/** The latest state of an aggregate as other services may copy it: one message per subject, deletes are tombstones. */
export interface StateType<Data extends object = object> {
  readonly context: string;
  readonly aggregate: string;
  readonly version: number;
  readonly data: Class<Data>;
}

export function eventsOf(context: string) {
  return function event<Data extends object>(spec: EventSpec<Data>): EventType<Data> {
    const version = spec.version ?? 1;
    return Object.freeze({ ...spec, context, version, type: `${context}.${spec.aggregate}.${spec.fact}.v${version}` });
  };
}

export function statesOf(context: string) {
  return function state<Data extends object>(aggregate: string, data: Class<Data>, version = 1): StateType<Data> {
    return Object.freeze({ context, aggregate, version, data });
  };
}

/** CloudEvents 1.0, structured JSON. Extension attributes are lower-case as the specification demands. */
export interface EventEnvelope<Data = unknown> {
  specversion: '1.0';
  id: string;
  type: string;
  source: string;
  /** Id of the aggregate. */
  subject: string;
  /** RFC 3339 instant of the transaction that made the fact. */
  time: string;
  datacontenttype: 'application/json';
  tenantid: string;
  /** User who acted, or null for a job. */
  actor: string | null;
  /** Request that caused it. */
  correlationid: string;
  /** Version of the aggregate after the fact; rises by one per change. */
  aggregateversion: number;
  /** Who may see it live: terms as in `Audience`, parted by spaces. */
  audience?: string;
  traceparent?: string;
  data: Data;
}

/** What the state stream carries per aggregate. */
export interface StateMessage<Data = unknown> {
  id: string;
  tenantId: string;
  /** Of the aggregate; an older one never overwrites a newer one. */
  version: number;
  deleted: boolean;
  time: string;
  data: Data | null;
}

export const subjects = {
  event: (type: EventType, tenantId: string, id: string) =>
    `${type.context}.evt.${tenantToken(tenantId)}.${type.aggregate}.${id}.${type.fact}.v${type.version}`,
  /** Every event of one tenant, as it is kept. */
  events: (context: string, tenantId: string) => `${context}.evt.${tenantToken(tenantId)}.>`,
  /** The same, told by the server as soon as it is kept, with its place in the stream. */
  live: (context: string, tenantId: string) => `${context}.live.${tenantToken(tenantId)}.>`,
  state: (type: StateType, tenantId: string, id: string) =>
    `${type.context}.state.${tenantToken(tenantId)}.${type.aggregate}.${id}`,
  audit: (context: string, tenantId: string) => `${context}.audit.${tenantToken(tenantId)}`,
  dead: (context: string, consumer: string) => `${context}.dead.${consumer}`,
} as const;
