import type { FastifyReply, FastifyRequest } from 'fastify';
import { exchangeOf, pathOf } from '../edge/exchange.js';
import { ofrepMembers } from './ofrep.js';
import { PROBLEM_TYPE, problemReply, type Reason } from './problem.js';

/** Answers with application/problem+json in the caller's language. */
export function sendProblem(request: FastifyRequest, reply: FastifyReply, reason: Reason): void {
  const exchange = exchangeOf(request);
  exchange.code = reason.code;
  const { status, headers, problem } = problemReply(reason, {
    path: pathOf(request),
    traceId: exchange.traceId,
    locale: exchange.locale,
  });
  reply
    .code(status)
    .headers(headers)
    .header('content-type', PROBLEM_TYPE)
    .send(JSON.stringify({ ...problem, ...ofrepMembers(request, reason) }));
}
