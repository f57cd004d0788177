/** NATS takes messages of four mebibytes (max_payload), headers included. */
const MAX_BYTES = 4_194_304 - 8_192;
/** A character is at most three bytes of UTF-8. */
const ALWAYS_FITS = MAX_BYTES / 3;

/** Whether a text can travel as one message, beside its headers. */
export const fitsMessage = (text: string): boolean =>
  text.length <= ALWAYS_FITS || Buffer.byteLength(text) <= MAX_BYTES;
