import { Refusal, TOKEN_INVALID } from '@kit/contracts';
import { Controller, Get, Req, Res } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import jwt from 'jsonwebtoken';
import { presentedBy } from '../auth/bearer.js';
import { exchangeOf, single } from '../edge/exchange.js';
import { ForOperation } from '../edge/operation-of.js';
import { Regions } from '../edge/regions.js';
import { RequestShape } from '../edge/request-shape.js';
import { TenantNames } from '../edge/tenant-names.js';
import { type ListenEvents, listenEvents } from './listen-events.js';
import { type Asked, LiveEvents } from './live-events.js';
import { ServerSentEvents } from './sse.js';

const RETRY_MS = 2_000;
const shape = new RequestShape(listenEvents);

@Controller()
export class LiveEventsController {
  constructor(
    private readonly live: LiveEvents,
    private readonly tenants: TenantNames,
    private readonly regions: Regions,
  ) {}

  @Get('/api/v1/events')
  @ForOperation(listenEvents)
  async listen(@Req() request: FastifyRequest, @Res() reply: FastifyReply): Promise<void> {
    const lastEventId = single(request.headers['last-event-id']);
    const { types, about, after } = JSON.parse(
      shape.read({
        params: {},
        query: request.query as Record<string, unknown>,
        body: undefined,
        carried: lastEventId === undefined ? {} : { lastEventId },
      }),
    ) as ListenEvents;
    const resumed = lastEventId || after;
    const caller = this.callerOf(request);
    const { principal } = exchangeOf(request);
    await this.live.admit(
      {
        ...caller,
        region: await this.regions.ofAsker({ principal, tenantSlug: caller.tenantSlug }),
        ...(types && { types }),
        ...(about && { about }),
        ...(resumed && { after: resumed }),
      },
      () => {
        reply.hijack();
        const stream = new ServerSentEvents(reply.raw);
        stream.begin(reply.getHeaders() as Record<string, string>, RETRY_MS);
        return stream;
      },
    );
  }

  private callerOf(
    request: FastifyRequest,
  ): Pick<Asked, 'userId' | 'sessionId' | 'token' | 'tenantSlug' | 'expiresAt' | 'key'> {
    const { principal, token } = exchangeOf(request);
    const tenantSlug = this.tenants.of(request);
    if (principal === null || token === null) {
      // Elsewhere a browser with an expired cookie is anybody. Here it would hear less than it thinks, and not know.
      if (presentedBy(request) !== null) throw new Refusal(TOKEN_INVALID);
      return { userId: null, sessionId: null, token: null, tenantSlug, expiresAt: null, key: `address ${request.ip}` };
    }
    const { userId, sessionId } = principal;
    const { exp } = jwt.decode(token) as { exp: number };
    return { userId, sessionId, token, tenantSlug, expiresAt: exp * 1000, key: `user ${userId}` };
  }
}
