import type { LocalText } from '@kit/contracts';

/** Answers that only HTTP knows; services never give them. */
export interface EdgeCode {
  readonly code: string;
  readonly status: number;
  readonly text: LocalText;
}

const edgeCode = (code: string, status: number, text: LocalText): EdgeCode => Object.freeze({ code, status, text });

export const ROUTE_NOT_FOUND = edgeCode('ROUTE_NOT_FOUND', 404, {
  nb: 'Det finnes ikke noe på denne adressen.',
  nn: 'Det finst ikkje noko på denne adressa.',
  en: 'There is nothing at this address.',
});
export const METHOD_NOT_ALLOWED = edgeCode('METHOD_NOT_ALLOWED', 405, {
  nb: 'Adressen finnes, men tar ikke denne metoden.',
  nn: 'Adressa finst, men tek ikkje denne metoden.',
  en: 'The address exists but does not take this method.',
});
export const REQUEST_TIMEOUT = edgeCode('REQUEST_TIMEOUT', 408, {
  nb: 'Forespørselen kom ikke fram i tide.',
  nn: 'Førespurnaden kom ikkje fram i tide.',
  en: 'The request did not arrive in time.',
});
export const UNSUPPORTED_MEDIA_TYPE = edgeCode('UNSUPPORTED_MEDIA_TYPE', 415, {
  nb: 'Send innholdet som application/json.',
  nn: 'Send innhaldet som application/json.',
  en: 'Send the body as application/json.',
});
export const HEADERS_TOO_LARGE = edgeCode('HEADERS_TOO_LARGE', 431, {
  nb: 'Feltene i hodet av forespørselen er for store.',
  nn: 'Felta i hovudet av førespurnaden er for store.',
  en: 'The header fields of the request are too large.',
});

export const CSRF_REFUSED = edgeCode('CSRF_REFUSED', 403, {
  nb: 'Forespørselen kom ikke fra vår egen side. Last siden på nytt og prøv igjen.',
  nn: 'Førespurnaden kom ikkje frå vår eiga side. Last sida på nytt og prøv igjen.',
  en: 'The request did not come from a page of ours: send X-CSRF-Token with the value you were given.',
});

export const REGION_UNAVAILABLE = edgeCode('REGION_UNAVAILABLE', 503, {
  nb: 'Regionen der kunden hører til, er ikke tilgjengelig herfra. Prøv igjen senere.',
  nn: 'Regionen der kunden høyrer til, er ikkje tilgjengeleg herifrå. Prøv igjen seinare.',
  en: 'The region of the tenant is not served from here. Try again later.',
});

export const EDGE_CODES = [
  ROUTE_NOT_FOUND,
  METHOD_NOT_ALLOWED,
  REQUEST_TIMEOUT,
  UNSUPPORTED_MEDIA_TYPE,
  HEADERS_TOO_LARGE,
  CSRF_REFUSED,
  REGION_UNAVAILABLE,
] as const;

/** Refusal with one of the codes above. */
export class EdgeRefusal extends Error {
  constructor(
    readonly reason: EdgeCode,
    readonly details: { detail?: string; headers?: Record<string, string> } = {},
  ) {
    super(`${reason.code}: ${reason.text.en}`);
    this.name = 'EdgeRefusal';
  }
}
