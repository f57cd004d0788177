import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Minutes since 2000-01-01T00:00Z. */
const minutes = (round: 'floor' | 'ceil', end: 'lower' | 'upper') =>
  `${round}(date_part('epoch', ${end}(during) - timestamptz '2000-01-01 00:00+00') / 60)::bigint`;

/**
 * What an availability answer reads of a row is one number that names the atom, too: an answer over a thousand zones is
 * then one array, in the order of the index, with nothing to group. 25 bits of atom, 26 of the start, 11 of the duration,
 * one for a buffer. Stays longer than a day are few, have an index of their own and are read column by column, which
 * lets a window look back one day only for all others.
 */
export class ReadTheCalendarFaster1764200000000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
ALTER TABLE digilist.atoms
  ADD COLUMN number integer NOT NULL GENERATED ALWAYS AS IDENTITY CHECK (number < 33554432),
  ADD UNIQUE (tenant_id, id, exclusive, number);

ALTER TABLE digilist.allocations NO FORCE ROW LEVEL SECURITY;
ALTER TABLE digilist.atoms NO FORCE ROW LEVEL SECURITY;
ALTER TABLE digilist.allocations ADD COLUMN atom_number integer;
UPDATE digilist.allocations a SET atom_number = t.number FROM digilist.atoms t WHERE t.tenant_id = a.tenant_id AND t.id = a.atom_id;
SET CONSTRAINTS ALL IMMEDIATE;
ALTER TABLE digilist.atoms FORCE ROW LEVEL SECURITY;
ALTER TABLE digilist.allocations FORCE ROW LEVEL SECURITY;

DROP INDEX digilist.allocations_busy, digilist.allocations_long;
ALTER TABLE digilist.allocations
  DROP CONSTRAINT allocations_tenant_id_atom_id_exclusive_fkey,
  ALTER COLUMN atom_number SET NOT NULL,
  -- Pins the copy: the number and the kind are those of the atom.
  ADD FOREIGN KEY (tenant_id, atom_id, exclusive, atom_number) REFERENCES digilist.atoms (tenant_id, id, exclusive, number),
  -- What the packed number can hold.
  ADD CHECK (lower(during) >= '2000-01-01 00:00+00' AND upper(during) < '2127-01-01 00:00+00'),
  ALTER COLUMN long_stay SET EXPRESSION AS (upper(during) - lower(during) > interval '1 day'),
  DROP COLUMN packed,
  ADD COLUMN packed bigint GENERATED ALWAYS AS (
    CASE WHEN lower(during) >= '2000-01-01 00:00+00' AND upper(during) < '2127-01-01 00:00+00'
        AND upper(during) - lower(during) <= interval '1 day' THEN
      ((atom_number::bigint * 67108864 + ${minutes('floor', 'lower')}) * 2048
        + ${minutes('ceil', 'upper')} - ${minutes('floor', 'lower')}) * 2 + (NOT upper_inf(lane))::integer
    END) STORED;
CREATE INDEX allocations_busy ON digilist.allocations (tenant_id, starts_at) INCLUDE (ends_at, packed, expires_at, exclusive, quantity)
  WHERE active AND NOT long_stay;
CREATE INDEX allocations_long ON digilist.allocations (tenant_id, starts_at)
  INCLUDE (ends_at, atom_id, atom_number, buffer, expires_at, quantity) WHERE active AND long_stay;

-- How far outside a window somebody can be in the way: found without reading every listing.
CREATE INDEX listings_buffers ON digilist.listings (tenant_id, greatest(buffer_before_minutes, buffer_after_minutes));
`);
  }

  async down(): Promise<void> {
    throw new Error('there is no way back');
  }
}
