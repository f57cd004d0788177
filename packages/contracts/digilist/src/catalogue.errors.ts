import { errorCode } from '@kit/contracts';

export const CATEGORY_UNKNOWN = errorCode('CATEGORY_UNKNOWN', 'rule', {
  nb: 'Fant ikke kategorien.',
  nn: 'Fann ikkje kategorien.',
  en: 'There is no such category, or it is retired. See GET /categories.',
});
export const CATEGORY_SLUG_TAKEN = errorCode('CATEGORY_SLUG_TAKEN', 'conflict', {
  nb: 'En annen kategori har allerede dette navnet i adressen.',
  nn: 'Ein annan kategori har alt dette namnet i adressa.',
  en: 'Another category has this slug. Choose another one.',
});
export const CATEGORY_CYCLE = errorCode('CATEGORY_CYCLE', 'rule', {
  nb: 'En kategori kan ikke ligge under seg selv.',
  nn: 'Ein kategori kan ikkje liggje under seg sjølv.',
  en: 'A category cannot lie below itself. Choose a parent outside of it.',
});
export const CATEGORY_HAS_CHILDREN = errorCode('CATEGORY_HAS_CHILDREN', 'conflict', {
  nb: 'Kategorien har underkategorier. Flytt eller avvikle dem først.',
  nn: 'Kategorien har underkategoriar. Flytt eller avvikle dei først.',
  en: 'The category has others below it. Move or retire those first.',
});
export const AMENITY_UNKNOWN = errorCode('AMENITY_UNKNOWN', 'rule', {
  nb: 'Fant ikke fasiliteten.',
  nn: 'Fann ikkje fasiliteten.',
  en: 'There is no such amenity, or it is retired. See GET /amenities.',
});
export const AMENITY_KEY_TAKEN = errorCode('AMENITY_KEY_TAKEN', 'conflict', {
  nb: 'En annen fasilitet har allerede denne nøkkelen.',
  nn: 'Ein annan fasilitet har alt denne nøkkelen.',
  en: 'Another amenity has this key. Choose another one.',
});
export const CATALOGUE_FULL = errorCode('CATALOGUE_FULL', 'rule', {
  nb: 'Det er ikke plass til flere. Bruk en av dem som er avviklet.',
  nn: 'Det er ikkje plass til fleire. Bruk ein av dei som er avvikla.',
  en: 'There is no room for more. Change one that is retired instead.',
});
