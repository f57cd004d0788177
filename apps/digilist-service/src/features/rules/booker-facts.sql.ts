import { statement } from '@kit/service';

/** $3 now · $4 lock · $5 bookings that don't count · $6 quotas · $7 whose: users · $8 or organizations · $9 first and $10 last days · $11 earliest and $12 latest starts */
const COUNTED = `digilist.count_quotas($1, $3, $4, $5::uuid[], $6::uuid[], $7::uuid[], $8::uuid[], $9::date[], $10::date[],
     $11::timestamptz[], $12::timestamptz[])`;

/** $1 tenant · $2 user · $3 … $12 as above */
export const BOOKER_FACTS = statement(
  'booker-facts',
  `SELECT
     (SELECT u.birth_date::text FROM digilist.platform_users u WHERE u.tenant_id = $1 AND u.id = $2::uuid) AS "birthDate",
     ARRAY(
       SELECT DISTINCT role.key FROM digilist.platform_user_roles granted
       JOIN digilist.platform_roles role ON role.tenant_id = $1 AND role.id = granted.role_id
       WHERE granted.tenant_id = $1 AND granted.user_id = $2::uuid AND granted.status = 'active' AND NOT granted.deleted
         AND (granted.expires_at IS NULL OR granted.expires_at > $3::timestamptz)
         AND (granted.not_before IS NULL OR granted.not_before <= $3::timestamptz)
         AND role.status = 'published' AND NOT role.deleted
     ) AS "roleKeys",
     (SELECT coalesce(json_agg(json_build_array(c.at, c.bookings, c.minutes)), '[]') FROM ${COUNTED} c) AS used`,
);

/** $2 user, who is not asked about · the others as above */
export const COUNT_QUOTAS = statement(
  'count-quotas',
  `SELECT json_build_array(c.at, c.bookings, c.minutes) AS counted FROM ${COUNTED} c WHERE $2::uuid IS NOT NULL`,
);
