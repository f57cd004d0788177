import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * With a million allocations the statements inside were planned anew at each call, because over sixteen partitions a plan
 * for one tenant looks cheaper than a plan for any: a quarter of what placing a booking cost. The partition is found when
 * the plan begins to run as well.
 */
export class PlanTakeTimeOnce1764000007000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
ALTER FUNCTION digilist.take_time SET plan_cache_mode = force_generic_plan;
ALTER FUNCTION digilist.expire_holds SET plan_cache_mode = force_generic_plan;
`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`
ALTER FUNCTION digilist.take_time RESET plan_cache_mode;
ALTER FUNCTION digilist.expire_holds RESET plan_cache_mode;
`);
  }
}
