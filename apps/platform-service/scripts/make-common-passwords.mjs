// Makes data/common-passwords.bloom from the list of leaked passwords of @zxcvbn-ts/language-common. Run after `build`,
// when the list has a new version: node scripts/make-common-passwords.mjs
import { writeFileSync } from 'node:fs';
import { dictionary } from '@zxcvbn-ts/language-common';
import { BloomFilter } from '../dist/features/identity/domain/bloom-filter.js';

/** About one false alarm in 100 000. */
const BITS_PER_WORD = 24;

const words = [...new Set(dictionary['passwords-common'].map((word) => word.normalize('NFKC').toLowerCase()))];
const filter = BloomFilter.of(words, BITS_PER_WORD);
const file = new URL('../data/common-passwords.bloom', import.meta.url);
writeFileSync(file, filter.serialize());
console.log(`${words.length} passwords in ${filter.serialize().length} bytes`);
