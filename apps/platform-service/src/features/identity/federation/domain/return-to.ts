/** The tenant's own place in the app. */
export const appUrlOf = (pattern: string, slug: string): string => pattern.replaceAll('{tenant}', slug);

/**
 * Where the browser may be sent in the end: nowhere but into the tenant's own app. Judged as a browser reads it, after
 * dots, backslashes and line breaks are dealt with. Null when it is elsewhere.
 */
export function returnUrl(app: string, wanted: string | undefined): string | null {
  const home = new URL(app);
  if (wanted === undefined) return home.href;
  const path = home.pathname.replace(/\/$/, '');
  // Left out although they would stay within the app: somebody else may read them as another host.
  if (/^\/[/\\]/.test(wanted)) return null;
  const url = parsed(wanted.startsWith('/') ? `${home.origin}${path}${wanted}` : wanted);
  if (!url || url.origin !== home.origin || url.username !== '' || url.password !== '') return null;
  return url.pathname === path || url.pathname.startsWith(`${path}/`) ? url.href : null;
}

const parsed = (text: string): URL | null => (URL.canParse(text) ? new URL(text) : null);

/** The return address with what the app is told; a fragment of its own stays where it is. */
export function withParameter(address: string, name: 'code' | 'error', value: string): string {
  const url = new URL(address);
  url.searchParams.delete('code');
  url.searchParams.delete('error');
  url.searchParams.set(name, value);
  return url.href;
}
