import type { Scene } from './scene.js';

export const listings: Scene = async (stage) => {
  const place = await stage.place('Delehallen');
  const [, middle = '', right = ''] = place.parts;
  await stage.booking(place, '2026-12-02T13:00', { zoneId: place.half });
  await stage.booking(place, '2026-12-02T13:00', { zoneId: right });
  return {
    TOKEN: await stage.token('tenant_admin'),
    LISTING: place.id,
    HALF: place.half,
    MIDDLE: middle,
    RIGHT: right,
  };
};

export const media: Scene = async (stage) => {
  const { id } = await stage.place('Bildehallen');
  return { TOKEN: await stage.token('listing_manager'), LISTING: id };
};

export const rules: Scene = async (stage) => {
  // What the page limits are all bookings in an organization.
  const place = await stage.place('Regelhallen', { orgId: await stage.newOrganization('Regellaget') });
  const { id } = await stage.post(
    '/rule-templates',
    { name: { nb: 'Haller' }, rules: { stepMinutes: 30 } },
    'tenant_admin',
  );
  return {
    TOKEN: await stage.token('tenant_admin'),
    LISTING: place.id,
    ZONE: place.parts[0] ?? '',
    ORG: place.orgId,
    TEMPLATE: String(id),
  };
};

export const search: Scene = async (stage) => {
  const { id } = await stage.place('Klatreveggen');
  return { TOKEN: await stage.token('tenant_admin'), LISTING: id };
};
