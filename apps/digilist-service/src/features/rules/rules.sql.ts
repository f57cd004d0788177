import { statement } from '@kit/service';
import { wallTime, weekdayNames, weekdayNumbers } from '../../database/shapes.js';

export const LIST_AVAILABILITY_RULES = statement(
  'list-availability-rules',
  `SELECT json_strip_nulls(json_build_object('kind', r.kind,
     'weekdays', ${weekdayNames('r.weekdays')},
     'opens', ${wallTime('r.opens')}, 'closes', ${wallTime('r.closes')}, 'firstDate', r.first_date, 'lastDate', r.last_date, 'note', r.note)) AS rule
   FROM digilist.availability_rules r WHERE r.tenant_id = $1 AND r.org_id = $2 AND r.listing_id = $3 ORDER BY r.id`,
);

export const CLEAR_AVAILABILITY_RULES = statement(
  'clear-availability-rules',
  'DELETE FROM digilist.availability_rules WHERE tenant_id = $1 AND org_id = $2 AND listing_id = $3',
);

/** $4 the rules as the contract has them, $5 actor. */
export const INSERT_AVAILABILITY_RULES = statement(
  'insert-availability-rules',
  `INSERT INTO digilist.availability_rules (tenant_id, org_id, listing_id, kind, weekdays, opens, closes, first_date, last_date,
     note, created_by, updated_by)
   SELECT $1, $2, $3, r.kind,
     coalesce(${weekdayNumbers('r.weekdays')}, '{1,2,3,4,5,6,7}'),
     r.opens, r.closes, r."firstDate", r."lastDate", r.note, $5, $5
   FROM jsonb_to_recordset($4::jsonb) r (kind text, weekdays jsonb, opens time, closes time, "firstDate" date, "lastDate" date, note jsonb)`,
);

export const GET_BOOKING_RULES = statement(
  'get-booking-rules',
  `SELECT b.step_minutes AS "stepMinutes", b.min_duration_minutes AS "minDurationMinutes",
     b.max_duration_minutes AS "maxDurationMinutes", b.lead_minutes AS "leadMinutes", b.horizon_days AS "horizonDays"
   FROM digilist.booking_rules b WHERE b.tenant_id = $1 AND b.org_id = $2 AND b.listing_id = $3`,
);

export const PUT_BOOKING_RULES = statement(
  'put-booking-rules',
  `INSERT INTO digilist.booking_rules AS b (tenant_id, org_id, listing_id, step_minutes, min_duration_minutes, max_duration_minutes,
     lead_minutes, horizon_days, created_by, updated_by)
   VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $9)
   ON CONFLICT (tenant_id, org_id, listing_id) DO UPDATE SET step_minutes = excluded.step_minutes,
     min_duration_minutes = excluded.min_duration_minutes, max_duration_minutes = excluded.max_duration_minutes,
     lead_minutes = excluded.lead_minutes, horizon_days = excluded.horizon_days,
     version = b.version + 1, updated_at = now(), updated_by = excluded.updated_by`,
);
