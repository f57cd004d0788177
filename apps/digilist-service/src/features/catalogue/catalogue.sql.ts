import { statement } from '@kit/service';

const CATEGORY = `c.id, c.slug, c.name, c.parent_id AS "parentId", c.position, c.status, c.version`;
const AMENITY = `a.id, a.key, a.name, a.status, a.version`;

/** $2 status. */
export const LIST_CATEGORIES = statement(
  'list-categories',
  `SELECT ${CATEGORY} FROM digilist.categories c WHERE c.tenant_id = $1 AND c.status = $2 ORDER BY c.position, c.slug`,
);

export const GET_CATEGORY = statement(
  'get-category',
  `SELECT ${CATEGORY} FROM digilist.categories c WHERE c.tenant_id = $1 AND c.id = $2`,
);

/** The whole tree: two moves at once, each sound by itself, could make a circle together. */
export const LOCK_CATEGORIES = statement(
  'lock-categories',
  `SELECT ${CATEGORY} FROM digilist.categories c WHERE c.tenant_id = $1 ORDER BY c.id FOR UPDATE`,
);

/** $2 slug, $3 name, $4 parent, $5 position, $6 actor. No row where the slug is taken. */
export const INSERT_CATEGORY = statement(
  'insert-category',
  `INSERT INTO digilist.categories AS c (tenant_id, slug, name, parent_id, position, created_by, updated_by)
   VALUES ($1, $2, $3, $4, $5, $6, $6) ON CONFLICT (tenant_id, slug) DO NOTHING RETURNING ${CATEGORY}`,
);

/** $3 slug, $4 name, $5 parent, $6 position, $7 status, $8 actor. */
export const UPDATE_CATEGORY = statement(
  'update-category',
  `UPDATE digilist.categories c SET slug = $3, name = $4, parent_id = $5, position = $6, status = $7,
     version = c.version + 1, updated_at = now(), updated_by = $8
   WHERE c.tenant_id = $1 AND c.id = $2 RETURNING ${CATEGORY}`,
);

/** $2 status. */
export const LIST_AMENITIES = statement(
  'list-amenities',
  `SELECT ${AMENITY} FROM digilist.amenities a WHERE a.tenant_id = $1 AND a.status = $2
   ORDER BY digilist.sort_key(a.name ->> 'nb') COLLATE "C", a.id`,
);

export const GET_AMENITY = statement(
  'get-amenity',
  `SELECT ${AMENITY} FROM digilist.amenities a WHERE a.tenant_id = $1 AND a.id = $2`,
);

export const LOCK_AMENITY = statement('lock-amenity', `${GET_AMENITY.text} FOR UPDATE`);

export const COUNT_AMENITIES = statement(
  'count-amenities',
  'SELECT count(*)::integer AS count FROM digilist.amenities a WHERE a.tenant_id = $1',
);

/** $2 key, $3 name, $4 actor. No row where the key is taken. */
export const INSERT_AMENITY = statement(
  'insert-amenity',
  `INSERT INTO digilist.amenities AS a (tenant_id, key, name, created_by, updated_by) VALUES ($1, $2, $3, $4, $4)
   ON CONFLICT (tenant_id, key) DO NOTHING RETURNING ${AMENITY}`,
);

/** $3 name, $4 status, $5 actor. */
export const UPDATE_AMENITY = statement(
  'update-amenity',
  `UPDATE digilist.amenities a SET name = $3, status = $4, version = a.version + 1, updated_at = now(), updated_by = $5
   WHERE a.tenant_id = $1 AND a.id = $2 RETURNING ${AMENITY}`,
);

/** Which of the ids ($2) name nothing that is shown. FOR KEY SHARE is the foreign key's; FOR SHARE waits for who retires one. */
const unknownAmong = (table: string) =>
  `WITH known AS (SELECT t.id FROM digilist.${table} t WHERE t.tenant_id = $1 AND t.id = ANY ($2::uuid[]) AND t.status = 'active' FOR SHARE)
   SELECT i.id FROM unnest($2::uuid[]) i (id) WHERE NOT EXISTS (SELECT FROM known k WHERE k.id = i.id)`;
export const UNKNOWN_CATEGORIES = statement('unknown-categories', unknownAmong('categories'));
export const UNKNOWN_AMENITIES = statement('unknown-amenities', unknownAmong('amenities'));

/** $2 listing, $3 all that stay or come, $4 actor. What is retired stays: the listing has it again when it is restored. */
const put = (table: string, column: string, catalogue: string) =>
  `WITH gone AS (
     DELETE FROM digilist.${table} o USING digilist.${catalogue} c
     WHERE o.tenant_id = $1 AND o.listing_id = $2 AND o.${column} <> ALL ($3::uuid[])
       AND c.tenant_id = $1 AND c.id = o.${column} AND c.status = 'active'
   )
   INSERT INTO digilist.${table} (tenant_id, listing_id, ${column}, created_by)
   SELECT $1, $2, i.id, $4 FROM unnest($3::uuid[]) i (id) ON CONFLICT DO NOTHING`;
export const PUT_LISTING_CATEGORIES = statement(
  'put-listing-categories',
  put('listing_categories', 'category_id', 'categories'),
);
export const PUT_LISTING_AMENITIES = statement(
  'put-listing-amenities',
  put('listing_amenities', 'amenity_id', 'amenities'),
);

export const CATEGORIES_BY_ID = statement(
  'categories-by-id',
  `SELECT c.id, c.slug, c.name FROM digilist.categories c WHERE c.tenant_id = $1 AND c.id = ANY ($2::uuid[]) ORDER BY c.slug`,
);
export const AMENITIES_BY_ID = statement(
  'amenities-by-id',
  `SELECT a.id, a.key, a.name FROM digilist.amenities a WHERE a.tenant_id = $1 AND a.id = ANY ($2::uuid[]) ORDER BY a.key`,
);
