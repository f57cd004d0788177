import {
  audienceOf,
  byType,
  type EventPage,
  type EventQuery,
  type EventType,
  type Knower,
  knownOf,
  liveOperationsOf,
  permissionsIn,
  type Viewer,
  type ViewerQuery,
} from '@kit/contracts';
import { Controller, type DynamicModule, Inject, Module, type Type } from '@nestjs/common';
import { Reach } from '../auth/reach.js';
import type { RequestContext } from '../context/request-context.js';
import { UnitOfWork } from '../database/unit-of-work.js';
import { Nats } from '../nats/connection.js';
import { Handles } from '../rpc/handles.js';
import { EventLog } from './event-log.js';

/** What those who show events live ask a service: who may know of what, and what somebody has missed. */
export function liveModule(context: string, events: readonly EventType[]): DynamicModule {
  const log = { provide: EventLog, inject: [Nats], useFactory: (nats: Nats) => new EventLog(context, nats) };
  return { module: Live, providers: [log], controllers: [liveController(context, events)] };
}

@Module({})
class Live {}

function liveController(context: string, events: readonly EventType[]): Type<object> {
  const { getViewer, readEvents } = liveOperationsOf(context);
  const types = byType(events);

  @Controller()
  class LiveController {
    constructor(
      @Inject(UnitOfWork) private readonly work: UnitOfWork,
      @Inject(EventLog) private readonly log: EventLog,
    ) {}

    @Handles(getViewer)
    async viewer(ctx: RequestContext, { permissions }: ViewerQuery): Promise<Viewer> {
      const { tenantId, reaches } = await this.reachesOf(ctx, permissions);
      const extents = permissions.map((permission) => {
        const { tenant, orgIds, own } = reaches.get(permission) ?? NOWHERE;
        return { permission, tenant, orgIds, own };
      });
      return { tenantId, extents };
    }

    @Handles(readEvents)
    async read(ctx: RequestContext, { after, at }: EventQuery): Promise<EventPage> {
      // First who asks, then the stream, then what they may know: the network is outside of the transactions.
      const { tenantId } = await this.reachesOf(ctx, []);
      const page = await this.log.after(tenantId, after, at);
      const asked = new Set(page.events.flatMap(({ event }) => permissionsIn(audienceOf(event))));
      const who = await this.knower(ctx, [...asked]);
      const known = page.events.flatMap(({ event, position }) => {
        const told = knownOf(event, who, types);
        return told === null ? [] : [{ event: told, position }];
      });
      return { ...page, tenantId, events: known };
    }

    private async knower(ctx: RequestContext, permissions: string[]): Promise<Knower> {
      const userId = ctx.principal.kind === 'user' ? ctx.principal.userId : null;
      if (permissions.length === 0 || userId === null) return { userId, extentOf: () => null };
      const { reaches } = await this.reachesOf(ctx, permissions);
      return { userId, extentOf: (permission) => reaches.get(permission) ?? null };
    }

    private reachesOf(ctx: RequestContext, permissions: readonly string[]) {
      return this.work.run(ctx, async (tx) => {
        const reaches = await Promise.all(permissions.map((permission) => tx.reachOf(permission)));
        return { tenantId: tx.tenantId, reaches: new Map(permissions.map((name, at) => [name, reaches[at] as Reach])) };
      });
    }
  }
  return LiveController;
}

const NOWHERE = new Reach(false);
