import {
  anybody,
  byType,
  type EventEnvelope,
  type EventPage,
  type EventQuery,
  type EventType,
  type Extent,
  eventsOf,
  holders,
  Id,
  knownOf,
  liveOperationsOf,
  Refusal,
  subjects,
  Text,
  TOKEN_INVALID,
  type Viewer,
  type ViewerQuery,
} from '@kit/contracts';
import { EventLog, Handles, type Nats, type RequestContext } from '@kit/service';
import type { NatsServer } from '@kit/testing';
import { jetstream } from '@nats-io/jetstream';
import { connect } from '@nats-io/transport-node';
import { Controller, type Type } from '@nestjs/common';
import { v7 as uuidv7 } from 'uuid';

export class WidgetFact {
  @Id()
  shelfId: string;

  @Id()
  ownerId: string;

  @Text()
  secret: string;
}

export class ShelfFact {
  @Id()
  shelfId: string;
}

const event = eventsOf('digilist');
export const READ_WIDGETS = 'digilist.widget.read';

export const shelfChanged = event({
  aggregate: 'shelf',
  fact: 'changed',
  summary: 'Something on a shelf is different',
  data: ShelfFact,
  audience: () => anybody,
});

export const widgetMade = event({
  aggregate: 'widget',
  fact: 'made',
  summary: 'A widget was made',
  data: WidgetFact,
  audience: ({ ownerId, shelfId }) => holders(READ_WIDGETS, { orgs: [shelfId], owner: ownerId }),
  publicly: ({ shelfId }) => ({ type: shelfChanged, id: shelfId, data: { shelfId } }),
});

export const keyTurned = eventsOf('platform')({
  aggregate: 'lock',
  fact: 'turned',
  summary: 'A key was turned',
  data: ShelfFact,
  audience: () => holders('platform.lock.read'),
});

export const publicWidgets: readonly EventType[] = [shelfChanged];
export const liveWidgets: readonly EventType[] = [widgetMade, keyTurned];

/** Who may what in the made-up services, by user; tests change it. */
export const rights = new Map<string, Record<string, { tenant?: boolean; own?: boolean; orgIds?: string[] }>>();
export const endedSessions = new Set<string>();
/** How often somebody's rights were asked for. */
export const asked = { viewer: 0 };

export const TENANTS: Record<string, string> = { fjordvik: '01980a3e-0000-7000-8000-00000000000a' };

/** Answers about events as a real service does, from the real stream; rights come from a map. */
export function aboutEvents(context: string, nats: Nats): Type<object> {
  const { getViewer, readEvents } = liveOperationsOf(context);
  const log = new EventLog(context, nats);
  const types = byType(liveWidgets);

  @Controller()
  class AboutEvents {
    @Handles(getViewer)
    async viewer(ctx: RequestContext, { permissions }: ViewerQuery): Promise<Viewer> {
      asked.viewer++;
      const extents = permissions.map((permission) => {
        const { tenant = false, own = false, orgIds = [] } = rightsOf(ctx)[permission] ?? {};
        return { permission, tenant, own, orgIds };
      });
      return { tenantId: tenantOf(ctx), extents };
    }

    @Handles(readEvents)
    async read(ctx: RequestContext, { after, at }: EventQuery): Promise<EventPage> {
      const tenantId = tenantOf(ctx);
      const page = await log.after(tenantId, after, at);
      const userId = ctx.principal.kind === 'user' ? ctx.principal.userId : null;
      const who = { userId, extentOf: (permission: string) => extentOf(rightsOf(ctx)[permission]) };
      const events = page.events.flatMap(({ event: envelope, position }) => {
        const known = knownOf(envelope, who, types);
        return known ? [{ event: known, position }] : [];
      });
      return { ...page, tenantId, events };
    }
  }
  return AboutEvents;
}

const rightsOf = ({ principal }: RequestContext) =>
  (principal.kind === 'user' ? rights.get(principal.userId) : undefined) ?? {};

function tenantOf({ principal, tenantHint }: RequestContext): string {
  if (principal.kind === 'user' && endedSessions.has(principal.sessionId)) throw new Refusal(TOKEN_INVALID);
  return principal.kind === 'user' ? principal.tenantId : (TENANTS[tenantHint ?? ''] as string);
}

const extentOf = (given?: { tenant?: boolean; own?: boolean; orgIds?: string[] }): Extent | null =>
  given
    ? {
        tenant: given.tenant ?? false,
        own: given.own ?? false,
        covers: (orgId) => given.tenant === true || (given.orgIds ?? []).includes(orgId),
      }
    : null;

/** Puts facts into the stream of their context, as its relay does. */
export async function publisher(server: NatsServer, context: 'platform' | 'digilist') {
  const { user, password } = server.credentials[context];
  const connection = await connect({ servers: server.url, user, pass: password, inboxPrefix: `_INBOX_${user}` });
  const js = jetstream(connection);
  return {
    async tell<Data extends object>(
      type: EventType<Data>,
      data: Data,
      tenantId: string,
      id = uuidv7(),
    ): Promise<string> {
      const envelope: EventEnvelope<Data> = {
        specversion: '1.0',
        id: uuidv7(),
        type: type.type,
        source: context,
        subject: id,
        time: new Date().toISOString(),
        datacontenttype: 'application/json',
        tenantid: tenantId,
        actor: uuidv7(),
        correlationid: 'request',
        aggregateversion: 1,
        audience: type.audience(data, id).join(' '),
        data,
      };
      await js.publish(subjects.event(type, tenantId, id), JSON.stringify(envelope), { msgID: envelope.id });
      return envelope.id;
    },
    close: () => connection.close(),
  };
}
