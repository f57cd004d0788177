import { type Statement, statement } from '@kit/service';
import type { Conditions } from './domain/filter.js';

const USER = `u.id, u.email, u.name, u.kind, u.status, u.locale, u.birth_date::text, u.created_at, u.version, u.updated_at,
  s.external_id, s.attributes, s.origin, s.status AS managed`;
const MANAGED = `platform.scim_users s JOIN platform.users u ON u.tenant_id = s.tenant_id AND u.id = s.id
   WHERE s.tenant_id = $1 AND s.status = 'active' AND u.erased_at IS NULL`;

export const GET_SCIM_USER = statement('scim-get-user', `SELECT ${USER} FROM ${MANAGED} AND s.id = $2`);
export const LOCK_SCIM_USER = statement(
  'scim-lock-user',
  `SELECT ${USER} FROM ${MANAGED} AND s.id = $2 FOR UPDATE OF s, u`,
);

/** Whoever has the address, known to the directory or not. */
export const LOCK_BY_ADDRESS = statement(
  'scim-lock-by-address',
  `SELECT id, email, name, kind, status, locale, birth_date::text, created_at, version
   FROM platform.users WHERE tenant_id = $1 AND email = $2 AND erased_at IS NULL FOR UPDATE`,
);

export const EXTERNAL_ID_TAKEN = statement(
  'scim-external-id-taken',
  `SELECT 1 FROM platform.scim_users WHERE tenant_id = $1 AND external_id = $2 AND id <> $3 AND status = 'active'`,
);
export const GROUP_EXTERNAL_ID_TAKEN = statement(
  'scim-group-external-id-taken',
  `SELECT 1 FROM platform.scim_groups WHERE tenant_id = $1 AND external_id = $2 AND id <> $3 AND status = 'active'`,
);

export const UPSERT_SCIM_USER = statement(
  'scim-upsert-user',
  `INSERT INTO platform.scim_users AS s (tenant_id, id, external_id, attributes, origin, created_at, created_by,
     updated_at, updated_by)
   VALUES ($1, $2, $3, $4, $5, $6, $7, $6, $7)
   ON CONFLICT (tenant_id, id) DO UPDATE
   SET external_id = $3, attributes = $4, status = 'active', updated_at = $6, updated_by = $7, version = s.version + 1`,
);
export const LET_GO = statement(
  'scim-let-user-go',
  `UPDATE platform.scim_users SET status = 'deleted', updated_at = $3, updated_by = $4, version = version + 1
   WHERE tenant_id = $1 AND id = $2`,
);

export const UPDATE_PERSON = statement(
  'scim-update-person',
  `UPDATE platform.users
   SET email = $3, name = $4, status = $5, updated_at = $6, updated_by = $7, version = version + 1
   WHERE tenant_id = $1 AND id = $2
   RETURNING id, email, name, kind, status, locale, birth_date::text, created_at, version`,
);

export const VERIFIED_DOMAIN = statement(
  'scim-verified-domain',
  `SELECT 1 FROM platform.domains WHERE tenant_id = $1 AND domain = $2 AND status = 'verified'`,
);

interface Narrowed {
  readonly statement: Statement;
  readonly values: unknown[];
}

/** One statement per set of conditions, so that each finds its index. $1 is the tenant. */
function narrowed(
  name: string,
  text: (where: string) => string,
  conditions: Conditions,
  columns: Partial<Record<keyof Conditions, (value: string) => string>>,
  further: readonly unknown[],
): Narrowed {
  const given = (Object.keys(columns) as (keyof Conditions)[]).filter((key) => conditions[key] !== undefined);
  const values = given.map((key) => conditions[key]);
  const where = given.map((key, at) => ` AND ${columns[key]?.(`$${at + 2 + further.length}`)}`).join('');
  return {
    statement: statement([name, ...given].join('-').toLowerCase(), text(where)),
    values: [...further, ...values],
  };
}

const USER_COLUMNS: Partial<Record<keyof Conditions, (value: string) => string>> = {
  id: (value) => `s.id = ${value}::uuid`,
  userName: (value) => `u.email = ${value}`,
  externalId: (value) => `s.external_id = ${value}`,
  displayName: (value) => `lower(u.name) = lower(${value})`,
  email: (value) =>
    `(u.email = ${value} OR s.attributes -> 'emails' @> jsonb_build_array(jsonb_build_object('value', ${value}::text)))`,
  active: (value) => `(u.status IN ('active', 'invited')) = ${value}::boolean`,
};

export const usersPage = (conditions: Conditions, skip: number, limit: number): Narrowed =>
  narrowed(
    'scim-list-users',
    (where) => `SELECT ${USER} FROM ${MANAGED}${where} ORDER BY s.id OFFSET $2 LIMIT $3`,
    conditions,
    USER_COLUMNS,
    [skip, limit],
  );
export const usersTotal = (conditions: Conditions): Narrowed =>
  narrowed(
    'scim-count-users',
    (where) => `SELECT count(*)::int AS total FROM ${MANAGED}${where}`,
    conditions,
    USER_COLUMNS,
    [],
  );

const MEMBERS = `(SELECT jsonb_agg(jsonb_build_object('value', m.user_id, 'display', u.name) ORDER BY m.user_id)
   FROM platform.scim_group_members m JOIN platform.users u ON u.tenant_id = m.tenant_id AND u.id = m.user_id
   WHERE m.tenant_id = g.tenant_id AND m.group_id = g.id AND u.erased_at IS NULL)`;
const GROUP = 'g.id, g.external_id, o.name, g.created_at, g.updated_at, g.version';
const GROUPS = `platform.scim_groups g JOIN platform.organizations o ON o.tenant_id = g.tenant_id AND o.id = g.id
   WHERE g.tenant_id = $1 AND g.status = 'active'`;

// $3: with its members, of which there may be many.
export const GET_SCIM_GROUP = statement(
  'scim-get-group',
  `SELECT ${GROUP}, CASE WHEN $3::boolean THEN ${MEMBERS} END AS members FROM ${GROUPS} AND g.id = $2`,
);
export const LOCK_SCIM_GROUP = statement(
  'scim-lock-group',
  `SELECT ${GROUP} FROM ${GROUPS} AND g.id = $2 FOR UPDATE OF g, o`,
);
export const MEMBER_IDS = statement(
  'scim-member-ids',
  'SELECT user_id FROM platform.scim_group_members WHERE tenant_id = $1 AND group_id = $2 ORDER BY user_id',
);

const GROUP_COLUMNS: Partial<Record<keyof Conditions, (value: string) => string>> = {
  id: (value) => `g.id = ${value}::uuid`,
  externalId: (value) => `g.external_id = ${value}`,
  displayName: (value) => `lower(o.name) = lower(${value})`,
  member: (value) =>
    `EXISTS (SELECT FROM platform.scim_group_members x
       WHERE x.tenant_id = g.tenant_id AND x.group_id = g.id AND x.user_id = ${value}::uuid)`,
};

export const groupsPage = (conditions: Conditions, skip: number, limit: number, members: boolean): Narrowed =>
  narrowed(
    'scim-list-groups',
    (where) =>
      `SELECT ${GROUP}, CASE WHEN $4::boolean THEN ${MEMBERS} END AS members FROM ${GROUPS}${where}
       ORDER BY g.id OFFSET $2 LIMIT $3`,
    conditions,
    GROUP_COLUMNS,
    [skip, limit, members],
  );
export const groupsTotal = (conditions: Conditions): Narrowed =>
  narrowed(
    'scim-count-groups',
    (where) => `SELECT count(*)::int AS total FROM ${GROUPS}${where}`,
    conditions,
    GROUP_COLUMNS,
    [],
  );

/** Names of groups are told apart by nothing but looking: one at a time. */
export const LOCK_GROUP_NAMES = statement(
  'scim-lock-group-names',
  "SELECT pg_advisory_xact_lock(hashtextextended('scim-groups/' || $1::text, 0))",
);
export const GROUP_NAME_TAKEN = statement(
  'scim-group-name-taken',
  `SELECT 1 FROM ${GROUPS} AND lower(o.name) = lower($2) AND g.id <> $3`,
);
export const INSERT_SCIM_GROUP = statement(
  'scim-insert-group',
  `INSERT INTO platform.scim_groups (tenant_id, id, external_id, created_at, created_by, updated_at, updated_by)
   VALUES ($1, $2, $3, $4, $5, $4, $5)`,
);
export const UPDATE_SCIM_GROUP = statement(
  'scim-update-group',
  `UPDATE platform.scim_groups
   SET external_id = $3, status = $4, updated_at = $5, updated_by = $6, version = version + 1
   WHERE tenant_id = $1 AND id = $2`,
);
export const TOUCH_GROUPS_OF = statement(
  'scim-touch-groups-of-user',
  `UPDATE platform.scim_groups g SET updated_at = $3, updated_by = $4, version = version + 1
   FROM platform.scim_group_members m
   WHERE g.tenant_id = $1 AND m.tenant_id = g.tenant_id AND m.group_id = g.id AND m.user_id = $2
   RETURNING g.id`,
);

/** Those of the ids ($2) that the directory knows; they stay known until the transaction ends. */
export const KNOWN_MEMBERS = statement(
  'scim-known-members',
  `SELECT s.id FROM ${MANAGED} AND s.id = ANY ($2::uuid[]) ORDER BY s.id FOR SHARE OF s`,
);
export const INSERT_MEMBERS = statement(
  'scim-insert-members',
  `INSERT INTO platform.scim_group_members (tenant_id, group_id, user_id, created_at, created_by)
   SELECT $1, $2, member, $4, $5 FROM unnest($3::uuid[]) AS member ON CONFLICT DO NOTHING`,
);
export const DELETE_MEMBERS = statement(
  'scim-delete-members',
  'DELETE FROM platform.scim_group_members WHERE tenant_id = $1 AND group_id = $2 AND user_id = ANY ($3::uuid[])',
);
export const INSERT_MEMBERSHIPS = statement(
  'scim-insert-memberships',
  `INSERT INTO platform.memberships (tenant_id, user_id, org_id, created_at, created_by, updated_at, updated_by)
   SELECT $1, member, $2, $4, $5, $4, $5 FROM unnest($3::uuid[]) AS member
   ON CONFLICT DO NOTHING
   RETURNING id, user_id, org_id, status, created_at, version`,
);
export const END_MEMBERSHIPS = statement(
  'scim-end-memberships',
  `UPDATE platform.memberships
   SET status = 'ended', ended_at = $4, updated_at = $4, updated_by = $5, version = version + 1
   WHERE tenant_id = $1 AND org_id = $2 AND user_id = ANY ($3::uuid[]) AND status <> 'ended'
   RETURNING id, user_id, org_id, status, created_at, version`,
);
