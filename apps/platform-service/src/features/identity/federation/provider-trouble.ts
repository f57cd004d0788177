import { ClientError, ResponseBodyError } from 'openid-client';
import { SendFailed } from '../../integrations/index.js';

const SILENT = new Set(['OAUTH_TIMEOUT', 'OAUTH_ABORT', 'ERR_JWKS_TIMEOUT']);

/** From an error down to what caused it. */
function* causes(error: unknown): Generator<Error> {
  for (let cause = error, depth = 0; cause instanceof Error && depth < 8; cause = cause.cause, depth++) yield cause;
}

/** The provider did not answer, or answered that it cannot: to come again makes sense, to look for a mistake does not. */
export function isSilence(error: unknown): boolean {
  for (const cause of causes(error)) {
    if (cause instanceof SendFailed) return true;
    if (SILENT.has(codeOf(cause))) return true;
    if (cause instanceof ResponseBodyError) return cause.status >= 500;
    if (cause instanceof ClientError && cause.cause instanceof Response) return cause.cause.status >= 500;
  }
  return false;
}

/** Names and codes of the causes, and nothing that a provider wrote. */
export const nameOfTrouble = (error: unknown): string =>
  [...causes(error)].map((cause) => [cause.name, codeOf(cause)].filter(Boolean).join(' ')).join(' < ');

const codeOf = (error: Error): string => {
  const { code } = error as { code?: unknown };
  return typeof code === 'string' ? code : '';
};
