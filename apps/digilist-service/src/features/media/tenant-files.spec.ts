import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { stopPostgres } from '@kit/testing';
import { Belongings } from '../../platform/index.js';
import { png } from '../../testing/images.js';
import { MediaWorld } from '../../testing/media-world.js';

let world: MediaWorld;

beforeAll(async () => {
  world = await MediaWorld.open();
  world.digilist.excuse('what is shown of a listing has a file that is kept, and a file that is kept is shown');
});
afterAll(async () => {
  await world?.close();
  await stopPostgres();
});

it('the files of a town that is purged go, however many, and those of no other', async () => {
  const { id } = await world.manager.listing();
  const kept = await world.uploaded(id, png());
  const other = await world.newTown();
  await world.rows(
    `INSERT INTO digilist.media_files (tenant_id, status, created_by, updated_by)
     SELECT $1, 'kept', $2, $2 FROM generate_series(1, 250)`,
    [world.town.tenantId, world.manager.userId],
  );
  const belongings = world.services[0]?.app.get(Belongings, { strict: false });
  await belongings?.remove(other.tenantId);
  expect(await world.files()).toHaveLength(1);
  await belongings?.remove(world.town.tenantId);
  expect(await world.files()).toEqual([]);
  expect((await world.download(kept.id)).first.code).toBe('NOT_FOUND');
});
