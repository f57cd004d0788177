const PAST_THE_END: ReadonlySet<unknown> = new Set(['ERR_OUT_OF_RANGE', 'ERR_BUFFER_OUT_OF_BOUNDS']);

/** What reading past the end of a buffer throws. */
export const endsTooEarly = (error: unknown): boolean => PAST_THE_END.has((error as { code?: unknown } | null)?.code);
