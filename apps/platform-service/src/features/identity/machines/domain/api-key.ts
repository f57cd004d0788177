import { type NewOpaqueToken, newOpaqueToken } from '../../../../opaque-token.js';

export { parseOpaqueToken as parseApiKey } from '../../../../opaque-token.js';

/** With what it is recognised by in a list. */
export function newApiKey(tenantId: string): NewOpaqueToken & { readonly last4: string } {
  const token = newOpaqueToken(tenantId);
  return { ...token, last4: token.secret.slice(-4) };
}
