/** How the database writes values in the shape of the contracts, so that reads need no mapping. */

/** RFC 3339 in UTC, as toISOString writes it. */
export const iso = (column: string): string => `to_char(${column} AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"')`;

/** `HH:mm` of a time of day; 24:00 stays 24:00. */
export const wallTime = (column: string): string => `left(${column}::text, 5)`;

const WEEKDAYS = `ARRAY['MO', 'TU', 'WE', 'TH', 'FR', 'SA', 'SU', 'PH']`;

/** JSON list of weekdays as RFC 5545 names them, of their numbers (1 is Monday); 8 is a public holiday, PH. */
export const weekdayNames = (column: string): string =>
  `(SELECT json_agg((${WEEKDAYS})[d] ORDER BY d) FROM unnest(${column}) d)`;

/** The other way round: their numbers, of a JSON list of names. */
export const weekdayNumbers = (column: string): string =>
  `(SELECT array_agg(array_position(${WEEKDAYS}, d.day) ORDER BY array_position(${WEEKDAYS}, d.day))::smallint[]
    FROM jsonb_array_elements_text(${column}) d (day))`;
