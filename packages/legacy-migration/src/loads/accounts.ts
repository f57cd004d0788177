import { createHash } from 'node:crypto';
import { membershipState, subscriptionState, userRoleState, userState } from '@platform/contracts';
import { instantOfWall, iso, readInstant } from '../clean/times.js';
import { cleanText, dateOf } from '../clean/values.js';
import { localeOf, membershipStatus, roleKey, subscriptionStatus, userStatus } from '../clean/words.js';
import { idOf } from '../ids.js';
import { byId, type Load, rejected } from '../load.js';
import type { World } from '../world.js';
import { givenBy, LEGACY_ZONE, UNDATED } from './given.js';
import { stateRow } from './messages.js';
import { PERSON, personOf } from './people.js';
import { roleId } from './tenants.js';

/**
 * In place of a password: a hash that nothing hashes to. Whoever has it can ask by mail to choose a new one; without any,
 * PLATFORM would take the account for one that signs in elsewhere.
 */
function nobodysPassword(userId: string): string {
  const bytes = (of: string, length: number) =>
    createHash('sha256').update(`${of} ${userId}`).digest().subarray(0, length).toString('base64').replace(/=+$/, '');
  return `$argon2id$v=19$m=19456,t=2,p=1$${bytes('salt', 16)}$${bytes('hash', 32)}`;
}

/** Passwords are not taken over: their hashes were made by rules that do not hold here. */
export const users = (world: World): Load =>
  byId({
    name: 'users',
    into: 'platform',
    table: 'users',
    tables: ['users', 'credentials', 'outbox'],
    // Of several rows with one address, one that is still in use is kept, the oldest first.
    select: `SELECT t.id, t.tenant_id, t.email, t.name, t.locale, t.status, t.birth_date, t.created_at, t.deleted_at, t.keeper
      FROM (SELECT u.*, first_value(u.id) OVER (PARTITION BY u.tenant_id, lower(btrim(u.email)) ORDER BY u.deleted_at IS NOT NULL, u.id) AS keeper
        FROM users u) t`,
    type: 'integer',
    decideOne: (row) => {
      const tenant = world.catalogue.tenants.get(row.tenant_id ?? '');
      const person = personOf(row, world, '');
      if (!person || !tenant) return rejected(row, 'ORPHAN_TENANT');
      const legacyId = row.id as string;
      if (person.reachable && row.keeper !== legacyId) return { kind: 'merged', legacyId, into: row.keeper as string };
      const gone = row.deleted_at !== null;
      const known = userStatus(row.status ?? null);
      const name = cleanText(row.name ?? null, 200);
      const birthDate = dateOf(row.birth_date ?? null);
      const made = instantOfWall(row.created_at ?? null, LEGACY_ZONE)?.at ?? UNDATED;
      const data = {
        email: person.email,
        name: name ?? person.email.split('@')[0] ?? person.email,
        kind: 'person',
        status: gone || !person.reachable ? 'deactivated' : (known ?? 'active'),
        locale: localeOf(row.locale ?? null),
      } as const;
      const repairs = [
        ...(person.reachable ? [] : ['EMAIL_UNUSABLE']),
        ...(known === null && !gone ? ['STATUS_UNKNOWN'] : []),
        ...(name === null ? ['NAME_CHANGED'] : []),
        ...(birthDate === null && row.birth_date ? ['BIRTH_DATE_DROPPED'] : []),
      ];
      const { id, tenantId } = person;
      const given = givenBy(made, tenant.serviceUserId);
      return {
        kind: 'rows',
        legacyId,
        repairs,
        rows: [
          ['users', { tenant_id: tenantId, id, ...data, birth_date: birthDate, ...given }],
          ...(data.status === 'active'
            ? [
                [
                  'credentials',
                  {
                    tenant_id: tenantId,
                    id: idOf('credential', id),
                    user_id: id,
                    kind: 'password',
                    secret_hash: nobodysPassword(id),
                    status: 'active',
                    ...given,
                  },
                ] as const,
              ]
            : []),
          stateRow(userState, tenantId, { id, version: 1, tenantId, ...data, birthDate }, made),
        ],
      };
    },
  });

export const memberships = (world: World): Load =>
  byId({
    name: 'memberships',
    into: 'platform',
    table: 'memberships',
    tables: ['memberships', 'outbox'],
    select: `SELECT t.id, t.organization_id, t.status, t.created_at, t.ended_at, ${PERSON('u', 'user_')}
      FROM memberships t LEFT JOIN users u ON u.id = t.user_id`,
    type: 'integer',
    decideOne: (row) => {
      const person = personOf(row, world, 'user_');
      const organization = world.catalogue.organizations.get(row.organization_id ?? '');
      if (!person) return rejected(row, 'ORPHAN_USER');
      if (!organization) return rejected(row, 'ORPHAN_ORGANIZATION');
      const { tenantId } = person;
      if (organization.tenantId !== tenantId) return rejected(row, 'OTHER_TENANT');
      const made = readInstant(row.created_at ?? null) ?? UNDATED;
      const ended = readInstant(row.ended_at ?? null);
      const known = membershipStatus(row.status ?? null);
      const live = ended === null && known !== 'ended';
      // One live membership per person and organization; what ended is history, each a row of its own.
      const id = idOf('membership', live ? `${person.id} ${organization.id}` : `ended ${row.id}`);
      const status = live ? 'active' : 'ended';
      const given = givenBy(made, person.id);
      const state = { id, version: 1, tenantId, userId: person.id, orgId: organization.id, status } as const;
      return {
        kind: 'rows',
        legacyId: row.id as string,
        repairs: known === null ? ['STATUS_UNKNOWN'] : [],
        rows: [
          [
            'memberships',
            {
              tenant_id: tenantId,
              id,
              user_id: person.id,
              org_id: organization.id,
              status,
              ended_at: live ? null : iso(ended ?? made),
              ...given,
            },
          ],
          stateRow(membershipState, tenantId, state, made),
        ],
      };
    },
  });

export const userRoles = (world: World): Load => {
  const scopes = new Map(world.templates.map(({ key, scope }) => [key, scope]));
  return byId({
    name: 'user_roles',
    into: 'platform',
    table: 'user_roles',
    tables: ['user_roles', 'outbox'],
    select: `SELECT t.id, t.tenant_id, t.organization_id, t.expires_at, t.created_at, r.name AS role, ${PERSON('u', 'user_')}
      FROM user_roles t LEFT JOIN roles r ON r.id = t.role_id LEFT JOIN users u ON u.id = t.user_id`,
    type: 'integer',
    decideOne: (row) => {
      const person = personOf(row, world, 'user_');
      if (!person) return rejected(row, 'ORPHAN_USER');
      const { tenantId } = person;
      if (row.tenant_id !== null && row.tenant_id !== row.user_tenant_id) return rejected(row, 'OTHER_TENANT');
      const key = roleKey(row.role ?? null);
      const scope = key === null ? undefined : scopes.get(key);
      // Nobody gets rights that were not meant: what is not known gives none.
      if (key === null || scope === undefined) return rejected(row, 'ROLE_UNKNOWN');
      const organization = world.catalogue.organizations.get(row.organization_id ?? '');
      if (scope === 'org' && organization?.tenantId !== tenantId) return rejected(row, 'ORPHAN_ORGANIZATION');
      const expires = readInstant(row.expires_at ?? null);
      if (row.expires_at !== null && (expires === null || expires <= world.asOf)) return rejected(row, 'GRANT_EXPIRED');
      const orgId = scope === 'org' ? (organization?.id ?? null) : null;
      const role = roleId(tenantId, key);
      const id = idOf('user-role', `${person.id} ${role} ${orgId ?? ''}`);
      const made = readInstant(row.created_at ?? null) ?? UNDATED;
      const expiresAt = expires === null ? null : iso(expires);
      const by = world.catalogue.tenants.get(row.user_tenant_id as string)?.serviceUserId as string;
      const state = {
        id,
        version: 1,
        tenantId,
        userId: person.id,
        roleId: role,
        scope: scope as 'org',
        orgId,
        notBefore: null,
        expiresAt,
        status: 'active',
      } as const;
      return {
        kind: 'rows',
        legacyId: row.id as string,
        rows: [
          [
            'user_roles',
            {
              tenant_id: tenantId,
              id,
              user_id: person.id,
              role_id: role,
              scope,
              org_id: orgId,
              granted_by: by,
              expires_at: expiresAt,
              status: 'active',
              ...givenBy(made, by),
            },
          ],
          stateRow(userRoleState, tenantId, state, made),
        ],
      };
    },
  });
};

/** What is licensed; PLATFORM derives the entitlements from it, as from any subscription. */
export const subscriptions = (world: World): Load => ({
  ...byId({
    name: 'subscriptions',
    into: 'platform',
    table: 'subscriptions',
    tables: ['subscriptions', 'outbox'],
    select: `SELECT t.id, t.tenant_id, t.plan, t.status, t.starts_on, t.ends_on, t.created_at, t.newest
      FROM (SELECT s.*, first_value(s.id) OVER (PARTITION BY s.tenant_id ORDER BY s.starts_on DESC NULLS LAST, s.id) AS newest FROM subscriptions s) t`,
    type: 'uuid',
    decideOne: (row) => {
      const tenant = world.catalogue.tenants.get(row.tenant_id ?? '');
      if (!tenant) return rejected(row, 'ORPHAN_TENANT');
      const plan = world.plans.get((row.plan ?? '').trim().toLowerCase());
      if (!plan) return rejected(row, 'PLAN_UNKNOWN');
      const from = instantOfWall(row.starts_on ? `${row.starts_on} 00:00:00` : null, LEGACY_ZONE)?.at ?? null;
      const until = instantOfWall(row.ends_on ? `${row.ends_on} 00:00:00` : null, LEGACY_ZONE)?.at ?? null;
      if (from === null || (until !== null && until <= from)) return rejected(row, 'PERIOD_INVALID');
      const said = subscriptionStatus(row.status ?? null);
      if (said === null) return rejected(row, 'STATUS_UNKNOWN');
      const over = until !== null && until <= world.asOf;
      const live = (said === 'active' || said === 'trialing') && !over;
      // One live subscription per tenant: the newest.
      if (live && row.newest !== row.id) return rejected(row, 'NOT_THE_NEWEST');
      const status = live ? said : said === 'cancelled' ? 'cancelled' : 'expired';
      const id = idOf('subscription', row.id as string);
      const made = readInstant(row.created_at ?? null) ?? UNDATED;
      const validity = { valid_from: iso(from), valid_until: until === null ? null : iso(until) };
      const state = {
        id,
        version: 1,
        tenantId: tenant.id,
        product: 'digilist',
        planKey: plan.key,
        planVersion: plan.planVersion,
        status,
        validFrom: validity.valid_from,
        validUntil: validity.valid_until,
        graceUntil: null,
      } as const;
      return {
        kind: 'rows',
        legacyId: row.id as string,
        rows: [
          [
            'subscriptions',
            {
              tenant_id: tenant.id,
              id,
              product: 'digilist',
              plan_id: plan.id,
              status,
              ...validity,
              trial: said === 'trialing',
              ...givenBy(made, tenant.serviceUserId),
            },
          ],
          stateRow(subscriptionState, tenant.id, state, made),
        ],
      };
    },
  }),
});
