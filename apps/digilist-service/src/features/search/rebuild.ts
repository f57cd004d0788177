import { setRightTogether } from '../../database/set-right-together.js';

interface Executor {
  query(text: string, values?: unknown[]): Promise<unknown>;
}

const AT_ONCE = 500;
const BEFORE_ALL = '00000000-0000-0000-0000-000000000000';
const LIVE = 'digilist.listing_documents';
const BESIDE = 'digilist_rebuild.listing_documents';
const WORDS = 'digilist_rebuild.listing_words';

/**
 * `seen` is which writing of the live document there was at the same moment: one that was written since comes from what
 * the listing says by now, and is left alone.
 */
const MAKE = [
  `DROP TABLE IF EXISTS ${BESIDE}, ${WORDS}`,
  `CREATE UNLOGGED TABLE ${BESIDE} (tenant_id uuid, id uuid, document tsvector, names text, others text, seen xid,
     PRIMARY KEY (tenant_id, id))`,
  `CREATE UNLOGGED TABLE ${WORDS} (LIKE digilist.listing_words INCLUDING INDEXES)`,
];
const DROP = `DROP TABLE IF EXISTS ${BESIDE}, ${WORDS}`;

const LISTINGS = 'SELECT id FROM digilist.listings WHERE tenant_id = $1 AND id > $2 ORDER BY id LIMIT $3';

const FILL = `
  WITH made AS MATERIALIZED (SELECT * FROM digilist.listing_documents_of($1, $2::uuid[])), learnt AS (
    INSERT INTO ${WORDS} SELECT DISTINCT $1::uuid, w.word, w.lexeme FROM made, unnest(made.words, made.lexemes) w (word, lexeme)
    ON CONFLICT DO NOTHING)
  INSERT INTO ${BESIDE}
  SELECT $1::uuid, wanted.id, made.document, made.names, made.others, live.xmin
  FROM unnest($2::uuid[]) wanted (id) LEFT JOIN made ON made.id = wanted.id
  LEFT JOIN ${LIVE} live ON live.tenant_id = $1 AND live.id = wanted.id`;

const SAME = 'live.tenant_id = beside.tenant_id AND live.id = beside.id AND live.xmin = beside.seen';
const DIFFERS = `(live.document, live.names, live.others) IS DISTINCT FROM (beside.document, beside.names, beside.others)`;
const IS_MISSING = `beside.seen IS NULL AND beside.document IS NOT NULL
  AND NOT EXISTS (SELECT FROM ${LIVE} live WHERE live.tenant_id = beside.tenant_id AND live.id = beside.id)`;
const UNLEARNT = `NOT EXISTS (SELECT FROM digilist.listing_words live
  WHERE live.tenant_id = beside.tenant_id AND live.word = beside.word AND live.lexeme = beside.lexeme)`;

const COMPARE = `
  SELECT (SELECT count(*)::int FROM ${BESIDE}) AS documents,
    (SELECT count(*)::int FROM ${BESIDE} beside JOIN ${LIVE} live ON ${SAME} WHERE ${DIFFERS}) AS different,
    (SELECT count(*)::int FROM ${BESIDE} beside WHERE ${IS_MISSING}) AS missing,
    (SELECT count(*)::int FROM ${WORDS} beside WHERE ${UNLEARNT}) AS words`;

const SET_RIGHT = [
  `DELETE FROM ${LIVE} live USING ${BESIDE} beside WHERE ${SAME} AND beside.document IS NULL`,
  `UPDATE ${LIVE} live SET document = beside.document, names = beside.names, others = beside.others
   FROM ${BESIDE} beside WHERE ${SAME} AND beside.document IS NOT NULL AND ${DIFFERS}`,
  `INSERT INTO ${LIVE} (tenant_id, id, document, names, others)
   SELECT tenant_id, id, document, names, others FROM ${BESIDE} beside WHERE ${IS_MISSING} ORDER BY tenant_id, id
   ON CONFLICT DO NOTHING`,
  `INSERT INTO digilist.listing_words SELECT tenant_id, word, lexeme FROM ${WORDS} beside WHERE ${UNLEARNT}
   ORDER BY tenant_id, word, lexeme ON CONFLICT DO NOTHING`,
];

interface Found {
  documents: number;
  different: number;
  missing: number;
  words: number;
}

/**
 * Makes what listings are found by from what they say, beside what people search in, compares both, and sets right what
 * differs in one transaction. Words that no listing says any more stay known: what somebody meant may still be found.
 *
 * @returns whether both are the same in the end
 */
export async function rebuildSearch(
  database: Executor,
  dryRun: boolean,
  say: (line: string) => void,
): Promise<boolean> {
  const began = performance.now();
  for (const text of MAKE) await database.query(text);
  await fill(database);
  const found = await compare(database);
  const seconds = (performance.now() - began) / 1_000;
  say(`${found.documents} documents of listings made beside in ${seconds.toFixed(1)} s`);
  say(wrongIn(found));
  if (!dryRun) {
    await setRightTogether(database, async () => {
      for (const text of SET_RIGHT) await database.query(text);
    });
    say('set right in one transaction');
  }
  const left = dryRun ? found : await compare(database);
  await database.query(DROP);
  return dryRun || left.different + left.missing + left.words === 0;
}

const wrongIn = ({ different, missing, words }: Found): string =>
  `listing_documents: ${different} different, ${missing} missing; listing_words: ${words} missing`;

async function fill(database: Executor): Promise<void> {
  const tenants = (await database.query('SELECT DISTINCT tenant_id AS id FROM digilist.listings')) as { id: string }[];
  for (const tenant of tenants) {
    let after = BEFORE_ALL;
    for (;;) {
      const page = (await database.query(LISTINGS, [tenant.id, after, AT_ONCE])) as { id: string }[];
      if (page.length === 0) break;
      await database.query(FILL, [tenant.id, page.map(({ id }) => id)]);
      after = (page.at(-1) as { id: string }).id;
    }
  }
  await database.query(`ANALYZE ${BESIDE}`);
}

async function compare(database: Executor): Promise<Found> {
  const [found] = (await database.query(COMPARE)) as [Found];
  return found;
}
