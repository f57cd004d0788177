import { list, loadConfig, text } from '@kit/service';
import { originsOf } from './domain/return-url.js';

const fields = {
  /** Where a payer may be sent back to besides our own addresses, e.g. a municipality's own site. */
  returnOrigins: list('DIGILIST_PAYMENT_RETURN_ORIGINS'),
  webUrl: text('DIGILIST_WEB_URL', ''),
  publicUrl: text('DIGILIST_API_URL', 'http://localhost:3000'),
} as const;

export const RETURN_ORIGINS = Symbol('origins that payers may be sent back to');

export function loadReturnOrigins(environment?: NodeJS.ProcessEnv): string[] {
  const { returnOrigins, webUrl, publicUrl } = loadConfig(fields, environment);
  return originsOf([...returnOrigins, webUrl, publicUrl]);
}
