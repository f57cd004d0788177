import type { MigrationInterface, QueryRunner } from 'typeorm';
import { appended, audited, oneOf, secured } from '../ddl.js';

/** Slug, its parent's slug, names in nb, nn and en. Parents come before their children. */
const CATEGORIES: readonly (readonly [string, string | null, string, string, string])[] = [
  ['idrett', null, 'Idrett', 'Idrett', 'Sports'],
  ['idrettshall', 'idrett', 'Idrettshall', 'Idrettshall', 'Sports hall'],
  ['gymsal', 'idrett', 'Gymsal', 'Gymsal', 'Gymnasium'],
  ['svommehall', 'idrett', 'Svømmehall', 'Symjehall', 'Swimming hall'],
  ['ishall', 'idrett', 'Ishall', 'Ishall', 'Ice rink'],
  ['fotballbane', 'idrett', 'Fotballbane', 'Fotballbane', 'Football pitch'],
  ['kultur', null, 'Kultur', 'Kultur', 'Culture'],
  ['kulturscene', 'kultur', 'Kulturscene', 'Kulturscene', 'Stage'],
  ['ovingsrom', 'kultur', 'Øvingsrom', 'Øvingsrom', 'Rehearsal room'],
  ['kino', 'kultur', 'Kino', 'Kino', 'Cinema'],
  ['galleri', 'kultur', 'Galleri', 'Galleri', 'Gallery'],
  ['moter-og-kurs', null, 'Møter og kurs', 'Møte og kurs', 'Meetings and courses'],
  ['moterom', 'moter-og-kurs', 'Møterom', 'Møterom', 'Meeting room'],
  ['undervisningsrom', 'moter-og-kurs', 'Undervisningsrom', 'Undervisningsrom', 'Classroom'],
  ['auditorium', 'moter-og-kurs', 'Auditorium', 'Auditorium', 'Auditorium'],
  ['selskap', null, 'Selskap', 'Selskap', 'Celebrations'],
  ['selskapslokale', 'selskap', 'Selskapslokale', 'Selskapslokale', 'Party venue'],
  ['grendehus', 'selskap', 'Grendehus', 'Grendehus', 'Community house'],
  ['uteomrade', null, 'Uteområde', 'Uteområde', 'Outdoor area'],
  ['overnatting', null, 'Overnatting', 'Overnatting', 'Accommodation'],
  ['utstyr', null, 'Utstyr', 'Utstyr', 'Equipment'],
  ['lyd-og-lys', 'utstyr', 'Lyd og lys', 'Lyd og lys', 'Sound and light'],
  ['sportsutstyr', 'utstyr', 'Sportsutstyr', 'Sportsutstyr', 'Sports equipment'],
  ['bord-og-stoler', 'utstyr', 'Bord og stoler', 'Bord og stolar', 'Tables and chairs'],
  ['kjoretoy', null, 'Kjøretøy', 'Køyretøy', 'Vehicles'],
  ['arrangement', null, 'Arrangement', 'Arrangement', 'Events'],
];

const AMENITIES: readonly (readonly [string, string, string, string])[] = [
  ['projektor', 'Projektor', 'Projektor', 'Projector'],
  ['lydanlegg', 'Lydanlegg', 'Lydanlegg', 'Sound system'],
  ['horselslynge', 'Hørselslynge', 'Høyrselsslynge', 'Hearing loop'],
  ['tavle', 'Tavle', 'Tavle', 'Whiteboard'],
  ['videokonferanse', 'Videokonferanse', 'Videokonferanse', 'Video conference'],
  ['wifi', 'Trådløst nett (wifi)', 'Trådlaust nett (wifi)', 'Wireless network (wifi)'],
  ['scene', 'Scene', 'Scene', 'Stage'],
  ['piano', 'Piano', 'Piano', 'Piano'],
  ['kjokken', 'Kjøkken', 'Kjøkken', 'Kitchen'],
  ['garderobe', 'Garderobe', 'Garderobe', 'Changing room'],
  ['dusj', 'Dusj', 'Dusj', 'Shower'],
  ['tribune', 'Tribune', 'Tribune', 'Stands'],
  ['rullestoltilgang', 'Tilgang med rullestol', 'Tilgang med rullestol', 'Wheelchair access'],
  ['heis', 'Heis', 'Heis', 'Lift'],
  ['hc-toalett', 'Tilgjengelig toalett', 'Tilgjengeleg toalett', 'Accessible toilet'],
  ['parkering', 'Parkering', 'Parkering', 'Parking'],
  ['hc-parkering', 'Parkering for forflytningshemmede', 'Parkering for rørslehemma', 'Accessible parking'],
  ['ladestasjon', 'Lading av elbil', 'Lading av elbil', 'Charging of electric cars'],
];

const name = (nb: string, nn: string, en: string): string => `'${JSON.stringify({ nb, nn, en })}'`;

const categories = (wanted: (parent: string | null) => boolean): string =>
  CATEGORIES.map(([slug, parent, ...names], at) => ({
    parent,
    row: `('${slug}', '${parent}', ${name(...names)}, ${at})`,
  }))
    .filter(({ parent }) => wanted(parent))
    .map(({ row }) => row)
    .join(', ');

/** Norwegian order in any database: æ, ø and å come after z, aa counts as å, and other accents as their letters. */
const LETTERS = ['æäøöåàáâãçčđèéêëìíîïñŋòóôõšŧùúûüýž', '{{||}aaaaccdeeeeiiiinnoooostuuuyyz'] as const;

/** What the catalogue names, what is searched, and in which order names come. */
export class SearchListings1764200000008 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
CREATE TABLE digilist.categories (
  tenant_id uuid NOT NULL REFERENCES digilist.platform_tenants (tenant_id),
  id uuid NOT NULL DEFAULT uuidv7(),
  parent_id uuid,
  slug text NOT NULL CHECK (slug ~ '^[a-z][a-z0-9-]{1,62}$'),
  name jsonb NOT NULL,
  position integer NOT NULL DEFAULT 0,
  ${oneOf('status', ['active', 'retired'], 'active')},
  ${audited},
  PRIMARY KEY (tenant_id, id),
  UNIQUE (tenant_id, slug),
  FOREIGN KEY (tenant_id, parent_id) REFERENCES digilist.categories (tenant_id, id),
  CHECK (parent_id <> id)
);
CREATE INDEX categories_parent ON digilist.categories (tenant_id, parent_id);
${secured('categories', 'SELECT', 'INSERT', 'UPDATE')}

CREATE TABLE digilist.amenities (
  tenant_id uuid NOT NULL REFERENCES digilist.platform_tenants (tenant_id),
  id uuid NOT NULL DEFAULT uuidv7(),
  key text NOT NULL CHECK (key ~ '^[a-z][a-z0-9-]{1,62}$'),
  name jsonb NOT NULL,
  ${oneOf('status', ['active', 'retired'], 'active')},
  ${audited},
  PRIMARY KEY (tenant_id, id),
  UNIQUE (tenant_id, key)
);
${secured('amenities', 'SELECT', 'INSERT', 'UPDATE')}

CREATE TABLE digilist.listing_categories (
  tenant_id uuid NOT NULL,
  id uuid NOT NULL DEFAULT uuidv7(),
  listing_id uuid NOT NULL,
  category_id uuid NOT NULL,
  ${appended},
  PRIMARY KEY (tenant_id, id),
  UNIQUE (tenant_id, listing_id, category_id),
  FOREIGN KEY (tenant_id, listing_id) REFERENCES digilist.listings (tenant_id, id),
  FOREIGN KEY (tenant_id, category_id) REFERENCES digilist.categories (tenant_id, id)
);
CREATE INDEX listing_categories_category ON digilist.listing_categories (tenant_id, category_id, listing_id);
${secured('listing_categories', 'SELECT', 'INSERT', 'DELETE')}

CREATE TABLE digilist.listing_amenities (
  tenant_id uuid NOT NULL,
  id uuid NOT NULL DEFAULT uuidv7(),
  listing_id uuid NOT NULL,
  amenity_id uuid NOT NULL,
  ${appended},
  PRIMARY KEY (tenant_id, id),
  UNIQUE (tenant_id, listing_id, amenity_id),
  FOREIGN KEY (tenant_id, listing_id) REFERENCES digilist.listings (tenant_id, id),
  FOREIGN KEY (tenant_id, amenity_id) REFERENCES digilist.amenities (tenant_id, id)
);
CREATE INDEX listing_amenities_amenity ON digilist.listing_amenities (tenant_id, amenity_id, listing_id);
${secured('listing_amenities', 'SELECT', 'INSERT', 'DELETE')}

-- Everything that is found of a listing: A names, B categories and those above them, C amenities and the address,
-- D the description. Kept out of the listings, which are read far more often than their texts. In the row, however long:
-- fetching ten thousand documents from aside takes ten times as long as reading past them. The plain words beside it are
-- for parts of compounds, which no lexeme shows.
CREATE TABLE digilist.listing_documents (
  tenant_id uuid NOT NULL,
  -- The listing's.
  id uuid NOT NULL,
  document tsvector STORAGE MAIN NOT NULL,
  names text NOT NULL,
  others text NOT NULL,
  PRIMARY KEY (tenant_id, id),
  FOREIGN KEY (tenant_id, id) REFERENCES digilist.listings (tenant_id, id)
) WITH (toast_tuple_target = 8160);
${secured('listing_documents', 'SELECT', 'INSERT', 'DELETE')}

-- Every word that names, categories, amenities and addresses have had, with what it is found by: what a misspelled word
-- may mean is looked up here, among a few thousand words instead of all documents.
CREATE TABLE digilist.listing_words (
  tenant_id uuid NOT NULL,
  word text COLLATE "C" NOT NULL,
  lexeme text COLLATE "C" NOT NULL,
  PRIMARY KEY (tenant_id, word, lexeme)
);
${secured('listing_words', 'SELECT', 'INSERT')}
`);
    await runner.query(`
CREATE FUNCTION digilist.sort_key(p_name text) RETURNS text LANGUAGE sql IMMUTABLE PARALLEL SAFE RETURN
  translate(replace(lower(coalesce(p_name, '') COLLATE pg_catalog.pg_c_utf8), 'aa', 'å'), '${LETTERS[0]}', '${LETTERS[1]}');

ALTER TABLE digilist.listings DROP COLUMN sort_name, DROP COLUMN search_text,
  ADD COLUMN sort_name text COLLATE "C" NOT NULL GENERATED ALWAYS AS (digilist.sort_key(name ->> 'nb')) STORED;
CREATE INDEX listings_name ON digilist.listings (tenant_id, sort_name, id);

-- Words without case, accents and signs: æ is ae, ø is o, å is a. Of what is longer than any word, its beginning.
CREATE FUNCTION digilist.plain_words(p_text text) RETURNS SETOF text LANGUAGE sql STABLE PARALLEL SAFE BEGIN ATOMIC
  SELECT left(w, 100) FROM regexp_split_to_table(
    public.unaccent('public.unaccent'::regdictionary, lower(p_text COLLATE pg_catalog.pg_c_utf8)) COLLATE pg_catalog.pg_c_utf8,
    '[^[:alnum:]]+') w WHERE w <> '';
END;

-- What a stem is found by: doubled letters count once (which also makes aa an a), and oe is o.
CREATE FUNCTION digilist.word_key(p_stem text) RETURNS text LANGUAGE sql IMMUTABLE PARALLEL SAFE RETURN
  regexp_replace(replace(p_stem, 'oe', 'o'), '([a-z])\\1+', '\\1', 'g');

-- A stop word is its own stem: it may be all that a name consists of.
CREATE FUNCTION digilist.word_stem(p_word text, p_dictionary regdictionary DEFAULT 'pg_catalog.norwegian_stem') RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE RETURN coalesce((ts_lexize(p_dictionary, p_word))[1], p_word);

CREATE FUNCTION digilist.is_stop_word(p_word text) RETURNS boolean LANGUAGE sql IMMUTABLE PARALLEL SAFE RETURN
  ts_lexize('pg_catalog.norwegian_stem', p_word) = '{}' OR p_word IN ('pa', 'nar', 'na', 'ogsa', 'sa', 'vaere', 'bade');

-- Words of a text in the three languages with their lexemes. Bokmål stands in where a language is missing: once is enough.
CREATE FUNCTION digilist.text_words(p_text jsonb) RETURNS TABLE (word text, lexeme text) LANGUAGE sql STABLE PARALLEL SAFE
BEGIN ATOMIC
  SELECT DISTINCT w.word, digilist.word_key(digilist.word_stem(w.word, t.dictionary))
  FROM (VALUES
    (p_text ->> 'nb', 'pg_catalog.norwegian_stem'::regdictionary),
    (CASE WHEN p_text ->> 'nn' IS DISTINCT FROM p_text ->> 'nb' THEN p_text ->> 'nn' END, 'pg_catalog.norwegian_stem'),
    (CASE WHEN p_text ->> 'en' IS DISTINCT FROM p_text ->> 'nb' THEN p_text ->> 'en' END, 'pg_catalog.english_stem')
  ) t (body, dictionary), digilist.plain_words(t.body) w (word);
END;

-- Makes the documents of listings anew. Whoever changes one waits for whoever changes it too, and then sees what they wrote.
CREATE FUNCTION digilist.write_documents(p_tenant uuid, p_listings uuid[]) RETURNS void LANGUAGE plpgsql AS $body$
BEGIN
  PERFORM FROM digilist.listings l WHERE l.tenant_id = p_tenant AND l.id = ANY (p_listings) ORDER BY l.id FOR NO KEY UPDATE;
  DELETE FROM digilist.listing_documents d WHERE d.tenant_id = p_tenant AND d.id = ANY (p_listings);
  WITH RECURSIVE above (listing_id, category_id, parent_id, name) AS (
    SELECT lc.listing_id, c.id, c.parent_id, c.name FROM digilist.listing_categories lc
    JOIN digilist.categories c ON c.tenant_id = p_tenant AND c.id = lc.category_id AND c.status = 'active'
    WHERE lc.tenant_id = p_tenant AND lc.listing_id = ANY (p_listings)
    UNION
    SELECT a.listing_id, c.id, c.parent_id, c.name FROM above a
    JOIN digilist.categories c ON c.tenant_id = p_tenant AND c.id = a.parent_id AND c.status = 'active'
  ), said (listing_id, weight, body) AS (
    SELECT l.id, 'A', l.name FROM digilist.listings l WHERE l.tenant_id = p_tenant AND l.id = ANY (p_listings)
    UNION ALL
    SELECT a.listing_id, 'B', a.name FROM above a
    UNION ALL
    SELECT la.listing_id, 'C', m.name FROM digilist.listing_amenities la
    JOIN digilist.amenities m ON m.tenant_id = p_tenant AND m.id = la.amenity_id AND m.status = 'active'
    WHERE la.tenant_id = p_tenant AND la.listing_id = ANY (p_listings)
    UNION ALL
    SELECT l.id, 'C', jsonb_build_object('nb', concat_ws(' ', l.street, l.postal_code, l.city))
    FROM digilist.listings l WHERE l.tenant_id = p_tenant AND l.id = ANY (p_listings)
    UNION ALL
    SELECT l.id, 'D', t.body FROM digilist.listings l CROSS JOIN LATERAL (VALUES (l.short_description), (l.description)) t (body)
    WHERE l.tenant_id = p_tenant AND l.id = ANY (p_listings)
  ), spoken AS (
    SELECT s.listing_id, s.weight, w.word, w.lexeme FROM said s, digilist.text_words(s.body) w
    WHERE s.weight <> 'D' OR NOT digilist.is_stop_word(w.word)
  ), learnt AS (
    INSERT INTO digilist.listing_words (tenant_id, word, lexeme)
    SELECT DISTINCT p_tenant, s.word, s.lexeme FROM spoken s
    WHERE s.weight <> 'D' AND NOT EXISTS (SELECT FROM digilist.listing_words o
      WHERE o.tenant_id = p_tenant AND o.word = s.word AND o.lexeme = s.lexeme)
    ORDER BY s.word, s.lexeme
    ON CONFLICT DO NOTHING
  )
  INSERT INTO digilist.listing_documents (tenant_id, id, document, names, others)
  SELECT p_tenant, k.listing_id, string_agg(quote_literal(k.lexeme) || ':1' || k.weight, ' ')::tsvector,
    coalesce(string_agg(k.names, ''), ''), coalesce(string_agg(k.others, ''), '')
  FROM (SELECT s.listing_id, s.lexeme, min(s.weight) AS weight,
      string_agg(DISTINCT ' ' || s.word, '') FILTER (WHERE s.weight = 'A') AS names,
      string_agg(DISTINCT ' ' || s.word, '') FILTER (WHERE s.weight IN ('B', 'C')) AS others
    FROM spoken s GROUP BY s.listing_id, s.lexeme) k
  GROUP BY k.listing_id;
END $body$;
`);
    await runner.query(`
CREATE FUNCTION digilist.listing_said() RETURNS trigger LANGUAGE plpgsql AS $body$
BEGIN
  PERFORM digilist.write_documents(NEW.tenant_id, ARRAY[NEW.id]);
  RETURN NULL;
END $body$;
CREATE TRIGGER listing_made AFTER INSERT ON digilist.listings FOR EACH ROW EXECUTE FUNCTION digilist.listing_said();
CREATE TRIGGER listing_said AFTER UPDATE ON digilist.listings FOR EACH ROW
  WHEN ((OLD.name, OLD.short_description, OLD.description, OLD.street, OLD.postal_code, OLD.city)
    IS DISTINCT FROM (NEW.name, NEW.short_description, NEW.description, NEW.street, NEW.postal_code, NEW.city))
  EXECUTE FUNCTION digilist.listing_said();

CREATE FUNCTION digilist.listing_sorted() RETURNS trigger LANGUAGE plpgsql AS $body$
BEGIN
  PERFORM digilist.write_documents(c.tenant_id, array_agg(DISTINCT c.listing_id)) FROM changed c GROUP BY c.tenant_id;
  RETURN NULL;
END $body$;
${['categories', 'amenities']
  .map(
    (table) => `
CREATE TRIGGER listing_gains AFTER INSERT ON digilist.listing_${table}
  REFERENCING NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION digilist.listing_sorted();
CREATE TRIGGER listing_loses AFTER DELETE ON digilist.listing_${table}
  REFERENCING OLD TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION digilist.listing_sorted();`,
  )
  .join('')}

CREATE FUNCTION digilist.category_said() RETURNS trigger LANGUAGE plpgsql AS $body$
BEGIN
  PERFORM digilist.write_documents(NEW.tenant_id, array_agg(DISTINCT lc.listing_id))
  FROM digilist.listing_categories lc WHERE lc.tenant_id = NEW.tenant_id AND lc.category_id IN (
    WITH RECURSIVE below (id) AS (
      SELECT NEW.id
      UNION
      SELECT c.id FROM below b JOIN digilist.categories c ON c.tenant_id = NEW.tenant_id AND c.parent_id = b.id
    ) SELECT id FROM below);
  RETURN NULL;
END $body$;
CREATE TRIGGER category_said AFTER UPDATE ON digilist.categories FOR EACH ROW
  WHEN ((OLD.name, OLD.parent_id, OLD.status) IS DISTINCT FROM (NEW.name, NEW.parent_id, NEW.status))
  EXECUTE FUNCTION digilist.category_said();

CREATE FUNCTION digilist.amenity_said() RETURNS trigger LANGUAGE plpgsql AS $body$
BEGIN
  PERFORM digilist.write_documents(NEW.tenant_id, array_agg(la.listing_id))
  FROM digilist.listing_amenities la WHERE la.tenant_id = NEW.tenant_id AND la.amenity_id = NEW.id;
  RETURN NULL;
END $body$;
CREATE TRIGGER amenity_said AFTER UPDATE ON digilist.amenities FOR EACH ROW
  WHEN ((OLD.name, OLD.status) IS DISTINCT FROM (NEW.name, NEW.status)) EXECUTE FUNCTION digilist.amenity_said();

REVOKE ALL ON FUNCTION digilist.listing_said, digilist.listing_sorted, digilist.category_said, digilist.amenity_said FROM PUBLIC;
`);
    await runner.query(`
CREATE FUNCTION digilist.create_catalogue(p_tenant uuid, p_by uuid) RETURNS void LANGUAGE sql BEGIN ATOMIC
  INSERT INTO digilist.categories (tenant_id, slug, name, position, created_by, updated_by)
  SELECT p_tenant, c.slug, c.name::jsonb, c.position, p_by, p_by
  FROM (VALUES ${categories((parent) => parent === null)}) c (slug, parent, name, position)
  ON CONFLICT (tenant_id, slug) DO NOTHING;

  INSERT INTO digilist.categories (tenant_id, parent_id, slug, name, position, created_by, updated_by)
  SELECT p_tenant, p.id, c.slug, c.name::jsonb, c.position, p_by, p_by
  FROM (VALUES ${categories((parent) => parent !== null)}) c (slug, parent, name, position)
  JOIN digilist.categories p ON p.tenant_id = p_tenant AND p.slug = c.parent
  ON CONFLICT (tenant_id, slug) DO NOTHING;

  INSERT INTO digilist.amenities (tenant_id, key, name, created_by, updated_by)
  SELECT p_tenant, a.key, a.name::jsonb, p_by, p_by
  FROM (VALUES ${AMENITIES.map(([key, ...names]) => `('${key}', ${name(...names)})`).join(', ')}) a (key, name)
  ON CONFLICT (tenant_id, key) DO NOTHING;
END;
REVOKE ALL ON FUNCTION digilist.create_catalogue FROM PUBLIC;
GRANT EXECUTE ON FUNCTION digilist.create_catalogue TO digilist_app, digilist_system;

CREATE FUNCTION digilist.create_tenant_catalogue() RETURNS trigger LANGUAGE plpgsql AS $body$
BEGIN
  PERFORM digilist.create_catalogue(NEW.id, coalesce(NEW.service_user_id, NEW.id));
  RETURN NULL;
END $body$;
REVOKE ALL ON FUNCTION digilist.create_tenant_catalogue FROM PUBLIC;
CREATE TRIGGER tenant_catalogue AFTER INSERT ON digilist.platform_tenants
  FOR EACH ROW EXECUTE FUNCTION digilist.create_tenant_catalogue();
`);
    for (const table of ['categories', 'amenities']) {
      await runner.query(`
GRANT SELECT (tenant_id, id) ON digilist.${table} TO digilist_lookup;
CREATE POLICY lookup ON digilist.${table} FOR SELECT TO digilist_lookup USING (true);`);
    }
    // The owner sees no row otherwise: those who are there already get the same.
    const tables = ['platform_tenants', 'categories', 'amenities', 'listings', 'listing_documents', 'listing_words'];
    for (const table of tables) await runner.query(`ALTER TABLE digilist.${table} NO FORCE ROW LEVEL SECURITY`);
    await runner.query(`
SELECT digilist.create_catalogue(t.id, coalesce(t.service_user_id, t.id)) FROM digilist.platform_tenants t WHERE NOT t.deleted;
SELECT digilist.write_documents(l.tenant_id, array_agg(l.id)) FROM digilist.listings l GROUP BY l.tenant_id;
SET CONSTRAINTS ALL IMMEDIATE;`);
    for (const table of tables) await runner.query(`ALTER TABLE digilist.${table} FORCE ROW LEVEL SECURITY`);
  }

  async down(): Promise<void> {
    throw new Error('there is no way back');
  }
}
