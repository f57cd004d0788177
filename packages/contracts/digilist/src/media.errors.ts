import { errorCode } from '@kit/contracts';

export const MEDIA_TOO_LARGE = errorCode('MEDIA_TOO_LARGE', 'too_large', {
  nb: 'Filen er for stor. Bilder kan være inntil 10 MB, PDF inntil 25 MB.',
  nn: 'Fila er for stor. Bilete kan vere inntil 10 MB, PDF inntil 25 MB.',
  en: 'The file is too large. Make it smaller: images may have 10 MB, PDFs 25 MB.',
});
export const MEDIA_TYPE_NOT_ALLOWED = errorCode('MEDIA_TYPE_NOT_ALLOWED', 'rule', {
  nb: 'Denne filtypen kan ikke brukes her. Bruk JPEG, PNG eller WebP for bilder og PDF for dokumenter.',
  nn: 'Denne filtypen kan ikkje brukast her. Bruk JPEG, PNG eller WebP for bilete og PDF for dokument.',
  en: 'This type of file cannot be used here. Send JPEG, PNG or WebP for images, PDF for documents.',
});
export const MEDIA_DAMAGED = errorCode('MEDIA_DAMAGED', 'rule', {
  nb: 'Filen er skadet og kan ikke leses. Lagre den på nytt og prøv igjen.',
  nn: 'Fila er skadd og kan ikkje lesast. Lagre henne på nytt og prøv igjen.',
  en: 'The file is damaged and cannot be read. Save it again, then try again.',
});
export const MEDIA_UPLOAD_INCOMPLETE = errorCode('MEDIA_UPLOAD_INCOMPLETE', 'conflict', {
  nb: 'Opplastingen kom ikke helt fram. Last opp filen på nytt.',
  nn: 'Opplastinga kom ikkje heilt fram. Last opp fila på nytt.',
  en: 'The upload did not arrive whole. Upload the file again.',
});
export const MEDIA_HAS_CONTENT = errorCode('MEDIA_HAS_CONTENT', 'conflict', {
  nb: 'Denne har allerede en fil. Legg til et nytt bilde eller dokument i stedet.',
  nn: 'Denne har allereie ei fil. Legg til eit nytt bilete eller dokument i staden.',
  en: 'There is a file already, or none belongs here. Add a new entry instead: what was uploaded never changes.',
});
export const MEDIA_ALT_REQUIRED = errorCode('MEDIA_ALT_REQUIRED', 'rule', {
  nb: 'Bilder må ha alternativ tekst på bokmål, nynorsk og engelsk.',
  nn: 'Bilete må ha alternativ tekst på bokmål, nynorsk og engelsk.',
  en: 'Images need an alternative text in nb, nn and en: say what who cannot see it should know.',
});
export const MEDIA_LINK_INVALID = errorCode('MEDIA_LINK_INVALID', 'rule', {
  nb: 'En video må ha en lenke som begynner med https://, og bare en video har lenke.',
  nn: 'Ein video må ha ei lenkje som byrjar med https://, og berre ein video har lenkje.',
  en: 'A video needs a link that begins with https://, and nothing else has a link.',
});
export const MEDIA_NOT_AN_IMAGE = errorCode('MEDIA_NOT_AN_IMAGE', 'rule', {
  nb: 'Bare et bilde som er lastet opp, kan være hovedbilde.',
  nn: 'Berre eit bilete som er lasta opp, kan vere hovudbilete.',
  en: 'Only an image that was uploaded can be the primary one.',
});
export const MEDIA_TOO_MANY = errorCode('MEDIA_TOO_MANY', 'rule', {
  nb: 'Utleieobjektet har så mange bilder og filer som det kan ha. Slett noen først.',
  nn: 'Utleigeobjektet har så mange bilete og filer som det kan ha. Slett nokre først.',
  en: 'The listing has as many media as it can have. Delete some first.',
});
