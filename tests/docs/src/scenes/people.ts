import type { Scene } from './scene.js';

export const asAdministrator: Scene = async (stage) => ({ TOKEN: await stage.token('tenant_admin') });

export const asResident: Scene = async (stage) => ({ TOKEN: await stage.token('resident') });

export const asSuperAdministrator: Scene = async (stage) => ({ TOKEN: await stage.rootToken() });

export const notifications: Scene = async (stage) => {
  await stage.booking(await stage.place('Varselhallen'), '2026-12-04T13:00', { as: 'tenant_admin' });
  await stage.caughtUp(async () => {
    const { data } = (await stage.get('/notifications', 'tenant_admin')) as { data: unknown[] };
    if (data.length === 0) throw new Error('nothing was told yet');
  });
  return { TOKEN: await stage.token('tenant_admin') };
};
