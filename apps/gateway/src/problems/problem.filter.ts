import type { Logger } from '@kit/service/edge';
import { type ArgumentsHost, Catch, type ExceptionFilter } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { exchangeOf } from '../edge/exchange.js';
import type { RouteTable } from '../edge/route-table.js';
import { EdgeRefusal, METHOD_NOT_ALLOWED, ROUTE_NOT_FOUND } from './edge-codes.js';
import { reasonOf } from './problem.js';
import { sendProblem } from './send-problem.js';

/** Everything that is thrown while a request is handled becomes problem+json; what nobody expected is logged. */
@Catch()
export class ProblemFilter implements ExceptionFilter {
  constructor(
    private readonly routes: RouteTable,
    private readonly log: Logger,
  ) {}

  catch(error: unknown, host: ArgumentsHost): void {
    const request = host.switchToHttp().getRequest<FastifyRequest>();
    const reply = host.switchToHttp().getResponse<FastifyReply>();
    if (reply.sent || reply.raw.headersSent) return;
    const reason = reasonOf(error);
    if (reason.status === 500) {
      const { requestId, traceId, operation } = exchangeOf(request);
      this.log.error({ err: error, requestId, traceId, operation: operation?.id }, 'request failed');
    }
    if (reason.code === ROUTE_NOT_FOUND.code) {
      const methods = this.routes.methodsOf(request.raw.url ?? '/');
      if (methods.length > 0 && !methods.includes(request.method)) {
        const refusal = new EdgeRefusal(METHOD_NOT_ALLOWED, { headers: { allow: methods.join(', ') } });
        sendProblem(request, reply, reasonOf(refusal));
        return;
      }
    }
    sendProblem(request, reply, reason);
  }
}
