import { afterAll, beforeAll, describe, expect, jest, test } from '@jest/globals';
import { checkAuthorization, checkAuthorizations, listUserPermissions, whoCan } from '@platform/contracts';
import pg from 'pg';
import { v7 as uuidv7 } from 'uuid';
import { type AccessWorld, accessWorld } from '../../../test/access.js';

let { world, tenant, key, orgId, childId, person, give, role } = {} as AccessWorld;
beforeAll(async () => {
  ({ world, tenant, key, orgId, childId, person, give, role } = await accessWorld());
});
afterAll(() => world?.stop());

describe('questions about access', () => {
  test('a hundred at once get the answers each would get alone', async () => {
    const read = await role([`${key}.report.read`]);
    const publish = await role([`${key}.report.publish`], { scope: 'org' });
    const someone = await person([read.id, 'tenant']);
    await give(someone.id, publish.id, 'org', { orgId });
    const places = [undefined, orgId, childId, uuidv7()];
    const checks = Array.from({ length: 100 }, (_, n) => {
      const permission = [`${key}.report.read`, `${key}.report.publish`, `${key}.archive.read`, 'nobody.knows.it'][
        n % 4
      ] as string;
      const place = places[Math.floor(n / 4) % 4];
      return { permission, ...(place && { orgId: place }), ...(n % 7 === 0 && { module: `${key}.reports` }) };
    });
    const { decisions } = await world.done(checkAuthorizations, { checks }, { token: someone.token });
    for (const [n, check] of checks.entries())
      expect([check, decisions[n]]).toEqual([
        check,
        await world.done(checkAuthorization, check, { token: someone.token }),
      ]);
    expect(decisions.filter(({ allowed }) => allowed).length).toBeGreaterThan(10);
    expect(await world.code(checkAuthorizations, { checks: [...checks, checks[0]] }, { token: someone.token })).toBe(
      'VALIDATION_FAILED',
    );
  });

  test('a hundred at once cost as many statements as one', async () => {
    const someone = await person();
    const statementsOf = async (count: number): Promise<string[]> => {
      const asked = jest.spyOn(pg.Client.prototype, 'query');
      const checks = Array.from({ length: count }, () => ({
        permission: `${key}.report.read`,
        module: `${key}.reports`,
      }));
      await world.done(checkAuthorizations, { checks }, { token: someone.token });
      const names = asked.mock.calls.map(
        ([config]) => (config as { name?: string } | string as { name?: string }).name ?? '',
      );
      asked.mockRestore();
      return names.filter((name) => /^(access|licensing)-/.test(name)).sort();
    };
    const one = await statementsOf(1);
    expect(one.filter((name) => name === 'access-standings')).toHaveLength(1);
    expect(await statementsOf(100)).toEqual(one);
  });

  test('who can, for a permission, everywhere and at an organization, page by page', async () => {
    const read = await role([`${key}.archive.read`], { scope: 'org' });
    const [here, above, elsewhere] = [await person(), await person(), await person()];
    await give(here.id, read.id, 'org', { orgId: childId });
    await give(above.id, read.id, 'org', { orgId });
    await give(elsewhere.id, read.id, 'user');
    const holders = async (more: object) => {
      const ids: string[] = [];
      let cursor: string | null = null;
      do {
        const page: { data: { userId: string }[]; nextCursor: string | null } = await world.done(
          whoCan,
          { permission: `${key}.archive.read`, limit: 2, ...more, ...(cursor && { cursor }) },
          { token: tenant.token },
        );
        ids.push(...page.data.map(({ userId }) => userId));
        cursor = page.nextCursor;
      } while (cursor);
      return ids;
    };
    const atChild = await holders({ orgId: childId });
    expect(atChild).toEqual(expect.arrayContaining([here.id, above.id, tenant.administratorId]));
    expect(atChild).not.toContain(elsewhere.id);
    expect(await holders({ orgId })).not.toContain(here.id);
    expect(await holders({})).toEqual(expect.arrayContaining([here.id, above.id, elsewhere.id]));
    expect(new Set(await holders({})).size).toBe((await holders({})).length);
  });

  test('what can, for a user: each permission and where; one’s own to see, others’ for who may', async () => {
    const wide = await role([`${key}.report.*`], { scope: 'org' });
    const someone = await person();
    await give(someone.id, wide.id, 'org', { orgId });
    const { data } = await world.done(listUserPermissions, { id: someone.id }, { token: tenant.token });
    expect(data).toEqual([
      { key: `${key}.report.publish`, everywhere: false, own: false, orgIds: [orgId] },
      { key: `${key}.report.read`, everywhere: false, own: false, orgIds: [orgId] },
    ]);
    expect(await world.code(listUserPermissions, { id: someone.id }, { token: someone.token })).toBe('FORBIDDEN');
    expect(await world.code(listUserPermissions, { id: uuidv7() }, { token: tenant.token })).toBe('NOT_FOUND');
    const clerk = await role(['platform.user-role.read'], { scope: 'org' });
    await give(someone.id, clerk.id, 'org', { orgId });
    expect(await world.code(whoCan, { permission: `${key}.report.read` }, { token: someone.token })).toBe('FORBIDDEN');
    expect(
      await world.code(whoCan, { permission: `${key}.report.read`, orgId: childId }, { token: someone.token }),
    ).toBe('OK');
  });
});
