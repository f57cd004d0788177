/**
 * What the words of @q stand for. A stop word counts only where there is nothing else. Each term is found as itself (its
 * lexeme), at the beginning of a word, as a part of a compound, or, where no listing has any such word, as the words that
 * are most like it; numbers are never guessed. Words that make a compound together are a compound torn apart.
 */
export const TERMS = `token AS MATERIALIZED (
    SELECT w.at, w.word, digilist.word_stem(w.word) AS stem, digilist.word_key(digilist.word_stem(w.word)) AS lexeme,
      digilist.word_key(digilist.word_stem(w.word, 'pg_catalog.english_stem')) AS english, w.at = max(w.at) OVER () AS last
    FROM (
      SELECT p.word, p.at, digilist.is_stop_word(p.word) AS stop, bool_and(digilist.is_stop_word(p.word)) OVER () AS only_stops
      FROM digilist.plain_words(@q) WITH ORDINALITY p (word, at)
    ) w WHERE NOT w.stop OR w.only_stops
  ), term AS MATERIALIZED (
    SELECT t.at, ' ' || t.word AS start, CASE WHEN length(t.stem) >= 3 THEN t.stem ELSE ' ' || t.word END AS part,
      (t.lexeme || ':A|' || t.english || ':A')::tsquery AS name, (t.lexeme || ':BC|' || t.english || ':BC')::tsquery AS other,
      m.meant::tsquery AS meant, replace(m.meant, ':ABC', ':A')::tsquery AS meant_name,
      concat_ws('|', t.lexeme, t.english, CASE WHEN t.last THEN t.lexeme || ':*' END, m.meant)::tsquery AS anywhere
    FROM token t CROSS JOIN LATERAL (
      SELECT string_agg(n.lexeme || ':ABC', '|') AS meant FROM (
        SELECT v.lexeme, max(similarity(v.lexeme, t.lexeme)) AS likeness, max(max(similarity(v.lexeme, t.lexeme))) OVER () AS best
        FROM digilist.listing_words v
        WHERE v.tenant_id = @tenantId AND t.word !~ '[0-9]' AND similarity(v.lexeme, t.lexeme) >= 0.35
          AND NOT EXISTS (SELECT FROM digilist.listing_words k WHERE k.tenant_id = @tenantId
            AND (k.lexeme IN (t.lexeme, t.english) OR starts_with(k.word, t.word)
              OR (length(t.stem) >= 3 AND strpos(k.word, t.stem) > 0)))
        GROUP BY v.lexeme ORDER BY likeness DESC, v.lexeme LIMIT 12
      ) n WHERE n.likeness >= 0.75 * n.best
    ) m
  ), phrase AS MATERIALIZED (
    SELECT CASE WHEN count(*) > 1 THEN string_agg(t.word, '' ORDER BY t.at) END AS joined FROM token t
  )`;

/**
 * Does document \`d\` say something for each term? The tenant's documents are read one by one: under row-level security no
 * index serves @@, and ten thousand of them take less than a relational index would save.
 */
export const SAYS_ALL = `NOT EXISTS (SELECT FROM term t WHERE NOT (d.document @@ t.anywhere
    OR strpos(d.names, t.part) > 0 OR strpos(d.others, t.part) > 0)) AND EXISTS (SELECT FROM term)`;

/** How well document \`d\` fits. Of nothing but the terms and itself, so that a page is not upset by what others write. */
export const SCORE = `(SELECT sum(CASE
    WHEN d.document @@ t.name THEN 100
    WHEN strpos(d.names, t.start) > 0 THEN 80
    WHEN strpos(d.names, t.part) > 0 THEN 60
    WHEN d.document @@ t.other THEN 50
    WHEN strpos(d.others, t.part) > 0 THEN 30
    WHEN d.document @@ t.meant_name THEN 25
    WHEN d.document @@ t.meant THEN 20
    ELSE 10 END)::integer FROM term t) + CASE WHEN strpos(d.names, (SELECT joined FROM phrase)) > 0 THEN 100 ELSE 0 END`;
