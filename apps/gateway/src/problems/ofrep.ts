import type { FastifyRequest } from 'fastify';
import { exchangeOf, pathOf } from '../edge/exchange.js';
import type { Reason } from './problem.js';

const CODES = new Set(['FLAG_NOT_FOUND', 'TARGETING_KEY_MISSING', 'INVALID_CONTEXT']);

/** Also what was refused before a route was found, as a body that is no JSON is. */
function speaksOfrep(request: FastifyRequest): boolean {
  const { operation } = exchangeOf(request);
  return operation ? operation.http?.refusals === 'ofrep' : pathOf(request).startsWith('/ofrep/v1/evaluate/');
}

/** Members that OpenFeature's protocol wants in a refusal, beside those of the problem. */
export function ofrepMembers(request: FastifyRequest, { code, status, detail, text }: Reason): Record<string, unknown> {
  if (!speaksOfrep(request)) return {};
  const { key } = (request.params ?? {}) as { key?: string };
  const errorCode = CODES.has(code) ? code : status === 400 ? 'PARSE_ERROR' : 'GENERAL';
  return { ...(key !== undefined && { key }), errorCode, errorDetails: detail ?? text.en };
}
