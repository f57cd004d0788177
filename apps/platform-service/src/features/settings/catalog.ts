import type { Queryable } from '@kit/service';
import { compiled, type Setting } from './domain/definitions.js';
import { PLATFORM, PLATFORM_SETTINGS } from './platform-settings.js';
import { DEFINITIONS_OF, type DefinitionsRow, PRODUCT_VERSIONS } from './settings.sql.js';

/** Compiled once per version of a manifest; a manifest never changes without its version. */
const cache = new Map<string, { version: number; settings: ReadonlyMap<string, Setting> }>();

const ownerOf = (key: string): string => key.slice(0, key.indexOf('.'));

/** The settings of these keys, or every setting there is. Keys that nobody registered are left out. */
export async function settingsNamed(queryable: Queryable, keys: readonly string[] | null): Promise<Setting[]> {
  const owners = keys && [...new Set(keys.map(ownerOf))];
  const found = [...PLATFORM_SETTINGS.values()];
  const products = owners?.filter((owner) => owner !== PLATFORM) ?? null;
  if (products === null || products.length > 0) {
    const versions = await queryable.query<{ key: string; version: number }>(PRODUCT_VERSIONS, [products]);
    for (const { key, version } of versions) found.push(...(await settingsOf(queryable, key, version)).values());
  }
  return keys ? found.filter(({ key }) => keys.includes(key)) : found;
}

async function settingsOf(
  queryable: Queryable,
  product: string,
  version: number,
): Promise<ReadonlyMap<string, Setting>> {
  const known = cache.get(product);
  if (known?.version === version) return known.settings;
  const [row] = await queryable.query<DefinitionsRow>(DEFINITIONS_OF, [product]);
  if (!row) return new Map();
  const { settings } = compiled(product, row.settings);
  cache.set(product, { version: row.version, settings });
  return settings;
}
