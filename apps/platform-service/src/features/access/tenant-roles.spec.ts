import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { eventually } from '@kit/testing';
import {
  createRole,
  createRoleSeparation,
  deleteRole,
  deleteRoleSeparation,
  explainAuthorization,
  getRole,
  grantRole,
  listRoleSeparations,
  listUserPermissions,
  listUserRoles,
  updateRole,
} from '@platform/contracts';
import fc from 'fast-check';
import { v7 as uuidv7 } from 'uuid';
import { type AccessWorld, accessWorld, type Person } from '../../../test/access.js';

let { world, tenant, key, person, give, role, named, may } = {} as AccessWorld;
beforeAll(async () => {
  ({ world, tenant, key, person, give, role, named, may } = await accessWorld());
});
afterAll(() => world?.stop());

let keys = 0;

describe('a role of the tenant', () => {
  test('holds what it says at once, in every place where it is held, and what changes in it as well', async () => {
    const read = await role([`${key}.report.read`]);
    expect(await world.done(getRole, { id: read.id }, { token: tenant.token })).toEqual(read);
    expect(read).toMatchObject({ system: false, status: 'published', version: 1 });
    const holder = await person([read.id, 'tenant']);
    expect([await may(holder, `${key}.report.read`), await may(holder, `${key}.report.publish`)]).toEqual([
      true,
      false,
    ]);
    const change = { id: read.id, permissions: [`${key}.report.publish`] };
    expect(await world.code(updateRole, change, { token: tenant.token, ifMatch: 7 })).toBe('STALE_VERSION');
    await world.done(updateRole, change, { token: tenant.token, ifMatch: 1 });
    expect([await may(holder, `${key}.report.read`), await may(holder, `${key}.report.publish`)]).toEqual([
      false,
      true,
    ]);
    await eventually(async () => {
      const rows = await world.rows<{ changes: { before?: object } }>(
        "SELECT changes FROM platform.audit_logs WHERE entity_id = $1 AND action = 'platform.role.update'",
        [read.id],
      );
      expect(rows).toMatchObject([{ changes: { before: { permissions: [`${key}.report.read`] } } }]);
    });
  });

  test('holds only what somebody has registered, under a key of its own', async () => {
    for (const pattern of [`${key}.report.shred`, 'nobody.*.*', `${key}.none.*`, 'no pattern', `${key}.report`]) {
      const request = { key: 'strange', name: 'x', scope: 'tenant', permissions: [pattern] };
      const refused = await world.call(createRole, request, { token: tenant.token });
      expect(refused.refusal).toMatchObject({ code: 'ROLE_PERMISSION_UNKNOWN', details: { permissions: [pattern] } });
    }
    const one = await role([`${key}.report.read`]);
    const again = { key: one.key, name: 'x', scope: 'org', permissions: [`${key}.report.read`] };
    expect(await world.code(createRole, again, { token: tenant.token })).toBe('ROLE_KEY_TAKEN');
    expect(await world.code(createRole, { ...again, key: 'reader' }, { token: tenant.token })).toBe('ROLE_KEY_TAKEN');
  });

  test('cannot be a role of the system, and a role of the system cannot be changed', async () => {
    const reader = await named('reader');
    expect(reader.system).toBe(true);
    expect(
      await world.code(updateRole, { id: reader.id, name: 'x' }, { token: tenant.token, ifMatch: reader.version }),
    ).toBe('ROLE_IMMUTABLE');
    expect(await world.code(deleteRole, { id: reader.id }, { token: tenant.token })).toBe('ROLE_IMMUTABLE');
    expect(await world.code(deleteRole, { id: uuidv7() }, { token: tenant.token })).toBe('NOT_FOUND');
  });

  test('goes only when nobody holds it, or when its holders get another one where they had it', async () => {
    const old = await role([`${key}.report.read`, `${key}.report.publish`]);
    const next = await role([`${key}.report.read`]);
    const holder = await person([old.id, 'tenant']);
    expect(await world.code(deleteRole, { id: old.id }, { token: tenant.token })).toBe('ROLE_IN_USE');
    await world.done(deleteRole, { id: old.id, replaceWith: next.id }, { token: tenant.token });
    const { data } = await world.done(listUserRoles, { id: holder.id }, { token: tenant.token });
    expect(data.map(({ roleId, scope }) => [roleId, scope])).toEqual([[next.id, 'tenant']]);
    expect([await may(holder, `${key}.report.read`), await may(holder, `${key}.report.publish`)]).toEqual([
      true,
      false,
    ]);
    const unused = await role([`${key}.report.read`]);
    await world.done(deleteRole, { id: unused.id }, { token: tenant.token });
    expect(
      await world.code(grantRole, { id: holder.id, roleId: unused.id, scope: 'tenant' }, { token: tenant.token }),
    ).toBe('NOT_FOUND');
  });
});

describe('no role lets anybody rise', () => {
  test.each([
    [
      'what they lack, by creating',
      async (actor: Person) =>
        world.code(
          createRole,
          { key: 'rise', name: 'x', scope: 'tenant', permissions: [`${key}.archive.read`] },
          { token: actor.token },
        ),
    ],
    [
      'everything, by a wildcard',
      async (actor: Person) =>
        world.code(
          createRole,
          { key: 'rise', name: 'x', scope: 'tenant', permissions: [`${key}.*.*`] },
          { token: actor.token },
        ),
    ],
    [
      'what they lack, by editing a role they hold',
      async (actor: Person) => {
        const mine = await role([`${key}.report.read`]);
        await give(actor.id, mine.id);
        return world.code(
          updateRole,
          { id: mine.id, permissions: [`${key}.archive.read`] },
          { token: actor.token, ifMatch: 1 },
        );
      },
    ],
    [
      'by emptying a role that holds more than they do',
      async (actor: Person) => {
        const theirs = await role([`${key}.archive.read`]);
        return world.code(updateRole, { id: theirs.id, permissions: [] }, { token: actor.token, ifMatch: 1 });
      },
    ],
    [
      'by removing a role that holds more than they do',
      async (actor: Person) => {
        const theirs = await role([`${key}.archive.read`]);
        return world.code(deleteRole, { id: theirs.id }, { token: actor.token });
      },
    ],
    [
      'by replacing a role with one that holds more',
      async (actor: Person) => {
        const low = await role([`${key}.report.read`]);
        await give(actor.id, low.id);
        const high = await role([`${key}.archive.read`]);
        return world.code(deleteRole, { id: low.id, replaceWith: high.id }, { token: actor.token });
      },
    ],
    [
      'by separating roles that hold more than they do',
      async (actor: Person) => {
        const [one, other] = [await role([`${key}.archive.read`]), await role([`${key}.report.read`])];
        return world.code(
          createRoleSeparation,
          { roleId: one.id, otherRoleId: other.id, reason: 'x' },
          { token: actor.token },
        );
      },
    ],
  ])('%s', async (_, attempt) => {
    const editor = await role([`${key}.report.*`, 'platform.role.*', 'platform.user-role.*']);
    const actor = await person([editor.id, 'tenant']);
    expect(await attempt(actor)).toBe('GRANT_EXCEEDS_OWN');
    expect(await may(actor, `${key}.archive.read`)).toBe(false);
  });

  test('and the attempt is in the audit log', async () => {
    await eventually(async () => {
      const rows = await world.rows<{ action: string }>(
        "SELECT DISTINCT action FROM platform.audit_logs WHERE outcome = 'refused' AND reason = 'GRANT_EXCEEDS_OWN' AND tenant_id = $1",
        [tenant.id],
      );
      const actions = rows.map(({ action }) => action);
      for (const what of ['create', 'update', 'delete']) expect(actions).toContain(`platform.role.${what}`);
    });
  });

  test('whoever tries what, in whatever order: nobody gains what the one who acted did not hold', async () => {
    const all = [`${key}.report.read`, `${key}.report.publish`, `${key}.archive.read`];
    const powers = ['platform.role.*', 'platform.user-role.*'];
    const roles = [
      await role([...powers, all[0] as string]),
      await role([...powers, all[1] as string, all[2] as string]),
      await role([all[2] as string]),
      await role([`${key}.report.*`]),
    ].map(({ id }) => id);
    const people = [
      await person([roles[0] as string, 'tenant']),
      await person([roles[1] as string, 'tenant']),
      await person(),
    ];
    const held = async () => {
      const lists = people.map(async ({ id }) => {
        const { data } = await world.done(listUserPermissions, { id, limit: 200 }, { token: tenant.token });
        return new Set(data.filter(({ everywhere }) => everywhere).map((permission) => permission.key));
      });
      return Promise.all(lists);
    };
    const step = fc.record({
      actor: fc.nat(2),
      target: fc.nat(2),
      role: fc.nat(),
      other: fc.nat(),
      what: fc.constantFrom('grant', 'create', 'update', 'delete'),
      permissions: fc.uniqueArray(fc.constantFrom(...all, `${key}.*.*`, ...powers), { minLength: 1, maxLength: 3 }),
    });
    await fc.assert(
      fc.asyncProperty(step, async ({ actor, target, role: at, other, what, permissions }) => {
        const before = await held();
        const { token } = people[actor] as Person;
        const roleId = roles[at % roles.length] as string;
        if (what === 'grant')
          await world.call(grantRole, { id: people[target]?.id, roleId, scope: 'tenant' }, { token });
        if (what === 'delete')
          await world.call(deleteRole, { id: roleId, replaceWith: roles[other % roles.length] }, { token });
        if (what === 'create') {
          keys += 1;
          const created = await world.call(
            createRole,
            { key: `random_${keys}`, name: 'x', scope: 'tenant', permissions },
            { token },
          );
          if (created.ok) roles.push(created.value.id);
        }
        if (what === 'update') {
          const found = await world.done(getRole, { id: roleId }, { token: tenant.token });
          await world.call(updateRole, { id: roleId, permissions }, { token, ifMatch: found.version });
        }
        const after = await held();
        const own = before[actor] as Set<string>;
        after.forEach((now, n) => {
          for (const permission of now) if (!before[n]?.has(permission)) expect([...own]).toContain(permission);
        });
      }),
      { numRuns: 120, seed: 20261122 },
    );
  });
});

describe('roles that must not meet', () => {
  test('are never held by one person, also when both are given at the same moment', async () => {
    const [writer, approver] = [await role([`${key}.report.publish`]), await role([`${key}.archive.read`])];
    const pair = { roleId: approver.id, otherRoleId: writer.id, reason: 'Four eyes' };
    const separation = await world.done(createRoleSeparation, pair, { token: tenant.token });
    expect((await world.done(listRoleSeparations, {}, { token: tenant.token })).data).toContainEqual(separation);
    for (let round = 0; round < 10; round++) {
      const someone = await person();
      const codes = await Promise.all(
        [writer, approver].map(({ id }) =>
          world.code(grantRole, { id: someone.id, roleId: id, scope: 'tenant' }, { token: tenant.token }),
        ),
      );
      expect(codes.sort()).toEqual(['OK', 'ROLES_SEPARATED']);
    }
    await world.done(deleteRoleSeparation, { id: separation.id }, { token: tenant.token });
    const both = await person([writer.id, 'tenant'], [approver.id, 'tenant']);
    expect(await may(both, `${key}.archive.read`)).toBe(true);
    expect(await world.code(createRoleSeparation, pair, { token: tenant.token })).toBe('ROLES_HELD_TOGETHER');
    expect(await world.code(deleteRoleSeparation, { id: separation.id }, { token: tenant.token })).toBe('NOT_FOUND');
    expect(await world.code(createRoleSeparation, { ...pair, otherRoleId: approver.id }, { token: tenant.token })).toBe(
      'NOT_FOUND',
    );
  });
});

describe('a grant that begins later', () => {
  test('holds from then on, without anybody doing anything, and ends by itself', async () => {
    const read = await role([`${key}.report.read`]);
    const someone = await person();
    const at = (minutes: number) => new Date(Date.now() + minutes * 60_000).toISOString();
    await give(someone.id, read.id, 'tenant', { notBefore: at(2), expiresAt: at(4) });
    expect(await may(someone, `${key}.report.read`)).toBe(false);
    expect(
      (
        await world.done(
          explainAuthorization,
          { userId: someone.id, permission: `${key}.report.read` },
          { token: tenant.token },
        )
      ).missing,
    ).toBe('NO_GRANT');
    world.clock.advance(3 * 60_000);
    expect(await may(someone, `${key}.report.read`)).toBe(true);
    world.clock.advance(2 * 60_000);
    expect(await may(someone, `${key}.report.read`)).toBe(false);
    const wrong = { id: someone.id, roleId: read.id, scope: 'tenant', notBefore: at(20), expiresAt: at(10) };
    expect(await world.code(grantRole, wrong, { token: tenant.token })).toBe('GRANT_EXPIRY_PAST');
    world.clock.advance(-5 * 60_000);
  });
});
