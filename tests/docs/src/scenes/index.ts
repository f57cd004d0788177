import type { Scene } from './scene.js';
import { search } from './search.js';

/** What is there before a page's first command; a page that is not named here has only `API`. */
export const scenes: Readonly<Record<string, Scene>> = {
  'docs/how-to/search.md': search,
};
