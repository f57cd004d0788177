import type { FastifyRequest } from 'fastify';
import { exchangeOf, pathOf } from '../edge/exchange.js';
import type { Reason } from './problem.js';

export const SCIM_TYPE = 'application/scim+json; charset=utf-8';

/** What RFC 7644 (table 9) has a word for. */
const SCIM_TYPES: Record<string, string> = {
  SCIM_FILTER_INVALID: 'invalidFilter',
  SCIM_SYNTAX_INVALID: 'invalidSyntax',
  MALFORMED_REQUEST: 'invalidSyntax',
  SCIM_PATH_INVALID: 'invalidPath',
  SCIM_NO_TARGET: 'noTarget',
  SCIM_VALUE_INVALID: 'invalidValue',
  VALIDATION_FAILED: 'invalidValue',
  SCIM_UNIQUENESS: 'uniqueness',
  EMAIL_TAKEN: 'uniqueness',
  LAST_ADMINISTRATOR: 'mutability',
  ORGANIZATION_IN_USE: 'mutability',
};

/** Also what was refused before a route was found, as a body that is no JSON is. */
export function speaksScim(request: FastifyRequest): boolean {
  const { operation } = exchangeOf(request);
  return operation ? operation.http?.refusals === 'scim' : pathOf(request).startsWith('/scim/v2/');
}

/** A refusal as directories read it; their administrators see the detail, in English. */
export function scimError({ code, status, text, detail, errors }: Reason): Record<string, unknown> {
  const scimType = SCIM_TYPES[code];
  const fields = errors?.map(({ message }) => message).join('; ');
  return {
    schemas: ['urn:ietf:params:scim:api:messages:2.0:Error'],
    status: String(status),
    ...(scimType !== undefined && { scimType }),
    detail: `${code}: ${detail ?? (fields || text.en)}`,
  };
}
