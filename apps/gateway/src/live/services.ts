import { randomUUID } from 'node:crypto';
import {
  type EventPage,
  type EventQuery,
  liveOperationsOf,
  type Operation,
  type Viewer,
  type ViewerQuery,
} from '@kit/contracts';
import { newTraceparent, type RpcClient, refusalOf, WIRE } from '@kit/service/edge';
import { headers as natsHeaders } from '@nats-io/transport-node';
import type { Region, Regions } from '../edge/regions.js';

/** On whose behalf services are asked. */
export interface Listener {
  readonly userId: string | null;
  readonly sessionId: string | null;
  readonly token: string | null;
  /** As the request names it, for those without a token. */
  readonly tenantSlug: string | null;
  readonly region: Region;
}

/** What services are asked while somebody listens. */
export class LiveServices {
  private readonly operations = new Map<string, ReturnType<typeof liveOperationsOf>>();

  constructor(
    private readonly rpc: RpcClient,
    readonly contexts: readonly string[],
    private readonly deadlineMs: number,
    private readonly regions: Regions,
  ) {
    for (const context of contexts) this.operations.set(context, liveOperationsOf(context));
  }

  /** @throws Refusal */
  viewer(context: string, listener: Listener, request: ViewerQuery): Promise<Viewer> {
    return this.ask(listener, this.of(context).getViewer, request);
  }

  /** @throws Refusal */
  events(context: string, listener: Listener, request: EventQuery): Promise<EventPage> {
    return this.ask(listener, this.of(context).readEvents, request);
  }

  private of(context: string) {
    const operations = this.operations.get(context);
    if (!operations) throw new Error(`nothing of ${context} is shown live`);
    return operations;
  }

  private async ask<Req extends object, Res>(
    { token, tenantSlug, region }: Listener,
    operation: Operation<Req, Res>,
    request: Req,
  ): Promise<Res> {
    const headers = natsHeaders();
    headers.set(WIRE.requestId, randomUUID());
    headers.set(WIRE.traceparent, newTraceparent());
    if (token !== null) headers.set(WIRE.authorization, `Bearer ${token}`);
    else if (tenantSlug !== null) headers.set(WIRE.tenant, tenantSlug);
    const asked = this.regions.in(region, operation as unknown as Operation);
    const answer = await this.rpc.forward(asked, headers, JSON.stringify(request), Date.now() + this.deadlineMs);
    if (!answer.ok) throw refusalOf(JSON.parse(answer.text()));
    return JSON.parse(answer.text()) as Res;
  }
}
