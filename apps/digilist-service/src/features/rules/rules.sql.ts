import { statement } from '@kit/service';
import { wallTime, weekdayNames, weekdayNumbers } from '../../database/shapes.js';
import { QUOTA_HOLDS, RULES_OF } from '../listings/index.js';
import { RULE_ASSIGNMENTS, RULE_COLUMNS, RULE_RECORD, RULE_VALUES } from './rule-columns.sql.js';

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

/** $1 tenant · $2 listing */
export const GET_BOOKING_RULES = statement(
  'get-booking-rules',
  `SELECT b.template_id AS "templateId", coalesce(${RULES_OF('b')}, '{}') AS own, coalesce(${RULES_OF('t')}, '{}') AS template,
     (SELECT coalesce(json_agg(json_build_object('id', q.id, 'name', q.name, 'per', q.per, 'measure', q.measure, 'most', q.most,
        'period', q.period, 'firstDate', q.first_date, 'lastDate', q.last_date) ORDER BY q.id), '[]')
      FROM digilist.booking_quotas q WHERE ${QUOTA_HOLDS}) AS quotas
   FROM digilist.listings l
   LEFT JOIN digilist.booking_rules b ON b.tenant_id = $1 AND b.org_id = l.org_id AND b.listing_id = l.id
   LEFT JOIN digilist.rule_templates t ON t.tenant_id = $1 AND t.id = b.template_id
   WHERE l.tenant_id = $1 AND l.id = $2`,
);

/** $1 tenant · $2 organization · $3 listing · $4 the rules · $5 template · $6 actor. What is left out is left open. */
export const PUT_BOOKING_RULES = statement(
  'put-booking-rules',
  `INSERT INTO digilist.booking_rules AS b (tenant_id, org_id, listing_id, template_id, created_by, updated_by, ${RULE_COLUMNS})
   SELECT $1, $2, $3, $5, $6, $6, ${RULE_VALUES} FROM ${RULE_RECORD('$4')}
   ON CONFLICT (tenant_id, org_id, listing_id) DO UPDATE SET template_id = excluded.template_id, ${RULE_ASSIGNMENTS('excluded')},
     version = b.version + 1, updated_at = now(), updated_by = excluded.updated_by`,
);
