import { audienceOf, type Knower, mayKnow } from './audience.js';
import type { EventEnvelope, EventType } from './event.js';
import { Flag, Id, Ids, Json, ListOf, Text, Texts, Whole } from './fields.js';
import { anonymous, type Operation, operationsOf } from './operation.js';

/** An event as somebody who looks on gets it: without who did it and who else may know. */
export type ShownEvent = Omit<EventEnvelope, Hidden> &
  Partial<Pick<EventEnvelope, 'correlationid' | 'aggregateversion'>>;
type Hidden = 'actor' | 'audience' | 'traceparent' | 'correlationid' | 'aggregateversion';

/** A public part has no version of its own, and the request behind it is nobody else's business. */
const UNTOLD = { actor: null, correlationid: '', aggregateversion: 0 };

export type EventsByType = ReadonlyMap<string, EventType>;

export const byType = (events: readonly EventType[]): EventsByType =>
  new Map(events.map((event) => [event.type, event]));

/** What anybody may know of an event, as an event of its own: the same occurrence, under the same id. */
export function publicPartOf(event: EventEnvelope, types: EventsByType): EventEnvelope | null {
  const part = types.get(event.type)?.publicly?.(event.data as object, event.subject) ?? null;
  if (part === null) return null;
  const { specversion, id, source, time, datacontenttype, tenantid } = event;
  return {
    specversion,
    id,
    type: part.type.type,
    source,
    subject: part.id,
    time,
    datacontenttype,
    tenantid,
    ...UNTOLD,
    audience: 'public',
    data: part.data,
  };
}

/** The most of an event that somebody may know; null: nothing. */
export const knownOf = (event: EventEnvelope, who: Knower, types: EventsByType): EventEnvelope | null =>
  mayKnow(audienceOf(event), who) ? event : publicPartOf(event, types);

export function shown(envelope: EventEnvelope): ShownEvent {
  const { actor, audience, traceparent, correlationid, aggregateversion, ...event } = envelope;
  return aggregateversion === UNTOLD.aggregateversion ? event : { ...event, correlationid, aggregateversion };
}

export class ViewerQuery {
  @Texts({ max: 50, length: 100, description: 'Permissions that are to be decided' })
  permissions: string[];
}

export class ViewerExtent {
  @Text({ max: 100 })
  permission: string;

  @Flag({ description: 'In the whole tenant' })
  tenant: boolean;

  @Ids({ max: 20_000, description: 'In these organizations' })
  orgIds: string[];

  @Flag({ description: 'Over own rows' })
  own: boolean;
}

export class Viewer {
  @Id()
  tenantId: string;

  @ListOf(() => ViewerExtent)
  extents: ViewerExtent[];
}

export class EventQuery {
  @Text({
    max: 100,
    nullable: true,
    description: 'Id of the last event that is known; null: only say where the end is',
  })
  after: string | null;

  @Whole({ min: 0, optional: true, description: 'Where that event lies, when it is known' })
  at?: number;
}

export class ReadEvent {
  @Whole({ min: 1, description: 'Place in the order of all events of the context' })
  position: number;

  @Json({ description: 'Envelope; as much as the caller may know' })
  event: EventEnvelope;
}

export class EventPage {
  @Id()
  tenantId: string;

  @ListOf(() => ReadEvent)
  events: ReadEvent[];

  @Text({ max: 100, description: 'Id of the last event that was read, whether or not the caller may know of it' })
  last: string;

  @Whole({ min: 0, description: 'Its place' })
  position: number;

  @Flag()
  more: boolean;

  @Flag({ description: 'The event to go on after is not kept any more: read anew what is shown' })
  reset: boolean;
}

/** Stands for an id where there is no event yet. */
export const NO_EVENT = '-';

const ANYBODY = 'what is public is told to anybody, the rest by what the caller may';

/** What every context answers to those who show its events live. Not for HTTP: the edge asks on behalf of its callers. */
export function liveOperationsOf(context: string): {
  getViewer: Operation<ViewerQuery, Viewer>;
  readEvents: Operation<EventQuery, EventPage>;
} {
  const operation = operationsOf(context);
  return {
    getViewer: operation({
      id: 'getViewer',
      subject: 'viewer.get.v1',
      summary: 'What the caller may know of',
      request: ViewerQuery,
      response: Viewer,
      access: anonymous(ANYBODY),
      readOnly: true,
    }),
    readEvents: operation({
      id: 'readEvents',
      subject: 'event.read.v1',
      summary: 'Events of the tenant after one of them, in their order, as far as the caller may know of them',
      request: EventQuery,
      response: EventPage,
      access: anonymous(ANYBODY),
      readOnly: true,
    }),
  };
}
