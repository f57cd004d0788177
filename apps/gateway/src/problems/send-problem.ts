import type { FastifyReply, FastifyRequest } from 'fastify';
import { exchangeOf, pathOf } from '../edge/exchange.js';
import { ofrepMembers } from './ofrep.js';
import { PROBLEM_TYPE, problemReply, type Reason } from './problem.js';
import { SCIM_TYPE, scimError, speaksScim } from './scim.js';

/** Answers with application/problem+json in the caller's language, or the way the protocol of the route has it. */
export function sendProblem(request: FastifyRequest, reply: FastifyReply, reason: Reason): void {
  const exchange = exchangeOf(request);
  exchange.code = reason.code;
  const { status, headers, problem } = problemReply(reason, {
    path: pathOf(request),
    traceId: exchange.traceId,
    locale: exchange.locale,
  });
  reply.code(status).headers(headers);
  if (speaksScim(request)) {
    reply
      .header('content-type', SCIM_TYPE)
      .header('content-language', 'en')
      .send(JSON.stringify(scimError(reason)));
    return;
  }
  reply.header('content-type', PROBLEM_TYPE).send(JSON.stringify({ ...problem, ...ofrepMembers(request, reason) }));
}
