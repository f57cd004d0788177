import { jobSchema } from './job-tables.js';

/** How long what has run is remembered; the figures of the last day are read from it. */
const REMEMBERED = "interval '2 days'";
/** The library gives a job up after so many tries; one that takes its process with it is tried for ever. */
const MAX_ATTEMPTS = 32_767;

/** Statements over the library's documented views and functions, and the kit's two tables beside them. */
export function jobStatements(context: string) {
  const schema = jobSchema(context);
  const tries = `max_attempts := ${MAX_ATTEMPTS}`;
  return {
    /** `$1` names: plans what nobody has planned yet, at once. One that is under way is left alone. */
    plan: `
      SELECT ${schema}.add_job(name, job_key := name, ${tries}, job_key_mode := 'unsafe_dedupe')
      FROM unnest($1::text[]) AS wanted (name)
      WHERE NOT EXISTS (SELECT FROM ${schema}.jobs WHERE key = name)`,
    /** `$1` names, `$2` how often in ms: one that shall come more often than it did does not wait for its old time. */
    hasten: `
      SELECT hastened.id FROM unnest($1::text[], $2::bigint[]) AS wanted (name, every_ms)
      JOIN ${schema}.jobs AS planned ON planned.key = wanted.name
      CROSS JOIN LATERAL (SELECT now() + wanted.every_ms * interval '1 ms' AS latest) AS due
      CROSS JOIN LATERAL ${schema}.reschedule_jobs(ARRAY[planned.id], run_at := due.latest) AS hastened
      WHERE planned.run_at > due.latest`,
    /** `$1` names: in how many ms each is due. */
    due: `
      SELECT key AS name, greatest(0, extract(epoch FROM run_at - now()) * 1000)::integer AS "inMs"
      FROM ${schema}.jobs WHERE key = ANY ($1::text[]) AND locked_at IS NULL`,
    /** `$1` process, `$2` its name, `$3` its workers. */
    seen: `
      INSERT INTO ${schema}.processes (id, name, worker_ids) VALUES ($1, $2, $3)
      ON CONFLICT (id) DO UPDATE SET worker_ids = excluded.worker_ids, seen_at = now()`,
    gone: `DELETE FROM ${schema}.processes WHERE id = $1 OR seen_at < now() - interval '1 day'`,
    /** What is held by processes not seen for `$1` ms is anybody's again; answers the names of the jobs. */
    takeUp: `
      WITH alive AS (
        SELECT unnest(worker_ids) AS worker_id FROM ${schema}.processes WHERE seen_at > now() - $1::bigint * interval '1 ms'),
      orphaned AS (
        SELECT held.task_identifier AS name, held.locked_by FROM ${schema}.jobs AS held
        WHERE held.locked_at < now() - $1::bigint * interval '1 ms'
          AND held.locked_by NOT IN (SELECT worker_id FROM alive)),
      freed AS (
        SELECT ${schema}.force_unlock_workers(array_agg(locked_by)) FROM orphaned HAVING count(*) > 0)
      SELECT orphaned.name FROM orphaned, freed`,
    /**
     * Ends a run: remembers it, forgets old ones, and plans the next one. `$1` id of the job, `$2` worker, `$3` name,
     * `$4` pause in ms, `$5` process, `$6` start, `$7` duration, `$8` outcome, `$9` error. No row: the job was taken
     * from this worker, and whoever has it now plans the next run.
     */
    end: `
      WITH run AS (
        INSERT INTO ${schema}.runs (job, process, started_at, duration_ms, outcome, error)
        VALUES ($3, $5, $6, $7, $8, $9)),
      forgotten AS (DELETE FROM ${schema}.runs WHERE job = $3 AND started_at < now() - ${REMEMBERED})
      SELECT ${schema}.add_job($3, job_key := $3, ${tries}, run_at := now() + $4::bigint * interval '1 ms') AS next
      FROM ${schema}.jobs WHERE id = $1 AND locked_by = $2`,
    /** `$1` names, `$2` how often in ms. */
    overview: `
      SELECT known.name, known.every_ms::integer AS "everyMs", planned.locked_at AS "runningSince", holder.name AS "runningOn",
        CASE WHEN planned.locked_at IS NULL THEN planned.run_at END AS "nextRunAt",
        last.started_at AS "lastRunAt", last.outcome AS "lastOutcome", last.error AS "lastError",
        last.duration_ms AS "lastDurationMs", last.process AS "lastRunOn",
        coalesce(day.runs, 0) AS "runsOfLastDay", coalesce(day.failures, 0) AS "failuresOfLastDay"
      FROM unnest($1::text[], $2::bigint[]) AS known (name, every_ms)
      LEFT JOIN ${schema}.jobs AS planned ON planned.key = known.name
      LEFT JOIN LATERAL (
        SELECT name FROM ${schema}.processes WHERE planned.locked_by = ANY (worker_ids) LIMIT 1) AS holder ON true
      LEFT JOIN LATERAL (
        SELECT * FROM ${schema}.runs WHERE job = known.name ORDER BY started_at DESC LIMIT 1) AS last ON true
      LEFT JOIN LATERAL (
        SELECT count(*)::integer AS runs, (count(*) FILTER (WHERE outcome = 'failed'))::integer AS failures
        FROM ${schema}.runs WHERE job = known.name AND started_at > now() - interval '1 day') AS day ON true
      ORDER BY known.name`,
  };
}
