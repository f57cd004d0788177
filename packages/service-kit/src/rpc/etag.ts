/** ETag of an answer that carries a version, e.g. `"3"`; null when it carries none. */
export function etagOf(answer: unknown): string | null {
  const version = (answer as { version?: unknown } | null | undefined)?.version;
  return typeof version === 'number' ? `"${version}"` : null;
}

/** Version named by `If-Match`; null when it is not one of our ETags. */
export function versionOf(ifMatch: string): number | null {
  const match = /^(?:W\/)?"(\d{1,15})"$/.exec(ifMatch.trim());
  return match ? Number(match[1]) : null;
}
