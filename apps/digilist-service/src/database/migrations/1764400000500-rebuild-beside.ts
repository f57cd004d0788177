import type { MigrationInterface, QueryRunner } from 'typeorm';

/** What is derived can be built a second time, beside what people read, and be compared with it. */
export class RebuildBeside1764400000500 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
-- Tables are here while a rebuild runs. Only the role that crosses tenants gets in, so they need no policies.
CREATE SCHEMA digilist_rebuild;
REVOKE ALL ON SCHEMA digilist_rebuild FROM PUBLIC;
GRANT USAGE, CREATE ON SCHEMA digilist_rebuild TO digilist_system;

-- What listings are found by, made from what they are. Whoever writes it, beside or for all to read, takes it from here.
-- Beside the words that it finds a listing by, each has those that may be misspelled, with their lexemes.
CREATE FUNCTION digilist.listing_documents_of(p_tenant uuid, p_listings uuid[])
RETURNS TABLE (id uuid, document tsvector, names text, others text, words text[], lexemes text[])
LANGUAGE sql STABLE BEGIN ATOMIC
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
  ), spoken AS MATERIALIZED (
    SELECT s.listing_id, s.weight, w.word, w.lexeme FROM said s, digilist.text_words(s.body) w
    WHERE s.weight <> 'D' OR NOT digilist.is_stop_word(w.word)
  ), documents AS (
    SELECT k.listing_id, string_agg(quote_literal(k.lexeme) || ':1' || k.weight, ' ')::tsvector AS document,
      coalesce(string_agg(k.names, '' ORDER BY k.lexeme), '') AS names, coalesce(string_agg(k.others, '' ORDER BY k.lexeme), '') AS others
    FROM (SELECT s.listing_id, s.lexeme, min(s.weight) AS weight,
        string_agg(DISTINCT ' ' || s.word, '') FILTER (WHERE s.weight = 'A') AS names,
        string_agg(DISTINCT ' ' || s.word, '') FILTER (WHERE s.weight IN ('B', 'C')) AS others
      FROM spoken s GROUP BY s.listing_id, s.lexeme) k
    GROUP BY k.listing_id
  ), learnt AS (
    SELECT s.listing_id, array_agg(s.word ORDER BY s.word, s.lexeme) AS words, array_agg(s.lexeme ORDER BY s.word, s.lexeme) AS lexemes
    FROM (SELECT DISTINCT a.listing_id, a.word, a.lexeme FROM spoken a WHERE a.weight <> 'D') s GROUP BY s.listing_id
  )
  SELECT d.listing_id, d.document, d.names, d.others, coalesce(t.words, '{}'), coalesce(t.lexemes, '{}')
  FROM documents d LEFT JOIN learnt t ON t.listing_id = d.listing_id;
END;
REVOKE ALL ON FUNCTION digilist.listing_documents_of FROM PUBLIC;
GRANT EXECUTE ON FUNCTION digilist.listing_documents_of TO digilist_app, digilist_system;

CREATE OR REPLACE FUNCTION digilist.write_documents(p_tenant uuid, p_listings uuid[]) RETURNS void LANGUAGE plpgsql AS $body$
BEGIN
  PERFORM FROM digilist.listings l WHERE l.tenant_id = p_tenant AND l.id = ANY (p_listings) ORDER BY l.id FOR NO KEY UPDATE;
  DELETE FROM digilist.listing_documents d WHERE d.tenant_id = p_tenant AND d.id = ANY (p_listings);
  WITH made AS MATERIALIZED (SELECT * FROM digilist.listing_documents_of(p_tenant, p_listings)), learnt AS (
    INSERT INTO digilist.listing_words (tenant_id, word, lexeme)
    SELECT DISTINCT p_tenant, w.word COLLATE "C", w.lexeme COLLATE "C" FROM made m, unnest(m.words, m.lexemes) w (word, lexeme)
    WHERE NOT EXISTS (SELECT FROM digilist.listing_words o
      WHERE o.tenant_id = p_tenant AND o.word = w.word AND o.lexeme = w.lexeme)
    ORDER BY 2, 3
    ON CONFLICT DO NOTHING
  )
  INSERT INTO digilist.listing_documents (tenant_id, id, document, names, others)
  SELECT p_tenant, m.id, m.document, m.names, m.others FROM made m;
END $body$;
`);
  }

  async down(): Promise<void> {
    throw new Error('there is no way back');
  }
}
