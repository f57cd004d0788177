import { errorCode } from '@kit/contracts';

export const PRODUCT_MISMATCH = errorCode('PRODUCT_MISMATCH', 'forbidden', {
  nb: 'Et produkt kan bare handle på egne vegne.',
  nn: 'Eit produkt kan berre handle på eigne vegner.',
  en: 'A product may act for itself only.',
});
export const MANIFEST_CONFLICT = errorCode('MANIFEST_CONFLICT', 'conflict', {
  nb: 'Et annet produkt bruker allerede denne nøkkelen.',
  nn: 'Eit anna produkt bruker alt denne nøkkelen.',
  en: 'Another product already uses this key.',
});
export const PLAN_VERSION_IMMUTABLE = errorCode('PLAN_VERSION_IMMUTABLE', 'conflict', {
  nb: 'En utgitt planversjon kan ikke endres. Gi ut en ny versjon.',
  nn: 'Ein utgjeven planversjon kan ikkje endrast. Gje ut ein ny versjon.',
  en: 'A published plan version never changes. Publish a new version.',
});
