/**
 * Who may know of a fact, as the envelope carries it: terms, any of which suffices. A term is `public`, `user:<id>`, or a
 * permission, held in the whole tenant, in one organization (`acme.report.read/org:<id>`; who holds it in the whole tenant
 * holds it there too), or over the person's own rows (`acme.report.read/own:<user id>`).
 */
export type Audience = readonly string[];

/** What is known of somebody who wants to know. */
export interface Knower {
  /** null: somebody who has not signed in. */
  readonly userId: string | null;
  /** Where a permission holds for them; null: nowhere, or not asked. */
  extentOf(permission: string): Extent | null;
}

export interface Extent {
  readonly tenant: boolean;
  readonly own: boolean;
  covers(orgId: string): boolean;
}

const PUBLIC = 'public';

/** Everybody who can name the tenant, signed in or not: only for facts that tell of no person. */
export const anybody: Audience = [PUBLIC];

/** These people, whatever they may. */
export const people = (...ids: (string | null)[]): Audience => present(ids).map((id) => `user:${id}`);

/**
 * Whoever a permission reaches the row for, as when it is read: by one of the organizations it belongs to, or as its
 * owner. With neither, who holds it in the whole tenant.
 */
export function holders(
  permission: string,
  { orgs = [], owner = null }: { orgs?: readonly (string | null)[]; owner?: string | null } = {},
): Audience {
  const places = [...present(orgs).map((id) => `/org:${id}`), ...(owner === null ? [] : [`/own:${owner}`])];
  return places.length === 0 ? [permission] : [...new Set(places)].map((place) => permission + place);
}

/** Permissions that a decision about these terms depends on. */
export const permissionsIn = (audience: Audience): string[] => [
  ...new Set(audience.filter((term) => term.includes('.')).map((term) => term.split('/')[0] as string)),
];

export function mayKnow(audience: Audience, who: Knower): boolean {
  return audience.some((term) => holds(term, who));
}

function holds(term: string, who: Knower): boolean {
  if (term === PUBLIC) return true;
  if (term.startsWith('user:')) return who.userId !== null && term === `user:${who.userId}`;
  const [permission, place] = term.split('/');
  const extent = who.extentOf(permission as string);
  if (extent === null) return false;
  if (extent.tenant || place === undefined) return extent.tenant;
  if (place.startsWith('org:')) return extent.covers(place.slice('org:'.length));
  return extent.own && who.userId !== null && place === `own:${who.userId}`;
}

const present = (ids: readonly (string | null)[]): string[] => ids.filter((id): id is string => id !== null);

/** As an attribute of the envelope; CloudEvents allows no lists there. */
export const audienceText = (audience: Audience): string => audience.join(' ');

export const audienceOf = ({ audience }: { audience?: string }): Audience =>
  audience === undefined || audience === '' ? [] : audience.split(' ');
