/** Read by the system role, over all tenants. */
export const LEDGER_DIFFERENCES = `
  SELECT c.tenant_id AS "tenantId", c.id AS "counterId", c.meter, c.period_key AS period, c.granted::float8 AS counted,
         coalesce(e.amount, 0)::float8 AS noted
  FROM platform.usage_counters c
  LEFT JOIN (SELECT tenant_id, counter_id, sum(amount) AS amount FROM platform.usage_events GROUP BY 1, 2) e
    ON e.tenant_id = c.tenant_id AND e.counter_id = c.id
  WHERE c.granted <> coalesce(e.amount, 0)
  ORDER BY c.tenant_id, c.id LIMIT 100`;

/** The row is locked first, so that whatever is being counted is noted before the sum is made. */
export const REBUILD_COUNTER = `
  WITH locked AS MATERIALIZED (
    SELECT c.tenant_id, c.id FROM platform.usage_counters c WHERE c.tenant_id = $1 AND c.id = $2 FOR UPDATE
  )
  UPDATE platform.usage_counters c
  SET granted = (SELECT coalesce(sum(e.amount), 0) FROM platform.usage_events e
                 WHERE e.tenant_id = c.tenant_id AND e.counter_id = c.id),
      updated_at = now(), version = c.version + 1
  FROM locked WHERE c.tenant_id = locked.tenant_id AND c.id = locked.id`;
