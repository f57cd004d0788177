const PATTERN = /^(\*|[a-z][a-z0-9_-]*(\.[a-z0-9_-]+)*(\.\*)?)$/;

export const isPattern = (text: string): boolean => PATTERN.test(text);

/** `acme.report.*` stands for everything below `acme.report`, `*` for everything; anything else for itself. */
export function matches(pattern: string, type: string): boolean {
  if (pattern === '*') return true;
  return pattern.endsWith('.*') ? type.startsWith(pattern.slice(0, -1)) : pattern === type;
}

export const wants = (patterns: readonly string[], type: string): boolean =>
  patterns.some((pattern) => matches(pattern, type));
