import type { Scene } from './scene.js';

export const search: Scene = async (stage) => {
  const { id } = await stage.listing('klatrevegg');
  return { TOKEN: await stage.token('tenant_admin'), ID: id };
};
