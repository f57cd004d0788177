import type { MigrationInterface, QueryRunner } from 'typeorm';

const minute = (column: string, round: 'floor' | 'ceil') => `${round}(extract(epoch FROM ${column}) / 60)::bigint`;
const bytes = (array: string) => `coalesce(encode(${array}, 'base64'), '')`;

/**
 * Allocations that touch a window. Plain comparisons on starts_at and ends_at, because && cannot use an index under
 * row-level security; stays longer than a day have an index of their own, which gives all others a lower edge.
 * A hold that has expired is free.
 */
const touching = (a: string, edge: string, kind: string, only: string) => `digilist.allocations ${a}
  WHERE ${a}.tenant_id = p_tenant ${only} AND ${a}.active AND ${kind}
    AND ${a}.starts_at >= v_from - interval '${edge}' AND ${a}.starts_at < v_until AND ${a}.ends_at > v_from
    AND (${a}.expires_at IS NULL OR ${a}.expires_at > now())`;

const busy = (only: (a: string) => string) => `(
  SELECT concat_ws('|', ${bytes('taken.exclusive')}, ${bytes('taken.counted')}, ${bytes('taken.quantities')},
    (SELECT coalesce(json_agg(json_build_array(o.atom_number, ${minute('o.starts_at', 'floor')}, ${minute('o.ends_at', 'ceil')},
      o.buffer::integer, o.quantity) ORDER BY o.starts_at), '[]') FROM ${touching('o', '400 days', 'o.long_stay', only('o'))}))
  FROM (
    SELECT string_agg(int8send(s.packed), '') FILTER (WHERE s.exclusive) AS exclusive,
      string_agg(int8send(s.packed), '') FILTER (WHERE NOT s.exclusive) AS counted,
      string_agg(int4send(s.quantity), '') FILTER (WHERE NOT s.exclusive) AS quantities
    FROM ${touching('s', '1 day', 'NOT s.long_stay', only('s'))}
  ) taken)`;

/**
 * Who has what when, as the service reads it (calendar/domain/packed-busy.ts says how it is packed). A function, so that
 * it is planned once: over sixteen partitions the plan for one tenant always looks cheaper than the plan for any, and was
 * made anew for each answer, which took longer than reading a week of one hall.
 */
export class ReadBusyTime1764200000011 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
-- p_atoms: null for all of the tenant's. p_from and p_until: minutes since the epoch, with what buffers need around them.
CREATE FUNCTION digilist.busy_time(p_tenant uuid, p_atoms uuid[], p_from integer, p_until integer)
RETURNS text LANGUAGE plpgsql STABLE SET plan_cache_mode = force_generic_plan AS $body$
DECLARE
  v_from timestamptz := to_timestamp(p_from * 60::float8);
  v_until timestamptz := to_timestamp(p_until * 60::float8);
BEGIN
  IF p_atoms IS NULL THEN
    RETURN ${busy(() => '')};
  END IF;
  RETURN ${busy((a) => `AND ${a}.atom_id = ANY (p_atoms)`)};
END $body$;
REVOKE ALL ON FUNCTION digilist.busy_time FROM PUBLIC;
GRANT EXECUTE ON FUNCTION digilist.busy_time TO digilist_app;
`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP FUNCTION digilist.busy_time');
  }
}
